"""Pitch of one voice by pYIN (Mauch and Dixon, "pYIN: a fundamental frequency estimator using probabilistic threshold
distributions", ICASSP 2014); numpy only.

The difference function of YIN (de Cheveigné and Kawahara 2002) has dips at the periods of a sound. How deep a dip must
be to count is no fixed threshold but a distribution of them, so that a frame has several candidates with
probabilities; a hidden Markov model of pitch bins, voiced and unvoiced, then finds the likeliest way through all of
them. Unlike there, a period is measured as a part of as many periods as fit into the longest one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

LOWEST, HIGHEST, HOP = 50.0, 2000.0, 0.01  # Hz, Hz, seconds

_BINS = 60  # an octave: 20 cents each
_WINDOW = 1  # longest periods that are compared with later ones: more are surer in noise, and blur vibrato
_MISSED = 0.01  # probability that the deepest dip is the period though no threshold reaches down to it
_SWITCH = 0.001  # probability that a voice begins, or ends, at the next frame
_STAYS, _SWITCHES = np.log1p(-_SWITCH, dtype=np.float32), np.log(_SWITCH, dtype=np.float32)
_GLIDE = 36.0  # octaves a second that no voice exceeds
_NEVER = 1e-12  # probability of what was not observed
_BLOCK = 512  # frames at once: what bounds the memory


class Pitch(NamedTuple):
    """Evenly spaced; each measured in a frame whose middle is at its time."""

    times: np.ndarray  # float64 [n], seconds
    hertz: np.ndarray  # float64 [n], NaN where there is no voice
    confidence: np.ndarray  # float64 [n], 0 to 1: probability of a period, whichever it is


class _Observed(NamedTuple):
    """Candidates of a block of frames, in bins of pitch."""

    probability: np.ndarray  # float32 [n, bins]
    octaves: np.ndarray  # float32 [n, bins], above the lowest pitch: their mean in each bin


def track(
    x: np.ndarray, sample_rate: float, lowest: float = LOWEST, highest: float = HIGHEST, hop: float = HOP
) -> Pitch:
    """The pitch of x [time] at 0, hop, 2 · hop … seconds, up to its end, between `lowest` and `highest` Hz.

    There is silence before the beginning and after the end. Raises ValueError as `track_at` does.
    """
    if not hop > 0:
        raise ValueError(f"The hop must be above 0 s, not {hop:g} s.")
    times = np.arange(int(len(x) / sample_rate / hop + 1e-9) + 1) * hop if len(x) else np.zeros(0)
    return Pitch(times, *track_at(x, times, sample_rate, lowest, highest))


def track_at(
    x: np.ndarray, times: np.ndarray, sample_rate: float, lowest: float = LOWEST, highest: float = HIGHEST
) -> tuple[np.ndarray, np.ndarray]:
    """(hertz, confidence) of x [time] at these evenly spaced times in seconds, as in `Pitch`.

    ValueError: x is not one channel, or lowest < highest ≤ sample_rate / 4 does not hold, above which a period has too
    few samples.
    """
    x = np.asarray(x)
    if x.ndim != 1:
        raise ValueError(f"The sound must have one dimension, not {x.ndim}.")
    if not 0 < lowest < highest <= sample_rate / 4:
        raise ValueError(
            f"Pitches from {lowest:g} to {highest:g} Hz: the lowest must be above 0 and below the highest, and that "
            f"at most a quarter of the sample rate, {sample_rate / 4:g} Hz."
        )
    hop = times[1] - times[0] if len(times) > 1 else HOP
    hertz, confidence = [np.zeros(0)], [np.zeros(0)]
    for observed, path in _follow(_observe(x, times, sample_rate, lowest, highest), hop):
        bins = observed.probability.shape[1]
        row, at = np.arange(len(path)), path % bins
        octaves = np.where(observed.probability[row, at] > 0, observed.octaves[row, at], (at + 0.5) / _BINS)
        hertz.append(np.where(path < bins, lowest * 2.0**octaves, np.nan))
        confidence.append(np.minimum(observed.probability.sum(axis=1, dtype=np.float64), 1))
    return np.concatenate(hertz), np.concatenate(confidence)


def _observe(
    x: np.ndarray, times: np.ndarray, sample_rate: float, lowest: float, highest: float
) -> Iterator[_Observed]:
    """The candidates of each block of frames."""
    shortest, longest = int(sample_rate / highest), int(np.ceil(sample_rate / lowest))
    bins = int(np.ceil(np.log2(highest / lowest) * _BINS)) + 1
    size, lags = _WINDOW * longest, longest + 2
    reach = size + lags
    padded = np.pad(x.astype(np.float32, copy=False) - np.float32(x.mean(dtype=np.float64) if len(x) else 0), reach)
    stretches = np.lib.stride_tricks.sliding_window_view(padded, reach)
    firsts = np.minimum(np.rint(times * sample_rate).astype(np.int64), len(x)) + reach - size // 2 - 3 * longest // 8
    for at in range(0, len(times), _BLOCK):
        difference = _difference(stretches[firsts[at : at + _BLOCK]], size, lags)
        frame, lag, probability = _candidates(_normalised(difference), shortest)
        octaves = np.log2(sample_rate / lowest / _periods(difference, frame, lag))
        column = np.floor(octaves * _BINS).astype(np.int64)
        inside = (column >= 0) & (column < bins)
        cell = (frame * bins + column)[inside]
        shape = len(difference), bins
        total = np.bincount(cell, probability[inside], shape[0] * bins)
        mean = np.bincount(cell, (probability * octaves)[inside], shape[0] * bins) / np.maximum(total, _NEVER)
        yield _Observed(*(each.astype(np.float32).reshape(shape) for each in (total, mean)))


def _difference(stretch: np.ndarray, size: int, lags: int) -> np.ndarray:
    """float32 [frames, lags]: Σ over `size` samples of (x(t) − x(t + lag))² (YIN, equation 6), by FFT."""
    length = _fast(stretch.shape[1])
    head = np.fft.rfft(stretch[:, :size], length)
    products = np.fft.irfft(np.fft.rfft(stretch, length) * head.conj(), length)[:, :lags]
    energy = np.zeros((len(stretch), stretch.shape[1] + 1))
    np.cumsum(np.square(stretch), axis=1, dtype=np.float64, out=energy[:, 1:])
    moving = energy[:, size : size + lags] - energy[:, :lags]
    exact = np.maximum(energy[:, size : size + 1] + moving - 2 * products, 0)
    # Rounding has minima too, where nothing else is in the window yet: it drowns in a millionth.
    return (exact + 1e-6 * energy[:, -1:]).astype(np.float32)


def _fast(length: int) -> int:
    """The next power of two, or three quarters of it."""
    power = 1 << (length - 1).bit_length()
    return power * 3 // 4 if power * 3 // 4 >= length else power


def _normalised(difference: np.ndarray) -> np.ndarray:
    """Over its mean up to each lag (YIN, equation 8): 1 where nothing repeats, 0 at a period; 1 in silence."""
    total = np.cumsum(difference, axis=1, dtype=np.float64)
    lag = np.arange(difference.shape[1], dtype=np.float64)
    # Below −120 dB a sample there is nothing but rounding.
    return np.where(total > 1e-12 * difference.shape[1], difference * lag / np.maximum(total, 1e-30), 1)


def _candidates(depth: np.ndarray, shortest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(frame, lag in samples, probability) of every dip that some threshold takes for the first one below it."""
    inner = depth[:, shortest:-1]
    frame, place = np.nonzero((inner <= depth[:, shortest - 1 : -2]) & (inner < depth[:, shortest + 1 :]))
    lag = place + shortest
    before, here, after = (depth[frame, lag + step] for step in (-1, 0, 1))
    shift = np.clip(0.5 * (before - after) / np.maximum(before - 2 * here + after, 1e-12), -0.5, 0.5)
    bottom = np.maximum(here - 0.25 * (before - after) * shift, 0)  # of the parabola through the three
    least = np.ones_like(depth)
    least[frame, lag] = np.minimum(bottom, 1)
    # Noise breaks the wide dip of a low pitch into many, of which the first is not the deepest.
    quarter_tones = np.floor(24 * np.log2(np.maximum(np.arange(depth.shape[1]), 1)))
    _, begins, valley = np.unique(quarter_tones, return_index=True, return_inverse=True)
    floors = np.minimum.reduceat(least, begins, axis=1)
    floors[:, :-1] = np.minimum(floors[:, :-1], floors[:, 1:])
    deepest = bottom <= floors[frame, valley[lag]]
    least[frame[~deepest], lag[~deepest]] = 1
    frame, lag, bottom = frame[deepest], lag[deepest], bottom[deepest]
    np.minimum.accumulate(least, axis=1, out=least)
    under = _thresholds_under(least)
    probability = under[frame, lag - 1] - under[frame, lag]
    probability += _MISSED * (bottom <= least[frame, -1]) * under[frame, -1]
    taken = probability > 0
    return frame[taken], lag[taken], probability[taken]


