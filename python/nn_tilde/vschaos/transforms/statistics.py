"""What the values of a whole dataset are like, seen once, chunk by chunk, in memory that does not grow."""

from __future__ import annotations

import math

import numpy as np

_ACCURACY = 1.01  # ratio of neighbouring cells of a sketch
_LEAST, _MOST = 1e-9, 1e9  # beyond which values count as 0 or as this much


class Sketch:
    """Counts of values in cells whose limits grow geometrically: any quantile within 0.5 % of its value.

    Masson, Rim and Lee 2019, "DDSketch", with a fixed range of 1e-9 to 1e9 on both sides of 0.
    """

    def __init__(self) -> None:
        self._half = math.ceil(math.log(_MOST / _LEAST) / math.log(_ACCURACY))
        self.counts = np.zeros(2 * self._half + 1, np.int64)  # from the most negative cell up, 0 in the middle

    def add(self, values: np.ndarray) -> None:
        values = np.asarray(values, np.float64).ravel()
        size = np.abs(values)
        cell = np.log(np.maximum(size, _LEAST) / _LEAST) / math.log(_ACCURACY)
        cell = np.minimum(cell.astype(np.int64), self._half - 1) + 1
        cell = np.where(size < _LEAST, 0, np.where(values < 0, -cell, cell)) + self._half
        self.counts += np.bincount(cell, minlength=len(self.counts))

    def quantile(self, q: float) -> float:
        """The value that a part q, 0 to 1, of all values is below. ValueError: nothing was added."""
        total = int(self.counts.sum())
        if not total:
            raise ValueError("Nothing was measured yet.")
        cell = int(np.searchsorted(np.cumsum(self.counts), q * (total - 1), side="right"))
        cell -= self._half
        return math.copysign(_LEAST * _ACCURACY ** (abs(cell) - 0.5), cell) if cell else 0.0


class Statistics:
    """Of values [..., bins], frame by frame: count, mean, std, minimum, maximum, and how loud and low frames get."""

    def __init__(self) -> None:
        self.frames = self.count = 0
        self.mean = self._squares = 0.0
        self.minimum, self.maximum = math.inf, -math.inf
        self.tops, self.bottoms = Sketch(), Sketch()

    def add(self, values: np.ndarray) -> None:
        """ValueError: values that are not finite."""
        values = np.asarray(values)
        if not values.size:
            return
        rows = values.reshape(-1, values.shape[-1])
        tops, bottoms = rows.max(1), rows.min(1)
        if not (np.isfinite(tops).all() and np.isfinite(bottoms).all()):
            raise ValueError("The dataset has frames that are not finite numbers.")
        mean = float(rows.mean(dtype=np.float64))
        squares = float(np.square(rows - mean, dtype=np.float64).sum())
        self._join(rows.size, mean, squares)
        self.frames += len(rows)
        self.minimum, self.maximum = min(self.minimum, float(bottoms.min())), max(self.maximum, float(tops.max()))
        self.tops.add(tops)
        self.bottoms.add(bottoms)

    @property
    def std(self) -> float:
        return math.sqrt(self._squares / self.count) if self.count else 0.0

    @property
    def high(self) -> float:
        """The maximum that 99 of 100 frames stay below: one click must not make everything else quiet."""
        return min(self.tops.quantile(0.99), self.maximum)

    @property
    def low(self) -> float:
        """The minimum that 99 of 100 frames stay above."""
        return max(self.bottoms.quantile(0.01), self.minimum)

    def _join(self, count: int, mean: float, squares: float) -> None:
        """Chan, Golub and LeVeque 1979: moments of two sets together, without the loss of digits of Σx²."""
        if not count:
            return
        total = self.count + count
        difference = mean - self.mean
        self._squares += squares + difference**2 * self.count * count / total
        self.mean += difference * count / total
        self.count = total
