"""What a sound says to the semantic inlets of a prior, frame by frame, for as long as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..audio import AudioError, blocks
from .combine import Part, open_file

ROWS = 16  # understood at a time


class Steering:
    """Values of a semantic model for a prior of `inlets` semantic inlets and a frame each `frame` seconds.

    Raises ValueError, one sentence, when the model has no method of so many outlets and a fitting rate.
    """

    def __init__(self, path: Path, inlets: int, frame: Fraction, rate: int):
        self.model = open_file(path)
        self.rate = self.model.rate or rate
        self.method = next((name for name in _methods(self.model) if self._fits(name, inlets)), None)
        if self.method is None:
            raise ValueError(f"'{path}' has no method that makes {inlets} values of a mono sound, as the prior wants.")
        self.step = self.model.params(self.method)[3]
        self.frames = Fraction(self.step, self.rate) / frame  # of the prior for a value
        if 1 not in (self.frames.numerator, self.frames.denominator):
            raise ValueError(f"'{path}' makes a value each {float(self.frames):.2f} of its frames, so they drift.")
        self.play = getattr(self.model.module, self.method)

    def _fits(self, name: str, inlets: int) -> bool:
        return self.model.params(name)[:3] == [1, 1, inlets]

    def values(self, prompt: Path | None, sound: Path | None) -> Iterator[Tensor]:
        """[1, inlets, any] one after the other, one each frame: of the prompt, then of the sound over and over.

        Without a sound the last value is held. Raises AudioError.
        """
        late = self.model.delays.get(self.method, 0) // self.step
        last = None
        for path in [prompt] if prompt is not None else []:
            for value in self._understood(path, late):
                yield value
                late, last = 0, value[..., -1:]
        while sound is not None:
            for value in self._understood(sound, late):
                yield value
                late = 0
        while last is not None:
            yield last

    def _understood(self, path: Path, late: int) -> Iterator[Tensor]:
        """Of a file; the first `late` values are of what was before it."""
        each, empty = self.frames, True
        for piece in blocks(path, ROWS * each.denominator * self.step, self.rate):
            empty = False
            missing = -piece.shape[1] % (self.step * each.denominator)
            x = torch.from_numpy(np.pad(piece.mean(0, keepdims=True), ((0, 0), (0, missing))))
            with torch.inference_mode():
                y = self.play(x[None])[..., late:]
            late = max(0, late - (x.shape[1] // self.step))
            y = y[..., each.denominator - 1 :: each.denominator].repeat_interleave(each.numerator, 2)
            if y.shape[2]:
                yield y
        if empty:
            raise AudioError(path, "is empty")


class Held:
    """Cuts what `values` gives into pieces of any length, which it is asked for."""

    def __init__(self, values: Iterator[Tensor]):
        self.values, self.rest = values, torch.zeros(0)

    def take(self, frames: int) -> Tensor:
        """The next [1, inlets, frames]."""
        if self.rest.numel() == 0:
            self.rest = next(self.values)
        while self.rest.shape[2] < frames:
            self.rest = torch.cat([self.rest, next(self.values)], 2)
        taken, self.rest = self.rest[..., :frames], self.rest[..., frames:]
        return taken


def _methods(part: Part) -> list[str]:
    names = part.module.get_methods() if hasattr(part.module, "get_methods") else ["forward"]
    return [name for name in names if part.params(name) is not None]
