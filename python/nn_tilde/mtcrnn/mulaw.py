"""Mu-law: sound as one of 256 numbers, fine steps for soft samples and coarse ones for loud (ITU-T G.711's curve).

    y = sign(x) · ln(1 + (C − 1)|x|) / ln C,        C channels

y is cut into C classes at C equally spaced edges from −1 to 1, so the class C − 1 holds full scale alone. The functions
take and return numpy arrays or torch tensors of any shape.
"""

from __future__ import annotations

import math
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    import torch

Numbers = TypeVar("Numbers", np.ndarray, "torch.Tensor")


def encode(x: Numbers, channels: int = 256) -> Numbers:
    """Samples in −1..1 → classes 0..channels − 1, int64; louder ones are clipped."""
    if channels < 2:
        raise ValueError(f"Mu-law needs at least 2 channels, not {channels}.")
    edges = _edges(channels)
    if _is_tensor(x):
        import torch

        x = x.to(torch.float64)  # in 32 bits samples near an edge would fall to either side of it
        y = x.sign() * torch.log1p((channels - 1) * x.abs()) / math.log(channels)
        places = torch.bucketize(y, torch.tensor(edges, device=y.device), right=True)
        return (places - 1).clamp_(0, channels - 1)
    x = np.asarray(x, np.float64)
    y = np.sign(x) * np.log1p((channels - 1) * np.abs(x)) / math.log(channels)
    return np.maximum(np.searchsorted(edges, y, side="right") - 1, 0)  # below −1 there is no edge


@lru_cache
def _edges(channels: int) -> np.ndarray:
    edges = np.linspace(-1, 1, channels)
    edges.flags.writeable = False
    return edges


def decode(index: Numbers, channels: int = 256, legacy: bool = False) -> Numbers:
    """Classes → samples float32 in −1..1.

    Each class becomes the middle of what it stands for, silence silence. legacy: as MTCRNN has it, half a class
    off: an offset of −0.0023 and 5 dB more noise for soft sounds.
    """
    if _is_tensor(index):
        import torch

        level = index.to(torch.float64)
        level = level / channels * 2 - 1 if legacy else ((2 * level + 1) / (channels - 1) - 1).clamp_(max=1)
        return (level.sign() * torch.expm1(level.abs() * math.log(channels)) / (channels - 1)).to(torch.float32)
    level = np.asarray(index, np.float64)
    level = level / channels * 2 - 1 if legacy else np.minimum((2 * level + 1) / (channels - 1) - 1, 1)
    return (np.sign(level) * np.expm1(np.abs(level) * math.log(channels)) / (channels - 1)).astype(np.float32)


def as_input(index: Numbers, channels: int = 256, onehot: bool = False) -> Numbers:
    """Classes [...] as a network hears them, float32: [..., 1], index / channels; onehot: [..., channels]."""
    if _is_tensor(index):
        import torch

        if onehot:
            return torch.nn.functional.one_hot(index, channels).to(torch.float32)
        return (index.to(torch.float32) / channels)[..., None]
    index = np.asarray(index)
    if onehot:
        return (index[..., None] == np.arange(channels)).astype(np.float32)
    return (index.astype(np.float32) / np.float32(channels))[..., None]


def from_input(x: Numbers, channels: int = 256, onehot: bool = False) -> Numbers:
    """The classes [...] that `as_input` made into [..., 1] or [..., channels], int64."""
    if _is_tensor(x):
        import torch

        return x.argmax(-1) if onehot else torch.round(x[..., 0] * channels).to(torch.int64).clamp_(0, channels - 1)
    return x.argmax(-1) if onehot else np.clip(np.rint(x[..., 0] * channels), 0, channels - 1).astype(np.int64)


def _is_tensor(x: object) -> bool:
    """Without importing torch: whoever has a tensor has imported it."""
    module = sys.modules.get("torch")
    return module is not None and isinstance(x, module.Tensor)
