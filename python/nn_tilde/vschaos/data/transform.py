"""What the cache needs of a transform, and one recording sent through it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import numpy as np

from ...audio import AudioError
from ...audio.metadata import DatasetError
from .recordings import Form, read_recording

MAIN = "x"
"""The name of the array when a transform gives one."""


class Transform(Protocol):
    """Audio to frames. Instances travel to other processes by pickle.

    Two transforms of equal keys give equal frames; the key is any text that says all that matters.
    """

    hop: int  # samples from one frame to the next; frame k is about the time k · hop / rate

    def key(self) -> str: ...

    def __call__(self, audio: np.ndarray, sample_rate: int) -> np.ndarray | Mapping[str, np.ndarray]:
        """float32 [channels, time] → [channels, frames, bins], real or complex; or several such arrays by name.

        ValueError or RuntimeError: of a recording that it cannot take, one sentence.
        """
        ...


@dataclass(frozen=True)
class Kind:
    """Of an array: the type of its numbers, as numpy writes it, and the shape of one frame."""

    dtype: str
    shape: tuple[int, int]  # channels, bins

    @property
    def row(self) -> int:
        """Bytes of a frame."""
        return np.dtype(self.dtype).itemsize * self.shape[0] * self.shape[1]


@dataclass(frozen=True)
class Job:
    path: str  # of the recording
    part: str  # where its frames go: <part>.<array>
    form: Form
    transform: Transform
    dtype: str  # of real arrays: float32 or float16


@dataclass(frozen=True)
class Made:
    frames: int
    samples: int  # a channel, at the rate of the form
    arrays: dict[str, Kind]


def transform_file(job: Job, report: Callable[[float, float], None]) -> Made:
    """Frames [frames, channels, bins] of a recording, written to a file an array. Raises AudioError, DatasetError."""
    if multiprocessing.parent_process() is not None and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # there are as many processes as there are cores for
    audio = read_recording(job.path, job.form)
    try:
        arrays = arrays_of(job.transform(audio, job.form.sample_rate), job.dtype)
    except (ValueError, RuntimeError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise AudioError(job.path, f"cannot be transformed ({said})") from None
    for name, array in arrays.items():
        target = Path(f"{job.part}.{name}")
        temporary = target.with_name(uuid4().hex)
        try:
            array.tofile(temporary)
            os.replace(temporary, target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            why = error.strerror or "is the disk full?"  # numpy only counts bytes
            raise DatasetError(f"'{target.parent}' cannot be written to ({why}).") from None
    first = next(iter(arrays.values()))
    kinds = {name: Kind(array.dtype.str, array.shape[1:]) for name, array in arrays.items()}
    return Made(len(first), audio.shape[1], kinds)


def arrays_of(result: np.ndarray | Mapping[str, np.ndarray], dtype: str) -> dict[str, np.ndarray]:
    """What a transform gave, as [frames, channels, bins]: complex64, or of `dtype`. ValueError."""
    given = dict(result) if isinstance(result, Mapping) else {MAIN: result}
    arrays = {}
    for name, array in given.items():
        array = np.asarray(array)
        if not name.isidentifier() or name == "labels":
            raise ValueError(f"an array is called '{name}'")
        if array.ndim != 3 or array.dtype.kind not in "fciub":
            raise ValueError(f"'{name}' is {array.dtype} {list(array.shape)}, not numbers [channels, frames, bins]")
        with np.errstate(over="ignore"):
            array = array.astype("<c8" if array.dtype.kind == "c" else np.dtype(dtype).newbyteorder("<"))
        if not np.isfinite(array).all():
            raise ValueError(f"'{name}' has values that are not finite as {array.dtype}")
        arrays[name] = np.ascontiguousarray(array.transpose(1, 0, 2))
    lengths = {len(array) for array in arrays.values()}
    if len(lengths) != 1:
        raise ValueError(f"the arrays have {sorted(lengths)} frames" if lengths else "there is no array")
    if not lengths.pop():
        raise ValueError("it is too short for a frame")
    return arrays
