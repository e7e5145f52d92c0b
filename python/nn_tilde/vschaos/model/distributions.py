"""What a decoder says of a frame: a value for each bin, or a distribution."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import activation

FLOOR = 1e-6
_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def log_normal(x: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """Log-density of each element, in nats."""
    return -0.5 * ((x - mean) / deviation).square() - deviation.log() - _HALF_LOG_TAU


class Plain(nn.Module):
    """No distribution: a value. raw: [N, C, bins], as everywhere here."""

    parts = 1

    def __init__(self, nnlin: str | None):
        super().__init__()
        self.nnlin = activation(nnlin)

    def forward(self, raw: Tensor) -> Tensor:
        return self.mean(raw)

    @torch.jit.export
    def mean(self, raw: Tensor) -> Tensor:
        return self.nnlin(raw)

    @torch.jit.unused
    def log_density(self, raw: Tensor, x: Tensor) -> Tensor | None:
        return None


class Normal(Plain):
    """raw: [N, 2·C, bins], means before their activation, then deviations before their sigmoid, which begins low."""

    parts = 2

    @torch.jit.export
    def mean(self, raw: Tensor) -> Tensor:
        return self.nnlin(raw.chunk(2, 1)[0])

    def deviation(self, raw: Tensor) -> Tensor:
        return torch.sigmoid(raw.chunk(2, 1)[1] - 3) + FLOOR

    @torch.jit.unused
    def log_density(self, raw: Tensor, x: Tensor) -> Tensor | None:
        return log_normal(x, self.mean(raw), self.deviation(raw))


class Bernoulli(Plain):
    """raw: logits. Of targets between 0 and 1 the log-density is a cross-entropy."""

    def __init__(self, nnlin: str | None):
        super().__init__("Sigmoid")

    @torch.jit.unused
    def log_density(self, raw: Tensor, x: Tensor) -> Tensor | None:
        return -F.binary_cross_entropy_with_logits(raw, x, reduction="none")


def build_output(dist: str | None, nnlin: str | None) -> Plain:
    return {None: Plain, "Normal": Normal, "Bernoulli": Bernoulli}[dist](nnlin)
