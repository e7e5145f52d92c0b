"""Networks as they play: the same numbers, but for rounding, with fewer and faster layers.

Batch norms become part of the layer before them. Convolutions over the bins of frames become products of rows that
hold the taps side by side (`nn.streaming_taps`): for so few channels torch's own take most of their time for anything
but arithmetic, and hosts know how to play these.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import fusion

from ..nn.streaming_taps import Taps

FEW = 8  # channels below which gathering the taps costs more than the product


class Turn(nn.Module):
    """[N, channels, bins] ↔ [N, bins, channels]."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2)


class Convolution(nn.Module):
    """[N, bins, channels] → the same, as a Conv1d of undivided channels has it. pads: zeros before and after."""

    def __init__(self, conv: nn.Conv1d, pads: tuple[int, int]):
        super().__init__()
        self.before, self.after = pads
        self.taps = Taps(conv.weight, conv.bias, conv.stride[0], conv.dilation[0])

    def forward(self, x: Tensor) -> Tensor:
        return self.taps(nn.functional.pad(x, [0, 0, self.before, self.after]))


class FewOutputs(nn.Module):
    """The same for few channels of output: one product for all taps, then sums along its diagonals.

    products    p(0,0) p(0,1) p(0,2)          bin 0 = p(0,0) + p(1,1) + p(2,2)
                p(1,0) p(1,1) p(1,2)          bin 1 = p(1,0) + p(2,1) + …
                p(2,0) p(2,1) p(2,2) …
    """

    def __init__(self, conv: nn.Conv1d, pads: tuple[int, int]):
        super().__init__()
        self.before, self.after = pads
        self.out, self.inputs, self.kernel = conv.weight.shape
        weight = conv.weight.detach().permute(1, 2, 0).reshape(self.inputs, self.kernel * self.out)
        self.register_buffer("weight", weight.contiguous().clone())
        self.register_buffer("bias", conv.weight.new_zeros(self.out) if conv.bias is None else conv.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(x.size(0) * x.size(1), self.inputs)
        p = torch.mm(rows, self.weight).view(x.size(0), x.size(1), self.kernel * self.out)
        p = nn.functional.pad(p, [0, 0, self.before, self.after])
        bins = p.size(1) - self.kernel + 1
        wide = self.kernel * self.out
        p = p.as_strided([p.size(0), bins, self.kernel, self.out], [p.stride(0), wide, wide + self.out, 1])
        return p.sum(2) + self.bias


class Transposed(nn.Module):
    """[N, bins, channels] → [N, bins · stride or so, channels], as a ConvTranspose1d has it.

    Outputs whose place modulo the stride is the same see the same taps, so that it is one convolution with `stride`
    times as many outputs, and nothing to add up.
    """

    def __init__(self, conv: nn.ConvTranspose1d):
        super().__init__()
        self.stride, self.cut = conv.stride[0], conv.padding[0]
        self.kernel, self.extra = conv.kernel_size[0], conv.output_padding[0]
        self.count = -(-self.kernel // self.stride)  # taps
        inputs, self.out, _ = conv.weight.shape
        weight = nn.functional.pad(conv.weight.detach(), [0, self.count * self.stride - self.kernel])
        # [in, out, tap, place] → [place, out, in, tap], the newest tap last
        weight = weight.view(inputs, self.out, self.count, self.stride).flip(2).permute(3, 1, 0, 2)
        bias = None if conv.bias is None else conv.bias.detach().repeat(self.stride)
        self.taps = Taps(weight.reshape(self.stride * self.out, inputs, self.count), bias)

    def forward(self, x: Tensor) -> Tensor:
        bins = (x.size(1) - 1) * self.stride - 2 * self.cut + self.kernel + self.extra
        rows = -(-(bins + self.cut) // self.stride)
        padded = nn.functional.pad(x, [0, 0, self.count - 1, rows - x.size(1)])
        y = self.taps(padded).view(x.size(0), rows * self.stride, self.out)
        return y[:, self.cut : self.cut + bins]


def fold(module: nn.Module) -> nn.Module:
    """Changes `module`, which must be in evaluation mode."""
    for parent in module.modules():
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Sequential):
                layers = _without_norms(list(child))
                setattr(parent, name, nn.Sequential(*_as_products(layers)))
    return module


def _without_norms(layers: list[nn.Module]) -> list[nn.Module]:
    found: list[nn.Module] = []
    for layer in layers:
        before = found[-1] if found else None
        if not isinstance(layer, nn.BatchNorm1d):
            found.append(layer)
        elif isinstance(before, nn.Linear):
            found[-1] = fusion.fuse_linear_bn_eval(before, layer)
        elif isinstance(before, nn.Conv1d | nn.ConvTranspose1d):
            found[-1] = fusion.fuse_conv_bn_eval(before, layer, transpose=isinstance(before, nn.ConvTranspose1d))
        else:
            found.append(layer)
    return found


def _as_products(layers: list[nn.Module]) -> list[nn.Module]:
    if not any(isinstance(layer, nn.Conv1d | nn.ConvTranspose1d) for layer in layers):
        return layers
    found: list[nn.Module] = [Turn()]
    pads = (0, 0)
    for layer in layers:
        if isinstance(layer, nn.ConstantPad1d):
            pads = layer.padding
        elif isinstance(layer, nn.Conv1d):
            pads = (pads[0] + layer.padding[0], pads[1] + layer.padding[0])
            few = layer.out_channels < FEW and layer.stride[0] == layer.dilation[0] == 1
            found.append((FewOutputs if few else Convolution)(layer, pads))
            pads = (0, 0)
        elif isinstance(layer, nn.ConvTranspose1d):
            found.append(Transposed(layer))
        elif not isinstance(layer, nn.Identity):
            found.append(layer)  # an activation
    return [*found, Turn()]
