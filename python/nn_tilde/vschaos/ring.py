"""Blocks of any size for what takes whole hops. Scriptable."""

import torch
from torch import Tensor, nn

from ..nn.streaming_layers import voices


class Ring(nn.Module):
    """Late only where it must be: not at all while blocks are whole hops, otherwise by less than one hop.

    whole = ring.take(x)              x [B, C, T] → [B, C, whole hops], maybe none
    y = ring.give(process(whole), T)  → [B, C', T]

    Where a block asks for more than there is, silence goes before it, once: what was late stays as late. Blocks of T
    samples are hop - gcd(hop, T) late.
    """

    def __init__(self, hop: int):
        super().__init__()
        self.hop = hop
        self.register_buffer("waiting", torch.zeros(1, 0))  # came in, not a whole hop yet
        self.register_buffer("ready", torch.zeros(1, 0))  # was made, not asked for yet

    @torch.jit.export
    def take(self, x: Tensor) -> Tensor:
        batch, channels = x.size(0), x.size(1)
        joined = torch.cat([voices(self.waiting, batch * channels), x.reshape(batch * channels, x.size(2))], 1)
        whole = joined.size(1) // self.hop * self.hop
        self.waiting = joined[:, whole:].clone()
        return joined[:, :whole].view(batch, channels, whole)

    @torch.jit.export
    def give(self, y: Tensor, samples: int) -> Tensor:
        batch, channels = y.size(0), y.size(1)
        rows = y.reshape(batch * channels, y.size(2))
        missing = max(0, samples - self.ready.size(1) - rows.size(1))
        joined = torch.cat([rows.new_zeros(rows.size(0), missing), voices(self.ready, rows.size(0)), rows], 1)
        self.ready = joined[:, samples:].clone()
        return joined[:, :samples].reshape(batch, channels, samples)

    def forward(self, x: Tensor) -> Tensor:
        """The audio itself, as late as anything else would be."""
        return self.give(self.take(x), x.size(2))

    @torch.jit.export
    def reset(self) -> None:
        self.waiting = torch.zeros_like(self.waiting[:, :0])
        self.ready = torch.zeros_like(self.ready[:, :0])
