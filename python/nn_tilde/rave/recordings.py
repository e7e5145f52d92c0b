"""Recordings in and out: which files, at which rate, in which format."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import numpy as np

from nn_tilde.audio import AudioError, AudioInfo, blocks, find_audio, probe
from nn_tilde.audio.files import system_name

BLOCK = 1 << 16  # samples read at once


def jobs(paths: Iterable[Path], out: Path, suffix: str | None = None) -> list[tuple[Path, Path]]:
    """Pairs of audio file and the file to write below `out`, which keeps the order of the folders.

    Of several paths a folder keeps its own name too. No target is one of the sources or the target of another:
    then a number is added. suffix: that of the targets; None: as the sources', or .wav where soundfile cannot write it.
    Raises FileNotFoundError for a path that does not exist, ValueError when there is no audio at all.
    """
    paths = [Path(path) for path in paths]
    home = Path(os.path.abspath(out))
    found: dict[Path, Path] = {}  # source: path below `out`
    for path in paths:
        whole = Path(os.path.abspath(path))
        top = whole if path.is_dir() else whole.parent
        prefix = Path(whole.name if path.is_dir() and len(paths) > 1 else "")
        for source in find_audio([path]):
            # What an earlier run has left in a folder searched is no input.
            if path.is_dir() and source.is_relative_to(home) and not whole.is_relative_to(home):
                continue
            found.setdefault(source, prefix / source.relative_to(top))
    if not found:
        raise ValueError(f"There are no audio files at {', '.join(f'{str(path)!r}' for path in paths)}.")
    taken = {source.resolve() for source in found}
    result = []
    for source, below in found.items():
        plain = home / below.with_suffix(suffix or _writable(source.suffix))
        target, count = plain, 1
        while target.resolve() in taken:
            count += 1
            target = plain.with_name(f"{plain.stem}-{count}{plain.suffix}")
        taken.add(target.resolve())
        result.append((source, target))
    return result


def _writable(suffix: str) -> str:
    import soundfile

    name = suffix[1:].upper()
    container = {"AIF": "AIFF", "AIFC": "AIFF", "OGA": "OGG", "OPUS": "OGG"}.get(name, name)
    return suffix if container in soundfile.available_formats() else ".wav"


class Original:
    """What a copy of a recording takes over from it: rate, length, format of samples."""

    def __init__(self, source: Path):
        """Raises `AudioError`."""
        import soundfile

        info: AudioInfo = probe(source)
        self.source, self.frames, self.samplerate, self.channels = source, info.frames, info.rate, info.channels
        if self.frames == 0:
            raise AudioError(source, "is empty")
        try:
            about = soundfile.info(system_name(source))
            self.format, self.subtype = about.format, about.subtype
        except soundfile.SoundFileError:
            self.format, self.subtype = "", ""  # one that PyAV reads


def resampled(pieces: Iterable[np.ndarray], source: int, target: int) -> Iterator[np.ndarray]:
    """Pieces float32 [C, any] from one rate in Hz to another."""
    import soxr

    if source == target:
        yield from pieces
        return
    stream, channels = None, 0
    for piece in pieces:
        if stream is None:
            channels = piece.shape[0]
            stream = soxr.ResampleStream(source, target, channels, dtype="float32", quality="VHQ")
        out = stream.resample_chunk(np.ascontiguousarray(piece.T))
        if len(out):
            yield np.ascontiguousarray(out.T)
    if stream is not None:
        out = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)
        yield np.ascontiguousarray(out.T)


class Counted:
    """The pieces of a file, and how many samples they have been so far."""

    def __init__(self, source: Path):
        self.source, self.samples = source, 0

    def __iter__(self) -> Iterator[np.ndarray]:
        for piece in blocks(self.source, BLOCK):
            self.samples += piece.shape[1]
            yield piece


def as_long_as(pieces: Iterable[np.ndarray], read: Counted) -> Iterator[np.ndarray]:
    """Pieces [C, any], cut or filled with silence to the samples that were read in the end.

    What comes out never runs ahead of what was read by more than a rounding, which waits.
    """
    written, waiting = 0, None
    for piece in pieces:
        waiting = piece if waiting is None else np.concatenate([waiting, piece], 1)
        now = waiting[:, : read.samples - written]
        written, waiting = written + now.shape[1], waiting[:, now.shape[1] :]
        yield now
    if waiting is not None and written < read.samples:
        now = np.zeros((waiting.shape[0], read.samples - written), np.float32)
        now[:, : waiting.shape[1]] = waiting
        yield now


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A file to write beside `target`, which it replaces in the end; when that fails nothing of it is left.

    Raises `AudioError` when it cannot be written to.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{uuid4().hex}.part")  # of no other process, and no longer than the target's may be
    try:
        yield part
        os.replace(part, target)
    except OSError as error:  # numpy's of a full disk only counts bytes
        raise AudioError(target, f"cannot be written ({error.strerror or 'is the disk full?'})") from None
    finally:
        part.unlink(missing_ok=True)


class Written(NamedTuple):
    peak: float  # 1.0 = full scale
    clipped: bool

    @property
    def remark(self) -> str | None:
        return f"peaks at {self.peak:.2f} and is clipped." if self.clipped else None


def write(target: Path, pieces: Iterable[np.ndarray], original: Original) -> Written:
    """A file like `original` with the samples of `pieces` [C, any]. Raises `AudioError`.

    Written under a temporary name and renamed.
    """
    import soundfile
    import torch  # noqa: F401  (before our extension)

    from nn_tilde.render import layout_of

    pieces = iter(pieces)
    first = next(pieces, None)
    if first is None:
        raise AudioError(original.source, "is empty")
    channels, peak = first.shape[0], 0.0
    layout = layout_of(original, target, channels, None)
    written = {"samplerate": original.samplerate, "channels": channels, **layout}
    try:
        with replacing(target) as part, soundfile.SoundFile(system_name(part), "w", **written) as writer:
            while first is not None:
                if first.size:
                    peak = max(peak, float(np.abs(first).max()))
                writer.write(first.T)
                first = next(pieces, None)
    except soundfile.SoundFileError as error:
        said = getattr(error, "error_string", str(error)).rstrip(".")
        raise AudioError(target, f"cannot be written ({said})") from None
    return Written(peak, peak > 1 and layout["subtype"] not in ("FLOAT", "DOUBLE"))