def _periods(difference: np.ndarray, frame: np.ndarray, lag: np.ndarray) -> np.ndarray:
    """The dips at these lags [n] between samples: 2, 4, 8 … periods are measured, each to the same part of a sample."""
    longest = difference.shape[1] - 2
    period, guess, at, count = lag.astype(np.float64), lag.astype(np.float64), np.arange(len(lag)), 1
    while len(at):
        near = np.rint(guess).astype(np.int64)
        before, here, after = (difference[frame[at], near + step] for step in (-1, 0, 1))
        bend = before - 2 * here + after
        shift = 0.5 * (before - after) / np.where(bend > 0, bend, 1)
        good = (bend > 0) & (np.abs(shift) <= 1)  # else the pitch moves, and periods so far apart are not alike
        at, guess = at[good], (near + shift)[good]
        period[at] = guess / count
        more = 2 * guess <= longest
        at, guess, count = at[more], 2 * guess[more], 2 * count
    return period


def _thresholds_under(depth: np.ndarray) -> np.ndarray:
    """The share of thresholds below: Beta(2, 18), whose mean is 0.1."""
    return 1 - (1 - depth) ** 18 * (1 + 18 * depth)


def _follow(blocks: Iterator[_Observed], hop: float) -> Iterator[tuple[_Observed, np.ndarray]]:
    """Each block with the likeliest states [n] of its frames: the bin, + bins where it is unvoiced.

    A block is decided once the next one is known: by then all likely ways through it have become one, and an hour of
    sound takes no more memory than a minute.
    """
    pending: list[tuple[_Observed, np.ndarray]] = []
    score = None
    for observed in blocks:
        if score is None:
            bins = observed.probability.shape[1]
            score = np.zeros((2, bins), np.float32)
            step = _Step(bins, hop)
        origins = np.empty((len(observed.probability), 2 * bins), np.int16)
        voiced = observed.probability.sum(axis=1, keepdims=True)
        unvoiced = np.log(np.maximum(1 - voiced, _NEVER) / bins)
        likely = np.log(np.maximum(observed.probability, _NEVER))
        for i in range(len(origins)):
            score = step(score, origins[i])
            score[0] += likely[i]
            score[1] += unvoiced[i]
            score -= score.max()
        pending.append((observed, origins))
        if len(pending) > 1:
            yield pending[0][0], _back(pending, score)[0]
            del pending[0]
    if pending:
        yield pending[0][0], _back(pending, score)[0]


