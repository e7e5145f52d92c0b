"""Networks that hear whole recordings, turned into networks that play: same weights, same numbers.

A stream cannot see the future. Where a layer looks ahead, its output comes later, and `stream`
counts by how much:

    layer                         delay of its output, in its frames (d: delay of its input)
    convolution, stride s         ⌊(d + look-ahead) / s⌋   the hop that is played holds s - 1 frames more
    transposed convolution, r     d·r + the frames cut off at the start
    residual, sum                 the latest branch; the others wait for it
    noise in frames of r          ⌊…⌋·r, as its strided convolutions

so that for blocks of any sizes that are multiples of its strides, output frame n of the stream is
frame n - delay of the network, as soon as the past that it needs has been played.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn

from . import streaming_layers as layers
from .activations import Snake
from .adain import AdaIN
from .conv import Conv1d, ConvTranspose1d
from .noise import FilteredNoise
from .recurrent import GRU
from .residual import Branches, DilatedUnit, Named, Residual
from .streaming_style import Style


class Builder:
    """The pieces so far, and how late (`delay`, in frames) what comes out of them is.

    streaming: False builds the network itself, each call a whole recording between zeros.
    frames: how many come out of a usual call, 0 for not known; the weights are laid out for that.
    """

    def __init__(self, delay: int = 0, streaming: bool = True, frames: int = 0):
        self.delay, self.streaming, self.frames = delay, streaming, frames
        self.pieces: list[layers.Piece] = []

    def add(self, module: nn.Module) -> Builder:
        add(module, self)
        return self

    def branch(self) -> Builder:
        """An empty builder that hears what comes out of this one."""
        return Builder(self.delay, self.streaming, self.frames)

    def wait(self, delay: int, channels: int) -> None:
        """Delays further, to `delay` in all."""
        if delay < self.delay:
            raise ValueError(f"what comes {self.delay} frames late cannot be only {delay} late")
        if delay > self.delay:
            self.pieces.append(layers.Delay(delay - self.delay, channels))
        self.delay = delay

    def chain(self) -> layers.Chain:
        chain = layers.Chain(self.pieces)
        chain.delay = self.delay
        return chain


def stream(module: nn.Module, delay: int = 0, streaming: bool = True, frames: int = 0) -> layers.Chain:
    """The module as a scriptable one on frames [B, T, C], in evaluation mode, with copies of its weights.

    Its `delay` is that of the output, in output frames, when the input is `delay` frames late; its
    `reset()` forgets the past. Raises TypeError for a module of an unknown kind; `add.register`
    makes more kinds known. streaming: False pads with zeros instead, and never is late. frames: of
    the input in a usual call, for speed; 0 for not known.
    """
    return Builder(delay, streaming, frames).add(module).chain().eval()


def align(branches: list[Builder]) -> int:
    """Makes all as late as the latest; their delay."""
    latest = max(branch.delay for branch in branches)
    for branch in branches:
        branch.wait(latest, branch.chain().channels)
    return latest


@functools.singledispatch
def add(module: nn.Module, builder: Builder) -> None:
    """Appends the pieces of a module."""
    raise TypeError(f"a {type(module).__name__} cannot be streamed")


@add.register
def _(module: nn.Sequential, builder: Builder) -> None:
    for part in module:
        builder.add(part)


@add.register(Named)
@add.register(DilatedUnit)
def _(module: nn.Module, builder: Builder) -> None:
    builder.add(module.net)


@add.register
def _(module: nn.Identity, builder: Builder) -> None:
    pass


@add.register
def _(module: nn.LeakyReLU, builder: Builder) -> None:
    builder.pieces.append(layers.LeakyReLU(module.negative_slope))


@add.register
def _(module: Snake, builder: Builder) -> None:
    builder.pieces.append(layers.Snake(module.alpha[:, 0]))


@add.register
def _(module: nn.BatchNorm1d, builder: Builder) -> None:
    gain = module.weight.detach() * (module.running_var + module.eps).rsqrt()
    shift = module.bias.detach() - module.running_mean * gain
    if builder.pieces and isinstance(builder.pieces[-1], layers.Taps):
        builder.pieces[-1].scale(gain, shift)
    else:
        builder.pieces.append(layers.Affine(gain, shift))


@add.register
def _(module: Conv1d, builder: Builder) -> None:
    add_taps(builder, module.folded(), module.bias, module.pad[0], module.stride, module.dilation, module.groups)


def add_taps(
    builder: Builder,
    weight: Tensor,
    bias: Tensor | None,
    left: int,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
) -> None:
    """A convolution whose first tap lies `left` frames before the frame of the output.

    Taps that are zero at the ends of a filter cost neither time nor delay: they are left out.
    """
    weight, first = _without_zeros(weight.detach())
    left -= first * dilation
    span = (weight.shape[-1] - 1) * dilation
    inputs = weight.shape[1] * groups
    if builder.streaming:
        late = (builder.delay + span - left) // stride
        past = left + late * stride - builder.delay
        builder.delay = late
        if past > 0:
            builder.pieces.append(layers.Past(past, inputs))
        elif past < 0:  # a stride longer than the filter
            builder.pieces.append(layers.Crop(-past, 0))
    else:
        right = span + 1 - stride - left
        if left or right:
            builder.pieces.append(layers.Zeros(left, right, inputs))
    builder.frames //= stride
    if groups == 1:
        builder.pieces.append(layers.Taps(weight, bias, stride, dilation, builder.frames))
    else:
        builder.pieces.append(layers.GroupedTaps(weight, bias, groups, stride, dilation, builder.frames))


def _without_zeros(weight: Tensor) -> tuple[Tensor, int]:
    """The taps from the first to the last that is not zero everywhere, and how many came before."""
    used = weight.abs().amax((0, 1)).nonzero()[:, 0].tolist() or [0]
    return weight[..., used[0] : used[-1] + 1], used[0]


@add.register
def _(module: ConvTranspose1d, builder: Builder) -> None:
    ratio, weight = module.ratio, module.folded()
    cut = (ratio + 1) // 2
    if builder.streaming:
        builder.pieces.append(layers.Past(1, weight.shape[0]))
        builder.delay = builder.delay * ratio + cut
    else:
        builder.pieces.append(layers.Zeros(1, 1, weight.shape[0]))
    builder.pieces.append(layers.Upsample(weight, module.bias, ratio, builder.frames))
    builder.frames *= ratio
    if not builder.streaming:
        builder.pieces.append(layers.Crop(cut, ratio - cut))


@add.register
def _(module: Residual, builder: Builder) -> None:
    body = builder.branch().add(module.body)
    late = body.delay - builder.delay
    if (start := _shared_past(body.pieces, late)) is not None:
        activation, past, first, *rest = body.pieces
        builder.pieces.append(layers.Residual(past, activation, first, layers.Chain(rest, ours=True), start))
    else:
        straight = builder.branch()
        straight.wait(body.delay, body.chain().channels)
        builder.pieces.append(layers.Sum([straight.chain(), body.chain()]))
    builder.delay = body.delay


def _shared_past(pieces: list[layers.Piece], late: int) -> int | None:
    """Where the input, `late` frames late, lies in the past of the body's first convolution; None if not there."""
    if len(pieces) < 3 or not isinstance(pieces[0], layers.LeakyReLU | layers.Snake):
        return None
    if not isinstance(pieces[2], layers.Taps) or pieces[2].stride != 1:
        return None
    past = pieces[1]
    if isinstance(past, layers.Zeros):
        return past.left if past.left >= 0 else None
    if isinstance(past, layers.Past) and past.frames >= late:
        return past.frames - late
    return None


