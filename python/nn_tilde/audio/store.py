"""The store: whole recordings, one after the other, as 16-bit samples in one memory-mapped file.

    audio.pcm      int16, little endian, channels interleaved; value / 32768
    index.jsonl    which samples are which recording (`index.Record`)
    metadata.yaml

Data is appended and on disk before its line of the index is; samples that no line speaks of are nobody's.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from .dataset import LazyRecordings, Recordings
from .index import Record, read_index
from .metadata import DatasetError, Metadata

NAME = "audio.pcm"
SCALE = 32768  # what full scale is in int16; 16-bit files come back bit for bit
_COPY = 1 << 23  # bytes


def open_store(folder: Path, metadata: Metadata, window: int) -> Recordings:
    """See `dataset.open_dataset`."""
    if metadata.format != "store" or None in (metadata.channels, metadata.sr):
        raise DatasetError(f"'{folder}' has a metadata.yaml but no data.")
    records = read_index(folder)
    lengths = np.array([record.frames for record in records], np.int64)
    if metadata.lazy:
        return LazyRecordings([record.path for record in records], lengths, metadata, window)
    starts = np.array([record.at for record in records], np.int64)
    return Store(folder / NAME, starts, lengths, metadata, window)


class Store(Recordings):
    def __init__(self, path: Path, starts: np.ndarray, lengths: np.ndarray, metadata: Metadata, window: int):
        super().__init__(lengths, metadata, window)
        self.path, self._starts, self._samples = path, starts, None
        end = int((starts + lengths).max()) if len(lengths) else 0
        held = path.stat().st_size // (2 * self.channels) if path.exists() else 0
        if held < end:
            raise DatasetError(f"'{path}' is shorter than its index says: the dataset is damaged.")

    def _fill(self, recording: int, first: int, out: np.ndarray) -> None:
        if self._samples is None:
            self._samples = np.memmap(self.path, "<i2", "r").reshape(-1, self.channels)
        at = int(self._starts[recording]) + first
        np.multiply(self._samples[at : at + out.shape[1]].T, np.float32(1 / SCALE), out=out)

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_samples": None}  # a map travels as a path, not as its content


class StoreWriter:
    """Appends recordings behind those of `records`; what a killed writer left behind them is cut off."""

    def __init__(self, folder: Path, metadata: Metadata, records: list[Record]):
        self._frame_bytes = 2 * metadata.channels
        self._end = max((record.at + record.frames for record in records), default=0)
        path = folder / NAME
        held = path.stat().st_size if path.exists() else 0
        if held < self._end * self._frame_bytes:
            raise DatasetError(f"'{path}' is shorter than its index says: the dataset is damaged.")
        self._file = open(path, "ab")  # noqa: SIM115 (closed by close())
        self._file.truncate(self._end * self._frame_bytes)

    def append(self, record: Record, part: Path) -> Record:
        """Take over the samples of `part`: int16, interleaved, record.frames long."""
        with open(part, "rb") as source:
            while block := source.read(_COPY):
                self._file.write(block)
        placed = Record(**{**record.__dict__, "at": self._end})
        self._end += record.frames
        return placed

    def sync(self) -> None:
        """What was appended is on disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
