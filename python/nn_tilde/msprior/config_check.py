"""What a configuration must be before anything is built from it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ..train.gin_file import ConfigError
from .config_names import NAMES

if TYPE_CHECKING:
    from .config import Config

_WORDS = {
    "layer": ("transformer", "modulated", "gru", "rwkv"),
    "head": ("streams", "flat"),
    "conditioning": ("none", "cross", "film"),
    "encoder": ("none", "tokens", "features"),
}
_COUNTS = (
    *("model_dim", "num_quantizers", "num_heads", "head_dim", "seq_len", "num_layers"),
    *("num_encoder_tokens", "num_semantic_features", "encoder_out_ratio", "peak_iteration"),
)


def check(c: Config) -> Config:
    """Returns c. Raises ConfigError, one sentence."""
    for field, words in _WORDS.items():
        if getattr(c, field) not in words:
            raise ConfigError(f"{NAMES[field]} is {', '.join(words)}, not {getattr(c, field)!r}.")
    for field in _COUNTS:
        _number(c, field, int, 1)
    _number(c, "num_tokens", int, 2)
    for field in ("dropout", "lr", "weight_decay", "start_factor", "cooldown"):
        _number(c, field, (int, float), 0)
    if c.dropout >= 1:
        raise ConfigError(f"DROPOUT_RATE is below 1, not {c.dropout}.")
    pair = isinstance(c.betas, tuple | list) and len(c.betas) == 2
    if not pair or not all(isinstance(b, int | float) and 0 <= b < 1 for b in c.betas):
        raise ConfigError(f"torch.optim.AdamW.betas are two numbers from 0 to below 1, not {c.betas}.")
    for field in ("pretrained_rave", "vae_path"):
        if not isinstance(getattr(c, field), str | None):
            raise ConfigError(f"{NAMES[field]} is a path, not {getattr(c, field)!r}.")
    _combination(c)
    return c if isinstance(c.betas, tuple) else dataclasses.replace(c, betas=tuple(c.betas))


def _combination(c: Config) -> None:
    if (c.conditioning == "none") != (c.encoder == "none"):
        raise ConfigError(f"A model with conditioning '{c.conditioning}' cannot have an encoder '{c.encoder}'.")
    fitting = {"cross": ("transformer",), "film": ("modulated", "rwkv"), "none": ("transformer", "gru", "rwkv")}
    if c.layer not in fitting[c.conditioning]:
        raise ConfigError(f"Layers '{c.layer}' cannot have conditioning '{c.conditioning}'.")
    if c.conditioning == "film" and c.encoder != "features":
        raise ConfigError("Modulated models hear features, not tokens.")
    if c.layer in ("transformer", "modulated") and c.num_heads < 8:
        raise ConfigError(f"ALiBi attention needs NUM_HEADS of 8 or more, not {c.num_heads}.")
    if c.head == "flat" and (c.layer != "transformer" or c.conditioning != "none"):
        raise ConfigError("Flattened sequences are for transformers without conditioning.")
    if c.conditioning == "cross" and c.seq_len % c.encoder_out_ratio:
        raise ConfigError(f"SEQ_LEN must be a multiple of {c.encoder_out_ratio}, not {c.seq_len}.")
    if c.vae_path and c.conditioning != "film":
        raise ConfigError("VAE_PATH is for modulated models.")


def _number(c: Config, field: str, kind: type | tuple[type, ...], least: int) -> None:
    value = getattr(c, field)
    if isinstance(value, bool) or not isinstance(value, kind) or not value >= least or value == float("inf"):
        what = "a whole number" if kind is int else "a number"
        raise ConfigError(f"{NAMES[field]} is {what} of at least {least}, not {value!r}.")
