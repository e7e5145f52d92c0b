"""Activations."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Snake(nn.Module):
    """x + sin²(αx)/α with an α per channel (Ziyin et al. 2020); [B, C, T] → the same."""

    def __init__(self, channels: int):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + (self.alpha * x).sin().square() / (self.alpha + 1e-9)


def activation(kind: str, channels: int) -> nn.Module:
    """`leaky_relu` (slope 0.2) or `snake`."""
    return Snake(channels) if kind == "snake" else nn.LeakyReLU(0.2)


def mod_sigmoid(x: Tensor) -> Tensor:
    """An amplitude of 0 to 2 that never is quite 0 (Engel et al. 2020, DDSP)."""
    return 2 * torch.sigmoid(x) ** 2.3 + 1e-7
