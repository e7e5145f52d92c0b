"""Attention a frame at a time. TorchScript.

Keys and values lie in rings of fixed size: frame t is written over frame t − S. Where a slot's age is known, its bias
is; nothing is moved.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .attention import Attention
from .streaming_parts import dense, own


class Clock(nn.Module):
    """Counts what is heard, and tells the bias of all slots of a ring; a key lasts `ratio` steps."""

    def __init__(self, slopes: Tensor, window: int, ratio: int):
        super().__init__()
        self.window, self.ratio = window, ratio
        self.register_buffer("slots", torch.arange(window, device=slopes.device))
        self.register_buffer("slopes", own(-slopes[:, None, None]))
        self.register_buffer("steps", torch.zeros(1, dtype=torch.int64, device=slopes.device))

    @torch.jit.export
    def begin(self) -> None:
        self.steps.zero_()

    def forward(self, step: int, batch: int) -> Tensor:
        """[B · heads, 1, window] at a step."""
        key = step // self.ratio
        ages = torch.remainder(key - self.slots, self.window)
        bias = (ages * self.ratio + step % self.ratio) * self.slopes
        if key < self.window - 1:
            bias = bias.masked_fill(ages > key, -math.inf)
        return bias if batch == 1 else bias.repeat(batch, 1, 1)


class Heads(nn.Module):
    """Attention of one query to a ring [2 (keys, values), B · heads, window, head_dim]."""

    def __init__(self, attention: Attention, window: int):
        super().__init__()
        self.heads, self.head_dim = attention.heads, attention.head_dim
        self.out = dense(attention.out)
        ring = torch.zeros(2, self.heads, window, self.head_dim, device=attention.out.weight.device)
        self.register_buffer("ring", ring)

    @torch.jit.export
    def begin(self, batch: int) -> None:
        if self.ring.shape[1] == batch * self.heads:
            self.ring.zero_()
        else:
            self.ring = self.ring.new_zeros(2, batch * self.heads, self.ring.shape[2], self.head_dim)

    def forward(self, query: Tensor, bias: Tensor) -> Tensor:
        """[B · heads, head_dim], scaled → [B, dim]."""
        keys, values = self.ring.unbind(0)
        weights = torch.softmax(torch.baddbmm(bias, query.unsqueeze(1), keys.transpose(1, 2)), 2)
        return self.out(torch.bmm(weights, values).view(-1, self.heads * self.head_dim))


class SelfAttention(nn.Module):
    def __init__(self, attention: Attention, window: int):
        super().__init__()
        self.heads = Heads(attention, window)
        self.count, self.size = attention.heads, attention.head_dim
        self.inputs = dense(_scaled(attention), attention.key_value)

    def forward(self, x: Tensor, bias: Tensor, slot: int) -> Tensor:
        parts = self.inputs(x).view(-1, 3, self.count, self.size).transpose(0, 1).reshape(3, -1, self.size)
        self.heads.ring.select(2, slot).copy_(parts[1:])
        return self.heads(parts[0], bias)


class CrossAttention(nn.Module):
    def __init__(self, attention: Attention, window: int):
        super().__init__()
        self.heads = Heads(attention, window)
        self.count, self.size = attention.heads, attention.head_dim
        self.query, self.key_value = dense(_scaled(attention)), dense(attention.key_value)

    @torch.jit.export
    def hear(self, y: Tensor, slot: int) -> None:
        """What the encoder says [B, dim], for all queries from now on."""
        parts = self.key_value(y).view(-1, 2, self.count, self.size).transpose(0, 1).reshape(2, -1, self.size)
        self.heads.ring.select(2, slot).copy_(parts)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        return self.heads(self.query(x).view(-1, self.size), bias)


def _scaled(attention: Attention) -> nn.Linear:
    """The layer of queries, with the scale of scores in it."""
    query, scale = attention.query, 1 / math.sqrt(attention.head_dim)
    scaled = nn.Linear(query.in_features, query.out_features, device="meta")
    scaled.weight = nn.Parameter(query.weight.detach() * scale)
    scaled.bias = nn.Parameter(query.bias.detach() * scale)
    return scaled
