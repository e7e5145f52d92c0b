"""Datasets as training sees them: items of audio that are read piecewise, whatever they are stored in."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np

from .files import AudioError, find_audio
from .metadata import NAME, DatasetError, Metadata, read_metadata

log = logging.getLogger(__name__)


class Dataset(ABC):
    """Items of audio. Instances travel to other processes: they open their files where they are used."""

    channels: int
    sampling_rate: int  # Hz
    lazy: bool  # whether the original files are decoded while training

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def length(self, item: int) -> int:
        """Samples of an item."""

    @abstractmethod
    def read(self, item: int, start: int, frames: int) -> np.ndarray:
        """float32 [channels, frames] of an item from sample `start` ≥ 0 on; zeros past its end."""

    @property
    def seconds(self) -> float:
        """Length of everything."""
        return sum(self.length(item) for item in range(len(self))) / self.sampling_rate


class Recordings(Dataset):
    """Whole recordings, each divided evenly into items of about `window` samples: nothing is lost, nothing twice.

    A recording of at least `window` samples gives items of 2/3 to 4/3 of it; a shorter one is one item.
    """

    def __init__(self, lengths: np.ndarray, metadata: Metadata, window: int):
        self.channels, self.sampling_rate, self.lazy = metadata.channels, metadata.sr, metadata.lazy
        self.lengths = np.asarray(lengths, np.int64)
        self._counts = np.maximum(1, np.rint(self.lengths / window).astype(np.int64))
        self._ends = np.cumsum(self._counts)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def _piece(self, item: int) -> tuple[int, int, int]:
        """Recording, first sample in it, samples."""
        if not 0 <= item < len(self):
            raise IndexError(f"there is no item {item} in a dataset of {len(self)}")
        recording = int(np.searchsorted(self._ends, item, side="right"))
        count, length = int(self._counts[recording]), int(self.lengths[recording])
        k = item - (int(self._ends[recording]) - count)
        first = length * k // count
        return recording, first, length * (k + 1) // count - first

    def length(self, item: int) -> int:
        return self._piece(item)[2]

    def read(self, item: int, start: int, frames: int) -> np.ndarray:
        recording, first, length = self._piece(item)
        out = np.zeros((self.channels, frames), np.float32)
        count = max(min(frames, length - start), 0)
        if count:
            self._fill(recording, first + start, out[:, :count])
        return out

    @abstractmethod
    def _fill(self, recording: int, first: int, out: np.ndarray) -> None:
        """Samples of a recording from `first` on, into out [channels, n]; all n exist."""

    @property
    def seconds(self) -> float:
        return float(self.lengths.sum() / self.sampling_rate)


class LazyRecordings(Recordings):
    """The original files, of any format, rate and number of channels.

    What cannot be decoded of a damaged one is silence, with a warning: a training may be days old when it gets there.
    """

    def __init__(self, paths: list[str], lengths: np.ndarray, metadata: Metadata, window: int):
        super().__init__(lengths, metadata, window)
        self.paths = paths
        self._damaged: set[int] = set()

    def _fill(self, recording: int, first: int, out: np.ndarray) -> None:
        from .reading import read_excerpt

        path = self.paths[recording]
        try:
            out[:] = read_excerpt(path, first, out.shape[1], self.sampling_rate, self.channels)
        except AudioError as error:
            if not os.path.exists(path):
                raise
            if recording not in self._damaged:
                self._damaged.add(recording)
                log.warning("%s Such parts of it are silence.", error)


def open_dataset(path: str | os.PathLike, n_signal: int | None = None) -> Dataset:
    """What `rave preprocess` made (ours or the release's, lazy or not), or the address of `rave remote_dataset`.

    n_signal: samples that training cuts from an item; items are then at least so long where the recordings are
    (LMDB chunks have their length). Without it items have about twice the `num_signal` of preprocessing.
    Raises `DatasetError`, one sentence, when there is nothing or nothing usable.
    """
    if str(path).startswith(("http://", "https://")):
        from .remote import RemoteDataset

        return RemoteDataset(str(path))
    folder = Path(path)
    stored = folder / NAME
    lmdb = (folder / "data.mdb").exists()
    if not lmdb and not stored.exists():
        raise DatasetError(_nothing(folder))
    metadata = read_metadata(folder)
    window = 2 * max(metadata.num_signal, n_signal or 0)
    dataset: Dataset
    if lmdb:
        from .lmdb_dataset import open_lmdb

        dataset = open_lmdb(folder, metadata, window)
    else:
        from .store import open_store

        dataset = open_store(folder, metadata, window)
    if not len(dataset):
        raise DatasetError(f"The dataset '{folder}' is empty.")
    if not metadata.complete:
        log.warning("'%s' is incomplete: the rave preprocess command that makes it was interrupted.", folder)
    return dataset


def _nothing(folder: Path) -> str:
    if not folder.exists():
        return f"There is no dataset at '{folder}'."
    if folder.is_dir() and find_audio([folder]):
        return f"'{folder}' holds audio files, not a dataset: give it to rave preprocess --input_path first."
    return f"'{folder}' is not a dataset made by rave preprocess."


def split(store: Dataset, seed: int = 42, max_residual: int | None = 1000) -> tuple[list[int], list[int]]:
    """Items for training and for validation: the same ones as the release's for the same number of items.

    98 % (at least one) are for training; no more than `max_residual` for validation, the others train. A dataset of
    one item validates on that one.
    """
    import torch

    n = len(store)
    train = max(1, 98 * n // 100)
    if max_residual is not None:
        train = n - min(max_residual, n - train)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
    return order[:train], order[train:] or order[:1]
