"""The prior of RAVE 1: a causal network that continues a sequence of latents (after van den Oord et al. 2016, WaveNet).

Latents of D dimensions are quantised into R classes of equal probability under N(0, 1), and shifted so that one
step of the sequence holds dimension 0 of a frame and dimension D−1 of the frame D−1 earlier. Predicting a step
then makes every dimension depend on the dimensions before it in its own frame.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

LIMIT = 4.0  # latents are clamped to ±LIMIT standard deviations


def quantize(z: torch.Tensor, resolution: int) -> torch.Tensor:
    """Latents of any shape → int64 classes 0 … resolution−1, equally probable for z ~ N(0, 1)."""
    return (torch.special.ndtr(z) * resolution).floor().long().clamp(0, resolution - 1)


def dequantize(classes: torch.Tensor, dither: torch.Tensor, resolution: int, limit: float = LIMIT) -> torch.Tensor:
    """Classes and a place in each of them (dither in [0, 1), same shape) → latents in ±limit."""
    u = (classes + dither) / resolution
    return (math.sqrt(2.0) * torch.erfinv(2.0 * u - 1.0)).clamp(-limit, limit)


def shift(z: torch.Tensor) -> torch.Tensor:
    """[B, D, T] → [B, D, T−D+1]: dimension d comes D−1−d frames early. Raises ValueError when T < D."""
    dims, frames = z.shape[1], z.shape[2] - z.shape[1] + 1
    if frames < 1:
        raise ValueError(f"{z.shape[2]} latent frames are too few for a prior over {dims} dimensions.")
    return torch.stack([z[:, d, dims - 1 - d :][:, :frames] for d in range(dims)], 1)


def unshift(s: torch.Tensor) -> torch.Tensor:
    """The inverse of `shift` where both know the frame: [B, D, T] → [B, D, T−D+1]."""
    return shift(s.flip(1)).flip(1)


class Block(nn.Module):
    """A gated dilated causal convolution with a residual and a skip output."""

    def __init__(self, size: int, skip: int, kernel: int, dilation: int):
        super().__init__()
        self.past = (kernel - 1) * dilation
        self.dconv = nn.Conv1d(size, 2 * size, kernel, dilation=dilation)
        self.rconv = nn.Conv1d(size, size, 1)
        self.sconv = nn.Conv1d(size, skip, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        gate, value = self.dconv(F.pad(x, (self.past, 0))).chunk(2, 1)
        h = torch.sigmoid(gate) * torch.tanh(value)
        return x + self.rconv(h), self.sconv(h)


class Prior(nn.Module):
    """Logits of the next step of a shifted, quantised sequence of latents.

    Parameters have the names of the release's checkpoints. `res_size` and `skp_size` are rounded up to multiples of
    `latent_size`, because the first and last convolutions are grouped by dimension.
    """

    def __init__(
        self,
        latent_size: int,
        resolution: int = 32,
        res_size: int = 512,
        skp_size: int = 256,
        kernel_size: int = 3,
        cycle_size: int = 4,
        n_layers: int = 10,
    ):
        super().__init__()
        res_size = latent_size * math.ceil(res_size / latent_size)
        skp_size = latent_size * math.ceil(skp_size / latent_size)
        self.latent_size, self.resolution, self.kernel_size = latent_size, resolution, kernel_size
        self.dilations = [2 ** (i % cycle_size) for i in range(n_layers)]
        classes = latent_size * resolution
        self.pre_net = nn.Sequential(nn.Conv1d(classes, res_size, kernel_size, groups=latent_size), nn.LeakyReLU(0.2))
        self.residuals = nn.ModuleList(Block(res_size, skp_size, kernel_size, d) for d in self.dilations)
        self.post_net = nn.Sequential(
            nn.Conv1d(skp_size, skp_size, 1), nn.LeakyReLU(0.2), nn.Conv1d(skp_size, classes, 1, groups=latent_size)
        )

    @property
    def receptive_field(self) -> int:
        """Steps that a prediction depends on."""
        return 1 + (self.kernel_size - 1) * (1 + sum(self.dilations))

    def one_hot(self, classes: torch.Tensor) -> torch.Tensor:
        """int64 [B, D, T] → float [B, D·R, T]; class k of dimension d is channel d·R + k."""
        hot = F.one_hot(classes, self.resolution).to(self.post_net[0].weight.dtype)
        return hot.permute(0, 1, 3, 2).flatten(1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One-hot steps [B, D·R, T] → logits [B, D, R, T] of the step after each."""
        x = self.pre_net(F.pad(x, (self.kernel_size - 1, 0)))
        skips = torch.zeros((), dtype=x.dtype, device=x.device)
        for block in self.residuals:
            x, skip = block(x)
            skips = skips + skip
        return self.post_net(skips).unflatten(1, (self.latent_size, self.resolution))

    def loss(self, z: torch.Tensor) -> torch.Tensor:
        """Mean cross entropy, in nats per dimension, of latents [B, D, T] given their past.

        The first step is predicted from nothing, which is how a sampler begins.
        """
        classes = quantize(shift(z), self.resolution)
        past = F.pad(self.one_hot(classes[..., :-1]), (1, 0))
        return F.cross_entropy(self(past).transpose(1, 2), classes)
