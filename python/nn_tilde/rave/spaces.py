"""What a patch hears and sends as latents, in frames [B, F, channels], for each kind of encoder.

A space has `size`, the number of latents, and two methods for TorchScript:
`encode(raw, deterministic)`: output of the encoder → latents; `decode(z, deterministic)`: latents →
input of the generator. What is not known is drawn at random, or zero when deterministic.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .latents import latent_size_for
from .network import RAVE


def beside(z: Tensor, channels: int, deterministic: bool) -> Tensor:
    """Frames with `channels` more of normal noise, or of zeros."""
    if channels == 0:
        return z
    size = [z.size(0), z.size(1), channels]
    more = torch.zeros(size, dtype=z.dtype, device=z.device)
    if not deterministic:
        more = torch.randn_like(more)
    return torch.cat([z, more], 2)


class Principal(nn.Module):
    """The first `size` principal components of a variational encoder's latents."""

    def __init__(self, rave: RAVE, size: int):
        super().__init__()
        self.size, self.full, self.noise = size, rave.latent_size, rave.config.noise_augmentation
        self.register_buffer("components", rave.latent_pca.detach())  # rows
        self.register_buffer("mean", rave.latent_mean.detach())

    def encode(self, raw: Tensor, deterministic: bool) -> Tensor:
        z = raw[:, :, : self.full]
        if not deterministic:
            deviation = F.softplus(raw[:, :, self.full :]) + 1e-4
            z = torch.addcmul(z, torch.randn_like(deviation), deviation)
        return torch.matmul(z - self.mean, self.components[: self.size].t())

    def decode(self, z: Tensor, deterministic: bool) -> Tensor:
        z = beside(z, self.full - self.size, deterministic)
        return beside(torch.matmul(z, self.components) + self.mean, self.noise, deterministic)


class Plain(nn.Module):
    """The encoder's output as it is."""

    def __init__(self, size: int, noise: int):
        super().__init__()
        self.size, self.noise = size, noise

    def encode(self, raw: Tensor, deterministic: bool) -> Tensor:
        return raw

    def decode(self, z: Tensor, deterministic: bool) -> Tensor:
        return beside(z, self.noise, deterministic)


class Codes(nn.Module):
    """One index per codebook, as a float."""

    def __init__(self, rave: RAVE):
        super().__init__()
        books = torch.stack([layer.codebook.embed for layer in rave.encoder.rvq.layers]).detach()
        self.size, self.codes, self.noise = books.shape[0], books.shape[1], rave.config.noise_augmentation
        self.register_buffer("books", books)  # [quantizers, codes, L]

    def encode(self, raw: Tensor, deterministic: bool) -> Tensor:
        rest = raw.reshape(-1, raw.size(2))
        indices: list[Tensor] = []
        for i in range(self.size):
            book = self.books[i]
            index = torch.argmin(book.square().sum(1) - 2 * torch.matmul(rest, book.t()), 1)
            indices.append(index)
            rest = rest - book[index]
        return torch.stack(indices, 1).view(raw.size(0), raw.size(1), self.size).to(raw.dtype)

    def decode(self, z: Tensor, deterministic: bool) -> Tensor:
        indices = torch.nan_to_num(z).round().clamp(0, self.codes - 1).long()
        y = self.books[0][indices[:, :, 0]]
        for i in range(1, self.size):
            y = y + self.books[i][indices[:, :, i]]
        return beside(y, self.noise, deterministic)


class Angles(nn.Module):
    """Hyperspherical angles of latents of length 1, each from -1 to 1; the last goes all the way round.

    Silence has no direction: its angles are those of the first axis.
    """

    def __init__(self, latents: int, noise: int):
        super().__init__()
        self.size, self.noise = latents - 1, noise

    def encode(self, raw: Tensor, deterministic: bool) -> Tensor:
        # The length of what lies in axis i and all after it; no angle depends on the length of the whole.
        rest = raw.square().flip(2).cumsum(2).flip(2).sqrt()
        bent = torch.atan2(rest[:, :, 1:-1], raw[:, :, :-2]) * (2 / math.pi) - 1
        turn = torch.atan2(raw[:, :, -1:], raw[:, :, -2:-1]) / math.pi
        return torch.cat([bent, turn], 2)

    def decode(self, z: Tensor, deterministic: bool) -> Tensor:
        angles = torch.cat([(z[:, :, :-1] + 1) * (math.pi / 2), z[:, :, -1:] * math.pi], 2)
        sines = torch.cumprod(torch.sin(angles), 2)
        one = torch.ones_like(angles[:, :, :1])
        y = torch.cat([torch.cos(angles), one], 2) * torch.cat([one, sines], 2)
        return beside(y, self.noise, deterministic)


def build_space(rave: RAVE, fidelity: float, latent_size: int | None) -> nn.Module:
    """The space of a network's latents. ValueError when it cannot have `latent_size`."""
    kind, full, noise = rave.config.regularization, rave.latent_size, rave.config.noise_augmentation
    if kind == "variational":
        if latent_size is not None and not 1 <= latent_size <= full:
            raise ValueError(f"The model has {full} latents, so --latent_size is between 1 and {full}.")
        return Principal(rave, latent_size or latent_size_for(rave.fidelity, fidelity))
    if kind == "discrete" and bool(rave.encoder.enabled):
        space: nn.Module = Codes(rave)
    elif kind == "spherical":
        space = Angles(full, noise)
    else:
        space = Plain(full, noise)
    if latent_size not in (None, space.size):
        raise ValueError(f"The {space.size} latents of a {kind} model are all needed; leave --latent_size out.")
    return space
