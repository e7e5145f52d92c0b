"""Pitch of one voice as a curve without gaps."""

from __future__ import annotations

import numpy as np

from ..audio.pyin import track_at


def pitches(x: np.ndarray, times: np.ndarray, sample_rate: int) -> np.ndarray:
    """MIDI note numbers [len(times)], with fractions, of x [time] at these evenly spaced seconds; see `audio.pyin`.

    Where there is no pitch, a line leads from the last one to the next; all are 0 when there is none anywhere.
    """
    hertz, _ = track_at(x, times, sample_rate)
    voiced = np.flatnonzero(~np.isnan(hertz))
    if not len(voiced):
        return np.zeros(len(times))
    return np.interp(np.arange(len(times)), voiced, 69 + 12 * np.log2(hertz[voiced] / 440))
