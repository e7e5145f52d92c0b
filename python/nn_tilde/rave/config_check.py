"""What a configuration must hold to work."""

from __future__ import annotations

import math
import types
import typing
from typing import TYPE_CHECKING, Any

from .gin_file import ConfigError

if TYPE_CHECKING:
    from .config import Config

_POSITIVE = (
    *("sampling_rate", "n_channels", "n_band", "capacity", "latent_size", "num_quantizers", "codebook_size"),
    *("multiscale_count", "discriminator_capacity", "spectral_capacity", "kernel_size", "update_discriminator_every"),
)
_CHOICES = {
    "architecture": ("v1", "v2"),
    "input_mode": ("pqmf", "mel", "raw"),
    "output_mode": ("pqmf", "raw"),
    "recipe": ("aligned", "release"),
}
_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    str: "a word",
    list: "a list",
    dict: "a dict",
}


def check(c: Config) -> Config:
    """The same configuration, or a ConfigError for one that cannot work."""

    def demand(holds: bool, sentence: str) -> None:
        if not holds:
            raise ConfigError(sentence)

    for name, hint in typing.get_type_hints(type(c)).items():
        value = getattr(c, name)
        demand(_fits(value, hint), f"{name} must be {_told(hint)}, not {value!r}.")
    for name, words in _CHOICES.items():
        demand(getattr(c, name) in words, f"{name} is {' or '.join(words)}, not {getattr(c, name)!r}.")
    demand(c.input_mode != "mel" or c.mel is not None, "input_mode 'mel' needs a MelSpectrogram.")
    for name in _POSITIVE:
        value = getattr(c, name)
        demand(value > 0, f"{name} must be a whole number above 0, not {value!r}.")
    for name in ("log_epsilon", "attenuation", "learning_rate", "discriminator_learning_rate"):
        value = getattr(c, name)
        demand(0 < value < math.inf, f"{name} must be above 0, not {value!r}.")
    demand(c.phase_1_duration >= 0, f"phase_1_duration cannot be below 0, as {c.phase_1_duration} is.")
    demand(not c.n_band & (c.n_band - 1), f"N_BAND must be a power of two, not {c.n_band}.")
    for name in ("ratios", "encoder_ratios", "stft_scales", "periods", "spectral_scales"):
        values = getattr(c, name)
        demand(all(value > 0 for value in values), f"{name} must be whole numbers above 0, not {values}.")
    for name in ("dilations", "encoder_dilations"):
        levels = getattr(c, name)
        demand(all(d > 0 for level in levels for d in level), f"{name} must be whole numbers above 0, not {levels}.")
    start = c.mel.hop if c.mel else c.n_band if c.input_mode == "pqmf" else 1
    heard = start * math.prod(c.encoder_ratios)
    demand(bool(c.ratios), "RATIOS needs at least one number.")
    demand(
        heard == c.ratio and bool(c.encoder_ratios),
        f"The encoder makes a latent every {heard} samples, the generator takes one every {c.ratio}; "
        "change RATIOS or the hop so that they agree.",
    )
    if c.architecture == "v2":
        demand(len(c.dilations) >= len(c.ratios), "DILATIONS needs a list for each of RATIOS.")
        demand(len(c.encoder_dilations) >= len(c.encoder_ratios), "The encoder needs DILATIONS for each of its ratios.")
    if c.noise is not None:
        frames = c.ratio // (c.n_band if c.output_mode == "pqmf" else 1)
        demand(frames % math.prod(c.noise.ratios) == 0, f"The noise's ratios {c.noise.ratios} do not divide {frames}.")
    demand(c.architecture == "v2" or c.regularization == "variational", f"{c.regularization} needs RAVE 2.")
    return c


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotated type, to the bottom; a whole number is a number too."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, each) for each in inner)
    if origin in (list, tuple):
        kinds = inner if origin is tuple else inner * len(value) if isinstance(value, list) else ()
        return isinstance(value, list | tuple) and len(kinds) == len(value) and all(map(_fits, value, kinds))
    if origin is dict:
        return isinstance(value, dict) and all(_fits(k, inner[0]) and _fits(v, inner[1]) for k, v in value.items())
    if hint in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, int | float if hint is float else hint)


def _told(hint: Any) -> str:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(_told(each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is list and (inner := typing.get_args(hint)[0]) in (int, str):
        return "a list of whole numbers" if inner is int else "a list of words"
    if typing.get_origin(hint) is list and typing.get_origin(typing.get_args(hint)[0]) is list:
        return "a list of lists of whole numbers"
    return _KINDS.get(typing.get_origin(hint) or hint, getattr(hint, "__name__", "None"))
