"""A dataset as training opens it: recordings, labels, split, frames."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cache import build_cache
from .callbacks import Callback
from .frames import Frames
from .metadata import read_task, task_names
from .recordings import Form, Recording, Watch, find_recordings, look_at, some
from .splits import FRACTIONS, Split, draw_split, split_in
from .tables import Names
from .task import Task, Track
from .transform import Transform

CACHES = "transforms"


@dataclass(frozen=True)
class Dataset:
    """notices: what a user should know, a line each."""

    root: Path
    form: Form
    recordings: tuple[Recording, ...]  # by name
    tasks: Mapping[str, Task]
    notices: tuple[str, ...]

    @classmethod
    def open(
        cls,
        root: str | os.PathLike,
        sample_rate: int = 44100,
        channels: int = 1,
        *,
        tasks: Sequence[str] | None = (),
        callbacks: Mapping[str, Mapping[str, Any] | str | Callback] | None = None,
        n_files: int | None = None,
        min_length: int = 0,
        target_length: int | None = None,
        watch: Watch = lambda done, total: None,
    ) -> Dataset:
        """The recordings in root/data (or root, where there is no such folder), and their labels in root/metadata.

        tasks: the labels to read; None: all that there are. callbacks: `metadata_callbacks` of a configuration; those
        of other tasks are not looked at. n_files: so many recordings only. sample_rate, channels, min_length and
        target_length: see `Form`. Raises DatasetError (MetadataError for labels): one sentence.
        """
        home = Path(root)
        form = Form(sample_rate, channels, min_length, target_length)
        found = find_recordings(home)
        names = Names(home, [name for name, _ in found])
        wanted = task_names(home) if tasks is None else list(dict.fromkeys(tasks))
        given = callbacks or {}
        read = {task: read_task(home, task, names, Callback.parse(task, given.get(task))) for task in wanted}
        recordings, notices = look_at(some(found, n_files), form, watch)
        for task in read.values():
            notices += [*task.notices, *_unlabelled(task, recordings)]
        return cls(home, form, tuple(recordings), read, tuple(notices))

    def split(
        self,
        seed: int = 0,
        folder: str | os.PathLike | None = None,
        fractions: tuple[float, float, float] = FRACTIONS,
    ) -> Split:
        """What trains, validates and tests; kept in, and taken from, `folder` where one is given (see `split_in`)."""
        names = [recording.name for recording in self.recordings]
        return draw_split(names, seed, fractions) if folder is None else split_in(Path(folder), names, seed, fractions)

    def cached(
        self,
        transform: Transform,
        folder: str | os.PathLike | None = None,
        workers: int = 0,
        watch: Watch = lambda done, total: None,
        dtype: str = "float32",
    ) -> Frames:
        """The recordings as frames; made when they are not in `folder` (root/transforms). See `cache.build_cache`.

        dtype: float32, or float16 for half the space.
        """
        place = self.root / CACHES if folder is None else Path(folder)
        return Frames(build_cache(self.recordings, self.form, transform, place, workers, watch, dtype), self.tasks)


def _unlabelled(task: Task, recordings: Sequence[Recording]) -> list[str]:
    without = [each.name for each in recordings if _empty(task, each.name)]
    if not without:
        return []
    count = f"{len(without)} of {len(recordings)} recordings {'has' if len(without) == 1 else 'have'}"
    return [f"{count} no label of '{task.name}' (the first is '{without[0]}')."]


def _empty(task: Task, name: str) -> bool:
    value = task.values.get(name)
    if isinstance(value, Track):
        return not (value.values == value.values).any()  # which NaN alone is not
    return value is None or value != value
