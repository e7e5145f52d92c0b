"""Augmentations: what varies a crop so that a model generalises from few recordings.

Each is called with (x: float32 [C, T], rng: numpy Generator, rate: Hz) and returns the same shape; x is not changed.
The first five have the names and arguments of the release, so that its configurations mean the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .compand import Curve, compand


class RandomMute:
    """Silence instead of the crop, with probability `prob`: the model learns what silence is."""

    def __init__(self, prob: float = 0.1):
        self.prob = prob

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        return np.zeros_like(x) if rng.random() < self.prob else x


class RandomGain:
    """A gain from `gain_range` (dB), with probability `prob`; with `limit` no more than brings the peak to 1."""

    def __init__(self, gain_range: tuple[float, float] = (-6.0, 3.0), prob: float = 0.5, limit: bool = True):
        self.gain_range, self.prob, self.limit = _range(gain_range, "gain_range"), prob, limit

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        if rng.random() >= self.prob:
            return x
        gain = 10 ** (rng.uniform(*self.gain_range) / 20)
        peak = float(np.abs(x).max(initial=0.0))
        if self.limit and peak > 0:
            gain = min(gain, 1 / peak)
        return x * np.float32(gain)


class RandomCompress:
    """Compress or expand: levels at `threshold` (dB) come out at a random level from `amp_range` (dB).

    −80 dB and full scale stay, the knee is 6 dB. attack, release: seconds. sr: Hz (None: the crop's rate).
    """

    def __init__(
        self,
        threshold: float = -40.0,
        amp_range: tuple[float, float] = (-60.0, 0.0),
        attack: float = 0.1,
        release: float = 0.1,
        prob: float = 0.8,
        sr: int | None = None,
    ):
        self.threshold, self.amp_range = float(threshold), _range(amp_range, "amp_range")
        self.attack, self.release, self.prob, self.sr = attack, release, prob, sr

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        if rng.random() >= self.prob:
            return x
        curve = Curve(((-80.0, -80.0), (self.threshold, round(rng.uniform(*self.amp_range), 2))), knee=6.0)
        return compand(x, self.sr or rate, curve, self.attack, self.release)


class Compress:
    """The same companding of every crop. time: "attack,decay" (s); lookup, gain: as sox's compand takes them."""

    def __init__(
        self,
        time: str = "0.1,0.1",
        lookup: str = "6:-70,-60,-20 ",
        gain: str | float = "0",
        sr: int | None = None,
    ):
        try:
            self.attack, self.decay = (float(seconds) for seconds in time.split(","))
        except ValueError:
            raise ValueError(f"'{time}' is no pair of attack and decay, such as 0.1,0.1.") from None
        self.curve, self.sr = Curve.parse(lookup, float(gain)), sr

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        return compand(x, self.sr or rate, self.curve, self.attack, self.decay)


class FrequencyMasking:
    """Remove a random band of fewer than `max_size` bins of a 4096-point STFT, with probability `prob`."""

    size = 4096

    def __init__(self, prob: float = 0.5, max_size: int = 80):
        self.prob, self.max_size = prob, max_size

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        if rng.random() >= self.prob:
            return x
        from scipy.signal import ShortTimeFFT
        from scipy.signal.windows import hann

        bins = self.size // 2 + 1
        width = int(rng.integers(self.max_size))
        low = int(rng.integers(bins - width + 1))
        transform = ShortTimeFFT(hann(self.size, sym=False), self.size // 2, rate)
        length = x.shape[-1]
        padded = np.pad(x, ((0, 0), (0, max(self.size - length, 0))))
        spectrum = transform.stft(padded)
        spectrum[..., low : low + width, :] = 0
        return transform.istft(spectrum, k1=padded.shape[-1])[..., :length].astype(np.float32)


class RandomEQ:
    """One to `bands` peaks or dips of up to `gain` dB between 60 Hz and 10 kHz, with probability `prob`."""

    def __init__(self, prob: float = 0.5, gain: float = 9.0, bands: int = 3):
        self.prob, self.gain, self.bands = prob, gain, bands

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        if rng.random() >= self.prob:
            return x
        from scipy.signal import sosfilt

        count = int(rng.integers(1, self.bands + 1))
        hertz = np.exp(rng.uniform(np.log(60.0), np.log(min(10000.0, 0.45 * rate)), count))
        decibels, q = rng.uniform(-self.gain, self.gain, count), rng.uniform(0.5, 2.0, count)
        sections = np.stack([_peak(*band, rate) for band in zip(hertz, decibels, q, strict=True)])
        return sosfilt(sections, x, axis=-1).astype(np.float32)


class RandomDelay:
    """One echo, 1 to `seconds` late at up to `level` of the sound, with probability `prob`."""

    def __init__(self, prob: float = 0.5, seconds: float = 0.25, level: float = 0.5):
        self.prob, self.seconds, self.level = prob, seconds, level

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        if rng.random() >= self.prob:
            return x
        delay = min(int(rng.uniform(0.001, self.seconds) * rate), x.shape[-1])
        out = x.copy()
        out[:, delay:] += np.float32(rng.uniform(0, self.level)) * x[:, : x.shape[-1] - delay]
        return out


class RandomDistort:
    """Soft clipping (tanh) driven by up to `drive` dB, at the level it had, with probability `prob`."""

    def __init__(self, prob: float = 0.5, drive: float = 18.0):
        self.prob, self.drive = prob, drive

    def __call__(self, x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
        if rng.random() >= self.prob:
            return x
        drive = np.float32(10 ** (rng.uniform(0, self.drive) / 20))
        return np.tanh(drive * x) / np.tanh(drive)


AUGMENTATIONS = {
    kind.__name__: kind
    for kind in (
        *(RandomMute, RandomGain, RandomCompress, Compress, FrequencyMasking),
        *(RandomEQ, RandomDelay, RandomDistort),
    )
}


def build(wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> list:
    """Instances in order, from (class name, keyword arguments); raises ValueError, one sentence, for unknown ones."""
    built = []
    for name, arguments in wanted:
        kind = AUGMENTATIONS.get(name)
        if kind is None:
            raise ValueError(f"There is no augmentation '{name}'; there are {', '.join(AUGMENTATIONS)}.")
        known = list(inspect.signature(kind).parameters)
        for argument in arguments:
            if argument not in known:
                raise ValueError(f"The augmentation {name} takes {', '.join(known)}, not '{argument}'.")
        built.append(kind(**arguments))
    return built


def _range(value: tuple[float, float], name: str) -> tuple[float, float]:
    try:
        low, high = (float(number) for number in value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} takes two numbers, not {value!r}.") from None
    if low > high:
        raise ValueError(f"{name} takes the lower number first, not {value!r}.")
    return low, high


def _peak(hertz: float, decibels: float, q: float, rate: int) -> np.ndarray:
    """A peaking filter as one second-order section (R. Bristow-Johnson, Audio EQ Cookbook)."""
    amplitude, w = 10 ** (decibels / 40), 2 * np.pi * hertz / rate
    alpha, cosine = np.sin(w) / (2 * q), -2 * np.cos(w)
    b = np.array([1 + alpha * amplitude, cosine, 1 - alpha * amplitude])
    a = np.array([1 + alpha / amplitude, cosine, 1 - alpha / amplitude])
    return np.concatenate([b, a]) / a[0]
