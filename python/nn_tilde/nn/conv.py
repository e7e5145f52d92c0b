"""Convolutions with their padding written down, and weight normalisation without hooks.

Where the zeros go, for kernel 3, dilation 2 (span 5), one output frame `y`:

    centered   x x y x x      two frames of look-ahead: the stream's delay
    causal     x x x x y      none

The parameters of a weight-normed convolution are `weight_g` and `weight_v`, as in the release's
checkpoints; w = g·v/‖v‖ with the norm over all axes but the first (Salimans and Kingma 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import matmul


def get_padding(kernel: int, dilation: int = 1, causal: bool = False) -> tuple[int, int]:
    """Zeros before and after the input so that a stride of 1 keeps its length, in frames."""
    if kernel == 1:
        return 0, 0
    span = (kernel - 1) * dilation
    return (span, 0) if causal else (span // 2, span - span // 2)


class WeightNorm(nn.Module):
    """A weight that is a plain parameter, or the product of a direction and a length per first axis."""

    _constant = False  # see `constant`
    _kept: tuple[list, dict[str, Tensor]] | None = None  # which weights, and what was derived from them

    def _make_weight(self, weight: Tensor, weight_norm: bool) -> None:
        self.weight_norm = weight_norm
        if weight_norm:
            self.weight_v = nn.Parameter(weight)
            self.weight_g = nn.Parameter(torch.norm_except_dim(weight.detach(), 2, 0))
        else:
            self.weight = nn.Parameter(weight)

    def folded(self) -> Tensor:
        """The weight that the convolution uses; gradients flow through it."""
        if self.weight_norm:
            return self._derived("folded", lambda: torch._weight_norm(self.weight_v, self.weight_g, 0))
        return self.weight

    def _derived(self, name: str, make: Callable[[], Tensor]) -> Tensor:
        """make(), which depends on the weight alone; within `constant` once for each state of it."""
        if torch.compiler.is_compiling() or not self._constant:
            return make()
        state = [(p.data_ptr(), p._version) for p in self.parameters(recurse=False)]
        if self._kept is None or self._kept[0] != state:
            self._kept = state, {}
        kept = self._kept[1]
        if name not in kept:
            kept[name] = make()
        return kept[name]

    def _apply(self, fn, recurse=True):
        self._kept = None
        return super()._apply(fn, recurse)


@contextmanager
def constant(module: nn.Module) -> Iterator[None]:
    """Within: the parameters do not change, gradients pass through the module but none are kept for it, and
    what convolutions derive from their weights is computed once, also for the next time if the weights are then
    the same. Writing to a parameter's `.data` and fused optimizers change weights unnoticed; `increment_version` of
    torch.autograd.graph tells it.
    """
    learning = [p for p in module.parameters() if p.requires_grad]
    convolutions = [part for part in module.modules() if isinstance(part, WeightNorm)]
    for p in learning:
        p.requires_grad_(False)
    for conv in convolutions:
        conv._constant = True
    try:
        yield
    finally:
        for p in learning:
            p.requires_grad_(True)
        for conv in convolutions:
            conv._constant = False


class Conv1d(WeightNorm):
    """Convolution over frames, zero-padded: [B, in, T] → [B, out, about T/stride].

    pad: zeros before and after; None for those that `get_padding` says.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        *,
        causal: bool = False,
        pad: tuple[int, int] | None = None,
        bias: bool = False,
        weight_norm: bool = False,
    ):
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation, self.groups = kernel_size, stride, dilation, groups
        self.pad = get_padding(kernel_size, dilation, causal) if pad is None else pad
        # torch's own initial values, whose spread fits the number of inputs.
        plain = nn.Conv1d(in_channels, out_channels, kernel_size, groups=groups, bias=bias)
        self._make_weight(plain.weight.detach(), weight_norm)
        self.bias = plain.bias

    def forward(self, x: Tensor) -> Tensor:
        left, right = self.pad
        # A single channel is padded beforehand: oneDNN is very slow when it pads one (the filter bank's 513 taps).
        if left != right or self.in_channels == 1:
            x, left = F.pad(x, (left, right)), 0
        weight = self.folded()
        if self.training and self.groups == 1 and matmul.few_frames(x, weight, self.stride):
            return matmul.conv(F.pad(x, (left, left)) if left else x, weight, self.bias, self.stride, self.dilation)
        return F.conv1d(x, weight, self.bias, self.stride, left, self.dilation, self.groups)

    def extra_repr(self) -> str:
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"dilation={self.dilation}, groups={self.groups}, pad={self.pad}, weight_norm={self.weight_norm}"
        )


class ConvTranspose1d(WeightNorm):
    """Upsampling by `ratio` with kernel 2·ratio: [B, in, T] → [B, out, T·ratio].

    For an even ratio the cut is ratio/2 samples at both ends, so that output sample t·ratio lies
    half a frame after input frame t. An odd ratio cuts (ratio+1)/2 at the start, the rest at the end.
    """

    def __init__(
        self, in_channels: int, out_channels: int, ratio: int, *, bias: bool = False, weight_norm: bool = False
    ):
        super().__init__()
        self.in_channels, self.out_channels, self.ratio = in_channels, out_channels, ratio
        plain = nn.ConvTranspose1d(in_channels, out_channels, 2 * ratio, bias=bias)
        self._make_weight(plain.weight.detach(), weight_norm)
        self.bias = plain.bias

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv_transpose1d(x, self.folded(), self.bias, self.ratio, (self.ratio + 1) // 2)
        # An odd ratio: one sample short at the end, where the next frame would overlap.
        return F.pad(y, (0, 1)) if self.ratio % 2 else y

    def extra_repr(self) -> str:
        return f"{self.in_channels}, {self.out_channels}, ratio={self.ratio}, weight_norm={self.weight_norm}"


def fold_weight_norm(module: nn.Module) -> nn.Module:
    """Replaces, in place, directions and lengths by plain weights; for networks that are not trained further."""
    for part in module.modules():
        if isinstance(part, WeightNorm) and part.weight_norm:
            weight = part.folded().detach()
            del part.weight_g, part.weight_v
            part.weight_norm = False
            part.weight = nn.Parameter(weight)
    return module
