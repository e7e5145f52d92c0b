"""The network that hears what a sound is like: mel bands, then a few causal convolutions. It also plays live.

audio ─ Front: 64 log-mel bands, one frame each `ratio` samples ─ network: 128 features, one row each 4 frames
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...nn.activations import activation
from ...nn.conv import Conv1d
from ...nn.mel import mel_filters
from ...nn.residual import Residual
from ...nn.streaming_layers import Past

BANDS = 64
STACK = 4  # latent frames of a row of features
FEATURES = 128
WIDTH = 256
DILATIONS = (1, 1, 2)
_KERNEL = 3
_LEAST = 1024  # samples of a window, however short a frame is
_FLOOR = 1e-7  # power, of −70 dB


class Front(nn.Module):
    """Mono audio [B, 1, N] → [B, N / ratio, 64] decimal logarithms of power, each band less `mean` and over `spread`.

    A frame hears what lies before its end: two frames, or 1024 samples. What was heard before goes on into the next
    call; at first there was silence. Scriptable.
    """

    def __init__(self, sampling_rate: int, ratio: int):
        super().__init__()
        self.ratio, self.size, self.floor = ratio, window_samples(ratio), _FLOOR
        self.past = Past(self.size - ratio, 1)
        window = torch.hann_window(self.size)
        self.register_buffer("window", window / window.square().sum().sqrt())
        self.register_buffer("filters", mel_filters(self.size // 2 + 1, BANDS, sampling_rate))
        self.register_buffer("mean", torch.zeros(BANDS))
        self.register_buffer("spread", torch.ones(BANDS))

    def forward(self, x: Tensor) -> Tensor:
        heard = self.past(torch.nan_to_num(x).clamp(-100, 100).transpose(1, 2))[:, :, 0]
        spectrum = torch.fft.rfft(heard.unfold(1, self.size, self.ratio) * self.window)
        power = spectrum.real.square() + spectrum.imag.square()
        return (torch.log10(power @ self.filters + self.floor) - self.mean) / self.spread

    def reset(self) -> None:
        self.past.reset()


def window_samples(ratio: int) -> int:
    """Samples that a frame of the front hears."""
    return max(2 * ratio, _LEAST)


def memory(ratio: int) -> int:
    """Samples before a row's own that it depends on, rounded up to rows."""
    rows = (_KERNEL - 1) * sum(DILATIONS)
    return (rows - (-(window_samples(ratio) - ratio) // (STACK * ratio))) * STACK * ratio


def network(features: int = FEATURES, width: int = WIDTH) -> nn.Sequential:
    """Mel frames [B, 64, 4·T] → rows [B, features, T] that hear no later frames than their own."""
    layers: list[nn.Module] = [Conv1d(BANDS, width, STACK, STACK, pad=(0, 0), bias=True)]
    for dilation in DILATIONS:
        body = nn.Sequential(
            activation("leaky_relu", width),
            Conv1d(width, width, _KERNEL, dilation=dilation, causal=True, bias=True),
            activation("leaky_relu", width),
            Conv1d(width, width, 1, bias=True),
        )
        layers.append(Residual(body))
    return nn.Sequential(*layers, activation("leaky_relu", width), Conv1d(width, features, 1, bias=True))
