"""The pieces of a streaming network: plain TorchScript on frames [B, T, C], the past kept in buffers.

A piece takes any number of frames that is a multiple of its stride and continues where the last
call ended. Every example of the batch has its own row of the past; a larger batch than before
brings new rows of zeros. All arithmetic is one `addmm` on rows that hold the taps side by side:

    frames  a b c d e       kernel 3, dilation 1      rows  a b c   ·  weight [3·in, out]
                                                            b c d
                                                            c d e

which for the few frames of a live block is several times as fast as `conv1d`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .activations import mod_sigmoid
from .noise import filter_frames, impulse_response

SHORT = 1024  # numbers in a row of weights, at most, where calls make few frames


def voices(state: Tensor, count: int) -> Tensor:
    """The first `count` rows of a state; rows it does not have yet are zero."""
    have = state.size(0)
    if have >= count:
        return state[:count]
    fresh = torch.zeros_like(state[:1])
    return torch.cat([state, fresh.repeat_interleave(count - have, 0)])


class Piece(nn.Module):
    """Frames [B, T, C] → frames [B, T', channels].

    channels: of the output, None where they are the input's. fresh: whether the output's memory is
    its own, so that what follows may write to it.
    """

    fresh = True

    def __init__(self, channels: int | None = None):
        super().__init__()
        self.channels = -1 if channels is None else channels

    def reset(self) -> None:
        """Forgets the past."""

    def listen(self, source: bool, target: bool) -> None:
        """Whether layers that learn a style hear the source or the target at the moment."""

    def forget(self, source: bool, target: bool) -> None:
        """Drops the styles learned."""


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


class Taps(Piece):
    """A convolution without padding. weight: [out, in, kernel].

    frames: how many of the output a call usually makes, 0 for not known. It decides in which order
    the weights lie, which for few frames is most of the time: products of a matrix with a handful
    of columns run at the speed of memory only where its rows are short (`SHORT`).
    """

    __constants__ = ("kernel", "stride", "dilation", "inputs", "channels", "order")

    def __init__(self, weight: Tensor, bias: Tensor | None, stride: int = 1, dilation: int = 1, frames: int = 0):
        out, self.inputs, self.kernel = weight.shape
        super().__init__(out)
        self.stride, self.dilation = stride, dilation
        size = self.kernel * self.inputs
        rows = weight.detach().permute(0, 2, 1).reshape(out, size)
        self.order = "across"
        if 2 <= frames <= 6:
            self.order = "parts"
            parts = next(n for n in range(-(-size // SHORT), size + 1) if size % n == 0)
            rows = rows.reshape(out, parts, size // parts).transpose(0, 1)
        elif frames == 1 and size >= 8 * out:
            self.order = "along"
        else:
            rows = rows.t()
        self.register_buffer("weight", rows.contiguous().clone())
        self.register_buffer("bias", weight.new_zeros(out) if bias is None else bias.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        batch = x.size(0)
        frames = (x.size(1) - (self.kernel - 1) * self.dilation - 1) // self.stride + 1
        if self.kernel > 1 or self.stride > 1:
            x = x.contiguous()
            steps = [x.stride(0), self.stride * self.inputs, self.dilation * self.inputs, 1]
            x = x.as_strided([batch, frames, self.kernel, self.inputs], steps)
        rows = x.reshape(batch * frames, self.kernel * self.inputs)
        if self.order == "parts":
            y = self._by_parts(rows)
        elif self.order == "along":
            y = torch.addmm(self.bias, rows, self.weight.t())
        else:
            y = torch.addmm(self.bias, rows, self.weight)
        return y.view(batch, frames, self.channels)

    def _by_parts(self, rows: Tensor) -> Tensor:
        columns = rows.t()
        size = self.weight.size(2)
        y = torch.addmm(self.bias.unsqueeze(1), self.weight[0], columns[:size])
        for i in range(1, self.weight.size(0)):
            y.addmm_(self.weight[i], columns[i * size : (i + 1) * size])
        return y.t().contiguous()

    def scale(self, gain: Tensor, shift: Tensor) -> None:
        """Folds y·gain + shift, one value per channel, into the weights."""
        self.weight.mul_(gain if self.order == "across" else gain[:, None])
        self.bias.mul_(gain).add_(shift)


class GroupedTaps(Piece):
    """A convolution without padding whose groups do not see each other. weight: [out, in/groups, kernel]."""

    __constants__ = ("kernel", "stride", "dilation", "groups", "inputs", "channels")

    def __init__(self, weight: Tensor, bias: Tensor | None, groups: int, stride: int = 1, dilation: int = 1):
        out, self.inputs, self.kernel = weight.shape  # inputs: of one group
        super().__init__(out)
        self.groups, self.stride, self.dilation = groups, stride, dilation
        grouped = weight.detach().reshape(groups, out // groups, self.inputs, self.kernel).permute(0, 3, 2, 1)
        self.register_buffer("weight", grouped.reshape(groups, self.kernel * self.inputs, out // groups).clone())
        zeros = weight.new_zeros(out)
        self.register_buffer("bias", (zeros if bias is None else bias.detach()).reshape(groups, 1, -1).clone())

    def forward(self, x: Tensor) -> Tensor:
        batch = x.size(0)
        frames = (x.size(1) - (self.kernel - 1) * self.dilation - 1) // self.stride + 1
        x = x.contiguous()
        wide = self.groups * self.inputs
        steps = [self.inputs, x.stride(0), self.stride * wide, self.dilation * wide, 1]
        x = x.as_strided([self.groups, batch, frames, self.kernel, self.inputs], steps)
        rows = x.reshape(self.groups, batch * frames, self.kernel * self.inputs)
        y = torch.baddbmm(self.bias, rows, self.weight)
        return y.transpose(0, 1).reshape(batch, frames, self.channels)


class Upsample(Piece):
    """Transposed convolution with kernel 2·ratio as one over two frames. weight: [in, out, 2·ratio].

    Each frame x[t] and the one before it make the samples t·ratio … t·ratio + ratio - 1 of the
    convolution without a cut: nothing to add up later, and one frame of past.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, ratio: int, frames: int = 0):
        inputs, out, _ = weight.shape
        super().__init__(out)
        self.ratio = ratio
        halves = [weight.detach()[:, :, ratio:], weight.detach()[:, :, :ratio]]  # of the frame before, of this one
        taps = torch.stack([half.permute(2, 1, 0).reshape(ratio * out, inputs) for half in halves], -1)
        self.taps = Taps(taps, None if bias is None else bias.detach().repeat(ratio), frames=frames)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 1 + T, in] → [B, T·ratio, out]."""
        y = self.taps(x)
        return y.view(y.size(0), y.size(1) * self.ratio, self.channels)


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

    __constants__ = ("inplace", "slope")

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
