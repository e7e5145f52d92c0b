"""The latents of a dataset, whoever made it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...audio.metadata import DatasetError


@dataclass(frozen=True)
class Key:
    """What a dataset has besides latents."""

    name: str
    width: int  # numbers a value
    ratio: int  # latent frames a value; 0 when there are more values than frames
    kind: str  # tokens, features
    num_tokens: int = 0  # 0 when not known


@dataclass(frozen=True)
class About:
    """What all recordings of a dataset share."""

    sampling_rate: int  # Hz
    ratio: int  # samples a latent frame
    quantizers: int
    num_tokens: int
    levels: int  # of `quantise`; of codes as many as there are tokens
    continuous: bool
    rave: Path | None = None  # the copy of the RAVE's file
    keys: dict[str, Key] = field(default_factory=dict)


class Latents(ABC):
    """Recordings as tokens. Objects travel between processes: files are opened where they are read.

    lengths: int64 [recordings], in frames.
    """

    about: About
    lengths: np.ndarray

    @abstractmethod
    def tokens(self, recording: int, start: int, frames: int) -> np.ndarray:
        """int16 [frames, Q] from frame `start` on; all of them must exist."""

    @abstractmethod
    def values(self, key: str, recording: int, start: int, count: int) -> np.ndarray:
        """float32 (of tokens: int32) [≤ count, width] from value `start` on: those that exist."""


def open_latents(folder: str | Path, num_tokens: int | None = None) -> Latents:
    """The dataset in `folder`: one of `msprior preprocess`, or an LMDB of the release.

    num_tokens: of an LMDB of continuous latents, which does not say it; left out, the next power of two above the
    largest token. Raises DatasetError, one sentence.
    """
    from .metadata import METADATA, is_store

    folder = Path(folder)
    if not folder.exists():
        raise DatasetError(f"There is no dataset at '{folder}'.")
    if folder.is_dir() and is_store(folder):
        from .store import open_store

        return open_store(folder)
    if (folder / "data.mdb").exists() and not (folder / METADATA).exists():
        from .lmdb import open_lmdb

        return open_lmdb(folder, num_tokens)
    if (folder / METADATA).exists():
        raise DatasetError(f"'{folder}' holds sound, not latents; msprior preprocess makes those, of the recordings.")
    raise DatasetError(f"'{folder}' holds no dataset; msprior preprocess makes one.")
