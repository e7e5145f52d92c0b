"""Convolutions of a streaming network, without their past: plain TorchScript on frames [B, T, C].

A convolution is one product of rows that hold the taps side by side:

    frames  a b c d e       kernel 3, dilation 1      rows  a b c   ·  weight [3·in, out]
                                                            b c d
                                                            c d e

which for the few frames of a live block is several times as fast as `conv1d`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SHORT = 1024  # numbers in a row of weights, at most, where calls make few frames
LARGE = 1 << 17  # weights of a layer from which that pays


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


ORDERS = {"across": 0, "along": 1, "parts": 2}


class Taps(Piece):
    """A convolution without padding. weight: [out, in, kernel].

    layout: kernel, inputs, outputs, stride, dilation, order, groups; for hosts that compute the layer
    themselves, since the code of a file does not tell.

    frames: how many of the output a call usually makes, 0 for not known. It decides in which order
    the weights lie, which for few frames is most of the time: products of a large matrix with a
    handful of columns run at the speed of memory only where its rows are short (`SHORT`).
    """

    __constants__ = ("kernel", "stride", "dilation", "inputs", "channels", "order", "biased")

    def __init__(self, weight: Tensor, bias: Tensor | None, stride: int = 1, dilation: int = 1, frames: int = 0):
        out, self.inputs, self.kernel = weight.shape
        super().__init__(out)
        self.stride, self.dilation = stride, dilation
        size = self.kernel * self.inputs
        rows = weight.detach().permute(0, 2, 1).reshape(out, size)
        self.order = "across"
        if 2 <= frames <= 6 and weight.numel() >= LARGE:
            self.order = "parts"
            parts = next(n for n in range(-(-size // SHORT), size + 1) if size % n == 0)
            rows = rows.reshape(out, parts, size // parts).transpose(0, 1)
        elif frames == 1 and size > 2 * out:
            self.order = "along"
        else:
            rows = rows.t()
        self.register_buffer("weight", rows.contiguous().clone())
        self.layout = [self.kernel, self.inputs, out, stride, dilation, ORDERS[self.order], 1]
        self.biased = bias is not None
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
            y = torch.mm(rows, self.weight.t())
        else:
            y = torch.mm(rows, self.weight)
        if self.biased:
            y.add_(self.bias)
        return y.view(batch, frames, self.channels)

    def _by_parts(self, rows: Tensor) -> Tensor:
        columns = rows.t()
        size = self.weight.size(2)
        y = torch.mm(self.weight[0], columns[:size])
        for i in range(1, self.weight.size(0)):
            y.addmm_(self.weight[i], columns[i * size : (i + 1) * size])
        return y.t().contiguous()

    def scale(self, gain: Tensor, shift: Tensor) -> None:
        """Folds y·gain + shift, one value per channel, into the weights."""
        self.weight.mul_(gain if self.order == "across" else gain[:, None])
        self.bias.mul_(gain).add_(shift)
        self.biased = True


class GroupedTaps(Piece):
    """A convolution without padding whose groups do not see each other. weight: [out, in/groups, kernel].

    frames, layout: as for `Taps`; inputs are those of one group.
    """

    __constants__ = ("kernel", "stride", "dilation", "groups", "inputs", "channels", "along")

    def __init__(
        self, weight: Tensor, bias: Tensor | None, groups: int, stride: int = 1, dilation: int = 1, frames: int = 0
    ):
        out, self.inputs, self.kernel = weight.shape  # inputs: of one group
        super().__init__(out)
        self.groups, self.stride, self.dilation = groups, stride, dilation
        self.along = 1 <= frames <= 4
        order = ORDERS["along" if self.along else "across"]
        self.layout = [self.kernel, self.inputs, out, stride, dilation, order, groups]
        grouped = weight.detach().transpose(1, 2).reshape(groups, out // groups, self.kernel * self.inputs)
        self.register_buffer("weight", (grouped if self.along else grouped.transpose(1, 2)).contiguous().clone())
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
        if self.along:
            y = torch.baddbmm(self.bias.transpose(1, 2), self.weight, rows.transpose(1, 2)).transpose(1, 2)
        else:
            y = torch.baddbmm(self.bias, rows, self.weight)
        # Contiguous, or what is drawn "like" it would come in another order from one host to the next.
        return y.transpose(0, 1).reshape(batch, frames, self.channels).contiguous()


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
