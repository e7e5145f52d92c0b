"""Windows of latents: which frames train and which validate, and how examples are cut out of them.

latents     … t-1  t  t+1 …
inputs             s-1    … s+L-2
targets             s     … s+L-1       what follows each input
semantic            of the targets
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ...audio.metadata import DatasetError
from .latents import Key, Latents
from .splitting import Part, split

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["Cut", "Part", "TrainingWindows", "ValidationWindows", "cut_for", "histogram", "split"]

_BLOCK = 1 << 20  # frames counted at once


@dataclass(frozen=True)
class Cut:
    """What an example is. conditioning: none; cross, a value each key.ratio frames; film, one for each frame."""

    frames: int
    quantizers: int
    key: Key | None = None
    conditioning: str = "none"

    @property
    def grid(self) -> int:
        """Windows begin at multiples of this many frames."""
        return self.key.ratio if self.key is not None and self.conditioning == "cross" else 1


def cut_for(config: Config, latents: Latents) -> Cut:
    """The examples that a configuration is trained on. Raises DatasetError when the data cannot give them."""
    about = latents.about
    if config.decoder_key != "rave":
        raise DatasetError(f"Priors continue the latents, 'rave', not '{config.decoder_key}'.")
    if config.num_quantizers > about.quantizers:
        raise DatasetError(
            f"The data has {about.quantizers} latents, less than NUM_QUANTIZERS={config.num_quantizers}."
        )
    cut = Cut(config.frames, config.num_quantizers)
    if config.conditioning == "none":
        return cut
    key = about.keys.get(config.encoder_key)
    if key is None:
        held = f"has {', '.join(sorted(about.keys))}" if about.keys else "has latents only"
        raise DatasetError(
            f"The configuration needs '{config.encoder_key}', but the data {held}; preprocess it with --semantic "
            "(or a --preprocessor) for that."
        )
    if key.kind != config.encoder:
        raise DatasetError(f"'{key.name}' are {key.kind} in this data, but the configuration needs {config.encoder}.")
    if key.ratio < 1:
        raise DatasetError(f"'{key.name}' has more values than there are latents, which priors cannot follow.")
    if config.conditioning == "cross" and key.ratio != config.encoder_out_ratio:
        raise DatasetError(
            f"'{key.name}' has a value each {key.ratio} latents, the configuration asks for {config.encoder_out_ratio}."
        )
    if key.kind == "tokens" and key.width != 1:
        raise DatasetError(f"'{key.name}' has {key.width} tokens a value; priors are steered by one.")
    return replace(cut, key=key, conditioning=config.conditioning)


class _Windows:
    def __init__(self, latents: Latents, part: Part, cut: Cut):
        self.latents, self.cut = latents, cut
        grid = cut.grid
        starts, stops = part.spans[:, 1], part.spans[:, 2]
        first = -(-(starts + 1) // grid) * grid  # the frame before it is an input
        last = np.maximum((stops - cut.frames) // grid * grid, first)
        used = first < stops
        self._recordings, self._stops = part.spans[used, 0], stops[used]
        self._first, self._last = first[used], last[used]
        if not len(self._first):
            raise DatasetError("No recording of the data is long enough to be continued.")

    def _example(self, span: int, start: int) -> dict[str, Tensor]:
        length, recording = self.cut.frames, int(self._recordings[span])
        held = min(length, int(self._stops[span]) - start)
        tokens = self.latents.tokens(recording, start - 1, held + 1)[:, : self.cut.quantizers]
        inputs = np.zeros((length, self.cut.quantizers), np.int64)
        targets = np.full_like(inputs, -1)
        inputs[:held], targets[:held] = tokens[:-1], tokens[1:]
        semantic = self._semantic(recording, start, held)
        return {name: torch.from_numpy(x) for name, x in zip(_NAMES, (inputs, targets, semantic), strict=True)}

    def _semantic(self, recording: int, start: int, held: int) -> np.ndarray:
        """Those of `held` frames from `start` on, zeros after them."""
        key = self.cut.key
        if key is None:
            return np.zeros((0, 0), np.float32)
        first, last = start // key.ratio, -(-(start + held) // key.ratio)
        values = self.latents.values(key.name, recording, first, last - first)
        if not len(values):  # a recording whose last frames have none, as may be in an LMDB
            values = self.latents.values(key.name, recording, 0, last)[-1:]
        if self.cut.conditioning == "film":
            places = (start + np.arange(held)) // key.ratio - first
            values = values[np.minimum(places, len(values) - 1)]
        count = self.cut.frames if self.cut.conditioning == "film" else self.cut.frames // key.ratio
        out = np.zeros((count, key.width), np.float32)
        out[: len(values)] = values[:count]
        return out


_NAMES = ("inputs", "targets", "semantic")


class TrainingWindows(_Windows):
    """items[epoch, index] → inputs int64 [L, Q]; targets int64 [L, Q], -1 where there is no frame; semantic float32.

    semantic: [L, S] (film), [L / ratio, S] (cross) or [0, 0]. What an item is depends on the seed, its epoch and its
    index alone; windows begin anywhere, with equal chances. An epoch is as many as the part would fill.
    """

    def __init__(self, latents: Latents, part: Part, cut: Cut, seed: int):
        super().__init__(latents, part, cut)
        self._seed = seed
        self._counts = np.cumsum((self._last - self._first) // cut.grid + 1)
        self._size = max(1, part.frames // cut.frames)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, item: tuple[int, int]) -> dict[str, Tensor]:
        epoch, index = item
        place = int(np.random.default_rng((self._seed, epoch, index)).integers(self._counts[-1]))
        span = int(np.searchsorted(self._counts, place, side="right"))
        before = int(self._counts[span - 1]) if span else 0
        return self._example(span, int(self._first[span]) + (place - before) * self.cut.grid)


class ValidationWindows(_Windows):
    """items[index] → the same, window after window; the last of a span reaches back to be whole.

    limit: when there are more windows, so many of them, spread evenly.
    """

    def __init__(self, latents: Latents, part: Part, cut: Cut, limit: int | None = None):
        super().__init__(latents, part, cut)
        step = cut.frames
        places = []
        for span, (first, last) in enumerate(zip(self._first.tolist(), self._last.tolist(), strict=True)):
            places += [(span, start) for start in [*range(first, last, step), last]]
        if limit is not None and len(places) > limit:
            places = [places[i * len(places) // limit] for i in range(limit)]
        self._places = np.array(places, np.int64)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return self._example(*self._places[index].tolist())


def histogram(latents: Latents, part: Part) -> np.ndarray:
    """int64 [Q, num_tokens]: how often each latent has each class."""
    quantizers, num_tokens = latents.about.quantizers, latents.about.num_tokens
    counts = np.zeros(quantizers * num_tokens, np.int64)
    for recording, start, stop in part.spans.tolist():
        for at in range(start, stop, _BLOCK):
            tokens = latents.tokens(recording, at, min(stop - at, _BLOCK)).astype(np.int64)
            if tokens.size and not 0 <= tokens.min() <= tokens.max() < num_tokens:
                raise DatasetError(f"The data holds tokens that are not one of {num_tokens}: it is damaged.")
            counts += np.bincount((tokens + np.arange(quantizers) * num_tokens).ravel(), minlength=len(counts))
    return counts.reshape(quantizers, num_tokens)
