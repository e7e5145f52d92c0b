"""Convolutions with stride 4 on CPUs, as matrix products on sequences with the channels last, [N, T, C].

Four samples of C channels make a block, which in memory is one row: a sequence is a matrix of rows, the
convolution of five taps two products with it, of whole rows and of the first quarters of the next ones.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

STRIDE = 4
KERNEL = 5
PAD = KERNEL // 2


def worthwhile(x: Tensor) -> bool:
    """Whether x is where this is faster than a library's convolution: on a CPU, in full precision."""
    return x.device.type == "cpu" and not torch.is_autocast_enabled("cpu") and not torch.compiler.is_compiling()


def first_conv(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The convolution [O, C, K] of a few channels: [N, C, T] → [N, ⌈T/4⌉, O]."""
    kernel = weight.shape[-1]
    heard = F.pad(x, (kernel // 2, kernel // 2)).unfold(-1, kernel, STRIDE).transpose(1, 2).flatten(2)
    return F.linear(heard, weight.flatten(1), bias)


def prepare(weight: Tensor) -> Tensor:
    """The weight [O, C, 5] as [O, 5, C]."""
    return weight.transpose(1, 2).contiguous()


class _Products(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, slope: float) -> Tensor:
        n, length, channels = x.shape
        outputs = (length - 1) // STRIDE + 1
        # One row more a sequence: what the last output hears of a next block is zero.
        padded = x.new_zeros(n, STRIDE * (outputs + 1), channels)
        torch.ops.aten.leaky_relu.out(x, slope, out=padded[:, PAD : PAD + length])
        rows = padded.view(-1, STRIDE * channels)
        y = torch.addmm(bias, rows, weight[:, :STRIDE].flatten(1).T)
        y[:-1].addmm_(rows[1:, :channels], weight[:, STRIDE].T)
        ctx.slope = slope
        ctx.save_for_backward(x, weight, rows if ctx.needs_input_grad[1] else None)
        return y.view(n, outputs + 1, -1)[:, :outputs]

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, rows = ctx.saved_tensors
        n, length, channels = x.shape
        g = F.pad(gradient, (0, 0, 0, 1)).view(-1, gradient.shape[-1])
        gx = g_weight = g_bias = None
        if ctx.needs_input_grad[0]:
            blocks = g @ weight[:, :STRIDE].flatten(1)
            blocks[1:, :channels].addmm_(g[:-1], weight[:, STRIDE])
            samples = blocks.view(n, -1, channels)[:, PAD : PAD + length]
            gx = torch.ops.aten.leaky_relu_backward(samples, x, ctx.slope, False)
        if ctx.needs_input_grad[1]:
            g_weight = torch.empty_like(weight)
            g_weight[:, :STRIDE] = (g.T @ rows).view(-1, STRIDE, channels)
            g_weight[:, STRIDE] = g[:-1].T @ rows[1:, :channels]
        if ctx.needs_input_grad[2]:
            g_bias = g.sum(0)
        return gx, g_weight, g_bias, None


def activated_conv(x: Tensor, weight: Tensor, bias: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of `slope`, then the convolution with a prepared weight: [N, T, C] → [N, ⌈T/4⌉, O]."""
    return _Products.apply(x, weight, bias, slope)
