"""Residual vector quantisation (Zeghidour et al. 2021, SoundStream)."""

from __future__ import annotations

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

DECAY = 0.99  # of the running counts and sums
DEAD = 2.0  # a code used by fewer vectors than that, on average, is replaced
KMEANS = 50  # iterations on the first batch


def _nearest(x: Tensor, codes: Tensor) -> Tensor:
    """Index [N] of the code [K, D] nearest to each vector [N, D]."""
    return (codes.square().sum(1) - 2 * x @ codes.t()).argmin(1)


def _draw(x: Tensor, count: int) -> Tensor:
    """`count` of the vectors [N, D], each once where there are enough."""
    if x.shape[0] >= count:
        return x[torch.randperm(x.shape[0], device=x.device)[:count]]
    return x[torch.randint(x.shape[0], (count,), device=x.device)]


class Codebook(nn.Module):
    """K codes of D numbers, learned as running means of the vectors nearest to each."""

    def __init__(self, size: int, dim: int):
        super().__init__()
        self.size = size
        self.register_buffer("inited", torch.zeros(1))
        self.register_buffer("cluster_size", torch.zeros(size))
        self.register_buffer("embed", torch.zeros(size, dim))
        self.register_buffer("embed_avg", torch.zeros(size, dim))
        self.started = False  # what `inited` says, without waiting for a GPU

    def _load_from_state_dict(self, *args) -> None:
        super()._load_from_state_dict(*args)
        self.started = bool(self.inited)

    @torch.no_grad()
    def start(self, x: Tensor) -> None:
        """k-means on vectors [N, D]; all processes begin with those of the first."""
        codes = _draw(x, self.size).clone()
        for _ in range(KMEANS):
            index = _nearest(x, codes)
            count = self._count(x, index)
            sums = torch.zeros_like(codes).index_add_(0, index, x)
            codes = torch.where(count[:, None] > 0, sums / count[:, None].clamp(min=1), codes)
        count = self._count(x, _nearest(x, codes))
        if dist.is_available() and dist.is_initialized():
            dist.broadcast(codes, 0)
            dist.broadcast(count, 0)
        self.embed.copy_(codes)
        self.embed_avg.copy_(codes * count[:, None])
        self.cluster_size.copy_(count)
        self.inited.fill_(1)
        self.started = True

    def _count(self, x: Tensor, index: Tensor) -> Tensor:
        """How many of the vectors [N, D] chose each code; torch.bincount would wait for the largest index."""
        return x.new_zeros(self.size).index_add_(0, index, x.new_ones(len(index)))

    @torch.no_grad()
    def learn(self, x: Tensor, index: Tensor) -> None:
        """Moves the codes towards the vectors [N, D] that chose them."""
        count = self._count(x, index)
        sums = torch.zeros_like(self.embed).index_add_(0, index, x)
        fresh = _draw(x, self.size)
        if dist.is_available() and dist.is_initialized():
            dist.all_reduce(count)
            dist.all_reduce(sums)
            dist.broadcast(fresh, 0)
        self.cluster_size.lerp_(count, 1 - DECAY)
        self.embed_avg.lerp_(sums, 1 - DECAY)
        total = self.cluster_size.sum()
        smoothed = (self.cluster_size + 1e-5) / (total + self.size * 1e-5) * total
        dead = (self.cluster_size < DEAD)[:, None]
        self.embed.copy_(torch.where(dead, fresh, self.embed_avg / smoothed[:, None]))
        # A replaced code starts as if it had just been used often enough.
        self.embed_avg.copy_(torch.where(dead, fresh * DEAD, self.embed_avg))
        self.cluster_size.clamp_(min=DEAD)


class _Layer(nn.Module):
    """One codebook; `_codebook` is its name in the release's checkpoints."""

    def __init__(self, size: int, dim: int):
        super().__init__()
        self._codebook = Codebook(size, dim)

    @property
    def codebook(self) -> Codebook:
        return self._codebook


class ResidualQuantizer(nn.Module):
    """Vectors [B, D, T] ↔ indices [B, layers, T]: each layer codes what those before left over."""

    def __init__(self, layers: int, size: int, dim: int):
        super().__init__()
        self.layers = nn.ModuleList(_Layer(size, dim) for _ in range(layers))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The quantised vectors, with the gradient of x, and the commitment loss. Learns in training."""
        batch, dim, frames = x.shape
        rest = x.transpose(1, 2).reshape(-1, dim)
        sum_, loss = torch.zeros_like(rest), x.new_zeros(())
        for layer in self.layers:
            book = layer.codebook
            plain = rest.detach()
            if self.training and not book.started:
                book.start(plain)
            index = _nearest(plain, book.embed)
            quantized = F.embedding(index, book.embed)
            if self.training:
                loss = loss + F.mse_loss(rest, quantized)
                book.learn(plain, index)
            sum_ = sum_ + quantized
            rest = rest - quantized
        quantized = sum_.reshape(batch, frames, dim).transpose(1, 2)
        return x + (quantized - x).detach(), loss

    def encode(self, x: Tensor) -> Tensor:
        """[B, D, T] → indices, int64 [B, layers, T]."""
        rest = x.transpose(1, 2).reshape(-1, x.shape[1])
        indices = []
        for layer in self.layers:
            index = _nearest(rest, layer.codebook.embed)
            indices.append(index)
            rest = rest - layer.codebook.embed[index]
        return torch.stack(indices).reshape(len(indices), x.shape[0], -1).transpose(0, 1)

    def decode(self, indices: Tensor) -> Tensor:
        """Indices [B, layers, T] → [B, D, T]."""
        books = zip(self.layers, indices.unbind(1), strict=True)
        return sum(layer.codebook.embed[index] for layer, index in books).transpose(1, 2)
