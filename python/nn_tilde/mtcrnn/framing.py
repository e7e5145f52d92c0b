"""Frames around given times."""

from __future__ import annotations

import numpy as np


def frames(x: np.ndarray, times: np.ndarray, size: int, sample_rate: int) -> np.ndarray:
    """[len(times), size]: stretches of x [time] whose middles are at `times` (seconds), silence outside of x."""
    padded = np.pad(np.asarray(x, np.float64), (size // 2, size))
    firsts = np.minimum(np.rint(times * sample_rate).astype(np.int64), len(x))
    return np.lib.stride_tricks.sliding_window_view(padded, size)[firsts]
