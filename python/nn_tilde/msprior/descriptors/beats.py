"""Where in the beat a moment lies.

Beats are found as in Ellis 2007, "Beat Tracking by Dynamic Programming" (Journal of New Music Research 36:1): how much
begins at each moment, how often that repeats, and the chain of moments at that distance in which most begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .base import Descriptor
from .registry import register
from .spectral import spectra, window_size

_HOP = 0.01  # seconds between two moments
_BANDS = 40
_SLOWEST, _FASTEST, _USUAL = 40.0, 240.0, 120.0  # beats a minute
_SPREAD = 0.9  # octaves around the usual tempo: standard deviation of what is expected
_TIGHT = 100.0  # what it costs to leave the tempo, against the strength of onsets
_REPEATS = 0.1  # correlation of the onsets with themselves a beat later, below which there is no beat
_CHANCE = 8.0  # the same in deviations of what noise has


@register
@dataclass(eq=False)
class Sync(Descriptor):
    """The phase of the beat: from 0 at a beat to just below 1 before the next. Zeros where there is no beat.

    The tempo is that of the whole piece, about constant.
    """

    name: str = "sync"
    context: int = 1 << 18  # so that beats go on from piece to piece: about 6 s

    def example(self, audio: np.ndarray, path: str) -> np.ndarray:
        return phase(audio, self.rate)


def phase(x: np.ndarray, rate: int) -> np.ndarray:
    """x [samples] → [moments], one each 10 ms."""
    strength = onset_strength(x, rate)
    at = np.arange(len(strength))
    if (found := period(strength)) is None:
        return np.zeros(len(at))
    beats = track(strength, found)
    beats = np.concatenate([[beats[0] - found], beats, [beats[-1] + found]])
    which = np.searchsorted(beats, at, side="right") - 1
    inside = (which >= 0) & (which < len(beats) - 1)
    begin = np.clip(which, 0, len(beats) - 2)
    # Moments are the middles of their parts: a beat within one makes that one 0.
    return np.where(inside, (at - beats[begin]) / np.diff(beats)[begin], 0.0)


def onset_strength(x: np.ndarray, rate: int) -> np.ndarray:
    """How much begins at each moment: the rise of the level of mel bands, of deviation 1; zeros for silence."""
    from ...nn.mel import mel_filters

    hop = max(round(_HOP * rate), 1)
    size = window_size(rate, 0.032)
    filters = mel_filters(size // 2 + 1, _BANDS, rate).numpy()
    mels = np.concatenate([magnitudes @ filters for magnitudes in spectra(x, size, hop)])
    loud = mels.max(initial=0)
    if loud < 1e-4 * size:
        return np.zeros(len(mels))
    levels = 20 * np.log10(np.maximum(mels / loud, 1e-4))
    rise = np.maximum(np.diff(levels, axis=0, prepend=levels[:1]), 0).mean(axis=1)
    spread = rise.std()
    return rise / spread if spread > 1e-3 else np.zeros(len(mels))


def period(strength: np.ndarray) -> float | None:
    """Moments from beat to beat; None when nothing repeats."""
    longest, shortest = round(60 / _SLOWEST / _HOP), round(60 / _FASTEST / _HOP)
    n = len(strength)
    if n < 2 * longest or not strength.any():
        return None
    smooth = np.convolve(strength - strength.mean(), np.hanning(7) / 3, mode="same")
    spectrum = np.fft.rfft(smooth, 2 * n)
    repeats = np.fft.irfft(np.square(np.abs(spectrum)))[: longest + 2]
    repeats = repeats / max(repeats[0], 1e-12)
    lags = np.arange(shortest, longest + 1)
    expected = np.exp(-0.5 * np.square(np.log2(lags * _HOP * _USUAL / 60) / _SPREAD))
    weighted = repeats[lags] * expected
    best = lags[weighted.argmax()]
    if repeats[best] < max(_REPEATS, _CHANCE / np.sqrt(n)):
        return None
    left, middle, right = repeats[best - 1 : best + 2]  # the vertex of a parabola lies between two lags
    bend = left - 2 * middle + right
    return float(best + (0.5 * (left - right) / bend if bend < 0 else 0.0))


def track(strength: np.ndarray, beat: float) -> np.ndarray:
    """The chain of moments, about `beat` apart, with the greatest sum of strengths less what uneven distances cost."""
    local = np.convolve(strength, np.exp(-0.5 * np.square(np.arange(-3, 4) / 1.5)), mode="same")
    back = np.arange(-round(2 * beat), -round(beat / 2) + 1)
    cost = -_TIGHT * np.square(np.log(-back / beat))
    score, before = local.copy(), np.full(len(local), -1)
    for i in range(-int(back[-1]), len(local)):
        reachable = back + i >= 0
        past = score[back[reachable] + i] + cost[reachable]
        best = int(past.argmax())
        if past[best] > 0:
            score[i] += past[best]
            before[i] = back[reachable][best] + i
    # The last beat is the best of the last ones: later moments of silence are no better.
    at = int(len(score) - 1 - score[::-1][: round(beat) + 1].argmax())
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(before[at])
    return np.array(beats[::-1])
