"""Offline rendering of arrays and files, in constant memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nn_tilde import _core

if TYPE_CHECKING:
    import soundfile

    from nn_tilde.contract import Method

Progress = Callable[[int, int], None]
CHUNK = 1 << 16  # samples read and written at once


@dataclass(frozen=True)
class Rendered:
    path: Path
    frames: int
    channels: int
    sample_rate: int
    peak: float  # of the output, 1.0 = full scale
    clipped: bool
    messages: list[str]


def render_array(renderer: _core.Renderer, rows: np.ndarray, progress: Progress | None = None) -> np.ndarray:
    """float32 [rows_in, samples] → [rows_out, samples], aligned."""
    total = rows.shape[1]
    pieces = []
    for at in range(0, total, CHUNK):
        piece = np.ascontiguousarray(rows[:, at : at + CHUNK])
        out = np.empty((renderer.rows_out, piece.shape[1]), np.float32)
        pieces.append(out[:, : renderer.process(piece, out)])
        if progress:
            progress(min(at + CHUNK, total), total)
    pieces.extend(_rest(renderer))
    return np.concatenate(pieces, axis=1) if pieces else np.empty((renderer.rows_out, 0), np.float32)


def _rest(renderer: _core.Renderer):
    while True:
        out = np.empty((renderer.rows_out, CHUNK), np.float32)
        count = renderer.finish(out)
        if count == 0:
            return
        yield out[:, :count]


def render_file(
    make_renderer: Callable[..., _core.Renderer],
    method: Method,
    source: Path,
    target: Path,
    progress: Progress | None = None,
    subtype: str | None = None,
) -> Rendered:
    """Render an audio file to `target`, keeping rate and bit depth (`subtype` overrides).

    A method with one input takes each channel of the file with a state of its own; a mono file is
    given to every input. Written under a temporary name and renamed. Raises `Error` before any work
    when the channels do not fit or a file cannot be read or written.
    """
    import soundfile

    _refuse_same(source, target)
    with _opened(source) as reader:
        examples = _examples(reader.channels, method, source)
        renderers = [make_renderer(sample_rate=reader.samplerate) for _ in range(examples)]
        channels = sum(renderer.rows_out for renderer in renderers)
        layout = layout_of(reader, target, channels, subtype)
        part = target.with_name(f".{target.name}.part")
        try:
            with soundfile.SoundFile(part, "w", samplerate=reader.samplerate, channels=channels, **layout) as writer:
                peak = _run(reader, writer, renderers, method, progress)
            lines = messages_of(renderers)
            os.replace(part, target)
        except soundfile.LibsndfileError as error:
            raise _core.Error(f"'{target}' cannot be written: {error.error_string.rstrip('.')}.") from error
        finally:
            part.unlink(missing_ok=True)
        clipped = peak > 1 and layout["subtype"] not in ("FLOAT", "DOUBLE")
        return Rendered(target, reader.frames, channels, reader.samplerate, peak, clipped, lines)


def check_file(method: Method, source: Path, target: Path, subtype: str | None = None) -> int:
    """Whether `render_file` could do it; returns the file's sample rate in Hz. Raises `Error`."""
    import soundfile

    _refuse_same(source, target)
    with _opened(source) as reader:
        channels = method.out_channels * _examples(reader.channels, method, source)
        layout = layout_of(reader, target, channels, subtype)
        try:  # in memory: whether the format can hold this rate and this many channels
            with soundfile.SoundFile(BytesIO(), "w", samplerate=reader.samplerate, channels=channels, **layout):
                pass
        except soundfile.LibsndfileError:
            raise _core.Error(
                f"A {target.suffix} file cannot hold {channels} channels at {reader.samplerate} Hz "
                f"({layout['subtype']}), which '{target}' would need."
            ) from None
        target.parent.mkdir(parents=True, exist_ok=True)
        return reader.samplerate


