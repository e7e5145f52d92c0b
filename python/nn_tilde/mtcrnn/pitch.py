"""Pitch of one voice, by the dips of the difference function (YIN, de Cheveigné and Kawahara 2002)."""

from __future__ import annotations

import numpy as np

from .framing import frames

_LOWEST, _HIGHEST = 50.0, 2000.0  # Hz
_CLEAR = 0.15  # of the normalised difference: below it a period is one
_UNVOICED = 0.35
_BLOCK = 512  # frames at once


def pitches(x: np.ndarray, times: np.ndarray, sample_rate: int) -> np.ndarray:
    """MIDI note numbers [len(times)], with fractions, of x [time] at these seconds.

    Where there is no pitch, a line leads from the last one to the next; all are 0 when there is none anywhere.
    """
    hertz = np.concatenate([_block(x, times[at : at + _BLOCK], sample_rate) for at in range(0, len(times), _BLOCK)])
    voiced = np.flatnonzero(hertz > 0)
    if not len(voiced):
        return np.zeros(len(times))
    return np.interp(np.arange(len(times)), voiced, 69 + 12 * np.log2(hertz[voiced] / 440))


def _block(x: np.ndarray, times: np.ndarray, sample_rate: int) -> np.ndarray:
    """Hz of each frame, 0 where there is no pitch."""
    longest = int(sample_rate / _LOWEST) + 1
    shortest = int(sample_rate / _HIGHEST)
    size = 2 * longest
    stretch = frames(x, times, 2 * size, sample_rate)[:, size // 2 : size // 2 + size + longest]
    difference = _difference(stretch, size, longest + 1)
    mean = np.cumsum(difference, axis=1) / np.maximum(np.arange(difference.shape[1]), 1)
    normal = np.where(mean > 1e-9, difference / np.where(mean > 1e-9, mean, 1), 1.0)
    normal[:, 0] = 1
    return np.array([_period(row, shortest, sample_rate) for row in normal])


def _difference(stretch: np.ndarray, size: int, lags: int) -> np.ndarray:
    """[frames, lags]: Σ over `size` samples of (x(t) − x(t + lag))²."""
    length = 1 << (stretch.shape[1] + size - 1).bit_length()
    head = np.fft.rfft(stretch[:, :size], length)
    products = np.fft.irfft(np.fft.rfft(stretch, length) * head.conj(), length)[:, :lags]
    energy = np.concatenate([np.zeros((len(stretch), 1)), np.cumsum(np.square(stretch), axis=1)], axis=1)
    moving = energy[:, size : size + lags] - energy[:, :lags]
    return np.maximum(energy[:, size : size + 1] + moving - 2 * products, 0)


def _period(row: np.ndarray, shortest: int, sample_rate: int) -> float:
    """Hz of the first clear dip, or of the deepest if it is deep enough."""
    inner = row[shortest:-1]
    dips = shortest + np.flatnonzero((inner <= row[shortest - 1 : -2]) & (inner < row[shortest + 1 :]))
    if not len(dips):
        return 0.0
    clear = dips[row[dips] < _CLEAR]
    lag = int(clear[0]) if len(clear) else int(dips[row[dips].argmin()])
    if row[lag] > _UNVOICED:
        return 0.0
    before, here, after = row[lag - 1 : lag + 2]
    bend = before - 2 * here + after
    return sample_rate / (lag + (0.5 * (before - after) / bend if bend > 0 else 0.0))
