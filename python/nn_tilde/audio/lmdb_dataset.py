"""The release's datasets: an LMDB whose entry `%08d` is an `AudioExample`, a chunk of audio or the path of a file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from weakref import WeakValueDictionary

import numpy as np

from .dataset import Dataset, LazyRecordings
from .index import Record
from .metadata import DatasetError, Metadata
from .protobuf import AudioBuffer, AudioExample, audio_buffer, decode, encode

log = logging.getLogger(__name__)
_SCALE = 32767  # by which the release divides
_MAP = 1 << 26  # bytes at first; it grows
_BATCH = 1 << 25  # bytes written in one transaction
DEFAULT_RATE = 44100


def open_lmdb(folder: Path, metadata: Metadata, window: int) -> Dataset:
    """See `dataset.open_dataset`. What old metadata does not say is taken from the first entry, or assumed aloud."""
    entries = Entries(folder)
    if not len(entries):
        return Chunks(entries, replace(metadata, channels=1, sr=DEFAULT_RATE))
    with entries.entry(0) as first:
        lazy = metadata.lazy if metadata.lazy is not None else not first.buffers
        buffer = AudioBuffer() if lazy else _waveform(first)
        rate = metadata.sr or buffer.sampling_rate or DEFAULT_RATE
        channels = metadata.channels or (buffer.shape[0] if len(buffer.shape) == 2 else 0)
    if not channels:
        channels = 1
        log.warning("'%s' does not say how many channels it has; it is read as mono.", folder)
    metadata = replace(metadata, lazy=lazy, sr=rate, channels=channels)
    if not lazy:
        return Chunks(entries, metadata)
    paths, lengths = [], []
    for i in range(len(entries)):
        with entries.entry(i) as example:
            paths.append(example.metadata["path"])
            lengths.append(int(float(example.metadata["length"]) * rate + 1e-6))
    return LazyRecordings(paths, np.array(lengths, np.int64), metadata, window)


class _Environment:
    """An LMDB may be open only once in a process: all who read it share it, and the last one closes it."""

    _all: ClassVar[WeakValueDictionary] = WeakValueDictionary()

    def __init__(self, folder: Path):
        self._folder, self._env, self._pid = folder, None, 0

    @classmethod
    def of(cls, folder: Path) -> _Environment:
        key = os.path.realpath(folder)
        found = cls._all.get(key)
        if found is None:
            found = cls._all[key] = cls(folder)
        return found

    @property
    def env(self):
        if self._pid != os.getpid():  # the first use, or the first after a fork: the parent's is not for us
            import lmdb

            self.close()
            try:
                self._env = lmdb.open(str(self._folder), readonly=True, lock=False, readahead=False)
            except lmdb.Error as error:
                raise DatasetError(f"'{self._folder}' cannot be read ({error}).") from None
            self._pid = os.getpid()
        return self._env

    def close(self) -> None:
        if self._env is not None:
            self._env.close()

    __del__ = close


class Entries:
    """The examples of an LMDB, parsed when asked for; each process opens the file for itself.

    digits: of the numbers that are their keys.
    """

    def __init__(self, folder: Path, digits: int = 8):
        self.folder, self._digits = folder, digits
        self._shared: _Environment | None = None

    def _env(self):
        if self._shared is None:
            self._shared = _Environment.of(self.folder)
        return self._shared.env

    def __len__(self) -> int:
        return self._env().stat()["entries"]

    @contextmanager
    def entry(self, i: int) -> Iterator[AudioExample]:
        """An example whose buffers lie in the file, not in memory: they end with the context."""
        with self._env().begin(buffers=True) as transaction:
            found = transaction.get(b"%0*d" % (self._digits, i))
            if found is None:
                raise DatasetError(f"'{self.folder}' has no entry {i}: it is damaged.")
            try:
                example = decode(found)
            except ValueError:
                raise DatasetError(f"Entry {i} of '{self.folder}' is damaged.") from None
            yield example

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_shared": None}


def _waveform(example: AudioExample) -> AudioBuffer:
    found = example.buffers.get("waveform")
    if found is None:
        raise DatasetError("An entry of the dataset holds no waveform.")
    return found


class Chunks(Dataset):
    """Every entry is an item. The shape that the release writes is wrong (bytes instead of samples) and not used."""

    def __init__(self, entries: Entries, metadata: Metadata):
        self._entries = entries
        self.channels, self.sampling_rate, self.lazy = metadata.channels, metadata.sr, False

    @cached_property
    def _count(self) -> int:
        return len(self._entries)

    def __len__(self) -> int:
        return self._count

    def length(self, item: int) -> int:
        with self._entries.entry(item) as example:
            return _waveform(example).array().size // self.channels

    def read(self, item: int, start: int, frames: int) -> np.ndarray:
        out = np.zeros((self.channels, frames), np.float32)
        with self._entries.entry(item) as example:
            values = _waveform(example).array()
            rows = values[: values.size // self.channels * self.channels].reshape(self.channels, -1)
            rows = rows[:, start : start + frames]
            scale = 1 / _SCALE if np.issubdtype(rows.dtype, np.integer) else 1.0
            np.multiply(rows, np.float32(scale), out=out[:, : rows.shape[1]], casting="same_kind")
        return out


class LmdbWriter:
    """Writes recordings as the release reads them: chunks of 2 num_signal samples, or paths (lazy).

    The end of a recording is kept: its last chunk reaches back to be complete; a recording shorter than a chunk is
    followed by silence.
    """

    def __init__(self, folder: Path, metadata: Metadata, records: list[Record]):
        import lmdb

        self._metadata = metadata
        self._env = lmdb.open(str(folder), map_size=_MAP)
        self._next = sum(record.entries for record in records)
        self._pending: list[tuple[bytes, bytes]] = []
        self._held = 0
        with self._env.begin(write=True) as transaction:  # what a killed writer left
            for i in range(self._next, self._env.stat()["entries"]):
                transaction.delete(b"%08d" % i)
        if self._env.stat()["entries"] != self._next:
            raise DatasetError(f"'{folder}' does not hold what its index says: the dataset is damaged.")

    def append(self, record: Record, part: Path | None) -> Record:
        """part: its samples, int16, interleaved (not when lazy)."""
        at = self._next
        if part is None:
            length = repr(record.frames / self._metadata.sr)
            described = {"path": record.path, "length": length, "channels": str(record.channels)}
            self._put(encode(AudioExample(metadata=described)))
        else:
            samples = np.memmap(part, "<i2", "r").reshape(-1, self._metadata.channels)
            for chunk in _chunks(samples, 2 * self._metadata.num_signal):
                buffer = audio_buffer(chunk.T, self._metadata.sr)
                self._put(encode(AudioExample({"waveform": buffer})))
        return replace(record, at=at, entries=self._next - at)

    def _put(self, value: bytes) -> None:
        self._pending.append((b"%08d" % self._next, value))
        self._next += 1
        self._held += len(value)
        if self._held > _BATCH:
            self.sync()

    def sync(self) -> None:
        """What was appended is on disk when this returns; the map grows when it is full."""
        import lmdb

        while True:
            try:
                with self._env.begin(write=True) as transaction:
                    for key, value in self._pending:
                        transaction.put(key, value)
                break
            except lmdb.MapFullError:
                self._env.set_mapsize(self._env.info()["map_size"] * 2)
            except lmdb.Error as error:
                raise DatasetError(f"'{self._env.path()}' cannot be written to ({error}).") from None
        self._pending, self._held = [], 0

    def close(self) -> None:
        self._env.close()


def _chunks(samples: np.ndarray, size: int):
    """[size, C] pieces that cover samples [T, C]."""
    total = len(samples)
    if total <= size:
        yield np.pad(samples, ((0, size - total), (0, 0)))
        return
    starts = [*range(0, total - size, size), total - size]
    yield from (samples[start : start + size] for start in starts)
