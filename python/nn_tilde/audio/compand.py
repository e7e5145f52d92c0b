"""A compressor and expander that takes what sox's `compand` takes.

The level of the loudest channel is followed with an attack and a decay; a curve in dB says what level should come of
it; the difference is the gain of all channels. https://sox.sourceforge.net/sox.html, compand.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np

_STEP = 0.05  # dB between the entries of a gain table
_LOWEST, _HIGHEST = -140.0, 40.0
_SETTLED = 1e-7


class Curve:
    """Level in → level out, both in dB: straight between the points, its corners but the last rounded within `knee` dB.

    Below the first point the gain stays what it is there; (0, 0) ends the curve unless a point does, and beyond the
    last point the gain stays too.
    """

    def __init__(self, points: tuple[tuple[float, float], ...], knee: float = 0.01, gain: float = 0.0):
        if not points or any(a[0] >= b[0] for a, b in pairwise(points)):
            raise ValueError("the levels of a compand curve must rise")
        if points[-1][0] > 0:
            raise ValueError("the levels of a compand curve cannot exceed 0 dB")
        if points[-1][0] < 0:
            points = (*points, (0.0, 0.0))
        self.points, self.knee, self.gain = points, max(knee, 0.0), gain

    @classmethod
    def parse(cls, text: str, gain: float = 0.0) -> Curve:
        """`[knee:]in1[,out1]{,in2,out2}` as sox spells it; out1 is in1 when it is left out."""
        knee, _, levels = text.rpartition(":")
        try:
            numbers = [float(number) for number in levels.split(",")]
            if len(numbers) % 2:
                numbers.insert(1, numbers[0])
            points = tuple(zip(numbers[::2], numbers[1::2], strict=True))
            return cls(points, float(knee) if knee else 0.01, gain)
        except ValueError as error:
            raise ValueError(f"'{text}' is no compand curve ({error}).") from None

    def gain_db(self, level: np.ndarray) -> np.ndarray:
        """dB to add to a level in dB."""
        x = np.array([point[0] for point in self.points])
        y = np.array([point[1] - point[0] for point in self.points])
        slopes = np.concatenate([[0.0], np.diff(y) / np.diff(x), [0.0]])
        widths = np.diff(x) / 2  # a knee takes no more than half of a segment
        result = np.interp(level, x, y)
        for i, corner in enumerate(x[:-1]):
            width = min(self.knee, *widths[max(i - 1, 0) : i + 1])
            if width > 0:
                inside = np.clip(width - np.abs(level - corner), 0.0, None)
                result = result + (slopes[i + 1] - slopes[i]) * inside**2 / (4 * width)
        return result + self.gain


@lru_cache(maxsize=64)
def _table(points: tuple, knee: float, gain: float) -> np.ndarray:
    levels = np.arange(_LOWEST, _HIGHEST + 2 * _STEP, _STEP)
    return (10 ** (Curve(points, knee, gain).gain_db(levels) / 20)).astype(np.float32)


def compand(x: np.ndarray, rate: int, curve: Curve, attack: float = 0.1, decay: float = 0.1) -> np.ndarray:
    """float32 [C, T] → the same shape. attack, decay: seconds in which the level follows a step by 63 %.

    As in sox the level is taken to be full scale before the beginning.
    """
    level = follow(np.abs(x).max(axis=0), rate, attack, decay)
    decibels = np.float32(20) * np.log10(np.maximum(level, np.float32(_SETTLED)))
    return x * _gains(curve, decibels)


def _gains(curve: Curve, decibels: np.ndarray) -> np.ndarray:
    """A table, since the curve is smooth and the samples are many."""
    table = _table(curve.points, curve.knee, curve.gain)
    place = (np.clip(decibels, _LOWEST, _HIGHEST) - np.float32(_LOWEST)) * np.float32(1 / _STEP)
    low = place.astype(np.int32)
    at = table[low]
    place -= low.astype(np.float32)
    return at + (table[low + 1] - at) * place


def follow(level: np.ndarray, rate: int, attack: float, decay: float, initial: float = 1.0) -> np.ndarray:
    """Envelope [T] of a level [T]: it rises with the attack and falls with the decay (seconds)."""
    up, down = _coefficient(attack, rate), _coefficient(decay, rate)
    if up == down:  # the usual case is a linear filter
        from scipy.signal import lfilter

        out, _ = lfilter([up], [1.0, up - 1.0], level.astype(np.float64), zi=[(1.0 - up) * initial])
        return out.astype(np.float32)
    value, values = initial, []
    for sample in level.tolist():  # a recursion whose branch depends on its result
        difference = sample - value
        value += difference * (up if difference > 0 else down)
        values.append(value)
    return np.array(values, np.float32)


def _coefficient(seconds: float, rate: int) -> float:
    return 1 - math.exp(-1 / (rate * seconds)) if seconds > 1 / rate else 1.0
