"""Writes a cache recording by recording, so that it is whole or can be continued whenever it is killed."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from ...audio.metadata import DatasetError
from .frames import INDEX, VERSION, Span
from .transform import Kind, Made

JOURNAL, PARTS = "journal.jsonl", "parts"


class FramesWriter:
    """Appends recordings to the arrays, and a line of the journal for each once its frames are written.

    What a killed writer left behind the frames that the journal tells of is cut off; when they are not all there (the
    machine itself went down) everything is begun anew.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        shutil.rmtree(folder / PARTS, ignore_errors=True)
        entries = _journal(folder)
        if entries is None:
            shutil.rmtree(folder, ignore_errors=True)
            entries = []
        (folder / PARTS).mkdir(parents=True)
        self.spans: dict[str, Span] = {}
        self.kinds: dict[str, Kind] = {}
        self._end = 0
        for entry in entries:
            self._note(*_entry(entry))
        for name, kind in self.kinds.items():
            os.truncate(folder / f"{name}.raw", self._end * kind.row)
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)  # without a torn one
        (folder / JOURNAL).write_text(lines, encoding="utf-8")
        self._journal = open(folder / JOURNAL, "a", encoding="utf-8")  # noqa: SIM115 (closed by close())

    def _note(self, name: str, made: Made) -> None:
        self.kinds = self.kinds or made.arrays
        self.spans[name] = Span(name, self._end, made.frames, made.samples)
        self._end += made.frames

    def append(self, name: str, made: Made, part: str) -> None:
        """Take over the files `part`.<array>. Raises DatasetError when they are of another kind than those before."""
        if self.kinds and made.arrays != self.kinds:
            first = next(iter(self.spans))
            raise DatasetError(
                f"The transform gives frames of {_said(self.kinds)} for '{first}' and of {_said(made.arrays)} for "
                f"'{name}'."
            )
        for array in made.arrays:
            with open(f"{part}.{array}", "rb") as source, open(self.folder / f"{array}.raw", "ab") as target:
                shutil.copyfileobj(source, target, 1 << 23)
            os.remove(f"{part}.{array}")
        self._note(name, made)
        entry = {"name": name, **asdict(made)}
        self._journal.write(json.dumps(entry) + "\n")
        self._journal.flush()

    def finish(self, names: list[str], about: dict, failed: list[tuple[str, str]]) -> None:
        """Leave what `Frames` reads, on disk, and nothing else."""
        spans = [self.spans[name] for name in names if name in self.spans]
        arrays = {name: (kind.dtype, kind.shape) for name, kind in self.kinds.items()}
        index = {"version": VERSION, **about, "arrays": arrays, "recordings": spans, "failed": failed}
        (self.folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
        for path in (self.folder / INDEX, *(self.folder / f"{name}.raw" for name in arrays)):
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
        os.remove(self.folder / JOURNAL)
        shutil.rmtree(self.folder / PARTS)

    def close(self) -> None:
        self._journal.close()


def _journal(folder: Path) -> list[dict] | None:
    """Its complete lines, of frames that are there; None when they are not."""
    path = folder / JOURNAL
    if not path.exists():
        return None
    try:
        entries = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
        mades = [_entry(entry)[1] for entry in entries]
        frames = sum(made.frames for made in mades)
        for name, kind in (mades[0].arrays if mades else {}).items():
            if (folder / f"{name}.raw").stat().st_size < frames * kind.row:
                return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return entries


def _entry(entry: dict) -> tuple[str, Made]:
    arrays = {name: Kind(kind["dtype"], tuple(kind["shape"])) for name, kind in entry["arrays"].items()}
    return entry["name"], Made(entry["frames"], entry["samples"], arrays)


def _said(kinds: dict[str, Kind]) -> str:
    return ", ".join(f"{name} {list(kind.shape)}" for name, kind in kinds.items())
