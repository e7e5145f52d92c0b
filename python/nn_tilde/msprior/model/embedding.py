"""What goes into a prior: frames of classes, semantic tokens, semantic features."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Where normalised features end: what lies beyond is no feature of any sound.
FARTHEST = 1e3


class StreamEmbedding(nn.Module):
    """Frames of Q classes as vectors: one table of Q·V rows, of which a frame is the sum of Q.

    codebooks [Q, V, D]: those of a discrete RAVE, which stay as they are; a linear layer brings them to `dim`.
    """

    def __init__(self, streams: int, classes: int, dim: int, codebooks: Tensor | None = None):
        super().__init__()
        self.streams, self.classes = streams, classes
        if codebooks is None:
            self.weight = nn.Parameter(torch.randn(streams * classes, dim))
        else:
            if codebooks.ndim != 3 or codebooks.shape[:2] != (streams, classes):
                wanted = f"{streams} codebooks of {classes} classes"
                raise ValueError(f"This prior needs {wanted}, not those of shape {list(codebooks.shape)}.")
            self.register_buffer("codebooks", codebooks.detach().clone().float())
            self.project = nn.Linear(codebooks.shape[2], dim)
        self.register_buffer("first", torch.arange(streams) * classes, persistent=False)

    def table(self) -> Tensor:
        """[Q·V, dim]."""
        return self.project(self.codebooks.flatten(0, 1)) if hasattr(self, "codebooks") else self.weight

    def rows(self, tokens: Tensor) -> Tensor:
        """Classes [..., Q] → rows of the table; classes that do not exist are the nearest that do."""
        return tokens.clamp(0, self.classes - 1) + self.first

    def forward(self, tokens: Tensor, table: Tensor) -> Tensor:
        """[B, L, Q] → [B, L, dim]."""
        rows = self.rows(tokens)
        return nn.functional.embedding_bag(rows.flatten(0, 1), table, mode="sum").view(*rows.shape[:2], -1)


class TokenEmbedding(nn.Module):
    """Semantic tokens, float [B, L, 1] that hold whole numbers → [B, L, dim]."""

    def __init__(self, classes: int, dim: int):
        super().__init__()
        self.table = nn.Embedding(classes, dim)

    def forward(self, x: Tensor, known: Tensor | None = None) -> Tensor:
        tokens = torch.nan_to_num(x[..., 0]).round().clamp(0, self.table.num_embeddings - 1)
        return self.table(tokens.to(torch.int64))


class KnownNorm(nn.BatchNorm1d):
    """Batch normalisation of [N, features]; in training over the rows that are known alone, [N]."""

    def forward(self, x: Tensor, known: Tensor | None = None) -> Tensor:
        if known is None or not self.training:
            return super().forward(x)
        weights = known.to(x.dtype).unsqueeze(1)
        count = weights.sum()
        mean = (x * weights).sum(0) / count
        variance = ((x - mean).square() * weights).sum(0) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1).clamp(min=1), self.momentum)
            self.num_batches_tracked.add_(1)
        return (x - mean) * torch.rsqrt(variance + self.eps) * self.weight + self.bias


class FeatureEmbedding(nn.Module):
    """Semantic features [B, L, features] → [B, L, dim]: each normalised over batch and time, mixed, normalised."""

    def __init__(self, features: int, dim: int):
        super().__init__()
        self.batch_norm = KnownNorm(features)
        self.linear = nn.Linear(features, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, known: Tensor | None = None) -> Tensor:
        """known: bool [B, L], False where there is nothing and what is normalised with must not hear it."""
        rows = torch.nan_to_num(x).flatten(0, 1)
        normal = self.batch_norm(rows, known if known is None else known.flatten()).clamp(-FARTHEST, FARTHEST)
        return self.norm(self.linear(normal)).view(*x.shape[:2], -1)
