"""Attention to the past with linear biases (ALiBi; Press, Smith, Lewis 2022)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def slopes(heads: int) -> Tensor:
    """[heads]: 2^(-8 h / heads) for h = 1 … heads."""
    return torch.exp2(-8 * torch.arange(1, heads + 1, dtype=torch.float32) / heads)


def bias(slope: Tensor, queries: int, keys: int, window: int, ratio: int = 1) -> Tensor:
    """What is added to scores, [heads, queries, keys]: slope·(j·ratio − i), −inf where query i does not see key j.

    A key lasts `ratio` queries. Query i sees key i // ratio and those before it, `window` in all.
    """
    i = torch.arange(queries, device=slope.device)[:, None]
    j = torch.arange(keys, device=slope.device)[None]
    before = torch.div(i, ratio, rounding_mode="floor") - j
    ages = (i - j * ratio).to(slope.dtype)
    return (-slope[:, None, None] * ages).masked_fill((before < 0) | (before >= window), -torch.inf)


class Attention(nn.Module):
    """From x [B, T, dim] to y [B, K, dim] (x itself, or what an encoder says), with the bias of `bias`."""

    def __init__(self, dim: int, heads: int, head_dim: int):
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        self.query = nn.Linear(dim, heads * head_dim)
        self.key_value = nn.Linear(dim, 2 * heads * head_dim)
        self.out = nn.Linear(heads * head_dim, dim)

    def forward(self, x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
        q = self.query(x).view(*x.shape[:2], self.heads, self.head_dim).transpose(1, 2)
        k, v = self.key_value(y).view(*y.shape[:2], 2, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
        # Four dimensions: otherwise torch makes all scores of all examples, and keeps them.
        heard = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype)[None])
        return self.out(heard.transpose(1, 2).flatten(2))
