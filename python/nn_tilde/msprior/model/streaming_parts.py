"""What steppers are made of: weights as buffers of their own, one product in a module each, as our host looks for them
(docs/performance.md). TorchScript."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .embedding import FARTHEST, FeatureEmbedding, StreamEmbedding, TokenEmbedding


class Dense(nn.Module):
    """[B, inputs] → [B, outputs]."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None):
        super().__init__()
        self.register_buffer("weight", own(weight))
        self.register_buffer("bias", None if bias is None else own(bias))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight, self.bias)


class Norm(nn.Module):
    """Layer normalisation of [B, dim]."""

    def __init__(self, norm: nn.LayerNorm):
        super().__init__()
        self.dim, self.eps = norm.weight.numel(), norm.eps
        self.register_buffer("weight", own(norm.weight))
        self.register_buffer("bias", own(norm.bias))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.layer_norm(x, [self.dim], self.weight, self.bias, self.eps)


class Film(nn.Module):
    def __init__(self, net: nn.Sequential):
        super().__init__()
        self.inside, self.outside = dense(net[0]), dense(net[2])

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        mean, scale = self.outside(nn.functional.silu(self.inside(y))).chunk(2, 1)
        return torch.addcmul(mean, x, scale)


class Frames(nn.Module):
    """The table of a prior's embedding: of frames and of single rows."""

    def __init__(self, embedding: StreamEmbedding):
        super().__init__()
        self.last = embedding.classes - 1
        self.register_buffer("table", own(embedding.table()))
        self.register_buffer("first", own(embedding.first))

    def rows(self, frame: Tensor) -> Tensor:
        """Classes int64 [B, Q] → rows of the table, of the nearest classes that there are."""
        return frame.clamp(0, self.last) + self.first

    def forward(self, rows: Tensor) -> Tensor:
        """[…] → […, dim]."""
        return nn.functional.embedding(rows, self.table)


class Tokens(nn.Module):
    """Semantic tokens [B, 1] → [B, dim]."""

    def __init__(self, embedding: TokenEmbedding):
        super().__init__()
        self.last = embedding.table.num_embeddings - 1
        self.register_buffer("table", own(embedding.table.weight))

    def forward(self, x: Tensor) -> Tensor:
        tokens = torch.nan_to_num(x[:, 0]).round().clamp(0, self.last).to(torch.int64)
        return nn.functional.embedding(tokens, self.table)


class Features(nn.Module):
    """Semantic features [B, S] → [B, dim]. Whatever comes in, nothing large or undefined goes on."""

    def __init__(self, embedding: FeatureEmbedding):
        super().__init__()
        normal = embedding.batch_norm
        scale = normal.weight * torch.rsqrt(normal.running_var + normal.eps)
        self.farthest = FARTHEST
        self.register_buffer("scale", own(scale))
        self.register_buffer("shift", own(normal.bias - normal.running_mean * scale))
        self.linear, self.norm = dense(embedding.linear), Norm(embedding.norm)

    def forward(self, x: Tensor) -> Tensor:
        normal = torch.addcmul(self.shift, torch.nan_to_num(x), self.scale).clamp(-self.farthest, self.farthest)
        return self.norm(self.linear(normal))


def semantic_of(embedding: nn.Module) -> nn.Module:
    return Features(embedding) if isinstance(embedding, FeatureEmbedding) else Tokens(embedding)


def dense(*layers: nn.Linear) -> Dense:
    """Linear layers, of one input, as one."""
    biases = [layer.bias for layer in layers if layer.bias is not None]
    return Dense(torch.cat([layer.weight for layer in layers]), torch.cat(biases) if biases else None)


def own(x: Tensor) -> Tensor:
    """A copy with memory of its own and without gradients."""
    return x.detach().clone(memory_format=torch.contiguous_format)
