"""A recording as a RAVE hears it: in pieces that fit into memory, each with some of what is around it.

recording   |————————————————————————————————|
pieces      |===========···|
                   |···=========···|            = kept   · context, heard and left out
                             |···============|
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from ..descriptors import Descriptor
from ..quantise import quantise
from ..rave_file import RaveFile

_BOOST = 10 ** (30 / 20)  # at most, of quiet pieces


class Piece(NamedTuple):
    """Frames start … stop are heard, first … last of them kept."""

    start: int
    stop: int
    first: int
    last: int


@dataclass(frozen=True)
class Cutting:
    """Lengths in frames: of a piece, and of the context on either side of what is kept of it."""

    piece: int
    context: int

    @classmethod
    def of(cls, num_secs: float, overlap: float, rate: int, ratio: int) -> Cutting:
        """overlap: the part of a piece, below 1, that its neighbours hear too."""
        piece = max(1, -(-round(num_secs * rate) // ratio))
        return cls(piece, min(int(overlap * piece / 2), (piece - 1) // 2))

    def pieces(self, frames: int) -> list[Piece]:
        """All of the same length, unless one is enough."""
        found, at = [], 0
        while True:
            start = max(at - self.context, 0)
            if start + self.piece >= frames:
                start = max(frames - self.piece, 0)
                return [*found, Piece(start, frames, at, frames)]
            found.append(Piece(start, start + self.piece, at, start + self.piece - self.context))
            at = found[-1].last


@dataclass(frozen=True)
class Encoder:
    """Recordings → tokens. levels: of `quantise`; batch: pieces heard at once."""

    rave: RaveFile
    cutting: Cutting
    levels: int
    normalize: bool
    batch: int

    def __call__(self, sound: np.ndarray, name: str, watch: Callable[[float], None]) -> np.ndarray:
        """float32 [samples, C] → int16 [⌈samples / ratio⌉, Q].

        name: of the recording, on which random draws depend. watch: is told which part is done, 0…1.
        """
        frames = -(-len(sound) // self.rave.ratio)
        tokens = np.empty((frames, self.rave.quantizers), np.int16)
        pieces, seed = self.cutting.pieces(frames), zlib.crc32(name.encode(errors="surrogateescape"))
        for at in range(0, len(pieces), self.batch):
            batch = pieces[at : at + self.batch]
            x = np.stack([self._heard(sound, piece) for piece in batch])
            found = self._classes(self.rave.encode(torch.from_numpy(x), [seed + at + i for i in range(len(batch))]))
            for piece, row in zip(batch, found.transpose(0, 2, 1), strict=True):
                tokens[piece.first : piece.last] = row[piece.first - piece.start : piece.last - piece.start]
            watch(batch[-1].last / frames)
        return tokens

    def _heard(self, sound: np.ndarray, piece: Piece) -> np.ndarray:
        x = _samples(sound, piece.start, piece.stop, self.rave.ratio).T
        peak = float(np.abs(x).max(initial=0)) if self.normalize else 0
        return x * np.float32(min(1 / peak, _BOOST)) if peak > 0 else x

    def _classes(self, z: torch.Tensor) -> np.ndarray:
        if self.rave.discrete:
            return torch.nan_to_num(z).round().clamp(0, self.rave.codebook_size - 1).to(torch.int16).numpy()
        return quantise(z, self.levels).to(torch.int16).numpy()


@dataclass(frozen=True)
class Measures:
    """Recordings → what descriptors say of them, in pieces of about `piece` frames."""

    descriptors: tuple[Descriptor, ...]
    piece: int
    rate: int  # Hz
    ratio: int

    def __call__(self, sound: np.ndarray, path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """float32 [samples, C] → (values [⌈frames / its ratio⌉, width] of each key, texts). Raises DescriptorError."""
        frames, values, labels = -(-len(sound) // self.ratio), {}, {}
        for descriptor in self.descriptors:
            if descriptor.mode == "dynamic":
                values[descriptor.name] = self._along(descriptor, sound, path, frames)
                continue
            found = descriptor([_mono(sound)], [str(path)], self.rate, [frames])[0]
            if isinstance(found, str) != is_text(descriptor):
                raise descriptor.error(f"gave {'a text' if isinstance(found, str) else 'numbers'}, unlike its dtype")
            if isinstance(found, str):
                labels[descriptor.name] = found
            else:
                values[descriptor.name] = np.repeat(np.asarray(found)[None], frames, 0)
        return values, labels

    def _along(self, descriptor: Descriptor, sound: np.ndarray, path: Path, frames: int) -> np.ndarray:
        grid = ratio_of(descriptor)
        piece = -(-self.piece // grid) * grid
        context = -(-descriptor.context // (self.ratio * grid)) * grid
        found = []
        # The last piece is not too short to be measured, unless the recording is.
        starts = [at for at in range(0, frames, piece) if at == 0 or frames - at > piece // 2]
        for start, stop in zip(starts, [*starts[1:], frames], strict=True):
            begin = max(start - context, 0)
            heard = _mono(_samples(sound, begin, stop, self.ratio))
            row = descriptor([heard], [str(path)], self.rate, [stop - begin])[0]
            found.append(row[(start - begin) // grid :])
        return np.concatenate(found)


def ratio_of(descriptor: Descriptor) -> int:
    """Latent frames a value."""
    return 1 if descriptor.resample or descriptor.mode == "static" else descriptor.ratio


def is_text(descriptor: Descriptor) -> bool:
    return descriptor.mode == "static" and descriptor.dtype in (str, "str")


def _samples(sound: np.ndarray, start: int, stop: int, ratio: int) -> np.ndarray:
    """[(stop - start) · ratio, C]: those of frames start … stop, zeros after the end."""
    found = np.array(sound[start * ratio : stop * ratio], np.float32)
    return np.pad(found, ((0, (stop - start) * ratio - len(found)), (0, 0)))


def _mono(sound: np.ndarray) -> np.ndarray:
    return np.array(sound, np.float32).mean(axis=1)
