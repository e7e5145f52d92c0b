"""Labels of recordings at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .casting import MOST_CLASSES

CATEGORICAL, CONTINUOUS = "categorical", "continuous"
UNLABELLED = -1  # in place of the number of a class; of continuous labels it is NaN

_ROUNDING = 1e-9  # seconds by which a time that is computed may miss one that is written


@dataclass(frozen=True, eq=False)
class Track:
    """Labels over time: values[i] from edges[i] until edges[i + 1]; the last one is NaN, and so is what is before."""

    edges: np.ndarray  # float64 [n], seconds, ascending
    values: np.ndarray  # float64 [n]; NaN: unlabelled

    def at(self, seconds: np.ndarray) -> np.ndarray:
        """float64, of the shape of `seconds`. A segment has its onset; its offset too, unless another begins there."""
        return self.values[np.searchsorted(self.edges, np.asarray(seconds) + _ROUNDING, side="right") - 1]


def track_of(segments: list[tuple[float, float | None, float]]) -> Track:
    """(onset, offset, value), by onset. What two cover belongs to the later one; what none covers is unlabelled."""
    if not segments:
        return Track(np.zeros(1), np.full(1, np.nan))
    onsets = [onset for onset, _, _ in segments]
    following = [*onsets[1:], np.inf]
    offsets = [following[i] if offset is None else offset for i, (_, offset, _) in enumerate(segments)]
    edges = np.unique(np.array([*onsets, *offsets], np.float64))
    values, covered = np.full(len(edges), np.nan), np.zeros(len(edges), bool)
    begins, ends = np.searchsorted(edges, onsets), np.searchsorted(edges, offsets)
    for begin, end, (_, _, value) in zip(begins.tolist(), ends.tolist(), segments, strict=True):
        values[begin:end], covered[begin:end] = value, True
    edges[1:][covered[:-1] & ~covered[1:]] += 2 * _ROUNDING
    return Track(np.maximum.accumulate(edges), values)


@dataclass(frozen=True, eq=False)
class Task:
    """The labels of one kind: numbers of classes, or continuous values.

    classes: their names in the order of their numbers, () when continuous. values: by name of the recording, one for
    all of it (NaN: unlabelled) or a track; a recording that is not among them is unlabelled.
    """

    name: str
    kind: str  # CATEGORICAL or CONTINUOUS
    classes: tuple[str, ...]
    values: Mapping[str, float | Track]
    notices: tuple[str, ...] = ()

    @property
    def dim(self) -> int:
        """Classes, or 1."""
        return len(self.classes) if self.kind == CATEGORICAL else 1

    def counted(self) -> Task:
        """The same labels as numbers of classes where all are such numbers, otherwise this task."""
        parts = [value.values if isinstance(value, Track) else [value] for value in self.values.values()]
        labels = np.concatenate([np.zeros(0), *parts])
        labels = labels[~np.isnan(labels)]
        if self.kind == CATEGORICAL or not ((labels >= 0) & (labels < MOST_CLASSES) & (labels % 1 == 0)).all():
            return self
        count = int(labels.max(initial=-1)) + 1
        return replace(self, kind=CATEGORICAL, classes=tuple(map(str, range(count))))

    def at(self, recording: str, seconds: np.ndarray) -> np.ndarray:
        """The labels at these times: int64, −1 where there is none; continuous ones float32, NaN there."""
        value = self.values.get(recording, np.nan)
        seconds = np.asarray(seconds, np.float64)
        labels = value.at(seconds) if isinstance(value, Track) else np.full(seconds.shape, value)
        if self.kind == CONTINUOUS:
            return labels.astype(np.float32)
        return np.where(np.isnan(labels), UNLABELLED, labels).astype(np.int64)
