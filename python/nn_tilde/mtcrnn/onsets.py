"""How many sounds a second begin: what a texture's rate has become in what a model generates."""

from __future__ import annotations

import numpy as np

_HOP = 0.002  # seconds
_SMOOTHING = 3  # hops
_APART = 0.018  # seconds between two onsets at least
_RISE = 6.0  # dB within a few hops
_FLOOR = 26.0  # dB below the loud parts under which nothing counts as a beginning


def onsets(x: np.ndarray, sample_rate: int) -> np.ndarray:
    """Seconds at which sounds begin in x [time]: local maxima of the rise of its level in dB.

    Fewer than about 50 a second can be told apart. Silence, and noise that stays as it is, have none.
    """
    hop = max(round(_HOP * sample_rate), 1)
    frames = len(x) // hop
    if frames < 4 * _SMOOTHING:
        return np.zeros(0)
    power = np.square(np.asarray(x[: frames * hop], np.float64)).reshape(frames, hop).mean(axis=1)
    loud = np.quantile(power, 0.98) if power.any() else 0.0
    if loud == 0:
        return np.zeros(0)
    power = np.concatenate([np.full(2 * _SMOOTHING - 1, power[0]), power])  # what is there at the beginning is not new
    power = np.convolve(power, np.full(_SMOOTHING, 1 / _SMOOTHING), mode="valid")
    level = 10 * np.log10(power + loud * 10 ** (-_FLOOR / 10))
    rise = level[_SMOOTHING:] - level[:-_SMOOTHING]
    height = max(_RISE, 0.4 * float(np.quantile(rise, 0.995)))
    return hop * _peaks(rise, height, round(_APART / _HOP)) / sample_rate


def _peaks(rise: np.ndarray, height: float, apart: int) -> np.ndarray:
    """Places of maxima above `height`, the highest of any that are closer than `apart`."""
    from scipy.signal import find_peaks

    return find_peaks(np.concatenate([[0.0], rise, [0.0]]), height=height, distance=apart)[0] - 1


def onset_rate(x: np.ndarray, sample_rate: int, window: float = 1.0, hop: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """(middles of the windows in seconds, onsets a second in each) of x [time].

    A window with three onsets or more gives the distance between its first and last, not a count: no rounding to
    whole onsets a window.
    """
    seconds = len(x) / sample_rate
    window = min(window, seconds)
    if not window:
        return np.zeros(0), np.zeros(0)
    times = onsets(x, sample_rate)
    begins = np.arange(0, max(seconds - window, 0) + 1e-9, hop)
    rates = []
    for begin in begins:
        inside = times[(times >= begin) & (times < begin + window)]
        spread = inside[-1] - inside[0] if len(inside) > 2 else 0
        rates.append((len(inside) - 1) / spread if spread else len(inside) / window)
    return begins + window / 2, np.array(rates)
