"""Noise with a spectrum that follows the features (Engel et al. 2020, DDSP)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .activations import activation, mod_sigmoid
from .conv import Conv1d


def impulse_response(amplitude: Tensor, size: int) -> Tensor:
    """Zero-phase filters of the amplitudes [..., bands], Hann-windowed, as `size` taps [..., size].

    Taps before zero come last. Where `size` is less than the 2·(bands - 1) taps there are, the last
    of the centred response are cut, which leaves next to nothing: the release's v2_small.
    """
    response = torch.fft.irfft(amplitude.to(torch.complex64))
    taps = response.shape[-1]
    response = response.roll(taps // 2, -1) * torch.hann_window(taps, device=response.device)
    return nn.functional.pad(response, (0, size - taps)).roll(-(taps // 2), -1)


def filter_frames(noise: Tensor, response: Tensor) -> Tensor:
    """Causal convolution of frames [..., size] with their responses, cut at the frame's end."""
    size = noise.shape[-1]
    spectrum = torch.fft.rfft(noise, 2 * size) * torch.fft.rfft(response, 2 * size)
    return torch.fft.irfft(spectrum, 2 * size)[..., :size]


class FilteredNoise(nn.Module):
    """Features [B, C, T] → filtered noise [B, out, T], made in frames of prod(ratios) samples.

    bands: amplitudes per filter. net: features → amplitudes [B, out·bands, T/prod(ratios)].
    """

    def __init__(self, net: nn.Sequential, ratios: list[int], out: int, bands: int):
        super().__init__()
        self.net = net
        self.out, self.bands, self.size = out, bands, math.prod(ratios)
        self.register_buffer("target_size", torch.tensor(self.size))

    def forward(self, x: Tensor, noise: Tensor | None = None) -> Tensor:
        """noise: uniform in -1…1, [B, T/size, out, size]; drawn when None."""
        amplitude = mod_sigmoid(self.net(x) - 5).transpose(1, 2)
        amplitude = amplitude.reshape(*amplitude.shape[:2], self.out, self.bands)
        response = impulse_response(amplitude.float(), self.size)
        if noise is None:
            noise = torch.rand_like(response) * 2 - 1
        return filter_frames(noise, response).permute(0, 2, 1, 3).flatten(2)


def noise_v1(channels: int, out: int, bands: int, ratios: list[int], kind: str, causal: bool) -> FilteredNoise:
    """The noise branch of the first generator: kernels of 3."""
    parts: list[nn.Module] = []
    for i, ratio in enumerate(ratios):
        last = i == len(ratios) - 1
        parts.append(Conv1d(channels, out * bands if last else channels, 3, ratio, causal=causal))
        if not last:
            parts.append(nn.LeakyReLU(0.2))
    return FilteredNoise(nn.Sequential(*parts), ratios, out, bands)


def noise_v2(channels: int, hidden: int, out: int, bands: int, ratios: list[int], kind: str) -> FilteredNoise:
    """The noise module of the second generator: kernels of twice the ratio, always causal."""
    widths = [channels, *[hidden] * (len(ratios) - 1), out * bands]
    parts: list[nn.Module] = []
    for i, ratio in enumerate(ratios):
        parts.append(Conv1d(widths[i], widths[i + 1], 2 * ratio, ratio, pad=(ratio, 0)))
        if i < len(ratios) - 1:
            parts.append(activation(kind, widths[i + 1]))
    return FilteredNoise(nn.Sequential(*parts), ratios, out, bands)
