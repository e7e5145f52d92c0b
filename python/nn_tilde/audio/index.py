"""The list of recordings in a dataset: one JSON object a line, appended to, whole whenever the writer is killed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .metadata import DatasetError

NAME = "index.jsonl"


@dataclass(frozen=True)
class Record:
    """One recording."""

    path: str  # of the file it came from, absolute
    size: int  # of that file, bytes
    modified: int  # of that file, ns
    frames: int  # samples a channel, at the dataset's rate
    channels: int = 0  # of that file; 0: not recorded
    at: int = 0  # first sample in audio.pcm, or number of the first LMDB entry
    entries: int = 0  # LMDB: how many entries it makes

    def identity(self) -> tuple[str, int, int]:
        return self.path, self.size, self.modified


def read_index(folder: Path) -> list[Record]:
    """The complete lines; what a killed writer began is left out."""
    path = folder / NAME
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]  # after the last line break comes nothing, or a torn line
    try:
        records = [Record(**json.loads(line)) for line in lines]
        if all(min(record.frames, record.channels, record.at, record.entries) >= 0 for record in records):
            return records
    except (ValueError, TypeError):
        pass
    raise DatasetError(f"'{path}' is damaged.")


class IndexWriter:
    """Appends to the index of `folder`, after removing a torn line at its end."""

    def __init__(self, folder: Path):
        self.records = read_index(folder)
        self._file = open(folder / NAME, "ab")  # noqa: SIM115 (closed by close())
        content = (folder / NAME).read_bytes()
        self._file.truncate(content.rfind(b"\n") + 1)

    def append(self, records: Iterable[Record]) -> None:
        """On disk when this returns. The data they speak of must be there before."""
        records = list(records)
        lines = "".join(json.dumps(asdict(record)) + "\n" for record in records)
        self._file.write(lines.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.records.extend(records)

    def close(self) -> None:
        self._file.close()
