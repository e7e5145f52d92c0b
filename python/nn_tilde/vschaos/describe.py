"""An architecture in lines, as `+check=1` shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .settings import Config, Network, Term

if TYPE_CHECKING:
    from torch import nn

    from .model.vae import VAE


def described(config: Config, bins: int | None = None) -> str:
    """See `config.describe`."""
    import torch

    from .model.vae import VAE

    with torch.device("meta"):
        vae = VAE(config, bins)
    return "\n".join(_lines(config, vae))


def _lines(c: Config, vae: VAE) -> Iterator[str]:
    from .model.decoders import deconv_lengths
    from .model.encoders import conv_lengths

    model, t = c.model, c.training
    for name, parameters in c.transforms.items():
        yield _row("transform", name, ", ".join(f"{key} {value}" for key, value in parameters.items()))
    frame = f"{model.channels} × {vae.bins}"
    encoder, decoder = model.encoder, model.decoder
    steps = [frame]
    if encoder.type == "ConvEncoder":
        lengths = conv_lengths(encoder, vae.bins)[1:]
        steps += [f"{n} × {length}" for n, length in zip(encoder.channels, lengths, strict=True)]
    steps += [str(size) for size in encoder.hidden] + [f"{model.latent.dim} {model.latent.dist}"]
    yield _row("encoder", encoder.type, " → ".join(steps), vae.encoder)
    yield from _convolutions(encoder)
    steps = [
        f"{model.latent.dim} + {vae.decoder_labels.width}" if model.conditions("decoder") else str(model.latent.dim)
    ]
    steps += [str(size) for size in decoder.hidden]
    if decoder.type == "DeconvEncoder":
        lengths = deconv_lengths(decoder, vae.bins)
        steps += [f"{n} × {length}" for n, length in zip(decoder.channels, lengths, strict=True)]
    shape = f"{frame} {decoder.target_dist or decoder.out_nnlin or ''}".strip()
    yield _row("decoder", decoder.type, " → ".join([*steps, shape]), vae.decoder)
    yield from _convolutions(decoder)
    for task, condition in model.conditioning.items():
        labels = (
            f"{condition.dim} classes" if condition.categorical else f"{condition.range[0]} to {condition.range[1]}"
        )
        where = " and ".join(condition.target)
        yield _row("condition", task, f"{labels}, {condition.embedding} of {condition.width} to the {where}")
    for (task, prediction), predictor in zip(model.prediction.items(), vae.predictors, strict=True):
        steps = [str(size) for size in (model.latent.dim, *prediction.hidden, prediction.dim or 1)]
        yield _row("prediction", task, f"{' → '.join(steps)} {prediction.target_dist}", predictor)
        if task in model.conditions("encoder"):
            yield _row("", "", f"The encoder is told '{task}', so there is little to predict.")
    yield _row("parameters", "", f"{sum(p.numel() for p in vae.parameters()):,}")
    yield _row("loss", "", f"{_terms(t.reconstruction)} + β · ({_terms(t.regularization) or '0'})")
    unit = {"batch": "batches", "epoch": "epochs"}[t.schedule]
    yield _row("", "", f"β to {t.beta:g} in {t.warmup:,} {unit}")
    arguments = ", ".join(f"{key} {value}" for key, value in t.optimizer.args.items())
    yield _row("training", t.optimizer.type, f"{arguments}; batches of {c.data.loader.batch_size}")


def _row(what: str, name: str, text: str, module: nn.Module | None = None) -> str:
    count = f"   ({sum(p.numel() for p in module.parameters()):,} parameters)" if module is not None else ""
    return f"{what:<11}{name:<15}{text}{count}".rstrip()


def _convolutions(network: Network) -> Iterator[str]:
    if network.type != "MLPEncoder":
        words = network.nnlin, f"{network.norm} norm" if network.norm else "no norm"
        yield _row("", "", f"kernels {network.kernel_size}, strides {network.stride}, {', '.join(words)}")


def _terms(terms: list[Term]) -> str:
    def one(term: Term) -> str:
        arguments = ", ".join(f"{key} {value}" for key, value in term.args.items())
        weight = "" if term.weight == 1 else f"{term.weight:g} "
        return f"{weight}{term.type}" + (f" ({arguments})" if arguments else "")

    return " + ".join(one(term) for term in terms)
