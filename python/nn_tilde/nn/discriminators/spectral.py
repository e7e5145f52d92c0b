"""Discriminators on spectra: of EnCodec (Défossez et al. 2022, arXiv 2210.13438) and of the Descript
Audio Codec (Kumar et al. 2023, arXiv 2306.06546), the latter with periods as well."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..stft import STFT, at_least_float32
from .layers import SLOPE, Conv, Features, fold_periods


def _block(conv: Conv) -> nn.Sequential:
    return nn.Sequential(conv, nn.LeakyReLU(SLOPE))


def _planes(stft: STFT, x: Tensor) -> Tensor:
    """[B, C, T] → [B, 2C, frames, bins]: the real parts of all channels, then the imaginary ones."""
    with torch.autocast(x.device.type, enabled=False):
        spectra = stft(at_least_float32(x).flatten(0, 1)).unflatten(0, x.shape[:2])
        return torch.cat([spectra.real, spectra.imag], 1)


class SpectrumNet(nn.Module):
    """Dilated convolutions over a complex spectrum; the features are taken after the activations."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        blocks = [_block(Conv(2 * channels, width, (9, 3)))]
        blocks += [_block(Conv(width, width, (9, 3), (2, 1), (1, dilation))) for dilation in (1, 2, 4)]
        blocks.append(_block(Conv(width, width, (3, 3))))
        self.net = nn.Sequential(*blocks, Conv(width, 1, (3, 3)))

    def forward(self, x: Tensor) -> Features:
        features = []
        for block in self.net:
            x = block(x)
            features.append(x)
        return features


class MultiScaleSpectral(nn.Module):
    """Spectra of several sizes, without padding, of unit window energy: [B, C, T], T at least the largest size."""

    def __init__(self, channels: int, scales: Sequence[int] = (4096, 2048, 1024, 512, 256), width: int = 32):
        super().__init__()
        self.specs = nn.ModuleList(STFT(scale, centered=False) for scale in scales)
        self.nets = nn.ModuleList(SpectrumNet(channels, width) for _ in scales)

    def forward(self, x: Tensor) -> list[Features]:
        features = []
        for stft, net in zip(self.specs, self.nets, strict=True):
            norm = stft.window.square().sum().sqrt()
            features.append(net(_planes(stft, x).transpose(-1, -2) / norm))
        return features


class DescriptPeriod(nn.Module):
    """Every `period`-th sample; features after the activations."""

    def __init__(self, channels: int, period: int, widths: Sequence[int] = (32, 128, 512, 1024)):
        super().__init__()
        self.period = period
        widths = [channels, *widths]
        convs = [Conv(a, b, (5, 1), (3, 1)) for a, b in pairwise(widths)]
        self.convs = nn.ModuleList(_block(conv) for conv in [*convs, Conv(widths[-1], widths[-1], (5, 1))])
        self.conv_post = Conv(widths[-1], 1, (3, 1))

    def forward(self, x: Tensor) -> Features:
        x = fold_periods(x, self.period)
        features = []
        for block in [*self.convs, self.conv_post]:
            x = block(x)
            features.append(x)
        return features


class DescriptSpectrum(nn.Module):
    """A complex spectrum cut into bands, each with convolutions of its own; features after the activations."""

    def __init__(
        self, channels: int, size: int, bands: Sequence[float] = (0, 0.1, 0.25, 0.5, 0.75, 1), width: int = 32
    ):
        super().__init__()
        self.stft = STFT(size)
        edges = [int(edge * (size // 2 + 1)) for edge in bands]
        self.edges = list(pairwise(edges))
        self.band_convs = nn.ModuleList(
            nn.ModuleList(
                [
                    _block(Conv(2 * channels, width, (3, 9))),
                    *(_block(Conv(width, width, (3, 9), (1, 2))) for _ in range(3)),
                    _block(Conv(width, width, (3, 3))),
                ]
            )
            for _ in self.edges
        )
        self.conv_post = Conv(width, 1, (3, 3))

    def forward(self, x: Tensor) -> Features:
        planes = _planes(self.stft, x)
        features, bands = [], []
        for (low, high), blocks in zip(self.edges, self.band_convs, strict=True):
            band = planes[..., low:high]
            for block in blocks:
                band = block(band)
                features.append(band)
            bands.append(band)
        return [*features, self.conv_post(torch.cat(bands, -1))]


class Descript(nn.Module):
    """Five periods and three spectra of the sound without its mean, its peak at 0.8: [B, C, T]."""

    def __init__(
        self, channels: int, periods: Sequence[int] = (2, 3, 5, 7, 11), sizes: Sequence[int] = (2048, 1024, 512)
    ):
        super().__init__()
        self.discriminators = nn.ModuleList(
            [
                *(DescriptPeriod(channels, period) for period in periods),
                *(DescriptSpectrum(channels, size) for size in sizes),
            ]
        )

    def forward(self, x: Tensor) -> list[Features]:
        x = x - x.mean(-1, keepdim=True)
        x = 0.8 * x / (x.abs().amax((1, 2), keepdim=True) + 1e-9)
        return [discriminator(x) for discriminator in self.discriminators]
