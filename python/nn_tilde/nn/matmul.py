"""Matrix products on CPUs, by oneDNN, and convolutions made of them where torch's own are slow."""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

# Weights from which on, and frames up to which, a convolution is slower than its product.
MANY = 2**20
FEW = 256


def worthwhile(x: Tensor) -> bool:
    """Whether x is where this is faster than a library's convolution: on a CPU, in full precision."""
    return x.device.type == "cpu" and not torch.is_autocast_enabled("cpu") and not torch.compiler.is_compiling()


@functools.cache
def _onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x [M, K] · weightᵀ [O, K] + bias, without gradients; rows of x lie one after the other.

    By oneDNN, as torch.compile has it: torch's own products are those of MKL, which is slower on
    processors other than Intel's.
    """
    if x.dtype == torch.float32 and _onednn():
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return F.linear(x, weight, bias)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return linear(x, weight)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        g = gradient.contiguous()
        return (
            linear(g, weight.T) if ctx.needs_input_grad[0] else None,
            g.T @ x if ctx.needs_input_grad[1] else None,
        )


def few_frames(x: Tensor, weight: Tensor, stride: int) -> bool:
    """Whether `conv` is the faster convolution of x [B, I, T] by weight [O, I, K], in one group."""
    frames = x.shape[0] * x.shape[-1] // stride
    return worthwhile(x) and (weight.shape[2] == stride == 1 or (weight.numel() >= MANY and frames <= FEW))


def conv(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, dilation: int) -> Tensor:
    """What torch's conv1d makes of x [B, I, T] by weight [O, I, K]."""
    batch, _, length = x.shape
    taps = weight.shape[2]
    if taps == stride == 1:
        y = weight[:, :, 0] @ x
    else:
        frames = (length - (taps - 1) * dilation - 1) // stride + 1
        heard = (x[..., i * dilation : i * dilation + (frames - 1) * stride + 1 : stride] for i in range(taps))
        rows = torch.stack([part.transpose(1, 2) for part in heard], 3).view(batch * frames, -1)
        y = _Linear.apply(rows, weight.flatten(1)).view(batch, frames, -1).transpose(1, 2)
    return y if bias is None else y + bias[:, None]
