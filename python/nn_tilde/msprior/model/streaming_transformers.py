"""Transformers a frame at a time. TorchScript."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from .layers import FeedForward, ModulatedLayer, TransformerLayer
from .prior import Encoder, Prior
from .streaming_attention import Clock, CrossAttention, SelfAttention
from .streaming_parts import Film, Norm, dense, semantic_of


class Forward(nn.Module):
    def __init__(self, layer: FeedForward):
        super().__init__()
        self.inside, self.outside = dense(layer[0]), dense(layer[2])

    def forward(self, x: Tensor) -> Tensor:
        return self.outside(torch.relu(self.inside(x)))


class Layer(nn.Module):
    """A TransformerLayer without cross attention."""

    def __init__(self, layer: TransformerLayer, window: int):
        super().__init__()
        self.attention, self.norm = SelfAttention(layer.attention, window), Norm(layer.norm)
        self.feed_forward, self.feed_norm = Forward(layer.feed_forward), Norm(layer.feed_norm)

    def forward(self, x: Tensor, bias: Tensor, slot: int) -> Tensor:
        x = self.norm(x + self.attention(x, bias, slot))
        return self.feed_norm(x + self.feed_forward(x))


class CrossLayer(nn.Module):
    """A TransformerLayer with cross attention."""

    def __init__(self, layer: TransformerLayer, window: int, cross_window: int):
        super().__init__()
        self.attention, self.norm = SelfAttention(layer.attention, window), Norm(layer.norm)
        self.cross, self.cross_norm = CrossAttention(layer.cross_attention, cross_window), Norm(layer.cross_norm)
        self.feed_forward, self.feed_norm = Forward(layer.feed_forward), Norm(layer.feed_norm)

    def forward(self, x: Tensor, bias: Tensor, slot: int, cross_bias: Tensor) -> Tensor:
        x = self.norm(x + self.attention(x, bias, slot))
        x = self.cross_norm(x + self.cross(x, cross_bias))
        return self.feed_norm(x + self.feed_forward(x))


class FilmLayer(nn.Module):
    """A ModulatedLayer."""

    def __init__(self, layer: ModulatedLayer, window: int):
        super().__init__()
        self.attention, self.norm = SelfAttention(layer.attention, window), Norm(layer.norm)
        self.feed_forward, self.feed_norm = Forward(layer.feed_forward), Norm(layer.feed_norm)
        self.film, self.film_norm = Film(layer.film.net), Norm(layer.film_norm)

    def forward(self, x: Tensor, y: Tensor, bias: Tensor, slot: int) -> Tensor:
        x = x + self.attention(self.norm(x), bias, slot)
        x = x + self.feed_forward(self.feed_norm(x))
        return x + self.film(self.film_norm(x), y)


class Stack(nn.Module):
    """Layers with attention to the last `window` frames, by one clock."""

    def __init__(self, layers: Iterable[nn.Module], slopes: Tensor, window: int):
        super().__init__()
        self.clock = Clock(slopes, window, 1)
        self.layers = nn.ModuleList(layers)
        self.window = window

    @torch.jit.export
    def begin(self, batch: int) -> None:
        self.clock.begin()
        for layer in self.layers:
            layer.attention.heads.begin(batch)


class Transformer(Stack):
    """The layers of a prior without conditioning, or those of an encoder: [B, dim] → [B, dim]."""

    def __init__(self, layers: nn.ModuleList, slopes: Tensor, window: int):
        super().__init__((Layer(layer, window) for layer in layers), slopes, window)

    def forward(self, x: Tensor, semantic: Tensor) -> Tensor:
        step = int(self.clock.steps)
        bias, slot = self.clock(step, x.shape[0]), step % self.window
        for layer in self.layers:
            x = layer(x, bias, slot)
        self.clock.steps.add_(1)
        return x


class ModulatedTransformer(Stack):
    def __init__(self, prior: Prior):
        window = prior.config.seq_len
        super().__init__((FilmLayer(layer, window) for layer in prior.layers), prior.slopes, window)
        self.semantic = semantic_of(prior.encoder.embedding)

    def forward(self, x: Tensor, semantic: Tensor) -> Tensor:
        step = int(self.clock.steps)
        bias, slot = self.clock(step, x.shape[0]), step % self.window
        y = self.semantic(semantic)
        for layer in self.layers:
            x = layer(x, y, bias, slot)
        self.clock.steps.add_(1)
        return x


class SteeredTransformer(nn.Module):
    """Listens to an encoder, which hears one semantic value in `ratio` steps: that of the first of them."""

    def __init__(self, prior: Prior):
        super().__init__()
        c, encoder = prior.config, prior.encoder
        assert isinstance(encoder, Encoder)
        self.window, self.cross_window, self.ratio = c.seq_len, c.seq_len // c.encoder_out_ratio, c.encoder_out_ratio
        self.clock = Clock(prior.slopes, self.window, 1)
        self.cross_clock = Clock(prior.slopes, self.cross_window, self.ratio)
        self.semantic = semantic_of(encoder.embedding)
        self.encoder = Transformer(encoder.layers, prior.slopes, encoder.window)
        self.layers = nn.ModuleList(CrossLayer(layer, self.window, self.cross_window) for layer in prior.layers)

    @torch.jit.export
    def begin(self, batch: int) -> None:
        self.clock.begin()
        self.encoder.begin(batch)
        for layer in self.layers:
            layer.attention.heads.begin(batch)
            layer.cross.heads.begin(batch)

    def forward(self, x: Tensor, semantic: Tensor) -> Tensor:
        step = int(self.clock.steps)
        if step % self.ratio == 0:
            y = self.encoder(self.semantic(semantic), semantic)
            for layer in self.layers:
                layer.cross.hear(y, step // self.ratio % self.cross_window)
        bias, slot = self.clock(step, x.shape[0]), step % self.window
        cross_bias = self.cross_clock(step, x.shape[0])
        for layer in self.layers:
            x = layer(x, bias, slot, cross_bias)
        self.clock.steps.add_(1)
        return x
