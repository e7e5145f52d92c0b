"""What comes out of a prior: the classes of a frame, one stream after the other or all in one row."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Products(nn.Module):
    """Linear layers side by side, [n, N, inputs] → [n, N, outputs]."""

    def __init__(self, count: int, inputs: int, outputs: int):
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(count, outputs, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(count, outputs).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        if x.is_cuda:
            return torch.baddbmm(self.bias.unsqueeze(1), x, self.weight.transpose(1, 2))
        # On CPUs single products are the faster ones.
        parts = zip(x.unbind(), self.weight.unbind(), self.bias.unbind(), strict=True)
        return torch.stack([nn.functional.linear(*part) for part in parts])


class StreamHead(nn.Module):
    """Streams one after the other: each is told the sum of the embeddings of those before it ("skip prediction").

    With c the context and e_q that sum: logits_q = W_q GELU(c·scale + shift), scale and shift = MLP_q(e_q); the first
    stream hears c alone.
    """

    def __init__(self, dim: int, streams: int, classes: int, dropout: float):
        super().__init__()
        if streams > 1:
            self.inside = Products(streams - 1, dim, dim)
            self.modulation = Products(streams - 1, dim, 2 * dim)
        self.logits = Products(streams, dim, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, context: Tensor, rows: Tensor, table: Tensor) -> Tensor:
        """context [B, L, dim] and the rows [B, L, Q] of the frames to come in `table` → logits [B, L, Q, V]."""
        batch, length, streams = rows.shape
        c = context.flatten(0, 1)
        states = c.unsqueeze(0)
        if streams > 1:
            e = nn.functional.embedding(rows.flatten(0, 1)[:, :-1].t(), table).cumsum(0)
            told = self.modulation(nn.functional.gelu(self.inside(self.dropout(e))))
            scale, shift = told.chunk(2, -1)
            states = torch.cat([states, torch.addcmul(shift, c.unsqueeze(0).to(shift.dtype), scale)])
        made = self.logits(nn.functional.gelu(states))
        return made.view(streams, batch, length, -1).permute(1, 2, 0, 3)


class FlatHead(nn.Module):
    """A token after the other; the context of a token decides on the one after it, of the next stream."""

    def __init__(self, dim: int, streams: int, classes: int):
        super().__init__()
        self.logits = Products(streams, dim, classes)

    def forward(self, context: Tensor, rows: Tensor, table: Tensor) -> Tensor:
        """[B, L, Q, dim] → [B, L, Q, V]: of each stream its own classes. The context has heard the rows already."""
        batch, length, streams, dim = context.shape
        made = self.logits(nn.functional.gelu(context.permute(2, 0, 1, 3).reshape(streams, -1, dim)))
        return made.view(streams, batch, length, -1).permute(1, 2, 0, 3)
