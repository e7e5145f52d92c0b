"""The recordings of a dataset, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...audio import AudioError, AudioInfo, find_audio, probe, read_audio
from ...audio.metadata import DatasetError
from ...audio.reading import with_channels
from ...audio.resampling import resampled_length

Watch = Callable[[int, int], None]
"""watch(recordings done, recordings)"""


@dataclass(frozen=True)
class Form:
    """What recordings are brought to. Lengths are samples at sample_rate: shorter ones get silence behind them up to
    min_length; all are cut, or get silence, to target_length."""

    sample_rate: int = 44100  # Hz
    channels: int = 1
    min_length: int = 0
    target_length: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("sample_rate", 1), ("channels", 1), ("min_length", 0), ("target_length", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, not {value}.")

    @property
    def least(self) -> int:
        """Samples below which a recording is padded."""
        return self.target_length or self.min_length


@dataclass(frozen=True)
class Recording:
    name: str  # path below the root, with slashes: data/deep/x.wav
    path: Path
    info: AudioInfo  # of the file
    size: int  # of the file, bytes
    modified: int  # of the file, ns


def find_recordings(root: Path) -> list[tuple[str, Path]]:
    """(name, path) of the audio files in root/data, or in root when there is no such folder, sorted.

    Raises DatasetError when there is none.
    """
    if not root.is_dir():
        raise DatasetError(f"There is no folder '{root}'.")
    home = Path(os.path.abspath(root))
    top = home / "data" if (home / "data").is_dir() else home
    paths = find_audio([top])
    if not paths:
        raise DatasetError(f"There is no audio file in '{top}'.")
    return [(path.relative_to(home).as_posix(), path) for path in paths]


def some(found: list[tuple[str, Path]], n_files: int | None) -> list[tuple[str, Path]]:
    """`n_files` of them, spread evenly, as neighbours in a folder tend to have one label; None: all."""
    if n_files is None or n_files >= len(found):
        return found
    if n_files < 1:
        raise ValueError(f"n_files must be at least 1, not {n_files}.")
    return [found[i * len(found) // n_files] for i in range(n_files)]


def look_at(
    found: list[tuple[str, Path]], form: Form, watch: Watch = lambda done, total: None
) -> tuple[list[Recording], list[str]]:
    """(recordings, notices): what the headers say; files that cannot be read are left out and named.

    Raises DatasetError when none can be.
    """
    recordings, unread = [], []
    watch(0, len(found))
    for done, (name, path) in enumerate(found, 1):
        try:
            info, stat = probe(path), path.stat()
            if not info.frames:
                raise AudioError(path, "holds no sound")
            recordings.append(Recording(name, path, info, stat.st_size, stat.st_mtime_ns))
        except AudioError as error:
            unread.append(str(error))
        except OSError as error:
            unread.append(str(AudioError(path, f"cannot be read ({error.strerror or error})")))
        watch(done, len(found))
    if not recordings:
        raise DatasetError(f"None of the {len(found)} recordings can be read: {unread[0]}")
    return recordings, [f"Left out: {reason}" for reason in unread] + _conversions(recordings, form)


def _conversions(recordings: list[Recording], form: Form) -> list[str]:
    notices = []
    other = [each for each in recordings if each.info.rate != form.sample_rate]
    if other:
        example = f"'{other[0].name}' from {other[0].info.rate} Hz"
        notices.append(f"{_count(other, recordings)} converted to {form.sample_rate} Hz ({example}).")
    wide = [each for each in recordings if each.info.channels > form.channels]
    if wide:
        into = "mixed to one channel" if form.channels == 1 else f"cut to {form.channels} channels"
        example = f"'{wide[0].name}' has {wide[0].info.channels}"
        notices.append(f"{_count(wide, recordings)} {into} ({example}).")
    narrow = [each for each in recordings if each.info.channels < form.channels]
    if narrow:
        example = f"'{narrow[0].name}' has {narrow[0].info.channels}"
        notices.append(f"{_count(narrow, recordings)} repeated to {form.channels} channels ({example}).")
    short = [
        each for each in recordings if resampled_length(each.info.frames, each.info.rate, form.sample_rate) < form.least
    ]
    if short:
        length = f"{form.least} samples ({form.least / form.sample_rate:.3g} s)"
        notices.append(f"{_count(short, recordings)} padded with silence to {length} ('{short[0].name}').")
    return notices


def _count(part: list[Recording], recordings: list[Recording]) -> str:
    return f"{len(part)} of {len(recordings)} recordings {'is' if len(part) == 1 else 'are'}"


def read_recording(path: str | os.PathLike, form: Form) -> np.ndarray:
    """float32 [channels, T] of a whole file. One channel is the mean of the file's; of several the first ones are taken
    and missing ones repeated in turn. Raises AudioError."""
    x, _ = read_audio(path, form.sample_rate, None if form.channels == 1 else form.channels)
    if not x.shape[1]:
        raise AudioError(path, "holds no sound")
    x = x.mean(axis=0, keepdims=True) if form.channels == 1 else with_channels(x, form.channels)
    x = x[:, : form.target_length]
    return np.pad(x, ((0, 0), (0, max(form.least - x.shape[1], 0))))
