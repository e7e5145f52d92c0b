"""Cached frames of a dataset, mapped into memory, with the labels at their times.

<cache>/index.json      what is where
<cache>/<array>.raw     [frames, channels, bins] of one recording after the other, little endian
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...audio.metadata import DatasetError
from .splits import Piece
from .task import Task
from .transform import Kind

if TYPE_CHECKING:
    from .windows import FrameItems

INDEX = "index.json"
VERSION = 1


class Span(NamedTuple):
    """Where a recording is."""

    name: str
    at: int  # its first frame
    frames: int
    samples: int  # of audio a channel, at the dataset's rate


class Frames:
    """Frames k = 0, 1 … of each recording, about the times k · hop / sample_rate. Instances travel to other processes.

    arrays: by name, their kinds. spans: by name of the recording. notices: what a user should know, a line each.
    """

    def __init__(self, folder: Path, tasks: Mapping[str, Task] | None = None):
        """Raises DatasetError when the cache in `folder` is damaged."""
        self.folder, self.tasks = folder, dict(tasks or {})
        try:
            index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            self.sample_rate, self.hop = int(index["sample_rate"]), int(index["hop"])
            self.arrays = {name: Kind(dtype, tuple(shape)) for name, (dtype, shape) in index["arrays"].items()}
            self.spans = {entry[0]: Span(*entry) for entry in index["recordings"]}
            self.notices = [f"Left out: '{name}' {reason}." for name, reason in index["failed"]]
            self._count = max(span.at + span.frames for span in self.spans.values())
            held = {name: (folder / f"{name}.raw").stat().st_size for name in self.arrays}
            whole = all(held[name] == self._count * kind.row for name, kind in self.arrays.items())
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise DatasetError(f"The cache '{folder}' is damaged.")
        self._maps: dict[str, np.ndarray] = {}

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_maps": {}}  # a map travels as a path, not as its content

    def __len__(self) -> int:
        """Frames of all recordings."""
        return self._count

    @property
    def main(self) -> str:
        """The first array, or the only one."""
        return next(iter(self.arrays))

    def _rows(self, array: str) -> np.ndarray:
        if array not in self._maps:
            kind = self.arrays[array]
            shape = (self._count, *kind.shape)
            mapped = np.memmap(self.folder / f"{array}.raw", kind.dtype, "r", shape=shape)
            self._maps[array] = np.asarray(mapped)  # of which a slice costs a fraction
        return self._maps[array]

    def read(self, name: str, first: int, count: int, array: str | None = None) -> np.ndarray:
        """[channels, count, bins], float32 or complex64: frames first ≥ 0 … of a recording; zeros past its end."""
        array = array or self.main
        span, kind = self.spans[name], self.arrays[array]
        dtype = np.complex64 if kind.dtype.endswith("c8") else np.float32
        out = np.zeros((kind.shape[0], count, kind.shape[1]), dtype)
        held = max(min(count, span.frames - first), 0)
        begin = span.at + first
        out[:, :held] = self._rows(array)[begin : begin + held].transpose(1, 0, 2)
        return out

    def times(self, first: int, count: int) -> np.ndarray:
        """float64 [count]: seconds from the beginning of a recording."""
        return np.arange(first, first + count) * self.hop / self.sample_rate

    def labels(self, name: str, first: int, count: int) -> dict[str, np.ndarray]:
        """[count] of each task: int64 with −1, or float32 with NaN, where there is no label or no frame any more."""
        held = max(min(count, self.spans[name].frames - first), 0)
        found = {task: self.tasks[task].at(name, self.times(first, count)) for task in self.tasks}
        for labels in found.values():
            labels[held:] = -1 if labels.dtype == np.int64 else np.nan
        return found

    def stretches(self, pieces: Iterable[Piece]) -> list[tuple[str, int, int]]:
        """(recording, first frame, the one after the last) of what there is of these pieces."""
        found = [
            (piece.name, *piece.frames(self.spans[piece.name].frames)) for piece in pieces if piece.name in self.spans
        ]
        return [(name, first, last) for name, first, last in found if last > first]

    def blocks(self, pieces: Iterable[Piece], array: str | None = None, most: int = 4096) -> Iterator[np.ndarray]:
        """Every frame of these pieces once, as `read` gives them, at most `most` at a time: for statistics."""
        for name, first, last in self.stretches(pieces):
            for begin in range(first, last, most):
                yield self.read(name, begin, min(most, last - begin), array)

    def items(self, pieces: Iterable[Piece], length: int = 1, seed: int = 0, **options: object) -> FrameItems:
        """Crops of `length` frames, for training or validation; see `windows.FrameItems`. Imports torch."""
        from .windows import FrameItems

        return FrameItems(self, pieces, length, seed, **options)
