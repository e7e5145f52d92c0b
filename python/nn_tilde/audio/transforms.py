"""What may happen to a crop before training, apart from augmentations. All take and give float32 [C, T].

Random ones take a numpy Generator, so that the same generator gives the same result.
"""

from __future__ import annotations

import numpy as np

_POLE_RADIUS = 0.99
_MAX_GAIN = 10 ** (30 / 20)


def mangle_phase(x: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
    """An all-pass filter of second order with its pole anywhere from 20 to 2000 Hz: other phases, same magnitudes.

    A network must not learn the waveforms of a few recordings by heart (RAVE, Caillon and Esling 2021).
    """
    from scipy.signal import lfilter

    hertz = np.exp(rng.uniform(np.log(20.0), np.log(2000.0)))
    pole = _POLE_RADIUS * np.exp(2j * np.pi * hertz / rate)
    a = np.array([1.0, -2.0 * pole.real, abs(pole) ** 2])
    return lfilter(a[::-1], a, x.astype(np.float64), axis=-1).astype(np.float32)  # scipy is slow when types mix


def dequantize(x: np.ndarray, rng: np.random.Generator, bits: int = 16) -> np.ndarray:
    """Add uniform noise of 2^-bits, symmetric around 0, where the steps of the quantiser were."""
    noise = rng.random(x.shape, np.float32)
    noise -= 0.5
    noise *= 2.0**-bits
    noise += x
    return noise


def normalize(x: np.ndarray) -> np.ndarray:
    """Bring the peak to 1, by no more than 30 dB up; silence stays."""
    peak = float(np.abs(x).max(initial=0.0))
    return x * np.float32(min(1 / peak, _MAX_GAIN)) if peak > 0 else x


def derivative(x: np.ndarray) -> np.ndarray:
    """Half the difference of neighbouring samples; the one before the first counts as 0."""
    return 0.5 * np.diff(x, axis=-1, prepend=np.float32(0))


def integrate(x: np.ndarray, rate: int) -> np.ndarray:
    """What makes the output of a model trained with `derivative` audible again: a leaky integral above 10 Hz."""
    from scipy.signal import lfilter

    alpha = 1 / (1 + 2 * np.pi * 10 / rate)
    return lfilter([alpha**2, -(alpha**2)], [1, -2 * alpha, alpha**2], x, axis=-1).astype(np.float32)
