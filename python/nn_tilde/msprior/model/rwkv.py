"""RWKV, version 4: a recurrence that is trained on all frames at once (Peng et al. 2023)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .layers import FiLM

# Of sums that nothing was added to: e^NOTHING is 0, and differences with it are finite.
NOTHING = -1e30


def recurrence(a: Tensor, x: Tensor, reach: Tensor) -> Tensor:
    """h_t = a_t·h_(t−1) + x_t from h = 0, all of them [B, n, C, dim]: time in n pieces of C frames.

    reach: the product of a from the beginning of a piece to each of its frames. Pieces are computed side by side, then
    what comes out of one goes into the next: n + C steps instead of n·C.
    """
    local = [x[:, :, 0]]
    for i in range(1, x.shape[2]):
        local.append(torch.addcmul(x[:, :, i], a[:, :, i], local[-1]))
    inside = torch.stack(local, 2)
    carried = [torch.zeros_like(x[:, 0, 0])]
    for i in range(x.shape[1] - 1):
        carried.append(torch.addcmul(inside[:, i, -1], reach[:, i, -1], carried[-1]))
    return torch.addcmul(inside, reach, torch.stack(carried, 1).unsqueeze(2))


def wkv(w: Tensor, u: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Averages of v [B, T, dim] over the past, weighted by e^k and e^w per frame; the frame itself by e^(u + k).

    w, u: [dim], w < 0. Keys may have any size: all sums are relative to the largest term m, which is w·t plus a running
    maximum. The result does not depend on m, so gradients need not go through it.
    """
    wide = torch.promote_types(k.dtype, torch.float32)
    w, u, k, v = w.to(wide), u.to(wide), k.to(wide), v.to(wide)
    length = k.shape[1]
    piece = math.ceil(math.sqrt(length))
    t = torch.arange(length, device=k.device)
    with torch.no_grad():
        drift = w * t[:, None]
        m = drift + torch.cummax(k - drift, 1).values
        before = torch.cat([torch.full_like(m[:, :1], NOTHING), m[:, :-1]], 1)
    a, b = torch.exp(before - m + w), torch.exp(k - m)
    reach = torch.exp(before[:, t - t % piece] - m + (t % piece + 1)[:, None] * w)

    def cut(x: Tensor) -> Tensor:
        pieces = math.ceil(length / piece)
        return nn.functional.pad(x, (0, 0, 0, pieces * piece - length)).unflatten(1, (pieces, piece))

    sums = recurrence(cut(torch.cat([a, a], -1)), cut(torch.cat([b * v, b], -1)), cut(torch.cat([reach, reach], -1)))
    sums = nn.functional.pad(sums.flatten(1, 2)[:, : length - 1], (0, 0, 1, 0))
    num, den = sums.chunk(2, -1)
    now = u + k
    with torch.no_grad():
        top = torch.maximum(before, now)
    old, new = torch.exp(before - top), torch.exp(now - top)
    return (old * num + new * v) / (old * den + new)


class Shift(nn.Module):
    """x mixed with the frame before it, in as many ways as there are rows of `mix` [n, dim]."""

    def __init__(self, *mixes: Tensor):
        super().__init__()
        self.mix = nn.Parameter(torch.stack(mixes))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        before = nn.functional.pad(x[:, :-1], (0, 0, 1, 0))
        return tuple(torch.lerp(before, x, mix.to(x.dtype)) for mix in self.mix)


class TimeMix(nn.Module):
    """layer: 0 … layers − 1, which decides where decays and mixes begin."""

    def __init__(self, dim: int, layer: int, layers: int):
        super().__init__()
        depth, ratio = layer / max(layers - 1, 1), 1 - layer / layers
        channel = torch.arange(dim) / max(dim - 1, 1)
        self.time_decay = nn.Parameter(-5 + 8 * channel ** (0.7 + 1.3 * depth))
        zigzag = ((torch.arange(dim) + 1) % 3 - 1) * 0.5
        self.time_first = nn.Parameter(math.log(0.3) + zigzag)
        mix = (torch.arange(dim) / dim) ** ratio
        self.shift = Shift(mix, mix + 0.3 * depth, mix**0.5)
        self.key, self.value, self.receptance, self.out = (nn.Linear(dim, dim, bias=False) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        for_key, for_value, for_receptance = self.shift(x)
        heard = wkv(-torch.exp(self.time_decay), self.time_first, self.key(for_key), self.value(for_value))
        return self.out(torch.sigmoid(self.receptance(for_receptance)) * heard.to(x.dtype))


class ChannelMix(nn.Module):
    def __init__(self, dim: int, layer: int, layers: int):
        super().__init__()
        mix = (torch.arange(dim) / dim) ** (1 - layer / layers)
        self.shift = Shift(mix, mix)
        self.key = nn.Linear(dim, 4 * dim, bias=False)
        self.receptance = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(4 * dim, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        for_key, for_receptance = self.shift(x)
        return torch.sigmoid(self.receptance(for_receptance)) * self.value(torch.relu(self.key(for_key)).square())


class Block(nn.Module):
    """[B, T, dim] → the same. film: modulated by y of the same shape."""

    def __init__(self, dim: int, layer: int, layers: int, dropout: float, film: bool):
        super().__init__()
        self.time_norm, self.time_mix = nn.LayerNorm(dim), TimeMix(dim, layer, layers)
        self.channel_norm, self.channel_mix = nn.LayerNorm(dim), ChannelMix(dim, layer, layers)
        if film:
            self.film_norm, self.film = nn.LayerNorm(dim), FiLM(dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        x = x + self.dropout(self.time_mix(self.time_norm(x)))
        x = x + self.dropout(self.channel_mix(self.channel_norm(x)))
        return x if y is None else x + self.dropout(self.film(self.film_norm(x), y))
