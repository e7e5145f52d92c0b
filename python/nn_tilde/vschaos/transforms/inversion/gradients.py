"""The gradient of the phase from the logarithm of the magnitudes, s = log|X|.

With a Gaussian window exp(-πn²/γ), hop a, M = n_fft, bin m and frame n (Průša, Balazs and Søndergaard 2017, "A
noniterative method for reconstruction of phase from STFT magnitude", equations 19 to 22):

    along time,       per frame    ∂φ/∂n =  (aM/γ) ∂s/∂m + 2πam/M
    along frequency,  per bin      ∂φ/∂m = -(γ/aM) ∂s/∂n            (+ π where phases start at the frame's first sample)

Of a truncated or another window, with its nearest γ, that is an approximation. No sound in a frame can be later or
earlier than its edges, which are half of M from the middle: so |∂φ/∂m| ≤ π, and estimates beyond that are cut off.
"""

from __future__ import annotations

import math

import numpy as np

from ..dgt import DGT

LEAST = 1e-20  # magnitude that silence counts as


def log_magnitude(magnitude: np.ndarray) -> np.ndarray:
    """s [..., F, bins], float64."""
    return np.log(np.maximum(np.asarray(magnitude, np.float64), LEAST))


def central(values: np.ndarray, axis: int) -> np.ndarray:
    """Half the difference of both neighbours; at the ends, the difference to the one there is."""
    if values.shape[axis] < 2:
        return np.zeros_like(values)
    return np.gradient(values, axis=axis)


def phase_gradients(magnitude: np.ndarray, dgt: DGT) -> tuple[np.ndarray, np.ndarray]:
    """Magnitudes [..., F, bins] → (radians per frame, radians per bin), phases from the first sample of frames."""
    s = log_magnitude(magnitude)
    ratio = dgt.gamma / (dgt.hop * dgt.n_fft)
    along_time = central(s, -1) / ratio + 2 * math.pi * dgt.hop / dgt.n_fft * np.arange(dgt.bins)
    along_frequency = np.clip(-ratio * central(s, -2), -math.pi, math.pi) + math.pi
    return along_time, along_frequency
