"""Training examples: crops of a dataset, each a pure function of (seed, epoch, item)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from .dataset import Dataset
from .reading import with_channels
from .resampling import read_resampled, resampled_length
from .transforms import dequantize, derivative, mangle_phase, normalize

log = logging.getLogger(__name__)

Augmentation = Callable[[np.ndarray, np.random.Generator, int], np.ndarray]
"""augmentation(x, rng, rate): float32 [C, T] → the same shape; see `augment`."""

MANGLE_PROBABILITY = 0.8
PITCH_PROBABILITY = 0.5
SPEEDS = sorted({Fraction(x, y) for x in range(1, 20) for y in range(1, 20)})


class Crops:
    """crops(epoch, item) → float32 [channels, n_signal] at `sampling_rate`, exactly so long.

    In this order: speed (rand_pitch), conversion to the model's rate, crop at a random place, random phases,
    dequantisation, normalisation, derivative, augmentations. Items shorter than a crop lie somewhere in it, in silence.

    channels: of the model (None: as stored): the first stored ones, or all of them repeated in turn.
    rand_pitch: (lowest, highest) speed, at which half of the crops are played.
    """

    def __init__(
        self,
        store: Dataset,
        n_signal: int,
        channels: int | None = None,
        sampling_rate: int | None = None,
        seed: int = 0,
        augmentations: Sequence[Augmentation] = (),
        normalize: bool = False,
        derivative: bool = False,
        rand_pitch: tuple[float, float] | None = None,
        phase_mangle: bool = True,
    ):
        if n_signal < 1:
            raise ValueError(f"n_signal must be at least 1, not {n_signal}.")
        if rand_pitch is not None and not 0 < rand_pitch[0] <= rand_pitch[1]:
            raise ValueError("rand_pitch takes two speeds, the lower one first, such as 0.5,2.")
        self.store, self.n_signal = store, n_signal
        self.channels = channels or store.channels
        self.sampling_rate = sampling_rate or store.sampling_rate
        self.seed, self.augmentations = seed, list(augmentations)
        self.normalize, self.derivative = normalize, derivative
        self.rand_pitch, self.phase_mangle = rand_pitch, phase_mangle
        if self.channels > store.channels:
            log.warning(
                "The dataset has %d channel(s) and the model %d: they are repeated.", store.channels, self.channels
            )

    def __len__(self) -> int:
        return len(self.store)

    def __call__(self, epoch: int, item: int) -> np.ndarray:
        rng = np.random.default_rng((self.seed, epoch, item))
        speed = self._speed(item, rng)
        x = self._cut(item, speed, lambda room: int(rng.integers(room + 1)))
        if self.phase_mangle and rng.random() < MANGLE_PROBABILITY:
            x = mangle_phase(x, rng, self.sampling_rate)
        x = self._levelled(dequantize(x, rng))
        for augmentation in self.augmentations:
            x = augmentation(x, rng, self.sampling_rate)
        return np.ascontiguousarray(x, np.float32)

    def validation(self, item: int) -> np.ndarray:
        """The middle of an item, always the same and with nothing added: float32 [channels, n_signal]."""
        x = self._levelled(self._cut(item, Fraction(1), lambda room: room // 2))
        return np.ascontiguousarray(x, np.float32)

    def _length(self, item: int, speed: Fraction = Fraction(1)) -> int:
        """Samples of an item played at a speed, at the model's rate."""
        source, target = self._rates(speed)
        return resampled_length(self.store.length(item), source, target)

    def _rates(self, speed: Fraction) -> tuple[int, int]:
        """To play faster is to take samples for ones of a higher rate."""
        return self.store.sampling_rate * speed.numerator, self.sampling_rate * speed.denominator

    def _speed(self, item: int, rng: np.random.Generator) -> Fraction:
        """1, or a fraction of small numbers, no faster than leaves a whole crop of the item."""
        if self.rand_pitch is None or rng.random() >= PITCH_PROBABILITY:
            return Fraction(1)
        lowest, highest = self.rand_pitch[0], min(self.rand_pitch[1], self._length(item) / self.n_signal)
        possible = [speed for speed in SPEEDS if lowest <= speed <= highest]
        if not possible:
            return Fraction(1)
        drawn = rng.uniform(lowest, highest)
        return min(possible, key=lambda speed: abs(speed - drawn))

    def _cut(self, item: int, speed: Fraction, place: Callable[[int], int]) -> np.ndarray:
        """place(room) chooses one of room + 1 places."""
        source, target = self._rates(speed)
        length, n = self._length(item, speed), self.n_signal

        def read(start: int, frames: int) -> np.ndarray:
            return self.store.read(item, start, frames)[: self.channels]

        if length >= n:
            x = read_resampled(read, source, target, place(length - n), n)
        else:
            before = place(n - length)
            x = read_resampled(read, source, target, 0, length)
            x = np.pad(x, ((0, 0), (before, n - length - before)))
        return with_channels(x, self.channels)

    def _levelled(self, x: np.ndarray) -> np.ndarray:
        if self.normalize:
            x = normalize(x)
        return derivative(x) if self.derivative else x
