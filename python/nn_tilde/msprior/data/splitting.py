"""Which frames train and which validate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.metadata import DatasetError
from .latents import Latents

_SHARE = 20  # one frame in so many validates
_MANY, _FEW = 20, 5  # recordings, of which whole ones validate; and when their ends are no choice


@dataclass(frozen=True)
class Part:
    """Frames of a dataset. spans: int64 [n, 3] of recording, first frame, one after the last.

    remarks: what a user should know, one sentence each.
    """

    spans: np.ndarray
    remarks: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        return int((self.spans[:, 2] - self.spans[:, 1]).sum())


def split(latents: Latents, frames: int, val_size: int, seed: int, grid: int = 1) -> tuple[Part, Part]:
    """(training, validation): no frame is in both, unless the data is too small, which a remark of the first tells.

    frames: of an example. About one frame in twenty validates, and at most `val_size` examples. They are whole
    recordings where there are many, drawn by `seed`; otherwise the ends of recordings. grid: `Cut.grid`, at whose
    multiples examples begin: no recording that holds none is used. Raises DatasetError.
    """
    lengths = np.asarray(latents.lengths, np.int64)
    usable = np.flatnonzero(lengths > grid)
    if not len(usable):
        raise DatasetError("No recording of the data is long enough to be continued.")
    remarks = []
    if short := len(lengths) - len(usable):
        remarks.append(f"{short} of the {len(lengths)} recordings have less than {grid + 1} latents and are not used.")
    room = val_size * frames
    held = _whole(lengths, usable, room, seed) if len(usable) >= _MANY else None
    held = held or _ends(lengths, usable, room, frames + 1)
    held = held or (_whole(lengths, usable, room, seed) if len(usable) >= _FEW else None)
    spans = np.stack([usable, np.zeros_like(usable), lengths[usable]], 1)
    if not held:
        remarks.append("There is too little data to keep some of it apart: validation is on the training data.")
        return Part(spans, tuple(remarks)), Part(spans)
    training, validation = [], []
    for recording, _, stop in spans.tolist():
        at = stop - held.get(recording, 0)
        training += [(recording, 0, at)] if at else []
        validation += [(recording, at, stop)] if at < stop else []
    return Part(np.array(training, np.int64), tuple(remarks)), Part(np.array(validation, np.int64))


def _whole(lengths: np.ndarray, usable: np.ndarray, room: int, seed: int) -> dict[int, int] | None:
    """Recordings → their lengths, until there is a twentieth of all; None when each would be far more."""
    share = lengths[usable].sum() / _SHARE
    most = min(max(2 * share, np.median(lengths[usable])), room)
    held, sofar = {}, 0
    for recording in np.random.default_rng(seed).permutation(usable).tolist():
        length = int(lengths[recording])
        if sofar < share and sofar + length <= most:
            held[recording] = length
            sofar += length
    return held or None


def _ends(lengths: np.ndarray, usable: np.ndarray, room: int, least: int) -> dict[int, int] | None:
    """Recordings → frames of their ends, the longest first; at least `least`, of recordings of four times that."""
    total = int(lengths[usable].sum())
    budget = min(total // _SHARE, room)
    held, sofar = {}, 0
    for recording in sorted(usable.tolist(), key=lambda each: (-lengths[each], each)):
        length = int(lengths[recording])
        if (held and sofar >= budget) or length < 4 * least:
            break
        held[recording] = max(least, length * budget // total)
        sofar += held[recording]
    return held or None
