"""Continuous latents as classes, and back: one pair of functions for preprocessing, training and export.

The scale is that of a normal distribution of deviation 2, whose cumulative function is cut into `levels` equal parts.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def quantise(z: Tensor, levels: int) -> Tensor:
    """Latents of any shape → int64 classes 0 … levels − 1; what is no number becomes the middle one."""
    u = 0.5 * (1 + torch.erf(torch.nan_to_num(z) / (2 * math.sqrt(2.0))))
    return torch.floor(u * levels).to(torch.int64).clamp(0, levels - 1)


def dequantise(tokens: Tensor, jitter: Tensor, levels: int) -> Tensor:
    """Classes → float32 latents somewhere within theirs. jitter: of the same shape, uniform in (0, 1)."""
    u = (tokens.to(torch.float32).clamp(0, levels - 1) + jitter) / levels
    return (2 * math.sqrt(2.0)) * torch.erfinv((2 * u - 1).clamp(-1 + 1e-6, 1 - 1e-6))
