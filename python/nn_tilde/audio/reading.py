"""Audio files as arrays: whole, in blocks, or an excerpt, at any rate and number of channels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .decoding import AudioReader, open_audio
from .resampling import read_resampled

BLOCK = 1 << 16  # samples decoded at once


@dataclass(frozen=True)
class AudioInfo:
    frames: int  # samples a channel, as declared (compressed files: within a fraction of a second)
    rate: int  # Hz
    channels: int


def probe(path: str | os.PathLike) -> AudioInfo:
    """What a file holds, from its header; one that does not say its length is decoded to count. Raises `AudioError`."""
    with open_audio(path) as audio:
        frames = audio.frames
        if frames <= 0:
            frames = sum(block.shape[1] for block in _raw_blocks(audio))
        return AudioInfo(frames, audio.rate, audio.channels)


def with_channels(x: np.ndarray, channels: int) -> np.ndarray:
    """[C, T] → [channels, T]: the first ones when there are more, repeated in turn when there are fewer."""
    if x.shape[0] >= channels:
        return x[:channels]
    return x[np.arange(channels) % x.shape[0]]


def blocks(
    path: str | os.PathLike,
    frames: int,
    rate: int | None = None,
    channels: int | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Iterator[np.ndarray]:
    """float32 [C, frames] one after the other, the last one shorter: a file of any length in constant memory.

    rate, channels: convert to them (None: as in the file); a mono file feeds every channel asked for, of more channels
    the first ones are taken. progress is called with the fraction and the seconds of the file read so far.
    Raises `AudioError`.
    """
    with open_audio(path) as audio:
        converted = _converted(audio, rate or audio.rate, channels or audio.channels, progress)
        pending, held = [], 0
        for block in converted:
            pending.append(block)
            held += block.shape[1]
            if held >= frames:
                joined = np.concatenate(pending, axis=1)
                whole = held // frames * frames
                yield from (joined[:, at : at + frames] for at in range(0, whole, frames))
                pending, held = [joined[:, whole:]], held - whole
        if held:
            yield np.concatenate(pending, axis=1)


def read_audio(path: str | os.PathLike, rate: int | None = None, channels: int | None = None) -> tuple[np.ndarray, int]:
    """A whole file: (float32 [C, T], its rate in Hz); see `blocks`."""
    with open_audio(path) as audio:
        rate, channels = rate or audio.rate, channels or audio.channels
        pieces = list(_converted(audio, rate, channels, None))
    return np.concatenate(pieces, axis=1) if pieces else np.zeros((channels, 0), np.float32), rate


def read_excerpt(path: str | os.PathLike, start: int, frames: int, rate: int, channels: int) -> np.ndarray:
    """float32 [channels, frames] from sample `start` at `rate` Hz, zeros past the end; reads only what it needs."""
    with open_audio(path) as audio:

        def read(first: int, count: int) -> np.ndarray:
            audio.seek(first)
            block = _numbers(audio.read(count))
            return np.pad(block, ((0, 0), (0, count - block.shape[1])))

        return with_channels(read_resampled(read, audio.rate, rate, start, frames), channels)


def _numbers(x: np.ndarray) -> np.ndarray:
    """What is no number, or an infinite one, becomes 0: a filter would spread it over everything."""
    return np.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0)


def _raw_blocks(audio: AudioReader) -> Iterator[np.ndarray]:
    while True:
        block = audio.read(BLOCK)
        if block.shape[1]:
            yield block
        if block.shape[1] < BLOCK:
            return


def _converted(
    audio: AudioReader, rate: int, channels: int, progress: Callable[[float, float], None] | None
) -> Iterator[np.ndarray]:
    """Blocks of any size at another rate and number of channels."""
    import soxr

    kept = min(channels, audio.channels)  # what is not kept need not be resampled
    stream = None if rate == audio.rate else soxr.ResampleStream(audio.rate, rate, kept, dtype="float32")
    done = 0
    for block in _raw_blocks(audio):
        done += block.shape[1]
        block = _numbers(block[:kept])
        if stream is not None:
            block = stream.resample_chunk(np.ascontiguousarray(block.T)).T
        if block.shape[1]:
            yield with_channels(block, channels)
        if progress:
            progress(min(done / audio.frames, 1.0) if audio.frames > 0 else 0.0, done / audio.rate)
    if stream is not None:
        tail = stream.resample_chunk(np.zeros((0, kept), np.float32), last=True).T
        if tail.shape[1]:
            yield with_channels(tail, channels)
