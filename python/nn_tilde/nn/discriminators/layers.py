"""The convolution of the discriminators, in one and two dimensions."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ..conv import WeightNorm
from . import products, toom_cook

# What a discriminator says of one sound: its features from the first layer on, the last one its score.
Features = list[Tensor]
SLOPE = 0.2


class Conv(WeightNorm):
    """Zero-padded convolution with bias, weight-normed: [N, in, ...] → [N, out, ...].

    kernel: one number for sequences, two for planes. A kernel (k, 1) also takes sequences [N, in, T],
    which are then the columns of the plane: the same numbers, and faster.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: tuple[int, ...],
        stride: tuple[int, ...] | None = None,
        dilation: tuple[int, ...] | None = None,
        weight_norm: bool = True,
    ):
        super().__init__()
        self.kernel = kernel
        self.stride = stride or (1,) * len(kernel)
        self.dilation = dilation or (1,) * len(kernel)
        self.padding = tuple((size - 1) * step // 2 for size, step in zip(kernel, self.dilation, strict=True))
        plain = (nn.Conv1d if len(kernel) == 1 else nn.Conv2d)(in_channels, out_channels, kernel)
        self._make_weight(plain.weight.detach(), weight_norm)
        self.bias = plain.bias

    def forward(self, x: Tensor) -> Tensor:
        weight = self.folded()
        if x.dim() == 4:
            return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation)
        weight = weight.flatten(2)
        return F.conv1d(x, weight, self.bias, self.stride[0], self.padding[0], self.dilation[0])

    def prepared(self) -> Tensor:
        """The weight for `activated_conv` of `products` or `toom_cook`."""
        module = toom_cook if self.kernel == (toom_cook.KERNEL,) else products
        return self._derived("prepared", lambda: module.prepare(self.folded().flatten(2)))

    def extra_repr(self) -> str:
        return f"kernel={self.kernel}, stride={self.stride}, dilation={self.dilation}, weight_norm={self.weight_norm}"


def fold_periods(x: Tensor, period: int) -> Tensor:
    """Every period-th sample a sequence of its own: [B, C, T] → [B·period, C, ⌈T/period⌉], zeros at the end."""
    x = F.pad(x, (0, -x.shape[-1] % period))
    return x.unflatten(-1, (-1, period)).permute(0, 3, 1, 2).flatten(0, 1)
