"""Convolutions with stride 4 on CPUs, as matrix products on sequences with the channels last, [N, T, C].

What an output hears, its window, is a row of a matrix; with five taps that is a quarter more than the sequence.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..matmul import linear

STRIDE = 4
KERNEL = 5


def prepare(weight: Tensor) -> Tensor:
    """The weight [O, C, K] as [O, K, C]."""
    return weight.transpose(1, 2).contiguous()


class _Products(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, slope: float) -> Tensor:
        n, length, channels = x.shape
        kernel, outputs = weight.shape[1], (length - 1) // STRIDE + 1
        windows = x.new_empty(n, outputs, kernel, channels)
        pad = kernel // 2
        # The windows from `first` to `last` lie within the sequence.
        first = min(-(-pad // STRIDE), outputs)
        last = max(first, (length - kernel + pad) // STRIDE + 1)
        activate = torch.ops.aten.leaky_relu.out
        if last > first:
            within = x[:, STRIDE * first - pad :].unfold(1, kernel, STRIDE)[:, : last - first]
            activate(within.transpose(2, 3), slope, out=windows[:, first:last])
        for row in (*range(first), *range(last, outputs)):
            start = STRIDE * row - pad
            samples = x[:, max(start, 0) : start + kernel]
            before, after = max(-start, 0), max(-start, 0) + samples.shape[1]
            windows[:, row, :before] = 0
            windows[:, row, after:] = 0
            activate(samples, slope, out=windows[:, row, before:after])
        windows = windows.view(n * outputs, -1)
        ctx.slope = slope
        ctx.save_for_backward(x, weight, windows if ctx.needs_input_grad[1] else None)
        return linear(windows, weight.flatten(1), bias).view(n, outputs, -1)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, windows = ctx.saved_tensors
        n, outputs, kernel = len(x), gradient.shape[1], weight.shape[1]
        g = gradient.reshape(n * outputs, -1)
        gx = g_weight = g_bias = None
        if ctx.needs_input_grad[0]:
            parts = linear(g, weight.flatten(1).T).view(n, outputs, kernel, -1)
            gx = _sum_of_windows(parts, x, ctx.slope)
        if ctx.needs_input_grad[1]:
            # In the order in which few columns are no trouble.
            few = windows.shape[1] < g.shape[1]
            g_weight = ((windows.T @ g).T if few else g.T @ windows).reshape(weight.shape)
        if ctx.needs_input_grad[2]:
            g_bias = g.sum(0)
        return gx, g_weight, g_bias, None


def _sum_of_windows(parts: Tensor, x: Tensor, slope: float) -> Tensor:
    """The gradient of x [N, T, C] before its activation, from those of the windows [N, ⌈T/4⌉, K, C] (overwritten)."""
    outputs, kernel = parts.shape[1:3]
    length = x.shape[1]
    # Four taps in a row hear all samples, each once; what others heard of them is added to theirs.
    low = min(kernel // 2, kernel - STRIDE)
    for tap in (*range(low), *range(low + STRIDE, kernel)):
        later = (tap - low) // STRIDE
        to, of = (slice(later, None), slice(-later)) if later > 0 else (slice(later), slice(-later, None))
        parts[:, to, tap - STRIDE * later] += parts[:, of, tap]
    parts = parts[:, :, low : low + STRIDE]
    gx = torch.empty_like(x)
    # The first sample of the first whole row, and the taps of the row before it that hear no sample.
    missing = kernel // 2 - low
    row, start = (1, min(STRIDE - missing, length)) if missing else (0, 0)
    count = (length - start) // STRIDE
    end = start + STRIDE * count
    rest = slice(end, length)
    through = torch.ops.aten.leaky_relu_backward.grad_input
    if missing:
        through(parts[:, 0, missing : missing + start], x[:, :start], slope, False, grad_input=gx[:, :start])
    if count:
        whole, heard = (t[:, start:end].unflatten(1, (count, STRIDE)) for t in (gx, x))
        through(parts[:, row : row + count], heard, slope, False, grad_input=whole)
    if row + count < outputs:
        through(parts[:, row + count, : length - end], x[:, rest], slope, False, grad_input=gx[:, rest])
    else:
        gx[:, rest] = 0  # too late for the last window
    return gx


def activated_conv(x: Tensor, weight: Tensor, bias: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of `slope`, then the convolution with a prepared weight: [N, T, C] → [N, ⌈T/4⌉, O]."""
    return _Products.apply(x, weight, bias, slope)


def first_conv(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The convolution [O, C, K], K at least 5 and odd, of a few channels: [N, C, T] → [N, ⌈T/4⌉, O]."""
    return _Products.apply(x.transpose(1, 2), prepare(weight), bias, 1.0)
