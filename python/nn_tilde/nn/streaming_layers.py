"""The pieces of a streaming network: plain TorchScript on frames [B, T, C], the past kept in buffers.

A piece takes any number of frames that is a multiple of its stride and continues where the last
call ended. Every example of the batch has its own row of the past; a larger batch than before
brings new rows of zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .activations import mod_sigmoid
from .noise import filter_frames, impulse_response
from .streaming_taps import GroupedTaps, Piece, Taps, Upsample

__all__ = [
    "Affine",
    "Chain",
    "Crop",
    "Delay",
    "GroupedTaps",
    "LeakyReLU",
    "Noise",
    "Past",
    "Piece",
    "Recurrent",
    "Residual",
    "Snake",
    "Sum",
    "Taps",
    "Upsample",
    "Zeros",
    "voices",
]


def voices(state: Tensor, count: int) -> Tensor:
    """The first `count` rows of a state; rows it does not have yet are zero."""
    have = state.size(0)
    if have >= count:
        return state[:count]
    fresh = torch.zeros_like(state[:1])
    return torch.cat([state, fresh.repeat_interleave(count - have, 0)])


class Past(Piece):
    """Puts the last `frames` frames of the past before the input: [B, T, C] → [B, frames + T, C]."""

    fresh = False  # the next call reads it

    def __init__(self, frames: int, channels: int):
        super().__init__(channels)
        self.frames = frames
        self.register_buffer("past", torch.zeros(1, frames, channels))

    def forward(self, x: Tensor) -> Tensor:
        past = self.past
        if past.size(0) != x.size(0):
            past = voices(past, x.size(0))
        joined = torch.cat([past, x], 1)
        self.past = joined[:, x.size(1) :]
        return joined

    def reset(self) -> None:
        self.past = torch.zeros_like(self.past)


class Zeros(Piece):
    """Zeros on both sides, as in a network that hears a whole recording: [B, T, C] → [B, left + T + right, C]."""

    def __init__(self, left: int, right: int, channels: int):
        super().__init__(channels)
        self.left, self.right = left, right  # negative: frames cut off

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pad(x, [0, 0, self.left, self.right])


class Delay(Piece):
    """The input, `frames` frames later."""

    def __init__(self, frames: int, channels: int):
        super().__init__(channels)
        self.past = Past(frames, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.past(x)[:, : x.size(1)]

    def reset(self) -> None:
        self.past.reset()


class Crop(Piece):
    """What lies between two edges: frames `start` to T - `end`."""

    fresh = False

    def __init__(self, start: int, end: int):
        super().__init__()
        self.start, self.end = start, end

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.start : x.size(1) - self.end]


class LeakyReLU(Piece):
    """`inplace` may be set where nobody else needs the input."""

    __constants__ = ("inplace",)

    def __init__(self, slope: float, inplace: bool = False):
        super().__init__()
        self.slope, self.inplace = slope, inplace

    def forward(self, x: Tensor) -> Tensor:
        if self.inplace:
            return nn.functional.leaky_relu_(x, self.slope)
        return nn.functional.leaky_relu(x, self.slope)


class Snake(Piece):
    """x + sin²(αx)/α. alpha: [C]."""

    def __init__(self, alpha: Tensor):
        super().__init__()
        self.register_buffer("alpha", alpha.detach().clone())
        self.register_buffer("inverse", 1 / (alpha.detach() + 1e-9))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(x, torch.sin(x * self.alpha).square_(), self.inverse)


class Affine(Piece):
    """x·gain + shift, one value per channel."""

    def __init__(self, gain: Tensor, shift: Tensor):
        super().__init__(gain.numel())
        self.register_buffer("gain", gain.detach().clone())
        self.register_buffer("shift", shift.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.shift, x, self.gain)


class Recurrent(Piece):
    """Gated recurrent units whose state is carried on; `carry` False begins every call from zero."""

    def __init__(self, gru: nn.GRU, carry: bool = True):
        super().__init__(gru.hidden_size)
        self.gru, self.carry = gru, carry
        self.register_buffer("hidden", torch.zeros(1, gru.num_layers, gru.hidden_size))

    def forward(self, x: Tensor) -> Tensor:
        if not self.carry:
            return self.gru(x)[0]
        hidden = self.hidden
        if hidden.size(0) != x.size(0):
            hidden = voices(hidden, x.size(0))
        y, hidden = self.gru(x, hidden.transpose(0, 1).contiguous())
        self.hidden = hidden.transpose(0, 1)
        return y

    def reset(self) -> None:
        self.hidden = torch.zeros_like(self.hidden)


class Noise(Piece):
    """Filtered noise. net: features → amplitudes [B, T/size, out·bands]; output [B, T, out]."""

    def __init__(self, net: nn.Module, size: int, out: int, bands: int):
        super().__init__(out)
        self.net = net
        self.size, self.bands = size, bands

    def forward(self, x: Tensor) -> Tensor:
        amplitude = mod_sigmoid(self.net(x) - 5)
        batch, frames = amplitude.size(0), amplitude.size(1)
        response = impulse_response(amplitude.view(batch, frames, self.channels, self.bands), self.size)
        noise = torch.rand_like(response) * 2 - 1
        y = filter_frames(noise, response)
        return y.transpose(2, 3).reshape(batch, frames * self.size, self.channels)

    def reset(self) -> None:
        self.net.reset()


class Residual(Piece):
    """x + body(x), where the body begins with an activation and a convolution that keep enough of
    the past for x itself: x `delay` frames late is a part of it.

    past: joins the past of `first`; activation: not in place; rest: what follows, its output fresh.
    start: the frame of the joined input that is added to the first of the body.
    """

    def __init__(self, past: Piece, activation: Piece, first: Piece, rest: Piece, start: int):
        super().__init__(rest.channels)
        self.past, self.activation, self.first, self.rest = past, activation, first, rest
        self.start = start

    def forward(self, x: Tensor) -> Tensor:
        joined = self.past(x)
        y = self.rest(self.first(self.activation(joined)))
        return y.add_(joined[:, self.start : self.start + y.size(1)])

    def reset(self) -> None:
        self.past.reset()
        self.rest.reset()


class Chain(Piece):
    """Pieces one after the other."""

    def __init__(self, pieces: list[Piece], ours: bool = False):
        """ours: whether the input's memory is the chain's to write to."""
        super().__init__(next((p.channels for p in reversed(pieces) if p.channels > 0), None))
        self.delay = 0  # of a whole network: frames of the output behind one that hears the future
        self.pieces = nn.ModuleList(pieces)
        for piece in pieces:
            if isinstance(piece, LeakyReLU):
                piece.inplace = ours
            ours = piece.fresh or (ours and isinstance(piece, Crop))
        self.fresh = ours

    def forward(self, x: Tensor) -> Tensor:
        for piece in self.pieces:
            x = piece(x)
        return x

    def reset(self) -> None:
        for piece in self.pieces:
            piece.reset()

    def listen(self, source: bool, target: bool) -> None:
        for piece in self.pieces:
            piece.listen(source, target)

    def forget(self, source: bool, target: bool) -> None:
        for piece in self.pieces:
            piece.forget(source, target)


class Sum(Piece):
    """What several chains make of the same input, added up."""

    def __init__(self, branches: list[Piece]):
        super().__init__(next((b.channels for b in branches if b.channels > 0), None))
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor | None = None
        for branch in self.branches:
            y = branch(x)
            total = y if total is None else total + y
        assert total is not None
        return total

    def reset(self) -> None:
        for branch in self.branches:
            branch.reset()
