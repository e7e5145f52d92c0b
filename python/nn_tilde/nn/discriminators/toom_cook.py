"""A convolution of 15 taps with stride 4 for CPUs, in half the multiplications.

Taken four samples at a time the sequence is one of blocks, and the convolution has four taps. Four of
its outputs are a product of polynomials: both factors are evaluated at seven points, multiplied there
(seven matrix products instead of sixteen) and interpolated (Toom 1963; Winograd 1980; for networks
Lavin and Gray 2016, arXiv 1509.09308). In float32 the error is some times the rounding of the direct sum.

    outputs  y0 y1 y2 y3 | y4 ...        a tile; the next one
    blocks   x0 x1 x2 x3 x4 x5 x6        what the tile hears, four samples of C channels each

Sequences are time-major, [N, T, C]: tiles and blocks then are views, and all is matrix products.
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from .products import STRIDE

KERNEL = 15
PAD = (KERNEL - 1) // 2
POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5)  # and infinity
N_POINTS = len(POINTS) + 1


@functools.cache
def transforms(dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Of tiles [7, 7], of weights [7·4, 15], of outputs [4, 7]."""
    points = torch.tensor(POINTS, dtype=torch.double)
    powers = torch.zeros(N_POINTS, N_POINTS, dtype=torch.double)
    powers[:-1] = points[:, None] ** torch.arange(N_POINTS)
    powers[-1, -1] = 1
    evaluation = powers[:, :4].clone()
    evaluation[-1] = torch.tensor([0.0, 0, 0, 1])
    tiles = torch.linalg.inv(powers).T
    # Both factors of a point of similar size, for the rounding.
    scale = tiles.abs().sum(1, keepdim=True)
    weights = torch.kron(evaluation * scale, torch.eye(STRIDE, dtype=torch.double))[:, :KERNEL]
    return (tiles / scale).to(dtype), weights.to(dtype), evaluation.T.contiguous().to(dtype)


def tiling(length: int) -> tuple[int, int]:
    """Outputs of a sequence of `length`, and tiles kept for it: one more, so that its blocks end with zeros."""
    outputs = (length - 1) // STRIDE + 1
    return outputs, -(-outputs // 4) + 1


def prepare(weight: Tensor) -> Tensor:
    """The weight [O, C, 15] at the seven points, where its 16th tap is 0: [O, 7, 4·C]."""
    matrix = transforms(weight.dtype)[1]
    points = torch.bmm(matrix.expand(len(weight), -1, -1), weight.transpose(1, 2))
    return points.view(len(weight), N_POINTS, -1)


class _Products(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, points: Tensor, bias: Tensor, slope: float) -> Tensor:
        n, length, channels = x.shape
        outputs, per = tiling(length)
        tiles = n * per
        padded = x.new_empty(STRIDE * (4 * tiles + 4), channels)
        padded[STRIDE * 4 * tiles :] = 0
        sequences = padded[: STRIDE * 4 * tiles].view(n, -1, channels)
        sequences[:, :PAD] = 0
        sequences[:, PAD + length :] = 0
        torch.ops.aten.leaky_relu.out(x, slope, out=sequences[:, PAD : PAD + length])
        heard = padded.as_strided((tiles, N_POINTS, STRIDE * channels), (16 * channels, STRIDE * channels, 1))
        of_tiles, _, of_outputs = transforms(x.dtype)
        evaluated = torch.bmm(of_tiles.expand(tiles, -1, -1), heard)
        product = torch.bmm(evaluated.transpose(0, 1), points.permute(1, 2, 0))
        y = torch.baddbmm(bias.expand(tiles, 4, -1), of_outputs.expand(tiles, -1, -1), product.transpose(0, 1))
        ctx.slope = slope
        ctx.save_for_backward(x, points, evaluated if ctx.needs_input_grad[1] else None)
        return y.view(n, 4 * per, -1)[:, :outputs]

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, points, evaluated = ctx.saved_tensors
        n, length, channels = x.shape
        outputs, per = tiling(length)
        tiles = n * per
        of_tiles, _, of_outputs = transforms(x.dtype)
        padded = F.pad(gradient, (0, 0, 0, 4 * per - outputs)).view(tiles, 4, -1)
        at_points = torch.bmm(of_outputs.T.expand(tiles, -1, -1), padded)
        gx = g_points = g_bias = None
        if ctx.needs_input_grad[0]:
            product = torch.bmm(at_points.transpose(0, 1), points.transpose(0, 1))
            blocks = torch.bmm(of_tiles.T.expand(tiles, -1, -1), product.transpose(0, 1))
            # Three of a tile's seven blocks belong to the next one.
            own, shared = blocks[:, :4], blocks[:-1, 4:]
            own[1:, :3] += shared
            samples = own.reshape(n, -1, channels)[:, PAD : PAD + length]
            gx = torch.ops.aten.leaky_relu_backward(samples, x, ctx.slope, False)
        if ctx.needs_input_grad[1]:
            g_points = torch.empty_like(points)
            torch.bmm(at_points.permute(1, 2, 0), evaluated.transpose(0, 1), out=g_points.transpose(0, 1))
        if ctx.needs_input_grad[2]:
            g_bias = padded.sum((0, 1))
        return gx, g_points, g_bias, None


def activated_conv(x: Tensor, points: Tensor, bias: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of `slope`, then the convolution with a prepared weight: [N, T, C] → [N, ⌈T/4⌉, O]."""
    return _Products.apply(x, points, bias, slope)
