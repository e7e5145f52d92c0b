"""Mel spectrograms, as torchaudio's MelSpectrogram with `normalized=True`, power 2, HTK scale."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def mel_filters(bins: int, mels: int, sample_rate: float) -> Tensor:
    """Triangles over frequency [bins, mels], peak 1, from 0 Hz to half the sample rate."""
    mel = torch.linspace(0, 2595 * torch.log10(torch.tensor(1 + sample_rate / 2 / 700)).item(), mels + 2)
    corners = 700 * (10 ** (mel / 2595) - 1)
    frequencies = torch.linspace(0, sample_rate // 2, bins)
    slopes = corners[None] - frequencies[:, None]
    widths = corners[1:] - corners[:-1]
    rising, falling = -slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]
    return torch.minimum(rising, falling).clamp(min=0)


class Mel(nn.Module):
    """log(1 + power) per mel band: [B, C, T] → [B, C·mels, T/hop]; frame t is centred on sample t·hop."""

    def __init__(self, sample_rate: int, n_fft: int, hop: int, n_mels: int):
        super().__init__()
        self.n_fft, self.hop, self.n_mels = n_fft, hop, n_mels
        self.spectrogram = nn.Module()
        self.spectrogram.register_buffer("window", torch.hann_window(n_fft))
        self.mel_scale = nn.Module()
        self.mel_scale.register_buffer("fb", mel_filters(n_fft // 2 + 1, n_mels, sample_rate))

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, length = x.shape
        window = self.spectrogram.window
        x = F.pad(x.reshape(-1, 1, length), (self.n_fft // 2, self.n_fft // 2), mode="reflect")[:, 0]
        spectrum = torch.stft(x, self.n_fft, self.hop, window=window, center=False, return_complex=True)
        power = spectrum.abs().square() / window.square().sum()
        mels = torch.log1p(power.transpose(1, 2) @ self.mel_scale.fb).transpose(1, 2)
        return mels.reshape(batch, channels * self.n_mels, -1)[..., : length // self.hop]