@add.register
def _(module: Branches, builder: Builder) -> None:
    branches = [builder.branch().add(part) for part in module.branches]
    builder.delay = align(branches)
    if len(branches) == 1:
        builder.pieces += branches[0].pieces
    else:
        builder.pieces.append(layers.Sum([branch.chain() for branch in branches]))


@add.register
def _(module: FilteredNoise, builder: Builder) -> None:
    net = builder.branch().add(module.net)
    builder.pieces.append(layers.Noise(net.chain(), module.size, module.out, module.bands))
    builder.delay, builder.frames = net.delay * module.size, net.frames * module.size


@add.register
def _(module: GRU, builder: Builder) -> None:
    builder.pieces.append(layers.Recurrent(module.gru, carry=builder.streaming))


@add.register
def _(module: AdaIN, builder: Builder) -> None:
    builder.pieces.append(Style(module))


def merge(convolutions: list[Conv1d]) -> Conv1d:
    """One convolution with the outputs of several that hear the same input, each with stride and dilation 1."""
    before = max(c.pad[0] for c in convolutions)
    after = max(c.kernel_size - 1 - c.pad[0] for c in convolutions)
    weights, biases = [], []
    for c in convolutions:
        after_this = c.kernel_size - 1 - c.pad[0]
        weights.append(nn.functional.pad(c.folded().detach(), (before - c.pad[0], after - after_this)))
        biases.append(weights[-1].new_zeros(c.out_channels) if c.bias is None else c.bias.detach())
    weight = torch.cat(weights)
    merged = Conv1d(weight.shape[1], weight.shape[0], before + after + 1, pad=(before, after), bias=True)
    merged.weight, merged.bias = nn.Parameter(weight), nn.Parameter(torch.cat(biases))
    return merged.requires_grad_(False)
