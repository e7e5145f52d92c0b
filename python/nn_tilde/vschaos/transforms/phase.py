"""Phases in units of π, wrapped or not. Scriptable."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def wrap(phase: Tensor) -> Tensor:
    """Radians to [-π, π)."""
    return torch.remainder(phase + math.pi, 2 * math.pi) - math.pi


def unwrap(phase: Tensor) -> Tensor:
    """Radians [..., F, bins] without jumps of more than π from frame to frame (Itoh 1982)."""
    steps = wrap(phase[..., 1:, :] - phase[..., :-1, :])
    return torch.cat([phase[..., :1, :], phase[..., :1, :] + torch.cumsum(steps, -2)], -2)


class Phase(nn.Module):
    """Spectrum, complex [..., F, bins] → phase / π, in [-1, 1], or unbounded when unwrapped along time."""

    def __init__(self, unwrapped: bool = False):
        super().__init__()
        self.unwrapped = unwrapped

    def forward(self, spectrum: Tensor) -> Tensor:
        phase = torch.angle(spectrum)
        if self.unwrapped:
            phase = unwrap(phase.double()).to(phase.dtype)
        return phase / math.pi

    @torch.jit.export
    def invert(self, y: Tensor) -> Tensor:
        """→ radians."""
        return y * math.pi
