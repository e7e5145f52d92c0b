"""Convolutions with stride 4 on CPUs, as matrix products on sequences with the channels last, [N, T, C].

What an output hears, its window, is a row of a matrix; with five taps that is a quarter more than the sequence.
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

STRIDE = 4
KERNEL = 5


def worthwhile(x: Tensor) -> bool:
    """Whether x is where this is faster than a library's convolution: on a CPU, in full precision."""
    return x.device.type == "cpu" and not torch.is_autocast_enabled("cpu") and not torch.compiler.is_compiling()


@functools.cache
def _onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x [M, K] · weightᵀ [O, K] + bias, without gradients.

    By oneDNN, as torch.compile has it: torch's own products are those of MKL, which on processors other
    than Intel's are a tenth to a fifth slower.
    """
    if x.dtype == torch.float32 and _onednn():
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return F.linear(x, weight, bias)


def prepare(weight: Tensor) -> Tensor:
    """The weight [O, C, K] as [O, K, C]."""
    return weight.transpose(1, 2).contiguous()


def _heard(tap: int, kernel: int, length: int) -> tuple[slice, slice]:
    """Which samples a tap hears, and in which outputs; elsewhere it lies before or after the sequence."""
    outputs, offset = (length - 1) // STRIDE + 1, tap - kernel // 2
    first = max(0, -(offset // STRIDE))
    last = max(first, min(outputs, (length - 1 - offset) // STRIDE + 1))
    return slice(STRIDE * first + offset, STRIDE * last + offset, STRIDE), slice(first, last)


class _Products(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, slope: float) -> Tensor:
        n, length, channels = x.shape
        kernel, outputs = weight.shape[1], (length - 1) // STRIDE + 1
        windows = x.new_empty(n, outputs, kernel, channels)
        for tap in range(kernel):
            samples, rows = _heard(tap, kernel, length)
            torch.ops.aten.leaky_relu.out(x[:, samples], slope, out=windows[:, rows, tap])
            windows[:, : rows.start, tap] = 0
            windows[:, rows.stop :, tap] = 0
        windows = windows.view(n * outputs, -1)
        ctx.slope = slope
        ctx.save_for_backward(x, weight, windows if ctx.needs_input_grad[1] else None)
        return linear(windows, weight.flatten(1), bias).view(n, outputs, -1)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, windows = ctx.saved_tensors
        n, length, channels = x.shape
        kernel, outputs = weight.shape[1], gradient.shape[1]
        g = gradient.reshape(n * outputs, -1)
        gx = g_weight = g_bias = None
        if ctx.needs_input_grad[0]:
            parts = linear(g, weight.flatten(1).T).view(n, outputs, kernel, channels)
            # Every sample is in the windows of one of four taps in a row; those of other taps are added to them.
            first = min(kernel // 2, kernel - STRIDE)
            for tap in {*range(kernel)} - {*range(first, first + STRIDE)}:
                later = (tap - first) // STRIDE
                to, of = (slice(later, None), slice(-later)) if later > 0 else (slice(later), slice(-later, None))
                parts[:, to, tap - STRIDE * later] += parts[:, of, tap]
            gx = torch.empty_like(x)
            gx[:, STRIDE * (outputs - 1) + kernel - kernel // 2 :] = 0  # heard by none
            for tap in range(first, first + STRIDE):
                samples, rows = _heard(tap, kernel, length)
                torch.ops.aten.leaky_relu_backward.grad_input(
                    parts[:, rows, tap], x[:, samples], ctx.slope, False, grad_input=gx[:, samples]
                )
        if ctx.needs_input_grad[1]:
            # In the order in which few columns are no trouble.
            few = windows.shape[1] < g.shape[1]
            g_weight = ((windows.T @ g).T if few else g.T @ windows).reshape(weight.shape)
        if ctx.needs_input_grad[2]:
            g_bias = g.sum(0)
        return gx, g_weight, g_bias, None


def activated_conv(x: Tensor, weight: Tensor, bias: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of `slope`, then the convolution with a prepared weight: [N, T, C] → [N, ⌈T/4⌉, O]."""
    return _Products.apply(x, weight, bias, slope)


def first_conv(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The convolution [O, C, K], K at least 5 and odd, of a few channels: [N, C, T] → [N, ⌈T/4⌉, O]."""
    return _Products.apply(x.transpose(1, 2), prepare(weight), bias, 1.0)
