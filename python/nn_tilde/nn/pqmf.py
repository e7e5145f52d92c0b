"""Pseudo quadrature mirror filters: audio as M bands at 1/M of the rate, and back.

Nguyen 1994, "Near-perfect-reconstruction pseudo-QMF banks"; the prototype is Kaiser's window with
the cut-off that Lin and Vaidyanathan (1998) search for.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import torch
from torch import Tensor, nn

from .conv import Conv1d


@functools.lru_cache(maxsize=16)
def prototype(n_band: int, attenuation: float) -> np.ndarray:
    """Low-pass of odd length whose cosine modulations make the bank; sum 1.

    n_band: M, a power of two. attenuation: of the stop band, dB.
    """
    from scipy.optimize import fmin
    from scipy.signal import firwin, kaiserord

    def design(cutoff: float) -> np.ndarray:
        taps, beta = kaiserord(attenuation, cutoff / np.pi)
        return firwin(2 * (int(taps) // 2) + 1, cutoff, window=("kaiser", beta), scale=False, fs=2 * np.pi)

    def overlap(cutoff: np.ndarray) -> float:
        """How far the bank is from reconstruction: the largest echo at multiples of 2M samples."""
        h = design(float(np.asarray(cutoff).reshape(-1)[0]))
        both = np.convolve(h, h[::-1])
        return float(np.abs(both[len(both) // 2 :: 2 * n_band][1:]).max())

    return design(float(fmin(overlap, 1 / n_band, disp=False)[0]))


def filters(h: np.ndarray, n_band: int) -> np.ndarray:
    """The M band-pass filters [M, N] of prototype h, N the next power of two, centred."""
    n = np.arange(-(len(h) // 2), len(h) // 2 + 1)
    k = np.arange(n_band)[:, None]
    bank = 2 * h * np.cos((2 * k + 1) * np.pi / (2 * n_band) * n + (-1.0) ** k * np.pi / 4)
    missing = 2 ** math.ceil(math.log2(len(h))) - len(h)
    return np.pad(bank, ((0, 0), (missing // 2, missing - missing // 2)))


class PQMF(nn.Module):
    """Audio [B, C, T] → bands [B, C·M, T/M], channel by channel; `inverse` is the way back.

    Analysis and synthesis in a row delay by M samples, causal ones by 2·N/2 more. Band k of every
    even frame has its sign turned for odd k, so that all bands run upwards.
    attenuation: dB. n_band: M, a power of two; 1 leaves the audio as it is.
    """

    def __init__(self, n_band: int, attenuation: float = 100, causal: bool = False):
        super().__init__()
        if n_band < 1 or n_band & (n_band - 1):
            raise ValueError(f"the number of bands must be a power of two, not {n_band}")
        self.n_band = n_band
        if n_band == 1:
            return
        h = prototype(n_band, attenuation)
        hk = torch.from_numpy(filters(h, n_band)).float()
        self.register_buffer("hk", hk)
        self.register_buffer("h", torch.from_numpy(h).float())
        taps = hk.shape[1]
        self.forward_conv = Conv1d(1, n_band, taps + 1, n_band, causal=causal)
        self.inverse_conv = Conv1d(n_band, n_band, taps // n_band + 1, causal=causal)
        with torch.no_grad():
            self.forward_conv.weight.copy_(nn.functional.pad(hk, (0, 1))[:, None])
            phases = hk.flip(1).reshape(n_band, -1, n_band).permute(2, 0, 1)
            self.inverse_conv.weight.copy_(nn.functional.pad(phases, (0, 1)))
        self.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        if self.n_band == 1:
            return x
        batch, channels, length = x.shape
        bands = self._turn(self.forward_conv(x.reshape(-1, 1, length)))
        return bands.reshape(batch, channels * self.n_band, -1)

    def inverse(self, bands: Tensor) -> Tensor:
        """Bands [B, C·M, F] → audio [B, C, F·M]."""
        if self.n_band == 1:
            return bands
        batch, rows, frames = bands.shape
        x = self.inverse_conv(self._turn(bands.reshape(-1, self.n_band, frames))) * self.n_band
        return x.flip(1).transpose(1, 2).reshape(batch, rows // self.n_band, -1)

    def _turn(self, bands: Tensor) -> Tensor:
        signs = torch.ones(2, self.n_band, dtype=bands.dtype, device=bands.device)
        signs[0, 1::2] = -1
        frames = bands.shape[-1]
        return bands * signs.repeat((frames + 1) // 2, 1)[:frames].t()
