"""The store: the tokens of whole recordings, one after the other, in one memory-mapped file.

    tokens.i16       int16, little endian, [frames, Q]
    keys/<name>.f32  float32 (.i32: int32 tokens) [values, width], for each recording ⌈frames / ratio⌉ values
    index.jsonl      which frames are which recording (`metadata.Recording`)
    metadata.yaml

Data is appended and on disk before its line of the index is; frames that no line speaks of are nobody's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio.metadata import DatasetError
from .latents import About, Key, Latents
from .metadata import INDEX, KEYS, TOKENS, Metadata, Recording, key_path, lines, read_index, read_metadata, values_of

_SYNC_EVERY = 0.25  # seconds between two moments at which everything done is on disk


class Store(Latents):
    """Reader of a store."""

    def __init__(self, folder: Path, metadata: Metadata, recordings: Sequence[Recording]):
        self.folder = folder
        self.lengths = np.array([each.frames for each in recordings], np.int64)
        rave = folder / metadata.rave
        self.about = About(
            metadata.sampling_rate,
            metadata.ratio,
            metadata.quantizers,
            metadata.num_tokens,
            metadata.levels,
            metadata.continuous,
            rave if rave.exists() else None,
            {name: Key(name, **key) for name, key in metadata.keys.items()},
        )
        self._starts = np.concatenate([[0], np.cumsum(self.lengths)])
        self._firsts = {}
        for name, key in self.about.keys.items():
            self._firsts[name] = np.concatenate([[0], np.cumsum(values_of(self.lengths, key.ratio))])
        self._maps: dict[str, np.ndarray] = {}
        self._check(folder / TOKENS, int(self._starts[-1]) * 2 * metadata.quantizers)
        for name, key in self.about.keys.items():
            self._check(key_path(folder, name, key.kind), int(self._firsts[name][-1]) * 4 * key.width)

    def _check(self, path: Path, size: int) -> None:
        if not path.exists() or path.stat().st_size < size:
            raise DatasetError(f"'{path}' is shorter than its index says: the dataset is damaged.")

    def tokens(self, recording: int, start: int, frames: int) -> np.ndarray:
        if TOKENS not in self._maps:
            self._maps[TOKENS] = np.memmap(self.folder / TOKENS, "<i2", "r").reshape(-1, self.about.quantizers)
        at = int(self._starts[recording]) + start
        return np.array(self._maps[TOKENS][at : at + frames], np.int16)

    def values(self, key: str, recording: int, start: int, count: int) -> np.ndarray:
        held, dtype = self.about.keys[key], "<i4" if self.about.keys[key].kind == "tokens" else "<f4"
        if key not in self._maps:
            path = key_path(self.folder, key, held.kind)
            self._maps[key] = np.memmap(path, dtype, "r").reshape(-1, held.width)
        first, last = (int(place) for place in self._firsts[key][recording : recording + 2])
        return np.array(self._maps[key][first + start : min(first + start + count, last)], dtype[1:])

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_maps": {}}  # a map travels as a path, not as its content


def open_store(folder: Path) -> Store:
    """Raises DatasetError."""
    recordings = read_index(folder)
    if not recordings:
        raise DatasetError(f"'{folder}' holds no recording yet; call msprior preprocess again.")
    return Store(folder, read_metadata(folder), recordings)


class StoreWriter:
    """Appends recordings behind those of the index; what a killed writer left behind them is cut off."""

    def __init__(self, folder: Path, metadata: Metadata):
        self.folder, self.metadata = folder, metadata
        self.recordings = read_index(folder)
        self._pending, self._synced = [], time.monotonic()
        self._tokens = self._cut(TOKENS, self._end * 2 * metadata.quantizers)
        self._keys: dict[str, object] = {}
        if metadata.keys:
            (folder / KEYS).mkdir(exist_ok=True)
        for name, key in metadata.keys.items():
            held = sum(values_of(each.frames, key["ratio"]) for each in self.recordings)
            path = key_path(folder, name, key["kind"]).relative_to(folder)
            self._keys[name] = self._cut(path, held * 4 * key["width"])
        index = folder / INDEX
        whole = index.read_bytes().rfind(b"\n") + 1 if index.exists() else 0
        self._index = self._cut(INDEX, whole)

    @property
    def _end(self) -> int:
        return self.recordings[-1].at + self.recordings[-1].frames if self.recordings else 0

    def _cut(self, name: str | Path, size: int):
        path = self.folder / name
        if size > (path.stat().st_size if path.exists() else 0):
            raise DatasetError(f"'{path}' is shorter than its index says: the dataset is damaged.")
        file = open(path, "ab")  # noqa: SIM115 (closed by close())
        file.truncate(size)
        return file

    def append(self, recording: Recording, tokens: np.ndarray, values: dict[str, np.ndarray]) -> None:
        """Adds one recording, whose `at` is set here: tokens [frames, Q], values [⌈frames / ratio⌉, width] of each key.

        It is on disk, and in the index, a moment later: after `sync` at the latest.
        """
        self._widths(recording, values)
        self._tokens.write(np.ascontiguousarray(tokens, "<i2").tobytes())
        for name, file in self._keys.items():
            key = self.metadata.keys[name]
            file.write(np.ascontiguousarray(values[name], "<i4" if key["kind"] == "tokens" else "<f4").tobytes())
        placed = Recording(**{**recording.__dict__, "at": self._end})
        self.recordings.append(placed)
        self._pending.append(placed)
        if time.monotonic() - self._synced > _SYNC_EVERY:
            self.sync()

    def _widths(self, recording: Recording, values: dict[str, np.ndarray]) -> None:
        """What the first recording shows, and all others must have too."""
        keys = {
            name: {**key, "width": key["width"] or values[name].shape[1]} for name, key in self.metadata.keys.items()
        }
        for name, key in keys.items():
            if values[name].shape != (wanted := (values_of(recording.frames, key["ratio"]), key["width"])):
                found, asked = (" × ".join(map(str, shape)) for shape in (values[name].shape, wanted))
                raise DatasetError(
                    f"The descriptor '{name}' gave {found} numbers for '{recording.path}' instead of {asked}."
                )
        if keys != self.metadata.keys:
            self.metadata = replace(self.metadata, keys=keys)
            self.metadata.write(self.folder)

    def sync(self) -> None:
        """What was appended is on disk and in the index when this returns."""
        for file in (self._tokens, *self._keys.values()):
            _sync(file)
        self._index.write(lines(self._pending))
        _sync(self._index)
        self._pending, self._synced = [], time.monotonic()

    def close(self) -> None:
        for file in (self._tokens, *self._keys.values(), self._index):
            file.close()


def _sync(file) -> None:
    file.flush()
    os.fsync(file.fileno())
