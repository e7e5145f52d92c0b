"""Magnitudes as a network likes them: compressed, then shifted and scaled by what the dataset is like. Scriptable.

    y = (contrast(m) - offset) / scale

contrast    log1p  log(1 + m)    log  log(m + ε)    log10  the same with base 10    none  m
scaling     unipolar  0 to 1     bipolar  -1 to 1   gaussian  mean 0, std 1         none  as it is

Loudest frames may go somewhat above 1: the ends are those of 99 of 100 frames (`Statistics.high`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .statistics import Statistics

CONTRASTS = ("log1p", "log", "log10", "none")
SCALINGS = ("unipolar", "bipolar", "gaussian", "none")
EPSILON = 1e-5  # ε of the logarithms: -100 dB of a bin of magnitude 1


class Contrast(nn.Module):
    """Magnitudes ≥ 0 of any shape → compressed; `invert` undoes it and gives no less than 0."""

    def __init__(self, name: str = "log1p", epsilon: float = EPSILON):
        super().__init__()
        if name not in CONTRASTS:
            raise ValueError(f"The contrast must be one of {', '.join(CONTRASTS)}, not '{name}'.")
        if not epsilon > 0:
            raise ValueError(f"The ε of a logarithm must be above 0, not {epsilon}.")
        self.name, self.epsilon = name, float(epsilon)
        self.base = math.log(10) if name == "log10" else 1.0

    def forward(self, m: Tensor) -> Tensor:
        if self.name == "log1p":
            return torch.log1p(m)
        if self.name == "none":
            return m
        return torch.log(m + self.epsilon) / self.base

    @torch.jit.export
    def invert(self, y: Tensor) -> Tensor:
        if self.name == "log1p":
            y = torch.expm1(y)
        elif self.name != "none":
            y = torch.exp(y * self.base) - self.epsilon
        return y.clamp(min=0)


class Scaling(nn.Module):
    """(x - offset) / scale on [..., planes, frames, bins], one offset and scale a plane; `invert` is exact."""

    def __init__(self, mode: str = "unipolar", planes: int = 1):
        super().__init__()
        if mode not in SCALINGS:
            raise ValueError(f"The scaling must be one of {', '.join(SCALINGS)}, not '{mode}'.")
        self.mode = mode
        self.register_buffer("offset", torch.zeros(planes, 1, 1))
        self.register_buffer("scale", torch.ones(planes, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.offset) / self.scale

    @torch.jit.export
    def invert(self, y: Tensor) -> Tensor:
        return y * self.scale + self.offset

    @torch.jit.ignore
    def set(self, statistics: Sequence[Statistics | None], positive: bool = True) -> None:
        """Takes offset and scale from the statistics of each plane; None leaves a plane as it is.

        positive: the least value is 0 of something, so it is the offset, rather than the 1 % quantile. ValueError: no
        frames, or all values alike.
        """
        for plane, seen in enumerate(statistics):
            if seen is None or self.mode == "none":
                continue
            if not seen.frames:
                raise ValueError("The dataset has no frames to scale by.")
            low, high = seen.minimum if positive else seen.low, seen.high
            if self.mode == "gaussian":
                offset, scale = seen.mean, seen.std
            elif self.mode == "bipolar":
                offset, scale = (low + high) / 2, (high - low) / 2
            else:
                offset, scale = low, high - low
            if not scale > 0:
                raise ValueError("The dataset is the same value everywhere, silence perhaps: nothing to scale by.")
            self.offset[plane], self.scale[plane] = offset, scale
