"""Loudness, brightness and noisiness, from short-time spectra of about 46 ms, four times as many as do not overlap."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .base import Descriptor
from .registry import register

_SECONDS = 0.046  # of a window: 2048 samples at 44.1 kHz
_AT_ONCE = 1024  # spectra, so that an hour of sound needs no more memory than a minute
_SILENT = 1e-6  # sum of magnitudes below which there is nothing to hear, for each sample of the window


def a_weighting(hertz: np.ndarray) -> np.ndarray:
    """Gain (not dB) of frequency weighting A, 1 at 1 kHz (IEC 61672-1, annex E): 20·log10 of it are the decibels.

    The original's weights were 10^dB where they should be 10^(dB/20), which left little but what lies around 2.5 kHz.
    """

    def response(f: np.ndarray) -> np.ndarray:
        f2 = np.square(np.asarray(f, np.float64))
        low, middle = f2 + 20.598997**2, np.sqrt((f2 + 107.65265**2) * (f2 + 737.86223**2))
        return 12194.217**2 * f2**2 / (low * middle * (f2 + 12194.217**2))

    return response(hertz) / response(np.float64(1000.0))


def window_size(rate: int, seconds: float = _SECONDS) -> int:
    """The power of two nearest to so many seconds."""
    return 2 ** max(round(np.log2(rate * seconds)), 4)


def spectra(x: np.ndarray, size: int, hop: int) -> Iterator[np.ndarray]:
    """Magnitudes [some, size/2 + 1] of all frames of x [samples] in turn: round(samples / hop) in all, at least 1.

    They share the sound evenly, each in the middle of its part; what lies outside is the sound mirrored.
    """
    count, half = max(round(len(x) / hop), 1), size // 2
    mode = "reflect" if len(x) > half else "constant"
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, (half, half), mode=mode), size)
    at = np.minimum(((np.arange(count) + 0.5) * len(x) / count).astype(np.int64), len(windows) - 1)
    shape = np.hanning(size + 1)[:-1].astype(np.float32)
    for start in range(0, count, _AT_ONCE):
        yield np.abs(np.fft.rfft(windows[at[start : start + _AT_ONCE]] * shape))


@dataclass(eq=False)
class Spectral(Descriptor, ABC):
    """One value of each spectrum: `of`."""

    resampling_mode: str = "linear"
    context: int = 4096

    @abstractmethod
    def of(self, magnitudes: np.ndarray, hertz: np.ndarray) -> np.ndarray:
        """[frames, bins] of bins at so many Hz → [frames]."""

    def example(self, audio: np.ndarray, path: str) -> np.ndarray:
        size = window_size(self.rate)
        hertz = np.fft.rfftfreq(size, 1 / self.rate)
        return np.concatenate([self.of(some, hertz) for some in spectra(audio, size, size // 4)])


@register
@dataclass(eq=False)
class Loudness(Spectral):
    """Mean over frequency of log(1 + magnitude), A-weighted."""

    name: str = "loudness"

    def of(self, magnitudes: np.ndarray, hertz: np.ndarray) -> np.ndarray:
        return np.log1p(magnitudes * a_weighting(hertz)).mean(axis=1)


@register
@dataclass(eq=False)
class Centroid(Spectral):
    """Mean frequency in Hz, weighted by A-weighted magnitudes; at least 1, as in silence."""

    name: str = "centroid"

    def of(self, magnitudes: np.ndarray, hertz: np.ndarray) -> np.ndarray:
        weighted = magnitudes * a_weighting(hertz)
        total = weighted.sum(axis=1)
        sounding = total > _SILENT * len(hertz)
        return np.where(sounding, np.maximum(weighted @ hertz / np.where(sounding, total, 1), 1), 1.0)


@register
@dataclass(eq=False)
class SpectralEntropy(Spectral):
    """Entropy of the power spectrum taken as a distribution, against the greatest possible: 0 (one bin) … 1 (flat)."""

    name: str = "spectral_entropy"

    def of(self, magnitudes: np.ndarray, hertz: np.ndarray) -> np.ndarray:
        sounding = magnitudes.sum(axis=1) > _SILENT * len(hertz)
        power = np.square(magnitudes)
        p = power / np.where(sounding, power.sum(axis=1), 1)[:, None]
        entropy = -(p * np.log(np.where(p > 0, p, 1))).sum(axis=1)
        return np.where(sounding, entropy / np.log(len(hertz)), 0.0)
