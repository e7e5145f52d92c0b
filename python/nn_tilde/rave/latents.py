"""Which directions of the latent space matter: principal components over any amount of frames.

Nothing but sums is kept, so the validation set may be of any size, also smaller than the latent space.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Components(NamedTuple):
    """mean [L]; directions [L, L], one a row, the most important first; fidelity [L], the share of the
    variance that the first 1, 2, ... L of them explain."""

    mean: Tensor
    directions: Tensor
    fidelity: Tensor


class LatentStatistics:
    """Mean and covariance of latent frames and of their loudness, in double precision.

    Batches are merged by the formula of Chan, Golub and LeVeque (1983), which does not cancel.
    """

    def __init__(self, latent_size: int):
        self.size = latent_size
        self.count = 0
        self.mean = torch.zeros(latent_size + 1, dtype=torch.double)
        self.scatter = torch.zeros(latent_size + 1, latent_size + 1, dtype=torch.double)

    def update(self, z: Tensor, loudness: Tensor | None = None) -> None:
        """Takes frames z [B, L, F] and, if known, their loudness in decibels [B, F]."""
        # To the host once a batch, where doubles exist whatever the device.
        frames = z.detach().transpose(1, 2).reshape(-1, self.size).to("cpu", torch.double)
        if loudness is None:
            level = torch.zeros(len(frames), 1, dtype=torch.double)
        else:
            level = loudness.detach().reshape(-1, 1).to("cpu", torch.double)
        frames = torch.cat([frames, level], 1)
        if len(frames):
            mean = frames.mean(0)
            self._merge(len(frames), mean, (frames - mean).T @ (frames - mean))

    def sum(self, total: Callable[[Tensor], Tensor]) -> None:
        """Takes what all processes have seen. total: sum of a tensor over them."""
        moments = self.scatter + self.count * torch.outer(self.mean, self.mean)
        packed = torch.cat([moments.flatten(), self.count * self.mean, torch.tensor([self.count]).double()])
        packed = total(packed).cpu()
        self.count = int(packed[-1])
        self.mean = packed[-1 - len(self.mean) : -1] / max(self.count, 1)
        moments = packed[: moments.numel()].view_as(moments)
        self.scatter = moments - self.count * torch.outer(self.mean, self.mean)

    def _merge(self, count: int, mean: Tensor, scatter: Tensor) -> None:
        total = self.count + count
        shift = mean - self.mean
        self.scatter += scatter + torch.outer(shift, shift) * (self.count * count / total)
        self.mean += shift * (count / total)
        self.count = total

    def components(self) -> Components:
        """Principal components of all frames so far, in single precision. ValueError: there were none.

        Each direction points to where sounds get louder; to its largest element where loudness says nothing.
        """
        if not self.count:
            raise ValueError("There are no latent frames to analyse.")
        covariance = self.scatter[:-1, :-1] / self.count
        variances, vectors = torch.linalg.eigh(covariance)
        variances, directions = variances.flip(0).clamp_min(0), vectors.T.flip(0)
        louder = directions @ self.scatter[:-1, -1]
        largest = directions.gather(1, directions.abs().argmax(1, keepdim=True))[:, 0]
        # A correlation below a thousandth is chance, and would turn from one validation to the next.
        scale = (variances * self.count * self.scatter[-1, -1]).sqrt()
        sign = torch.where(louder.abs() > 1e-3 * scale, louder, largest).sign()
        directions = directions * torch.where(sign == 0, 1.0, sign)[:, None]
        total = variances.sum()
        fidelity = variances.cumsum(0) / total if total > 0 else torch.ones(self.size, dtype=torch.double)
        return Components(self.mean[:-1].float(), directions.float(), fidelity.clamp_max(1).float())


def frame_loudness(x: Tensor, frames: int) -> Tensor:
    """Level of x [B, C, T] cut into equal frames: [B, frames] in decibels, at least -120."""
    length = x.shape[-1] // frames
    power = x[..., : length * frames].float().unflatten(-1, (frames, length)).square().mean((1, 3))
    return 10 * torch.log10(power + 1e-12)


def latent_size_for(fidelity: Tensor, share: float) -> int:
    """How many components explain at least `share` of the variance: 1 … L; L where that was not measured."""
    return min(int((fidelity < share).sum()) + 1, len(fidelity))
