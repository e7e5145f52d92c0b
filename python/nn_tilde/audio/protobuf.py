"""The record of the release's datasets (`AudioExample`), in the wire format of protocol buffers.

    AudioExample { map<string, AudioBuffer> buffers = 1; map<string, string> metadata = 2; }
    AudioBuffer  { repeated int32 shape = 1; int32 sampling_rate = 2; bytes data = 3; Precision precision = 4; }

Five kinds of field are all there is to it, so no library is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

PRECISIONS = {0: "<f2", 1: "<f4", 2: "<f8", 3: "<i2", 4: "<i4", 5: "<i8"}
_NUMBERS = {dtype: number for number, dtype in PRECISIONS.items()}
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


@dataclass
class AudioBuffer:
    data: memoryview | bytes = b""
    precision: int = 0
    shape: tuple[int, ...] = ()
    sampling_rate: int = 0

    def array(self) -> np.ndarray:
        """Its values, flat, without a copy. Raises ValueError when they are no numbers."""
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision} holds no numbers")
        return np.frombuffer(self.data, PRECISIONS[self.precision])


@dataclass
class AudioExample:
    buffers: dict[str, AudioBuffer] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


def audio_buffer(x: np.ndarray, sampling_rate: int) -> AudioBuffer:
    """An array [C, T] as a buffer, rows one after the other, with its true shape."""
    dtype = x.dtype.newbyteorder("<").str
    return AudioBuffer(np.ascontiguousarray(x, dtype).tobytes(), _NUMBERS[dtype], x.shape, sampling_rate)


def encode(example: AudioExample) -> bytes:
    parts = []
    for name, buffer in example.buffers.items():
        inner = b"".join(
            (
                _field(1, b"".join(map(_varint, buffer.shape))) if buffer.shape else b"",
                _varint(2 << 3 | _VARINT) + _varint(buffer.sampling_rate) if buffer.sampling_rate else b"",
                _field(3, bytes(buffer.data)) if len(buffer.data) else b"",
                _varint(4 << 3 | _VARINT) + _varint(buffer.precision) if buffer.precision else b"",
            )
        )
        parts.append(_field(1, _field(1, name.encode()) + _field(2, inner)))
    for key, value in example.metadata.items():
        parts.append(_field(2, _field(1, key.encode()) + _field(2, value.encode(errors="surrogateescape"))))
    return b"".join(parts)


def decode(message: bytes | memoryview) -> AudioExample:
    """Data stays where it is: buffers are views of `message`. Raises ValueError for bytes that are no such record."""
    example = AudioExample()
    for number, value in _fields(memoryview(message)):
        if number not in (1, 2):
            continue
        entry = dict(_fields(_bytes(value)))
        key = str(_bytes(entry.get(1, memoryview(b""))), "utf-8")
        inner = _bytes(entry.get(2, memoryview(b"")))
        if number == 1:
            example.buffers[key] = _buffer(inner)
        else:
            example.metadata[key] = str(inner, "utf-8", "surrogateescape")  # paths may be any bytes
    return example


def _buffer(message: memoryview) -> AudioBuffer:
    buffer, shape = AudioBuffer(), []
    for number, value in _fields(message):
        if number == 1:  # packed, or one by one
            shape += [value] if isinstance(value, int) else _varints(value)
        elif number == 2 and isinstance(value, int):
            buffer.sampling_rate = value
        elif number == 3:
            buffer.data = _bytes(value)
        elif number == 4 and isinstance(value, int):
            buffer.precision = value
    buffer.shape = tuple(shape)
    return buffer


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("not an audio example")
    return value


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
    raise ValueError("not an audio example")


def _varints(message: memoryview) -> list[int]:
    values, at = [], 0
    while at < len(message):
        value, at = _read_varint(message, at)
        values.append(value)
    return values


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _read_varint(message, at)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, at = _read_varint(message, at)
        elif kind in (_EIGHT, _FOUR):
            size = 8 if kind == _EIGHT else 4
        else:
            raise ValueError("not an audio example")
        if at + size > len(message):
            raise ValueError("not an audio example")
        yield tag >> 3, message[at : at + size]
        at += size
