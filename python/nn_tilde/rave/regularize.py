"""What makes an encoder's output a latent, and keeps the latents in order.

Each wraps the encoder (`encoder`) and offers: `reparametrize(raw)` → (decoder input, loss) for
training, `mean(raw)` → decoder input without chance. Noise channels the generator expects are
appended by both: random in the first, zero in the second.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..nn.quantize import ResidualQuantizer
from .config import Config


class Latents(nn.Module):
    """Base: the latents are the encoder's output."""

    frozen_later = False  # whether the second phase leaves the encoder as it is

    def __init__(self, encoder: nn.Module, noise_channels: int = 0):
        super().__init__()
        self.encoder = encoder
        self.noise_channels = noise_channels

    def forward(self, x: Tensor) -> Tensor:
        """Raw output of the encoder, [B, L·outputs, F]."""
        return self.encoder(x)

    def reparametrize(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_noise(raw, random=True), raw.new_zeros(())

    def mean(self, raw: Tensor) -> Tensor:
        return self.with_noise(raw, random=False)

    def with_noise(self, z: Tensor, random: bool) -> Tensor:
        """[B, L, F] → [B, L + noise channels, F]."""
        if not self.noise_channels:
            return z
        shape = (z.shape[0], self.noise_channels, z.shape[2])
        noise = torch.randn(shape, dtype=z.dtype, device=z.device) if random else z.new_zeros(shape)
        return torch.cat([z, noise], 1)


class Variational(Latents):
    """Normal distributions of the encoder's mean and deviation (Kingma and Welling 2014)."""

    frozen_later = True

    def __init__(self, encoder: nn.Module, noise_channels: int = 0, beta: float = 1.0):
        super().__init__(encoder, noise_channels)
        self.beta = beta
        self.register_buffer("warmed_up", torch.tensor(0))

    def reparametrize(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """The loss is twice the Kullback-Leibler divergence from N(0, 1), summed over dimensions."""
        mean, scale = raw.chunk(2, 1)
        deviation = F.softplus(scale) + 1e-4
        variance = deviation.square()
        z = mean + torch.randn_like(mean) * deviation
        loss = (mean.square() + variance - variance.log() - 1).sum(1).mean()
        return self.with_noise(z, random=True), loss * self.beta

    def mean(self, raw: Tensor) -> Tensor:
        return self.with_noise(raw.chunk(2, 1)[0], random=False)


class Wasserstein(Latents):
    """Latents whose distribution as a whole is near N(0, 1), by maximum mean discrepancy
    (Tolstikhin et al. 2018)."""

    frozen_later = True

    def __init__(self, encoder: nn.Module, noise_channels: int):
        super().__init__(encoder, noise_channels)
        self.register_buffer("warmed_up", torch.tensor(0))

    def reparametrize(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        z = raw.transpose(1, 2).flatten(0, 1)
        prior = torch.randn_like(z)
        loss = _kernel(z, z) + _kernel(prior, prior) - 2 * _kernel(z, prior)
        return self.with_noise(raw, random=True), loss


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    """Mean over pairs of exp(-‖a - b‖²/L²), for vectors [N, L]."""
    size = a.shape[1]
    return torch.exp(-(a[:, None] - b[None]).square().mean(2) / size).mean()


class Discrete(Latents):
    """Codes of a residual quantiser, once `enabled`: training does that before its first step."""

    def __init__(self, encoder: nn.Module, quantizer: ResidualQuantizer, noise_channels: int):
        super().__init__(encoder, noise_channels)
        self.rvq = quantizer
        self.register_buffer("warmed_up", torch.tensor(0))
        self.register_buffer("enabled", torch.tensor(0))
        self._enabled = False  # the same where a step may ask without waiting for a GPU

    def enable(self) -> None:
        self.enabled.fill_(1)
        self._enabled = True

    def _load_from_state_dict(self, *args) -> None:
        super()._load_from_state_dict(*args)
        self._enabled = bool(self.enabled)

    def reparametrize(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        z, loss = self.rvq(raw) if self._enabled else (raw, raw.new_zeros(()))
        return self.with_noise(z, random=True), loss

    def mean(self, raw: Tensor) -> Tensor:
        z = self.rvq.decode(self.rvq.encode(raw)) if self._enabled else raw
        return self.with_noise(z, random=False)


class Spherical(Latents):
    """Latents of length 1."""

    def reparametrize(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        return self.mean(raw), raw.new_zeros(())

    def mean(self, raw: Tensor) -> Tensor:
        # A length that is never zero: digital silence has a direction too.
        return self.with_noise(raw / raw.norm(dim=1, keepdim=True).clamp(min=1e-8), random=False)


def build_latents(c: Config, encoder: nn.Module) -> Latents:
    if c.regularization == "variational":
        return Variational(encoder, c.noise_augmentation, c.variational_beta)
    if c.regularization == "wasserstein":
        return Wasserstein(encoder, c.noise_augmentation)
    if c.regularization == "discrete":
        quantizer = ResidualQuantizer(c.num_quantizers, c.codebook_size, c.latent_size)
        return Discrete(encoder, quantizer, c.noise_augmentation)
    return Spherical(encoder, c.noise_augmentation)
