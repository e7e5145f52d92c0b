"""Configurations and checkpoints of priors, ours and the release's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor

from nn_tilde.rave.config import ConfigError
from nn_tilde.rave.gin_file import Bindings, find
from nn_tilde.rave.loading import ema_weights, find_checkpoint, find_config, read_checkpoint, tidy
from nn_tilde.rave.prior import Prior

SIZES = ("resolution", "res_size", "skp_size", "kernel_size", "cycle_size", "n_layers")


def read(configs: Sequence[str] = ("prior_v1",), overrides: Sequence[str] = ()) -> dict[str, int]:
    """Arguments of `Prior`, but for the latents, of stacked files and overrides such as `n_layers=6`.

    Raises ConfigError.
    """
    bindings = Bindings()
    for name in configs:
        bindings.read(find(name.removeprefix("prior/"), "prior"))
    for text in overrides:
        bindings.override(text if "." in text.partition("=")[0] else f"VariationalPrior.{text.strip()}")
    sizes = {name: bindings.get(f"VariationalPrior.{name}") for name in SIZES}
    for name, value in sizes.items():
        if not isinstance(value, int) or value < 1:
            raise ConfigError(f"{name} of a prior must be a whole number above 0, not {value!r}.")
    if sizes["resolution"] < 2:
        raise ConfigError("resolution of a prior must be at least 2.")
    return sizes


def gin_text(sizes: Mapping[str, int], latent_size: int) -> str:
    """What `config.gin` of a prior's run says."""
    lines = ["# A prior over the latents of a RAVE."]
    lines += [f"VariationalPrior.{name} = {value}" for name, value in {"latent_size": latent_size, **sizes}.items()]
    return "\n".join(lines) + "\n"


def load_prior(path: str | Path, ema: bool = False) -> Prior:
    """The network of a prior's run or checkpoint, in eval mode. Raises ConfigError."""
    file = find_checkpoint(path)
    checkpoint = read_checkpoint(file)
    state = tidy(checkpoint["state_dict"])
    if ema:
        state |= ema_weights(checkpoint)
    state = {key: value for key, value in state.items() if not key.startswith("synth.")}
    if "pre_net.0.weight" not in state:
        raise ConfigError(f"'{path}' is not a prior; `rave train_prior` makes one.")
    prior = Prior(**_sizes(state), cycle_size=_cycle(path if Path(path).is_dir() else file))
    wanted = prior.state_dict()
    if wrong := [key for key in wanted if key not in state or state[key].shape != wanted[key].shape]:
        raise ConfigError(f"'{path}' is not a prior that fits: '{wrong[0]}' is missing or of another size.")
    prior.load_state_dict({key: state[key] for key in wanted})
    return prior.eval()


def _sizes(state: Mapping[str, Tensor]) -> dict[str, int]:
    """All but the dilations can be read off the weights."""
    res_size, resolution, kernel_size = state["pre_net.0.weight"].shape
    return {
        "latent_size": state["post_net.2.bias"].numel() // resolution,
        "resolution": resolution,
        "res_size": res_size,
        "skp_size": state["post_net.0.bias"].numel(),
        "kernel_size": kernel_size,
        "n_layers": sum(key.endswith(".dconv.bias") for key in state),
    }


def _cycle(path: str | Path) -> int:
    bindings = Bindings()
    try:
        bindings.read(find_config(path))
    except ConfigError:
        return 4  # a checkpoint by itself: what every prior of the release has
    value = bindings.get("VariationalPrior.cycle_size", 4)
    return value if isinstance(value, int) and value > 0 else 4
