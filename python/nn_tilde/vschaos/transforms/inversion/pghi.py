"""Phase gradient heap integration: phases of a whole recording from its magnitudes, without iterations.

Průša, Balazs and Søndergaard 2017, "A noniterative method for reconstruction of phase from STFT magnitude", algorithm
1. The gradient (`gradients`) is integrated by the trapezoidal rule from the loudest bin outwards, louder bins first,
so that errors made where the estimate is bad, between components, do not travel into them.
"""

from __future__ import annotations

import heapq
import math

import numpy as np

from ..dgt import DGT
from .gradients import phase_gradients

TOLERANCE = 1e-6  # of the largest magnitude; quieter bins get random phases


def pghi(magnitude: np.ndarray, dgt: DGT, tolerance: float = TOLERANCE, seed: int | None = 0) -> np.ndarray:
    """Magnitudes [..., F, bins] ≥ 0 → phases of that shape in radians, float64; one integration per recording."""
    magnitude = np.asarray(magnitude, np.float64)
    rng = np.random.default_rng(seed)
    rows = magnitude.reshape(-1, *magnitude.shape[-2:])
    phases = [_integrate(row, *phase_gradients(row, dgt), tolerance, rng) for row in rows]
    return np.stack(phases).reshape(magnitude.shape) if phases else magnitude.copy()


def _integrate(magnitude: np.ndarray, time: np.ndarray, frequency: np.ndarray, tolerance: float, rng) -> np.ndarray:
    """One recording [F, bins]. A rim of finished bins around it spares the loop all questions about edges."""
    wide = magnitude.shape[1] + 2
    loud = magnitude > tolerance * magnitude.max(initial=0.0)
    done = bytearray(np.pad(~loud, 1, constant_values=True).tobytes())
    level = np.pad(-magnitude, 1).ravel().tolist()  # the heap gives the least first
    # Halves, so that the sum of two neighbours is the step between them.
    time, frequency = (np.pad(gradient / 2, 1).ravel().tolist() for gradient in (time, frequency))
    random = rng.uniform(-math.pi, math.pi, magnitude.shape)
    phase = np.pad(random, 1).ravel()
    out = phase.tolist()
    push, pop = heapq.heappush, heapq.heappop
    for start in np.argsort(np.pad(-magnitude, 1).ravel(), kind="stable").tolist():
        if done[start]:
            continue
        done[start] = 1
        out[start] = 0.0
        heap = [(level[start], start)]
        while heap:
            _, here = pop(heap)
            angle = out[here]
            for there, sign, gradient in (
                (here + wide, 1, time),
                (here - wide, -1, time),
                (here + 1, 1, frequency),
                (here - 1, -1, frequency),
            ):
                if not done[there]:
                    done[there] = 1
                    out[there] = angle + sign * (gradient[here] + gradient[there])
                    push(heap, (level[there], there))
    phase = np.array(out).reshape(-1, wide)[1:-1, 1:-1]
    return np.where(loud, phase, random)
