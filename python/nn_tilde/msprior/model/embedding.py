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

    def forward(self, x: Tensor) -> Tensor:
        tokens = torch.nan_to_num(x[..., 0]).round().clamp(0, self.table.num_embeddings - 1)
        return self.table(tokens.to(torch.int64))


class FeatureEmbedding(nn.Module):
    """Semantic features [B, L, features] → [B, L, dim]: each normalised over batch and time, mixed, normalised."""

    def __init__(self, features: int, dim: int):
        super().__init__()
        self.batch_norm = nn.BatchNorm1d(features)
        self.linear = nn.Linear(features, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        normal = self.batch_norm(torch.nan_to_num(x).flatten(0, 1)).clamp(-FARTHEST, FARTHEST)
        return self.norm(self.linear(normal)).view(*x.shape[:2], -1)
