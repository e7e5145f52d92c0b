"""What a configuration must hold to work."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection

from .gin_file import ConfigError, perhaps
from .settings import Condition, Config, Decoder, Network, Prediction, Term, Training

ACTIVATIONS = ("SiLU", "ELU", "ReLU", "LeakyReLU", "GELU", "Tanh", "Sigmoid", "Softplus", "Identity")
EMBEDDINGS = ("OneHot", "Embedding", "Value", "TimeEmbedding")
_SPARE = {"free_bits", "free_bits_mode"}
# Names of losses, and what settings each takes.
RECONSTRUCTION: dict[str, set[str]] = {
    "SpectralConvergence": {"floor"},
    "LogDensity": set(),
    "MSE": {"normalize"},
    "LogMSE": {"normalize", "epsilon"},
    "L1": {"normalize"},
    "LogL1": {"normalize", "epsilon"},
    "ISD": {"normalize", "epsilon"},
    "LogISD": {"normalize"},
}
REGULARIZATION: dict[str, set[str]] = {
    "KLD": _SPARE,
    "ReverseKLD": _SPARE,
    "SymmetricalKLD": _SPARE | {"alpha"},
    "RD": _SPARE | {"alpha"},
    "MMD": {"kernel", "most"},
    "LogProb": set(),
}


def check(c: Config) -> Config:
    """The same configuration, or a ConfigError for one that cannot work."""
    model = c.model
    _network(model.encoder, "model.encoder", ("ConvEncoder", "MLPEncoder"))
    _network(model.decoder, "model.decoder", ("DeconvEncoder", "MLPEncoder"))
    _decoder(model.decoder)
    _positive(model.channels, "model.channels")
    _positive(model.latent.dim, "model.latent.dim")
    _choice(model.latent.dist, "model.latent.dist", ("Normal",))
    for task, condition in model.conditioning.items():
        _condition(condition, f"model.conditioning.{task}")
    for task, prediction in model.prediction.items():
        _prediction(prediction, f"model.prediction.{task}")
        condition = model.conditioning.get(task)
        both = condition is not None and condition.dim is not None and prediction.dim is not None
        if both and condition.categorical and condition.dim != prediction.dim:
            raise ConfigError(f"'{task}' has {prediction.dim} classes as prediction, {condition.dim} as conditioning.")
        if condition is not None and condition.categorical != (prediction.target_dist == "Categorical"):
            raise ConfigError(
                f"'{task}' is a class in one of model.conditioning and model.prediction, not in the other."
            )
    _training(c.training)
    if any(term.type == "LogDensity" for term in c.training.reconstruction) and model.decoder.target_dist is None:
        raise ConfigError("LogDensity needs a distribution: model.decoder.target_dist Normal or Bernoulli.")
    _data(c)
    return c


def _network(network: Network, path: str, types: Collection[str]) -> None:
    _choice(network.type, f"{path}.type", types)
    _choice(network.nnlin, f"{path}.nnlin", ACTIVATIONS)
    _choice(network.hidden_nnlin, f"{path}.hidden_nnlin", ACTIVATIONS)
    _choice(network.norm, f"{path}.norm", ("batch", None))
    _hidden(network.hidden, path)
    if network.type == "MLPEncoder":
        return
    lists = {name: getattr(network, name) for name in ("channels", "kernel_size", "stride")}
    for name, values in lists.items():
        if not values or min(values) < 1:
            raise ConfigError(f"{path} needs a preset, or {name} of whole numbers above 0, not {values}.")
    if len({len(values) for values in lists.values()}) > 1:
        counts = ", ".join(f"{len(values)} {name}" for name, values in lists.items())
        raise ConfigError(f"{path} has {counts}; there must be as many of each.")
    for kernel, stride in zip(network.kernel_size, network.stride, strict=True):
        if path == "model.decoder" and stride > kernel and stride is not network.stride[-1]:
            raise ConfigError(f"A stride of {stride} in {path} leaves gaps between kernels of {kernel}.")


def _decoder(decoder: Decoder) -> None:
    _choice(decoder.out_nnlin, "model.decoder.out_nnlin", (*ACTIVATIONS, None))
    _choice(decoder.target_dist, "model.decoder.target_dist", ("Normal", "Bernoulli", None))


def _condition(condition: Condition, path: str) -> None:
    _choice(condition.embedding, f"{path}.embedding", EMBEDDINGS)
    _choice(condition.mode, f"{path}.mode", ("cat",))
    for target in condition.target:
        _choice(target, f"{path}.target", ("encoder", "decoder"))
    if not condition.target:
        raise ConfigError(f"{path}.target is encoder, decoder or both.")
    if condition.dim is not None:
        _positive(condition.dim, f"{path}.dim")
    _positive(condition.out_dim, f"{path}.out_dim")
    if condition.embedding == "TimeEmbedding" and condition.out_dim % 2:
        raise ConfigError(f"{path}.out_dim must be even: a TimeEmbedding is made of sines and cosines.")
    if len(condition.range) != 2 or not condition.range[0] < condition.range[1]:
        raise ConfigError(f"{path}.range is the least and the greatest label, not {condition.range}.")


def _prediction(prediction: Prediction, path: str) -> None:
    _choice(prediction.type, f"{path}.type", ("MLPEncoder",))
    _choice(prediction.nnlin, f"{path}.nnlin", ACTIVATIONS)
    _choice(prediction.target_dist, f"{path}.target_dist", ("Categorical", "Normal"))
    _choice(prediction.unlabelled, f"{path}.unlabelled", ("entropy", "random", "none"))
    _hidden(prediction.hidden, path)
    if prediction.dim is not None:
        _positive(prediction.dim, f"{path}.dim")
    if prediction.target_dist == "Normal" and prediction.dim not in (None, 1):
        raise ConfigError(f"{path}.dim must be 1 for continuous labels.")
    _amount(prediction.weight, f"{path}.weight")


def _training(t: Training) -> None:
    _amount(t.beta, "training.beta")
    if t.warmup < 0:
        raise ConfigError(f"training.warmup must be 0 or more, not {t.warmup}.")
    _choice(t.schedule, "training.schedule", ("batch", "epoch"))
    if not t.reconstruction:
        raise ConfigError(f"training.reconstruction needs a loss: {', '.join(RECONSTRUCTION)}.")
    for name, table in (("reconstruction", RECONSTRUCTION), ("regularization", REGULARIZATION)):
        for term in getattr(t, name):
            _term(term, f"training.{name}", table)
    _choice(t.prior.type, "training.prior.type", ("isotropic", "normal"))
    deviations = t.prior.std if isinstance(t.prior.std, list) else [t.prior.std]
    if not deviations or min(deviations) <= 0:
        raise ConfigError(f"training.prior.std must be above 0, not {t.prior.std}.")
    if t.prior.type == "isotropic" and (t.prior.mean != 0 or t.prior.std != 1):
        raise ConfigError("An isotropic prior has no mean and std; take training.prior.type=normal.")
    for kind in t.dim_red:
        _choice(kind, "training.dim_red", ("PCA", "ICA"))
    _positive(t.dim_red_batches, "training.dim_red_batches")
    rate = t.optimizer.args.get("lr", 1e-3)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < math.inf:
        raise ConfigError(f"training.optimizer.args.lr must be a number above 0, not {rate!r}.")


def _term(term: Term, path: str, table: dict[str, set[str]]) -> None:
    _choice(term.type, f"{path}.type", table)
    _amount(term.weight, f"{path}.weight")
    takes = table[term.type]
    for name, value in term.args.items():
        if name not in takes:
            what = f"takes {', '.join(sorted(takes))}" if takes else "takes nothing"
            raise ConfigError(f"{term.type} {what}, not {name} (leave it out with ~{path}.args.{name}).")
        if name == "free_bits_mode":
            _choice(value, f"{path}.args.{name}", ("floor", "capacity"))
        elif name == "kernel":
            _choice(value, f"{path}.args.{name}", ("l2", "multiscale"))
        elif name != "free_bits" or value is not None:
            _amount(value, f"{path}.args.{name}")
    alpha = term.args.get("alpha", 0.5)
    if term.type == "RD" and not alpha > 0:
        raise ConfigError(f"{path}.args.alpha of RD must be above 0, not {alpha}.")
    if term.type == "SymmetricalKLD" and not 0 <= alpha <= 1:
        raise ConfigError(f"{path}.args.alpha of SymmetricalKLD lies between 0 and 1, not {alpha}.")


def _data(c: Config) -> None:
    _positive(c.data.loader.batch_size, "data.loader.batch_size")
    _positive(c.data.dataset.sr, "data.dataset.sr")
    if not c.transforms:
        return  # frames that come from elsewhere
    frame = c.frame
    if frame.arguments["mono"] and c.model.channels != frame.planes:
        layout = frame.arguments["layout"]
        raise ConfigError(f"Frames of {layout} have {frame.planes} channel(s): model.channels={frame.planes}.")


def _choice(value: str | None, path: str, words: Collection[str | None]) -> None:
    if value not in words:
        near = difflib.get_close_matches(str(value), [word for word in words if word], 3)
        known = ", ".join(str(word or "none") for word in words)
        raise ConfigError(f"{path} cannot be '{value}'{perhaps(near) if near else f': we have {known}.'}")


def _hidden(sizes: list[int], path: str) -> None:
    if any(size < 1 for size in sizes):
        raise ConfigError(f"{path}.hidden_dims must be whole numbers above 0, not {sizes}.")


def _positive(value: int, path: str) -> None:
    if value < 1:
        raise ConfigError(f"{path} must be a whole number above 0, not {value}.")


def _amount(value: float, path: str) -> None:
    if not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ConfigError(f"{path} must be 0 or more, not {value!r}.")
