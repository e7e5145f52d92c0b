"""Networks that tell recordings from reconstructions.

Each takes sounds [B, C, T] and returns, a sub-discriminator, the list of its features, the last one
its score (one value a place, not a probability). Parameters have the names and shapes of release checkpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from .layers import Features
from .spectral import Descript, MultiScaleSpectral
from .wave import MultiPeriod, MultiScale

if TYPE_CHECKING:
    from ...rave.config import Config

__all__ = ["Combined", "Descript", "Features", "MultiPeriod", "MultiScale", "MultiScaleSpectral", "build"]


class Combined(nn.Module):
    """The features of several discriminators, one after the other."""

    def __init__(self, discriminators: list[nn.Module]):
        super().__init__()
        self.discriminators = nn.ModuleList(discriminators)

    def forward(self, x: Tensor) -> list[Features]:
        return [features for discriminator in self.discriminators for features in discriminator(x)]


def build(config: Config) -> nn.Module:
    """The discriminator that a configuration asks for. ValueError: a name that is none of ours."""
    c = config
    kinds = {
        "multiscale": lambda: MultiScale(c.n_channels, c.discriminator_capacity, c.multiscale_count),
        "multiperiod": lambda: MultiPeriod(c.n_channels, c.discriminator_capacity, c.periods),
        "spectral": lambda: MultiScaleSpectral(c.n_channels, c.spectral_scales, c.spectral_capacity),
        "descript": lambda: Descript(c.n_channels),
    }
    for name in config.discriminators:
        if name not in kinds:
            raise ValueError(f"There is no discriminator '{name}': the choice is {', '.join(kinds)}.")
    parts = [kinds[name]() for name in config.discriminators]
    return parts[0] if len(parts) == 1 else Combined(parts)