def _back(pending: list[tuple[_Observed, np.ndarray]], score: np.ndarray) -> list[np.ndarray]:
    """The states of each pending block, from the best at the end backwards."""
    state, paths = int(score.argmax()), []
    for _, origins in reversed(pending):
        path = np.empty(len(origins), np.int64)
        for i in range(len(origins) - 1, -1, -1):
            path[i] = state
            state = origins[i, state]
        paths.append(path)
    return paths[::-1]


class _Step:
    """From the scores [2, bins] of one frame to those before the next is observed: a voice goes on or not, and its
    pitch moves by so much that smaller steps are likelier."""

    def __init__(self, bins: int, hop: float):
        self._bins, self._reach = bins, min(max(round(_GLIDE * hop * _BINS), 1), bins - 1)
        weights = np.bartlett(2 * self._reach + 3)[1:-1]
        self._weights = np.log(weights / weights.sum()).astype(np.float32)
        self._padded = np.full((2, bins + 2 * self._reach), -np.inf, np.float32)
        self._windows = np.lib.stride_tricks.sliding_window_view(self._padded, len(weights), axis=1)
        self._sums = np.empty(self._windows.shape, np.float32)
        self._first = np.arange(2 * bins) * len(weights)
        self._states = np.arange(2 * bins).reshape(2, bins)
        self._leftmost = self._states.ravel() - self._reach

    def __call__(self, score: np.ndarray, origins: np.ndarray) -> np.ndarray:
        """Writes the likeliest state before each into origins [2 · bins]."""
        stayed, switched = score + _STAYS, score[::-1] + _SWITCHES
        self._padded[:, self._reach : self._reach + self._bins] = np.maximum(stayed, switched)
        np.add(self._windows, self._weights, out=self._sums)
        best = self._sums.argmax(axis=2).ravel()
        came = np.where(switched > stayed, self._states[::-1], self._states).ravel()
        origins[:] = came[self._leftmost + best]
        return self._sums.ravel()[self._first + best].reshape(2, self._bins)
