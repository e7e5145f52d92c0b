"""Datasets of short recordings, and transforms that tests can check to the last bit."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import soundfile

RATE = 1000  # Hz
HOP = 10


def ramp(frames: int, seed: int = 0, channels: int = 1) -> np.ndarray:
    """float32 [channels, frames * HOP] of noise."""
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, frames * HOP)).astype(np.float32)


def dataset(root: Path, files: dict[str, np.ndarray], rate: int = RATE) -> Path:
    """Write recordings float32 [channels, T] by name below the root."""
    for name, samples in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples.T, rate, subtype="FLOAT" if path.suffix == ".wav" else None)
    return root


def task(root: Path, name: str, table: str | bytes | None = None, **files: str) -> Path:
    """Write metadata/<name>/metadata.txt, classes.txt (classes=) and any tracks (<name>=)."""
    folder = root / "metadata" / name
    (folder / "tracks").mkdir(parents=True, exist_ok=True)
    if table is not None:
        (folder / "metadata.txt").write_bytes(table if isinstance(table, bytes) else table.encode())
    for file, text in files.items():
        path = folder / "classes.txt" if file == "classes" else folder / "tracks" / f"{file}.txt"
        path.write_text(text, encoding="utf-8")
    return folder


class Cut:
    """Frame k is samples k·HOP … (k + 1)·HOP. calls: the recordings it was given, in this process."""

    hop = HOP

    def __init__(self, key: str = "cut"):
        self._key, self.calls = key, []

    def key(self) -> str:
        return self._key

    def __call__(self, audio, sample_rate):
        self.calls.append(audio)
        frames = audio.shape[1] // HOP
        return audio[:, : frames * HOP].reshape(len(audio), frames, HOP)


class Dies(Cut):
    """Ends its process at the recording whose first sample is the one given."""

    def __init__(self, sample: np.float32):
        super().__init__()
        self._sample = sample

    def __call__(self, audio, sample_rate):
        if audio[0, 0] == self._sample:
            os._exit(9)
        return super().__call__(audio, sample_rate)


def build_and_die(root: Path, sample: np.float32) -> None:
    """What a process does that is killed in the middle of a build."""
    from nn_tilde.vschaos.data import Dataset

    Dataset.open(root, RATE).cached(Dies(sample))
