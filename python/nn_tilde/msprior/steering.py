"""What a sound says to the semantic inlets of a prior, frame by frame, for as long as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from ..audio import AudioError, blocks
from .combine import Part, open_file
from .playing import Stage


class Steering:
    """Values of a semantic model for a prior of `inlets` semantic inlets and a frame each `frame` seconds.

    rate: Hz of a model that does not say its own. Raises ValueError, one sentence, when the model has no method of so
    many outlets and a fitting rate.
    """

    def __init__(self, path: Path, inlets: int, frame: Fraction, rate: int):
        part = open_file(path)
        self.rate = part.rate or rate
        method = next((name for name in _methods(part) if part.params(name)[:3] == [1, 1, inlets]), None)
        if method is None:
            raise ValueError(f"'{path}' has no method that makes {inlets} values of a mono sound, as the prior wants.")
        self.step = part.params(method)[3]
        self.each = Fraction(self.step, self.rate) / frame  # frames of the prior for a value
        if 1 not in (self.each.numerator, self.each.denominator):
            raise ValueError(f"'{path}' makes a value each {float(self.each):.2f} of its frames, so they drift.")
        self.stage = Stage(path, method, self.step, self.rate)

    def values(self, prompt: Path | None, sound: Path | None) -> Iterator[np.ndarray]:
        """[inlets, any] one after the other, one each frame: of the prompt, then of the sound over and over.

        Without a sound the last value is held. Raises AudioError.
        """
        late, last = self.stage.late // self.step, None
        if prompt is not None:
            for value in self._understood(prompt, late):
                yield value
                last, late = value[:, -1:], 0
        while sound is not None:
            for value in self._understood(sound, late):
                yield value
                late = 0
        while last is not None:
            yield last

    def _understood(self, path: Path, late: int) -> Iterator[np.ndarray]:
        """Of a file; the first `late` values are of what was before it."""
        several, empty = self.each.denominator, True
        for piece in blocks(path, several * self.step, self.rate):
            empty = False
            x = np.pad(piece.mean(0, keepdims=True), ((0, 0), (0, several * self.step - piece.shape[1])))
            y = self.stage(x)[:, several - 1 :: several].repeat(self.each.numerator, 1)
            if late > 0:
                late -= several
                continue
            yield y
        if empty:
            raise AudioError(path, "is empty")


def _methods(part: Part) -> list[str]:
    names = part.module.get_methods() if hasattr(part.module, "get_methods") else ["forward"]
    return [name for name in names if part.params(name) is not None]
