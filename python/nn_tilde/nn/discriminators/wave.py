"""Discriminators on waveforms: at several scales (Kumar et al. 2019, MelGAN, arXiv 1910.06711) and
several periods (Kong et al. 2020, HiFi-GAN, arXiv 2010.05646)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from ..matmul import worthwhile
from . import products, toom_cook
from .layers import SLOPE, Conv, Features, fold_periods

FAST = {(toom_cook.KERNEL,): toom_cook, (products.KERNEL, 1): products}


class ConvNet(nn.Module):
    """Four strided convolutions and a score; the features are taken before the activations."""

    def __init__(self, channels: int, capacity: int, kernel: tuple[int, ...], layers: int = 4, stride: int = 4):
        super().__init__()
        step = (stride,) + (1,) * (len(kernel) - 1)
        widths = [channels] + [capacity * 2**layer for layer in range(layers)]
        net: list[nn.Module] = []
        for before, after in pairwise(widths):
            net += [Conv(before, after, kernel, step), nn.LeakyReLU(SLOPE)]
        net.append(Conv(widths[-1], 1, (1,) * len(kernel), weight_norm=False))
        self.net = nn.Sequential(*net)
        self.kernel = kernel
        self.fast = kernel in FAST and stride == products.STRIDE

    def forward(self, x: Tensor) -> Features:
        """[N, channels, T] → the outputs of all convolutions, [N, channels, frames]."""
        if self.fast and x.dim() == 3 and worthwhile(x):
            return self._products(x)
        features = []
        for layer in self.net:
            x = layer(x)
            if not isinstance(layer, nn.LeakyReLU):
                features.append(x)
        return features

    def _products(self, x: Tensor) -> Features:
        """The same by matrix products, which have the channels last in memory."""
        first, *inner, last = [layer for layer in self.net if isinstance(layer, Conv)]
        features = [products.first_conv(x, first.folded().flatten(2), first.bias)]
        for conv in inner:
            features.append(FAST[self.kernel].activated_conv(features[-1], conv.prepared(), conv.bias, SLOPE))
        activated = F.leaky_relu(features[-1], SLOPE)
        features.append(F.linear(activated, last.folded().flatten(1), last.bias))
        return [feature.transpose(1, 2) for feature in features]


class MultiScale(nn.Module):
    """The same sound at full rate, half, a quarter ...: [B, C, T]."""

    def __init__(self, channels: int, capacity: int, scales: int = 3, kernel: int = 15):
        super().__init__()
        self.layers = nn.ModuleList(ConvNet(channels, capacity, (kernel,)) for _ in range(scales))

    def forward(self, x: Tensor) -> list[Features]:
        features = []
        for layer in self.layers:
            features.append(layer(x))
            x = F.avg_pool1d(x, 2)
        return features


class MultiPeriod(nn.Module):
    """Every p-th sample, for several p: [B, C, T]. The features are [B·p, channels, frames]."""

    def __init__(self, channels: int, capacity: int, periods: Sequence[int] = (2, 3, 5, 7, 11), kernel: int = 5):
        super().__init__()
        self.periods = tuple(periods)
        # Stored as planes of width 1, as in the release's checkpoints.
        self.layers = nn.ModuleList(ConvNet(channels, capacity, (kernel, 1)) for _ in self.periods)

    def forward(self, x: Tensor) -> list[Features]:
        return [layer(fold_periods(x, period)) for layer, period in zip(self.layers, self.periods, strict=True)]
