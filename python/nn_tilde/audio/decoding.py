"""Open audio files: soundfile for what libsndfile knows, PyAV for the rest. Both are read in blocks and seek."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from .files import AudioError, system_name

_ONLY_AV = {".aac", ".avi", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp4", ".webm", ".wma", ".wv"}
_DETOUR = 1 << 15  # samples
_PREROLL = 0.25  # seconds decoded before a place one jumps to: more than any codec needs to settle


class AudioReader(Protocol):
    rate: int  # Hz
    channels: int
    frames: int  # samples a channel, as the file declares: compressed ones may hold a little less or more

    def seek(self, frame: int) -> None:
        """The next read starts at `frame`; past the end it reads nothing."""

    def read(self, frames: int) -> np.ndarray:
        """float32 [channels, n]: the next n ≤ frames samples; n < frames only at the end."""

    def close(self) -> None: ...


@contextmanager
def open_audio(path: str | os.PathLike) -> Iterator[AudioReader]:
    """Open a file; every failure inside to open or decode it is an `AudioError`."""
    import soundfile

    if not os.path.exists(path):
        raise AudioError(path, "does not exist")
    if os.path.getsize(path) == 0:
        raise AudioError(path, "is empty")
    suffix = os.path.splitext(path)[1].lower()
    with _named(path):
        reader: AudioReader
        if suffix in _ONLY_AV:
            reader = _AvReader(path)
        else:
            try:
                reader = _SoundFileReader(path)
            except soundfile.SoundFileError as error:
                try:
                    reader = _AvReader(path)
                except (AudioError, _av_error()):
                    raise error from None  # what libsndfile says is about the format that the name announces
        try:
            yield reader
        finally:
            reader.close()


@contextmanager
def _named(path: str | os.PathLike) -> Iterator[None]:
    """Name the file in whatever the decoders complain about."""
    import soundfile

    try:
        yield
    except soundfile.LibsndfileError as error:
        said = error.error_string.strip().rstrip(".")
        if "does not exist" in said:  # which is what libsndfile says of an .mp3 without any frame
            said = "its content is not what its name says"
        raise AudioError(path, f"cannot be read ({said})") from None
    except _av_error() as error:
        raise AudioError(path, f"cannot be read ({error.strerror or error})") from None


def _av_error() -> type[Exception] | tuple[()]:
    """PyAV takes its time to import: only once it is in use can it have failed."""
    module = sys.modules.get("av")
    return module.FFmpegError if module else ()


class _SoundFileReader:
    def __init__(self, path: str | os.PathLike):
        import soundfile

        self._file = soundfile.SoundFile(system_name(path))
        self.rate, self.channels, self.frames = self._file.samplerate, self._file.channels, self._file.frames
        self._past_end = False

    def seek(self, frame: int) -> None:
        self._past_end = frame >= self.frames
        if self._past_end:
            return
        # libsndfile misses places close to the end of Vorbis files: it gets there by decoding.
        detour = min(_DETOUR, frame) if self._file.subtype == "VORBIS" and self.frames - frame < _DETOUR else 0
        self._file.seek(frame - detour)
        if detour:
            self._file.read(detour, dtype="float32")

    def read(self, frames: int) -> np.ndarray:
        if self._past_end:
            return np.zeros((self.channels, 0), np.float32)
        return self._file.read(frames, dtype="float32", always_2d=True).T

    def close(self) -> None:
        self._file.close()


class _AvReader:
    def __init__(self, path: str | os.PathLike):
        import av

        self._path = os.fspath(path)
        self._open()
        self.rate = int(self._stream.codec_context.sample_rate)
        self.channels = self._stream.codec_context.layout.nb_channels
        if not self.rate or not self.channels:
            self.close()
            raise AudioError(path, "cannot be read (it holds no audio that is understood)")
        if self._stream.duration is not None:
            seconds = float(self._stream.duration * self._stream.time_base)
        else:
            seconds = (self._container.duration or 0) / av.time_base
        self.frames = round(seconds * self.rate)
        self._start(0)

    def _open(self) -> None:
        import av

        self._container = av.open(self._path, metadata_errors="ignore")
        if not self._container.streams.audio:
            self._container.close()
            raise AudioError(self._path, "holds no audio")
        self._stream = self._container.streams.audio[0]

    def _start(self, frame: int) -> None:
        self._decoded, self._position = self._decode(), 0
        self._wanted, self._rest = frame, np.zeros((self.channels, 0), np.float32)

    def seek(self, frame: int) -> None:
        before = frame / self.rate - _PREROLL
        if before > _PREROLL:
            origin = self._stream.start_time or 0
            place = origin + int(before / self._stream.time_base)
            self._container.seek(place, stream=self._stream, backward=True)
        else:  # what the encoder put before the beginning is left out only by a fresh start
            self._container.close()
            self._open()
        self._start(frame)
        self._position = 0 if before <= _PREROLL else None

    def read(self, frames: int) -> np.ndarray:
        pieces, missing = [], frames
        while missing > 0:
            if not self._rest.shape[1]:
                block = next(self._decoded, None)
                if block is None:
                    break
                self._rest = block
                continue
            piece, self._rest = self._rest[:, :missing], self._rest[:, missing:]
            pieces.append(piece)
            missing -= piece.shape[1]
        return np.concatenate(pieces, axis=1) if pieces else np.zeros((self.channels, 0), np.float32)

    def _decode(self) -> Iterator[np.ndarray]:
        """Blocks from `_wanted` on."""
        import av

        same = av.AudioResampler(format="fltp", layout=self._stream.codec_context.layout, rate=self.rate)
        for packet in self._container.demux(self._stream):
            try:
                decoded = packet.decode()
            except av.InvalidDataError:
                continue  # a damaged packet; what follows it is fine
            for frame in decoded:
                if self._position is None:
                    origin = self._stream.start_time or 0
                    at = 0 if frame.pts is None else frame.pts - origin * self._stream.time_base / frame.time_base
                    self._position = round(float(at * (frame.time_base or 0)) * self.rate)
                for piece in same.resample(frame):
                    yield from self._trimmed(piece.to_ndarray())
        for piece in same.resample(None):
            yield from self._trimmed(piece.to_ndarray())

    def _trimmed(self, block: np.ndarray) -> Iterator[np.ndarray]:
        skip = max(self._wanted - self._position, 0)
        self._position += block.shape[1]
        if skip < block.shape[1]:
            yield block[:, skip:]

    def close(self) -> None:
        self._container.close()
