"""What a sound says to the semantic inlets of a prior, frame by frame, for as long as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from ..audio import AudioError, blocks
from .combine import Part, open_file
from .playing import Stage


class Steering:
    """Values of a semantic model for a prior of `inlets` semantic inlets and a frame each `frame` seconds.

    tokens: whether they take tokens, not features. rate: Hz of a model that does not say its own. vae: of the prior,
    when its inlets are latents of one, which then makes them of the model's features. Raises ValueError, one sentence,
    when the model has no method of so many outlets and a fitting rate.
    """

    def __init__(
        self,
        path: Path,
        inlets: int,
        frame: Fraction,
        rate: int,
        vae: torch.jit.ScriptModule | None = None,
        tokens: bool = False,
    ):
        part, self.vae = open_file(path), None
        self.rate = part.rate or rate
        method, encode = _method(part, inlets, tokens), getattr(vae, "encode_params", None)
        if method is None and encode is not None and int(encode[2]) == inlets and encode[1] == encode[3]:
            method, self.vae = _method(part, int(encode[0]), False), vae
        if method is None:
            raise ValueError(f"'{path}' has no method that makes {inlets} values of a mono sound, as the prior wants.")
        self.step = part.params(method)[3]
        self.each = Fraction(self.step, self.rate) / frame  # frames of the prior for a value
        if 1 not in (self.each.numerator, self.each.denominator):
            raise ValueError(f"'{path}' makes a value each {float(self.each):.2f} of its frames, so they drift.")
        self.stage = Stage(path, method, self.step, self.rate)
        self.late = self.stage.late // self.step  # values to come that are of what was before the sound

    def values(self, prompt: Path | None, sound: Path | None) -> Iterator[np.ndarray]:
        """[inlets, any] one after the other, one each frame: of the prompt, then of the sound over and over.

        Without a sound the last value is held. Raises AudioError.
        """
        last = np.zeros((self.stage.outlets, 1), np.float32)
        if prompt is not None:
            for value in self._understood(prompt):
                yield value
                last = value[:, -1:]
        while sound is not None:
            yield from self._understood(sound)
        while True:
            yield last

    def _understood(self, path: Path) -> Iterator[np.ndarray]:
        """Of a file."""
        several, empty = self.each.denominator, True
        for piece in blocks(path, several * self.step, self.rate):
            empty = False
            x = np.pad(piece.mean(0, keepdims=True), ((0, 0), (0, several * self.step - piece.shape[1])))
            y = self.stage(x)[:, several - 1 :: several]
            if self.late > 0:
                self.late -= several
                continue
            if self.vae is not None:
                with torch.inference_mode():
                    y = self.vae.encode(torch.from_numpy(np.ascontiguousarray(y))[None])[0].numpy()
            yield y.repeat(self.each.numerator, 1)
        if empty:
            raise AudioError(path, "is empty")


def _method(part: Part, outlets: int, tokens: bool) -> str | None:
    """The first one that makes so many values of a mono sound, unless its labels say they are of the other kind."""
    names = part.module.get_methods() if hasattr(part.module, "get_methods") else ["forward"]
    fitting = [name for name in names if (part.params(name) or [])[:3] == [1, 1, outlets]]
    other = "semantic feature" if tokens else "semantic tokens"
    return next((name for name in fitting if other not in " ".join(part.labels(name, "output") or [])), None)
