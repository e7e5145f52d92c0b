"""Sample rate conversion of an excerpt: the same samples as converting the whole and cutting it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

import numpy as np

_REACH = 256  # samples, at the lower of the two rates, that soxr's filter looks at on either side


def resampled_length(frames: int, source: int, target: int) -> int:
    """Samples that `frames` samples at `source` Hz become at `target` Hz, rounded down."""
    return frames * target // source


def read_resampled(
    read: Callable[[int, int], np.ndarray], source: int, target: int, start: int, frames: int
) -> np.ndarray:
    """float32 [C, frames]: samples start … start + frames of a signal converted from `source` to `target` Hz.

    read(first, count) gives float32 [C, count] of the signal at `source` Hz, zeros past its end; only the
    neighbourhood of the excerpt is read. Only the ratio of the rates matters, so that one call may also change speed.
    """
    if source == target:
        return read(start, frames)
    import soxr

    divisor = gcd(source, target)
    down, up = source // divisor, target // divisor
    reach = -(-_REACH * max(up, down) // up)
    # Samples of both rates coincide at multiples of `down` only: begin at one of them.
    first = max((start * down // up - reach) // down, 0) * down
    last = -(-(start + frames) * down // up) + reach
    # Reduced rates, scaled back to the size that soxr expects, make the same filter.
    piece = soxr.resample(read(first, last - first).T, down, up)
    skip = start - first // down * up
    out = np.ascontiguousarray(piece[skip : skip + frames].T)
    missing = frames - out.shape[1]
    return np.pad(out, ((0, 0), (0, missing))) if missing else out