def _refuse_same(source: Path, target: Path) -> None:
    if target.is_dir():
        raise _core.Error(f"'{target}' is a folder; name a file in it.")
    if target.exists() and source.exists() and target.samefile(source):
        raise _core.Error(f"'{source}' would be written over itself; choose another name for the output.")


def messages_of(renderers: list[_core.Renderer]) -> list[str]:
    """What the model said while rendering. Raises `Error` when every block has failed."""
    lines = []
    for renderer in renderers:
        while (line := renderer.next_message()) is not None:
            lines.append(line)
    counts = [renderer.blocks() for renderer in renderers]
    if lines and all(given == failed for given, failed in counts):
        raise _core.Error(f"Nothing could be rendered. {lines[0]}")
    return list(dict.fromkeys(lines))


def _opened(source: Path) -> soundfile.SoundFile:
    import soundfile

    if not source.exists():
        raise _core.Error(f"The audio file '{source}' does not exist.")
    try:
        reader = soundfile.SoundFile(source)
    except (soundfile.LibsndfileError, TypeError) as error:
        raise _core.Error(f"'{source}' is not an audio file that can be read.") from error
    if reader.frames == 0:
        reader.close()
        raise _core.Error(f"The audio file '{source}' is empty.")
    return reader


def _examples(channels: int, method: Method, source: Path) -> int:
    if method.in_channels == 1:
        return channels
    if channels in (1, method.in_channels):
        return 1
    raise _core.Error(f"'{source}' has {channels} channels, and method '{method.name}' takes {method.in_channels}.")


def layout_of(reader: soundfile.SoundFile, target: Path, channels: int, subtype: str | None) -> dict[str, str | None]:
    """Container by the target's suffix; sample format as in the source where the container has it."""
    import soundfile

    suffix = target.suffix[1:].upper()
    container = {"AIF": "AIFF", "OGA": "OGG", "OPUS": "OGG"}.get(suffix, suffix)
    if container not in soundfile.available_formats():
        raise _core.Error(f"'{target.name}' has no ending of an audio format, such as .wav or .flac.")
    if subtype is not None and not soundfile.check_format(container, subtype):
        raise _core.Error(f"A {container} file cannot hold samples as {subtype}.")
    if subtype is None and suffix == "OPUS":
        subtype = "OPUS"
    plain = reader.subtype.startswith("PCM_") or reader.subtype in ("FLOAT", "DOUBLE")
    # Codecs stay within their container: soundfile claims that a WAV can hold mp3, and cannot write it.
    if subtype is None and (plain or container == reader.format) and soundfile.check_format(container, reader.subtype):
        subtype = reader.subtype
    if container == "WAV" and reader.frames * channels * 8 > 1 << 32:
        container = "RF64"  # a WAV counts its bytes in 32 bits
    return {"format": container, "subtype": subtype or soundfile.default_subtype(container)}


def _run(
    reader: soundfile.SoundFile,
    writer: soundfile.SoundFile,
    renderers: list[_core.Renderer],
    method: Method,
    progress: Progress | None,
) -> float:
    peak = 0.0

    def write(outputs: list[np.ndarray]) -> None:
        nonlocal peak
        samples = np.concatenate(outputs)
        if samples.size:
            peak = max(peak, float(np.abs(samples).max()))
        writer.write(samples.T)

    done = 0
    while (frames := reader.read(CHUNK, dtype="float32", always_2d=True)).size:
        planes = np.ascontiguousarray(frames.T)
        if method.in_channels == 1:
            inputs = [planes[c : c + 1] for c in range(planes.shape[0])]
        else:
            inputs = [np.ascontiguousarray(np.broadcast_to(planes, (method.in_channels, planes.shape[1])))]
        outputs = []
        for renderer, rows in zip(renderers, inputs, strict=True):
            out = np.empty((renderer.rows_out, rows.shape[1]), np.float32)
            outputs.append(out[:, : renderer.process(rows, out)])
        write(outputs)
        done += planes.shape[1]
        if progress:
            progress(done, reader.frames)
    for rest in zip(*(_rest(renderer) for renderer in renderers), strict=True):
        write(list(rest))
    return peak
