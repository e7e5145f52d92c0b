"""Parameters at other times than those they were written for: straight lines between the points, and beyond them."""

from __future__ import annotations

import numpy as np


def interpolate(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values float64 [len(at)] of a curve through the points, at any times.

    Outside of the points the first and the last line go on. Of two points at one time the later counts from it on.
    """
    x, y, at = (np.asarray(numbers, np.float64) for numbers in (times, values, at))
    if (x[1:] < x[:-1]).any():
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    if at.size and at.min() >= x[0] and at.max() <= x[-1]:
        return np.interp(at, x, y)  # the same, and faster: every window of a training comes here
    right = np.clip(np.searchsorted(x, at, side="right"), 1, len(x) - 1)
    left = right - 1
    width = x[right] - x[left]
    jump = width == 0  # two points at one time, at either end: no line to go on
    part = np.where(jump, at >= x[right], (at - x[left]) / np.where(jump, 1.0, width))
    return y[left] + part * (y[right] - y[left])


def resample_curve(
    times: np.ndarray, values: np.ndarray, count: int, start: float | None = None, end: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(new times, values), float64 [count] from start to end, both included; None: where the points begin or end."""
    start = float(np.min(times)) if start is None else start
    end = float(np.max(times)) if end is None else end
    at = np.linspace(start, end, count)
    return at, interpolate(times, values, at)


def resample_array(array: np.ndarray, source: float, target: float, axis: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(new times [n], array with n values along `axis`): n = target·L // source values of the L that last L/source s.

    The first value stays the first and the last the last. ValueError: nothing to resample, or a rate that is none.
    """
    array = np.asarray(array, np.float64)
    length = array.shape[axis]
    if not length or source <= 0 or target <= 0:
        raise ValueError("An array to resample needs values, and rates above 0.")
    seconds = length / source
    at = np.linspace(0, seconds, int(target * length // source))
    if length == 1:
        return at, np.repeat(array, len(at), axis=axis)
    place = at / seconds * (length - 1)
    left = np.clip(place.astype(np.int64), 0, length - 2)
    shape = [1] * array.ndim
    shape[axis] = len(at)
    part = (place - left).reshape(shape)
    low, high = np.take(array, left, axis), np.take(array, left + 1, axis)
    return at, low + part * (high - low)
