"""Labels of recordings: what `metadata/<task>/` says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .callbacks import Callback
from .casting import cast_labels
from .tables import CLASSES, TABLE, TRACKS, Cell, MetadataError, Names, Segment, read_classes, read_rows, read_segments
from .task import CATEGORICAL, CONTINUOUS, Task, Track, track_of


def task_names(root: Path) -> list[str]:
    """Tasks that a dataset has a table for."""
    return sorted(path.parent.name for path in root.glob(f"metadata/*/{TABLE}"))


def read_task(root: Path, name: str, names: Names, callback: Callback | None = None) -> Task:
    """The labels of a task for the recordings `names`. Lines about other recordings say nothing.

    Raises MetadataError.
    """
    callback = callback or Callback()
    folder = root / "metadata" / name
    read = _from_folders(names) if callback.folder else _from_table(root, folder, names, callback)
    cells = [label for raw in read.labels.values() for label in _labels(raw)]
    kind, classes, value_of = cast_labels(cells, read_classes(folder / CLASSES), callback.type)
    values: dict[str, float | Track] = {}
    tracks: dict[int, Track] = {}  # several recordings may share one
    for recording, raw in read.labels.items():
        if isinstance(raw, Cell):
            values[recording] = value_of[raw.text]
            continue
        if id(raw) not in tracks:
            tracks[id(raw)] = track_of([(onset, offset, value_of[label.text]) for onset, offset, label in raw])
        values[recording] = tracks[id(raw)]
    return Task(name, CONTINUOUS if kind == "float" else CATEGORICAL, classes, values, tuple(read.notices))


@dataclass
class _Read:
    labels: dict[str, Cell | list[Segment]]
    notices: list[str]


def _labels(raw: Cell | list[Segment]) -> list[Cell]:
    return [raw] if isinstance(raw, Cell) else [segment.label for segment in raw]


def _from_folders(names: Names) -> _Read:
    labels: dict[str, Cell | list[Segment]] = {}
    for name in names:
        folder, _, below = name.removeprefix("data/").partition("/")
        labels[name] = Cell(folder if below else "none", Path(name), 0)
    return _Read(labels, [])


def _from_table(root: Path, folder: Path, names: Names, callback: Callback) -> _Read:
    path = folder / TABLE
    if not path.is_file():
        there = ", ".join(task_names(root)) or "none"
        raise MetadataError(f"'{path}' does not exist, so there is no task '{folder.name}' (tasks: {there}).")
    rows = read_rows(path, lambda text: len(names.find(text)) == 1)
    lines: dict[str, Cell] = {}
    unused = []
    for name, value in rows:
        found = names.find(name.text)
        if len(found) > 1:
            raise name.error(f"'{name.text}' may be '{found[0]}' or '{found[1]}'")
        if not found:
            unused.append(name)
            continue
        before = lines.setdefault(found[0], value)
        if before.text != value.text:
            raise name.error(f"'{found[0]}' is '{value.text}' here and '{before.text}' in line {before.line}")
    if unused and not lines:
        raise unused[0].error(f"'{unused[0].text}' is no recording of '{root}', and neither are those of other lines")
    notices = []
    if unused:
        first = f"line {unused[0].line}, '{unused[0].text}'"
        notices.append(f"{len(unused)} of {len(rows)} lines of '{path}' name no recording (the first is {first}).")
    segments: dict[Path, list[Segment]] = {}
    labels: dict[str, Cell | list[Segment]] = {}
    for recording, value in lines.items():
        track = _track_file(folder, value, callback)
        if track is not None and track not in segments:
            segments[track] = read_segments(track)
        labels[recording] = value if track is None else segments[track]
    return _Read(labels, notices)


def _track_file(folder: Path, value: Cell, callback: Callback) -> Path | None:
    """The track that a value names; None: it is a label. Raises MetadataError when it can be neither."""
    text = value.text.replace("\\", "/")
    if value.unlabelled:
        return None
    looks_so = text.startswith(f"{TRACKS}/") or text.endswith(".txt") or os.path.isabs(text)
    if not callback.multi:
        if looks_so:
            raise value.error(f"'{value.text}' names a track, which read_single_metadata does not read")
        return None
    number = text.replace(".", "", 1).lstrip("+-").isdigit()  # a class, though there may be a track called 3.txt
    endings = ("",) if number and callback.single else ("", ".txt")
    for ending in endings:
        places = [folder / TRACKS / (text + ending)]  # which is an absolute path where the text is one
        if text.startswith(f"{TRACKS}/"):
            places.append(folder / (text + ending))
        for place in places:
            if os.path.isfile(place):
                return place
    if looks_so or not callback.single:
        raise value.error(f"there is no track '{value.text}' in '{folder / TRACKS}'")
    return None
