"""A prior as it is trained: all frames of an example at once.

inputs ── embedding ── layers ── head ──► logits of targets
              semantic ── encoder ──┘ ↑
                                   targets
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..config import Config
from .attention import bias, slopes
from .embedding import FeatureEmbedding, StreamEmbedding, TokenEmbedding
from .head import FlatHead, StreamHead
from .layers import ModulatedLayer, TransformerLayer
from .rwkv import Block


class Encoder(nn.Module):
    """What steers: tokens or features [B, K, S] → [B, K, dim]; for cross attention through layers of its own."""

    def __init__(self, c: Config):
        super().__init__()
        if c.encoder == "tokens":
            self.embedding = TokenEmbedding(c.num_encoder_tokens, c.model_dim)
        else:
            self.embedding = FeatureEmbedding(c.num_semantic_features, c.model_dim)
        count = c.num_layers if c.conditioning == "cross" else 0
        self.window = c.seq_len // c.encoder_out_ratio
        sizes = (c.model_dim, c.num_heads, c.head_dim)
        self.layers = nn.ModuleList(TransformerLayer(*sizes, dropout=0.0, cross=False) for _ in range(count))

    def forward(self, semantic: Tensor, slope: Tensor, known: Tensor) -> Tensor:
        """known: bool [B, K], where there is something to hear."""
        y = self.embedding(semantic, known)
        table = bias(slope, y.shape[1], y.shape[1], self.window) if len(self.layers) else None
        for layer in self.layers:
            y = layer(y, table)
        return y


class Prior(nn.Module):
    """A network of a configuration. codebooks [Q, V, D]: those of the RAVE, when they are its embedding.

    A checkpoint that was trained with codebooks has them, as `embedding.codebooks`. Raises ValueError for codebooks of
    another shape.
    """

    def __init__(self, config: Config, codebooks: Tensor | None = None):
        super().__init__()
        c = self.config = config
        self.embedding = StreamEmbedding(c.num_quantizers, c.num_tokens, c.model_dim, codebooks)
        self.encoder = None if c.encoder == "none" else Encoder(c)
        self.register_buffer("slopes", slopes(c.num_heads), persistent=False)
        self.norm = nn.LayerNorm(c.model_dim) if c.layer == "rwkv" else nn.Identity()
        self.layers = _layers(c)
        if c.head == "flat":
            self.head: nn.Module = FlatHead(c.model_dim, c.num_quantizers, c.num_tokens)
        else:
            self.head = StreamHead(c.model_dim, c.num_quantizers, c.num_tokens, c.dropout)

    def forward(self, inputs: Tensor, targets: Tensor, semantic: Tensor | None = None) -> Tensor:
        """Logits [B, L, Q, V] of `targets`, each of which hears what lies before it only.

        inputs, targets: int64 [B, L, Q]; classes below 0 count as 0. semantic: float [B, L // encoder_out_ratio, S] for
        cross attention, [B, L, S] for modulation, aligned with targets. L may be any; attention sees the last seq_len.
        """
        return self.head(*self.before_head(inputs, targets, semantic))

    def before_head(self, inputs: Tensor, targets: Tensor, semantic: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """What the head takes: contexts [B, L, …], rows of targets [B, L, Q], and the table that they are rows of.

        Semantic values of frames without targets, which are below 0, are not normalised with.
        """
        y = None
        if self.encoder is not None:
            if semantic is None:
                raise ValueError("This prior is steered by semantic values, and there are none.")
            known = targets[:, :: self.config.encoder_out_ratio if self.config.conditioning == "cross" else 1, 0] >= 0
            y = self.encoder(semantic, self.slopes, known[:, : semantic.shape[1]])
        table, rows = self.embedding.table(), self.embedding.rows(targets)
        if self.config.head == "flat":
            return self._flat_contexts(inputs, targets, table), rows, table
        return self.contexts(self.embedding(inputs, table), y), rows, table

    def contexts(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """What the layers make of embeddings [B, T, dim] and of what the encoder says."""
        c = self.config
        if c.layer == "gru":
            return self.layers(x)[0]
        if c.layer == "rwkv":
            x = self.norm(x)
            for layer in self.layers:
                x = layer(x, y)
            return x
        own = bias(self.slopes, x.shape[1], x.shape[1], c.seq_len)
        if c.layer == "modulated":
            for layer in self.layers:
                x = layer(x, y, own)
            return x
        cross = None
        if y is not None:
            ratio = c.encoder_out_ratio
            cross = bias(self.slopes, x.shape[1], y.shape[1], c.seq_len // ratio, ratio)
        for layer in self.layers:
            x = layer(x, own, y, cross)
        return x

    def _flat_contexts(self, inputs: Tensor, targets: Tensor, table: Tensor) -> Tensor:
        batch, length, streams = targets.shape
        frames = self.embedding.rows(torch.cat([inputs[:, :1], targets], 1))
        x = nn.functional.embedding(frames.flatten(1)[:, :-1], table)
        context = self.contexts(x)[:, streams - 1 :]
        return context.reshape(batch, length, streams, -1)


def _layers(c: Config) -> nn.Module:
    sizes = (c.model_dim, c.num_heads, c.head_dim, c.dropout)
    if c.layer == "gru":
        dropout = c.dropout if c.num_layers > 1 else 0.0
        return nn.GRU(c.model_dim, c.model_dim, c.num_layers, dropout=dropout, batch_first=True)
    if c.layer == "rwkv":
        film = c.conditioning == "film"
        blocks = (Block(c.model_dim, i, c.num_layers, c.dropout, film) for i in range(c.num_layers))
        return nn.ModuleList(blocks)
    if c.layer == "modulated":
        return nn.ModuleList(ModulatedLayer(*sizes) for _ in range(c.num_layers))
    cross = c.conditioning == "cross"
    return nn.ModuleList(TransformerLayer(*sizes, cross=cross) for _ in range(c.num_layers))
