"""What the latents should be distributed like."""

from __future__ import annotations

import torch
from torch import Tensor

from ..settings import Prior as Settings
from .distributions import log_normal


class Prior:
    """Independent normal latents; N(0, 1) when isotropic. Raises ValueError when the numbers are not one a latent."""

    def __init__(self, settings: Settings, latent: int):
        for name in ("mean", "std"):
            value = getattr(settings, name)
            if isinstance(value, list) and len(value) != latent:
                raise ValueError(f"training.prior.{name} has {len(value)} numbers for {latent} latents.")
        self._mean = torch.as_tensor(settings.mean, dtype=torch.float32).expand(latent)
        self._std = torch.as_tensor(settings.std, dtype=torch.float32).expand(latent)

    def parameters(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and deviation, each [latents], on the device of `like`."""
        return self._mean.to(like.device, like.dtype), self._std.to(like.device, like.dtype)

    def sample(self, like: Tensor) -> Tensor:
        """[N, latents] as `like`."""
        mean, std = self.parameters(like)
        return mean + std * torch.randn_like(like)

    def log_density(self, z: Tensor) -> Tensor:
        """[N, latents] → the same, in nats."""
        return log_normal(z, *self.parameters(z))
