"""What the data says of a model: its configuration as the data has it, unless an override says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from . import config as configs
from .config import Config, ConfigError
from .data.latents import Latents
from .data.windows import cut_for

NAMES = {
    "num_tokens": "NUM_TOKENS",
    "num_quantizers": "NUM_QUANTIZERS",
    "num_semantic_features": "NUM_SEMANTIC_FEATURES",
    "num_encoder_tokens": "NUM_ENCODER_TOKENS",
    "encoder_out_ratio": "encoder_out_ratio",
}


def bind(config: Config, kept: set[str], latents: Latents) -> tuple[Config, list[str]]:
    """The configuration with the data's numbers of classes, streams and features; and lines for the user.

    kept: fields that stay as they are. Raises ConfigError, DatasetError when the data cannot train such a model.
    """
    about = latents.about
    found = {"num_tokens": about.num_tokens, "num_quantizers": about.quantizers}
    key = about.keys.get(config.encoder_key) if config.encoder != "none" else None
    if key is not None and key.ratio >= 1:
        found["encoder_out_ratio"] = key.ratio
    if key is not None and key.kind == "features":
        found["num_semantic_features"] = key.width
    if key is not None and key.kind == "tokens" and key.num_tokens:
        found["num_encoder_tokens"] = key.num_tokens
    taken = {name: value for name, value in found.items() if name not in kept}
    bound = config.replace(**taken)
    cut_for(bound, latents)
    if key is not None and key.kind == "features" and bound.num_semantic_features != key.width:
        raise ConfigError(
            f"'{key.name}' has {key.width} features, not {bound.num_semantic_features} as NUM_SEMANTIC_FEATURES says."
        )
    remarks = [f"From the data: {', '.join(f'{NAMES[name]}={value}' for name, value in taken.items())}."]
    if bound.num_tokens > about.num_tokens:
        remarks.append(f"The data has {about.num_tokens} tokens; NUM_TOKENS={bound.num_tokens} learns more than come.")
    if bound.num_quantizers < about.quantizers:
        remarks.append(
            f"The first {bound.num_quantizers} of {about.quantizers} latents are learnt, the others are not."
        )
    return bound, remarks if taken else remarks[1:]


def said(overrides: Sequence[str]) -> set[str]:
    """The fields that overrides name."""
    ratio = any(word.partition("=")[0].strip().endswith("encoder_out_ratio") for word in overrides)
    return configs.overridden(overrides) | ({"encoder_out_ratio"} if ratio else set())


def counted(config: Config, counts: np.ndarray) -> np.ndarray:
    """Counts of tokens [Q, V] as the data has them → as the model does. Raises ConfigError when that has too few."""
    counts = counts[: config.num_quantizers]
    largest = int(np.flatnonzero(counts.any(0)).max(initial=0))
    if largest >= config.num_tokens:
        raise ConfigError(
            f"The data has tokens up to {largest}, more than NUM_TOKENS={config.num_tokens} has room for."
        )
    full = np.zeros((config.num_quantizers, config.num_tokens), np.int64)
    width = min(counts.shape[1], config.num_tokens)
    full[:, :width] = counts[:, :width]
    return full


def check_steering(config: Config, latents: Latents) -> None:
    """Raises ConfigError when semantic tokens are more than the model knows."""
    if config.encoder != "tokens":
        return
    key = latents.about.keys[config.encoder_key]
    for recording, frames in enumerate(latents.lengths.tolist()):
        values = latents.values(key.name, recording, 0, -(-frames // key.ratio))
        if len(values) and not 0 <= int(values.min()) <= int(values.max()) < config.num_encoder_tokens:
            raise ConfigError(
                f"'{key.name}' holds the token {int(values.max())}, and NUM_ENCODER_TOKENS is "
                f"{config.num_encoder_tokens}: --override NUM_ENCODER_TOKENS={int(values.max()) + 1} makes room."
            )


def pretrained(config: Config) -> tuple[Config, Tensor | None, list[str]]:
    """Codebooks [Q, V, D] of the RAVE that the configuration names, None of one without codes, which is said.

    Raises ConfigError, ValueError, FileNotFoundError.
    """
    if config.pretrained_rave is None:
        return config, None, []
    from .rave_file import RaveFile

    rave = RaveFile.open(config.pretrained_rave)
    books = rave.codebooks() if rave.discrete else None
    name = Path(config.pretrained_rave).name
    if books is None:
        ignored = f"'{name}' has no codebooks, being no RAVE of codes: the embedding begins at random instead."
        return config.replace(pretrained_rave=None), None, [ignored]
    books = books[: config.num_quantizers]
    if tuple(books.shape[:2]) != (config.num_quantizers, config.num_tokens):
        raise ConfigError(
            f"'{name}' has {len(books)} codebooks of {books.shape[1]} codes, which are not the data's "
            f"{config.num_quantizers} of {config.num_tokens}; take the RAVE that made the data, or leave it out."
        )
    return config, books, []
