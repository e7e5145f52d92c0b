"""What a process does to one file in `rave preprocess`. Only these classes travel between processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from platform import node
from uuid import uuid4

import numpy as np

from .files import AudioError
from .metadata import DatasetError
from .reading import BLOCK, blocks, probe
from .resampling import resampled_length
from .store import SCALE


@dataclass(frozen=True)
class Job:
    """One file to decode."""

    path: str
    part: str | None  # where its samples go; None: it is only asked for its length (lazy)
    channels: int
    rate: int


@dataclass(frozen=True)
class Decoded:
    frames: int
    channels: int = 0  # of the file; 0: not known any more
    clipped: int = 0  # samples beyond full scale


def decode_file(job: Job, report: Callable[[float, float], None]) -> Decoded:
    """Decode one file into its part; int16, interleaved. The part is complete when it has its name."""
    if job.part is None:
        info = probe(job.path)
        frames = resampled_length(info.frames, info.rate, job.rate)
        if frames < 1:
            raise AudioError(job.path, "holds no sound")
        return Decoded(frames, info.channels)
    if os.path.exists(job.part):  # of an interrupted run
        return Decoded(os.path.getsize(job.part) // (2 * job.channels))
    if not os.path.isdir(os.path.dirname(job.part)):
        raise DatasetError(f"'{os.path.dirname(job.part)}' is not seen by the machine '{node()}' of the cluster.")
    decoded = blocks(job.path, BLOCK, job.rate, job.channels, report)
    temporary = f"{job.part}.{uuid4().hex}"
    frames = clipped = 0
    try:
        with writing(temporary) as write:
            for block in decoded:
                clipped += int((np.abs(block) > 1).sum())
                scaled = np.minimum(np.rint(np.clip(block.T, -1, 1) * SCALE), SCALE - 1)
                write(scaled.astype("<i2").tobytes())
                frames += block.shape[1]
        if not frames:
            raise AudioError(job.path, "holds no sound")
        os.replace(temporary, job.part)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
    return Decoded(frames, clipped=clipped)


@contextmanager
def writing(path: str) -> Iterator[Callable[[bytes], None]]:
    """A file to write to. That a disk is full is not the fault of what is being read."""

    def write(data: bytes) -> None:
        rest = memoryview(data)
        try:
            while len(rest):  # of a disk that is nearly full, only a part may be written, without an error
                rest = rest[out.write(rest) :]
        except OSError as error:
            raise DatasetError(f"'{os.path.dirname(path)}' cannot be written to ({error.strerror}).") from None

    with open(path, "wb", buffering=0) as out:
        yield write
