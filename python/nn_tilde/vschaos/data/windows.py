"""Crops of cached frames for training and validation."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import gcd
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from .frames import Frames
from .splits import Piece

LARGEST_PACK = 1 << 20  # examples that the trunk shuffles in one go
MODES = ("random", "regular", "start")

_GOLDEN = (5**0.5 - 1) / 2  # a step of this much of the whole spreads any number of steps evenly


class FrameItems(Dataset):
    """Crops of `length` frames of some pieces of recordings, which together are all of them.

    items[epoch, index]: an item of an epoch, a function of (seed, epoch, index) alone. mode "random": the crops lie
    about their regular places, somewhere else in each epoch (those of one frame are every frame once an epoch);
    "regular": always there; "start": the beginning of each piece only. items[index]: the regular ones, in order.

    An item is a dict for any collate function:
        x        float32 or complex64 [channels, length, bins]; an entry for each array of the transform
        labels   {task: int64 [length] with −1, or float32 [length] with NaN, where there is no label}
    A piece that is shorter is one item, with zeros and no labels behind its end. total: crops that there are.
    """

    def __init__(
        self,
        frames: Frames,
        pieces: Iterable[Piece],
        length: int = 1,
        seed: int = 0,
        mode: str = "random",
    ):
        if length < 1:
            raise ValueError(f"A crop has at least 1 frame, not {length}.")
        if mode not in MODES:
            raise ValueError(f"mode is {', '.join(MODES)}, not {mode}.")
        self.frames, self.length, self.seed, self.mode = frames, length, seed, mode
        self._stretches = frames.stretches(pieces)
        sizes = np.array([last - first for _, first, last in self._stretches], np.int64)
        counts = np.ones_like(sizes) if mode == "start" else -(-sizes // length)
        self._ends = np.cumsum(counts)
        self.total = int(counts.sum())

    def __len__(self) -> int:
        """Items of an epoch: all crops, unless they are too many to be shuffled at once; then epochs share them."""
        return min(self.total, LARGEST_PACK)

    def __getitem__(self, key: int | tuple[int, int]) -> dict[str, Any]:
        name, first, last = self.place(key)
        count = last - first  # fewer than length: the next frames are of another part
        frames, item = self.frames, {}
        for array in frames.arrays:
            x = torch.from_numpy(frames.read(name, first, count, array))
            item[array] = x if count == self.length else torch.nn.functional.pad(x, (0, 0, 0, self.length - count))
        labels = frames.labels(name, first, count)
        item["labels"] = {task: torch.from_numpy(self._padded(found)) for task, found in labels.items()}
        return item

    def _padded(self, labels: np.ndarray) -> np.ndarray:
        if len(labels) == self.length:
            return labels
        nothing = -1 if labels.dtype == np.int64 else np.nan
        return np.pad(labels, (0, self.length - len(labels)), constant_values=nothing)

    def place(self, key: int | tuple[int, int]) -> tuple[str, int, int]:
        """(recording, first frame, the one after the last) of an item."""
        if not isinstance(key, tuple):
            if not 0 <= key < self.total:
                raise IndexError(f"There are {self.total} crops; {key} is none of them.")
            return self._crop(int(key), 0)
        epoch, index = (int(number) for number in key)
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} items in an epoch; {index} is none of them.")
        crop, shift = self._place(epoch * len(self) + index), 0
        if self.mode == "random" and self.length > 1:  # to begin with random numbers takes longer than to read a frame
            rng = np.random.default_rng((self.seed, epoch, index))
            shift = int(rng.integers(self.length)) - self.length // 2
        return self._crop(crop, shift)

    def _place(self, number: int) -> int:
        """The crop that is the `number`-th since the beginning, each once before any comes again.

        Shuffling within an epoch is the trunk's. When an epoch is only a part of all, each has crops from everywhere.
        """
        round_, index = divmod(number, self.total)
        if self.total <= LARGEST_PACK:
            return index
        begin, step = _walk(self.seed, round_, self.total)
        return (begin + index * step) % self.total

    def _crop(self, crop: int, shift: int) -> tuple[str, int, int]:
        """The crop at its regular place, moved by `shift` frames as far as its piece goes."""
        number = int(np.searchsorted(self._ends, crop, side="right"))
        name, begin, end = self._stretches[number]
        before = int(self._ends[number - 1]) if number else 0
        count = int(self._ends[number]) - before
        room = max(end - begin - self.length, 0)
        first = begin + min(max(_regular(crop - before, count, room) + shift, 0), room)
        return name, first, min(first + self.length, end)


def _regular(crop: int, count: int, room: int) -> int:
    """First frame of the `crop`-th of `count`, from 0 to `room` evenly."""
    return crop * room // max(count - 1, 1)


@lru_cache(maxsize=16)
def _walk(seed: int, number: int, total: int) -> tuple[int, int]:
    """(begin, step) of a walk that comes once to each of `total` places, wherever one looks in all parts of them."""
    rng = np.random.default_rng((seed, number))
    step = int(total * _GOLDEN) + int(rng.integers(max(total >> 10, 1)))
    while gcd(step, total) > 1:
        step += 1
    return int(rng.integers(total)), step
