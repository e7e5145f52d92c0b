"""What a process does to one file in `msprior preprocess`. Only these classes travel between processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import numpy as np

from ...audio.files import AudioError
from ...audio.job import writing
from ...audio.reading import BLOCK, blocks

SAMPLE = 4  # bytes


@dataclass(frozen=True)
class Job:
    """One file to decode. silence: dB below full scale; what is not louder is left out at the beginning."""

    path: str
    part: str
    channels: int
    rate: int
    silence: int | None = None


def part_name(identity: tuple, channels: int, rate: int, silence: int | None) -> str:
    """Of what decoding a file makes; another one when anything about it is different."""
    wanted = repr((identity, channels, rate, silence))
    return hashlib.sha1(wanted.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()


def decode_file(job: Job, report: Callable[[float, float], None]) -> int:
    """Decodes one file into its part, float32, channels interleaved; gives its samples a channel. See `run_work`.

    The part is complete when it has its name.
    """
    if os.path.exists(job.part):  # of an interrupted run
        return os.path.getsize(job.part) // (SAMPLE * job.channels)
    temporary, samples = f"{job.part}.{uuid4().hex}", 0
    try:
        with writing(temporary) as write:
            for block in _loud(_sound(job), job.silence):
                write(np.ascontiguousarray(block.T, "<f4").tobytes())
                samples += block.shape[1]
        if not samples:
            what = "holds no sound" if job.silence is None else f"holds nothing louder than -{job.silence} dB"
            raise AudioError(job.path, what)
        os.replace(temporary, job.part)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
    return samples


def _sound(job: Job) -> Iterator[np.ndarray]:
    """[C, n]: for one channel the mean of those there are; otherwise the first ones, or mono in all of them."""
    if job.channels > 1:
        yield from blocks(job.path, BLOCK, job.rate, job.channels)
    else:
        yield from (block.mean(axis=0, keepdims=True) for block in blocks(job.path, BLOCK, job.rate))


def _loud(sound: Iterator[np.ndarray], silence: int | None) -> Iterator[np.ndarray]:
    """From the first sample that is louder on."""
    begun = silence is None
    for block in sound:
        if not begun:
            loud = (np.abs(block) > 10 ** (-silence / 20)).any(axis=0)
            if not loud.any():
                continue
            begun, block = True, block[:, int(loud.argmax()) :]
        yield block
