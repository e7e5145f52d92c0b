"""The text files of `metadata/<task>/`, read line by line."""

from __future__ import annotations

import math
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ...audio.metadata import DatasetError

TABLE, CLASSES, TRACKS = "metadata.txt", "classes.txt", "tracks"

_UNLABELLED = {"", "none", "nan"}


class MetadataError(DatasetError):
    """Labels that cannot be understood: one sentence, with the file and line."""


class Cell(NamedTuple):
    """A text and where it stands."""

    text: str
    path: Path
    line: int

    @property
    def unlabelled(self) -> bool:
        return self.text.lower() in _UNLABELLED

    def error(self, what: str) -> MetadataError:
        return MetadataError(f"'{self.path}', line {self.line}: {what}.")


class Segment(NamedTuple):
    onset: float  # seconds
    offset: float | None  # seconds; None: until the next onset
    label: Cell


def _lines(path: Path) -> Iterator[Cell]:
    """Those that are not blank, whatever their line breaks, without the mark that Windows editors begin with."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise MetadataError(f"'{path}' is not a text file in UTF-8.") from None
    except OSError as error:
        raise MetadataError(f"'{path}' cannot be read ({error.strerror or error}).") from None
    for number, line in enumerate(text.split("\n"), 1):  # read_text has made every line break this one
        if line.strip():
            yield Cell(line, path, number)


def read_rows(path: Path, known: Callable[[str], bool] = lambda name: False) -> list[tuple[Cell, Cell]]:
    """(file, value) of each line of metadata.txt.

    A tab parts them; where there is none, blanks do, of which `known` tells those that belong to the name of a file.
    """
    rows = []
    for line in _lines(path):
        if "\t" in line.text:
            name, *fields = (field.strip() for field in line.text.split("\t"))
            values = [field for field in fields if field]
            if len(values) > 1:
                raise line.error(f"there are {len(values) + 1} fields, not two (a file and its value)")
            value = values[0] if values else ""
        else:
            text = line.text.strip()
            splits = [(text[: blank.start()], text[blank.end() :]) for blank in re.finditer(r"\s+", text)]
            if not splits:
                raise line.error(f"'{text}' has no value (none stands for no label)")
            name, value = next((split for split in reversed(splits) if known(split[0])), splits[-1])
        if not name:
            raise line.error("it begins with a tab instead of the name of a file")
        rows.append((line._replace(text=name), line._replace(text=value)))
    return rows


def read_classes(path: Path) -> dict[int, str]:
    """The names of the classes by number; {} when the file does not exist."""
    if not path.exists():
        return {}
    names: dict[int, str] = {}
    for line in _lines(path):
        number, *name = line.text.strip().split("\t" if "\t" in line.text.strip() else None, 1)
        if not name or not re.fullmatch(r"\d{1,9}", number.strip()):
            raise line.error("it is not a number and the name of that class")
        if names.setdefault(int(number), name[0].strip()) != name[0].strip():
            raise line.error(f"class {int(number)} has a name already, '{names[int(number)]}'")
    return names


def read_segments(path: Path) -> list[Segment]:
    """The lines `onset,offset<TAB>label` of a track, in order of their onsets."""
    segments = []
    for line in _lines(path):
        times, *label = line.text.strip().split("\t" if "\t" in line.text.strip() else None, 1)
        onset, *offset = times.split(",")
        try:
            seconds = [float(text) for text in (onset, *offset)]
        except ValueError:
            seconds = []
        if not 1 <= len(seconds) <= 2 or not all(map(math.isfinite, seconds)):
            raise line.error(f"'{times}' is not an onset and an offset in seconds, parted by a comma")
        if len(seconds) == 2 and seconds[1] < seconds[0]:
            raise line.error(f"the segment {times} ends before it begins")
        text = label[0].strip() if label else ""
        segments.append(Segment(seconds[0], seconds[1] if offset else None, Cell(text, path, line.line)))
    return sorted(segments, key=lambda segment: segment.onset)


class Names:
    """Finds the recording that a line means: as `data/x.wav`, `x.wav`, an absolute path, with or without extension."""

    def __init__(self, root: Path, names: Iterable[str]):
        self._root = Path(os.path.abspath(root))
        self._all = list(names)
        self._names = {_normal(name): name for name in self._all}
        self._stems: dict[str, list[str]] = {}
        for normal, name in self._names.items():
            self._stems.setdefault(os.path.splitext(normal)[0], []).append(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def find(self, text: str) -> list[str]:
        """The recordings that `text` may mean: one, or none, or several that differ in their extension."""
        for form in self._forms(text):
            if form in self._names:
                return [self._names[form]]
        for form in self._forms(text):
            if form in self._stems:
                return self._stems[form]
        return []

    def _forms(self, text: str) -> Iterator[str]:
        for path in dict.fromkeys((text, text.replace("\\", "/"))):
            if os.path.isabs(path) and Path(path).is_relative_to(self._root):
                path = Path(path).relative_to(self._root).as_posix()
            path = _normal(path)
            yield from (path, f"data/{path}", path.removeprefix("data/"))


def _normal(name: str) -> str:
    """One spelling of a path: file systems and editors differ in how they write accents."""
    return unicodedata.normalize("NFC", re.sub(r"/(\./)*/*", "/", name.removeprefix("./")))
