"""Magnitudes in mel bands, and back. Scriptable."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEAST = 1e-12


def mel_weights(bins: int, bands: int, sample_rate: float) -> Tensor:
    """Triangles [bins, bands] from 0 Hz to half the sample rate, each of sum 1; the HTK scale (2595, 700).

    No triangle is narrower than a bin on either side, so that none is empty between two low bins.
    """
    nyquist = sample_rate / 2
    top = 2595 * torch.log10(torch.tensor(1 + nyquist / 700, dtype=torch.float64))
    corners = 700 * (10 ** (torch.linspace(0, 1, bands + 2, dtype=torch.float64) * top / 2595) - 1)
    width = (corners[1:] - corners[:-1]).clamp(min=nyquist / (bins - 1))
    away = torch.linspace(0, nyquist, bins, dtype=torch.float64)[:, None] - corners[1:-1]
    weights = (1 - torch.where(away < 0, -away / width[:-1], away / width[1:])).clamp(min=0)
    return (weights / weights.sum(0)).float()


class Mel(nn.Module):
    """Magnitudes [..., bins] → weighted means of bands [..., bands]; `invert` gives the smooth spectrum back.

    invert: each bin is the mean of its bands by their weights, the row-normalised transpose, exact for flat spectra,
    then `iterations` multiplicative steps that bring the bands themselves to what they are (Richardson 1972, Lucy
    1974). What bands do not tell apart stays lost. ValueError: fewer than 1 band, or more than bins.
    """

    def __init__(self, bins: int, bands: int, sample_rate: float, iterations: int = 4):
        super().__init__()
        if not 1 <= bands <= bins:
            raise ValueError(f"The mel bands must be 1 to {bins}, the number of bins, not {bands}.")
        if not sample_rate > 0:
            raise ValueError(f"The sample rate must be above 0 Hz, not {sample_rate}.")
        self.iterations = iterations
        weights = mel_weights(bins, bands, sample_rate)
        back = weights.T / weights.amax(0)[:, None]
        total = back.sum(0)
        # Bins outside all triangles, 0 Hz for one, are as their nearest band.
        ends = torch.arange(bins) * 2 // bins * (bands - 1)
        empty = total < LEAST
        back[:, empty] = torch.nn.functional.one_hot(ends, bands).T.float()[:, empty]
        self.register_buffer("weights", weights)
        self.register_buffer("back", back / back.sum(0))
        self.register_buffer("share", weights.sum(1).clamp(min=LEAST))

    def forward(self, magnitude: Tensor) -> Tensor:
        return magnitude @ self.weights

    @torch.jit.export
    def invert(self, bands: Tensor) -> Tensor:
        bands = bands.clamp(min=0)
        x = bands @ self.back
        for _ in range(self.iterations):
            ratio = bands / (x @ self.weights).clamp(min=1e-12)
            # A bin that no band hears is left alone.
            x = x * torch.where(self.share > 1e-9, (ratio @ self.weights.t()) / self.share, 1.0)
        return x
