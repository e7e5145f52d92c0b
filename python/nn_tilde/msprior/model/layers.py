"""Layers of transformers and the modulation of layers by what is to be heard."""

from __future__ import annotations

from torch import Tensor, nn

from .attention import Attention


class FeedForward(nn.Sequential):
    def __init__(self, dim: int):
        super().__init__(nn.Linear(dim, 4 * dim), nn.ReLU(), nn.Linear(4 * dim, dim))


class TransformerLayer(nn.Module):
    """Attention to the past, to an encoder if there is one, and a network for each frame; normalised after each
    (Vaswani et al. 2017)."""

    def __init__(self, dim: int, heads: int, head_dim: int, dropout: float, cross: bool):
        super().__init__()
        self.attention, self.norm = Attention(dim, heads, head_dim), nn.LayerNorm(dim)
        if cross:
            self.cross_attention, self.cross_norm = Attention(dim, heads, head_dim), nn.LayerNorm(dim)
        self.feed_forward, self.feed_norm = FeedForward(dim), nn.LayerNorm(dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor, y: Tensor | None = None, cross_bias: Tensor | None = None) -> Tensor:
        """[B, T, dim] → the same; y [B, K, dim] is what the encoder says."""
        x = self.norm(x + self.dropout(self.attention(x, x, bias)))
        if y is not None and cross_bias is not None:
            x = self.cross_norm(x + self.dropout(self.cross_attention(x, y, cross_bias)))
        return self.feed_norm(x + self.dropout(self.feed_forward(x)))


class FiLM(nn.Module):
    """x·scale + mean, with both from y, of the same shape as x (Perez et al. 2018)."""

    def __init__(self, dim: int):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, 2 * dim))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        mean, scale = self.net(y).chunk(2, -1)
        return x * scale + mean


class ModulatedLayer(nn.Module):
    """A transformer's layer, normalised before each part, the last of which is the modulation."""

    def __init__(self, dim: int, heads: int, head_dim: int, dropout: float):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(dim), Attention(dim, heads, head_dim)
        self.feed_norm, self.feed_forward = nn.LayerNorm(dim), FeedForward(dim)
        self.film_norm, self.film = nn.LayerNorm(dim), FiLM(dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
        """[B, T, dim], twice → the same."""
        heard = self.norm(x)
        x = x + self.dropout(self.attention(heard, heard, bias))
        x = x + self.dropout(self.feed_forward(self.feed_norm(x)))
        return x + self.dropout(self.film(self.film_norm(x), y))
