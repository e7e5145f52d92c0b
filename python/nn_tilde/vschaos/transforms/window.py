"""Windows of short-time transforms, their dual windows, and how Gaussian they are.

All are periodic: their middle, where they are 1, is at sample n_fft/2.
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

EDGE = 0.01  # where the Gaussian window is cut off
_COSINES = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46), "blackman": (0.42, 0.5, 0.08)}
WINDOWS = ("gaussian", *_COSINES)


def check(n_fft: int, hop: int, window: str) -> None:
    """Raises ValueError with one sentence unless they make a transform that can be inverted."""
    if window not in WINDOWS:
        raise ValueError(f"The window must be one of {', '.join(WINDOWS)}, not '{window}'.")
    for name, value in (("n_fft", n_fft), ("hop", hop)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{name} must be a whole number of samples, not {value!r}.")
    if n_fft < 8 or n_fft % 2:
        raise ValueError(f"n_fft must be an even number of samples, 8 or more, not {n_fft}.")
    if hop < 1 or (n_fft // 2) % hop:
        raise ValueError(f"The hop must divide half of n_fft ({n_fft // 2} samples), which {hop} does not.")


def make(window: str, n_fft: int) -> Tensor:
    """The window [n_fft], float64.

    gaussian: exp(-(n - n_fft/2)² / 2λ²) with λ such that the first sample is EDGE, λ = n_fft/6.07.
    """
    n = torch.arange(n_fft, dtype=torch.float64) - n_fft // 2
    if window == "gaussian":
        return torch.exp(n.square() * (math.log(EDGE) / (n_fft // 2) ** 2))
    return sum((c * torch.cos(2 * math.pi * i * n / n_fft) for i, c in enumerate(_COSINES[window])), torch.zeros(n_fft))


def frame_operator(window: Tensor, hop: int) -> Tensor:
    """Σ over frames of window², at each sample of a frame [n_fft]: what analysis and synthesis in a row multiply by.

    The frame is painless (Daubechies, Grossmann, Meyer 1986): no longer than the transform, so the operator is this
    product, and its inverse a division.
    """
    return window.view(-1, hop).square().sum(0).repeat(len(window) // hop)


def dual(window: Tensor, hop: int) -> Tensor:
    """The canonical dual window [n_fft]: of all that reconstruct it has the least energy."""
    return window / frame_operator(window, hop)


def gamma(window: str, n_fft: int) -> float:
    """γ in samples² of the Gaussian exp(-πn²/γ) that the window is, or that is nearest to it.

    Nearest in the least squares between both at norm 1: 0.249·n_fft² for Hann's, for instance.
    """
    if window == "gaussian":
        return -math.pi * (n_fft // 2) ** 2 / math.log(EDGE)
    return _nearest(window) * n_fft**2


@functools.lru_cache(maxsize=8)
def _nearest(window: str, points: int = 2048) -> float:
    """γ/n_fft²: the window hardly depends on how densely it is sampled."""
    from scipy.optimize import minimize_scalar

    shape = make(window, points)
    squares = (torch.arange(points, dtype=torch.float64) / points - 0.5).square()

    def distance(ratio: float) -> float:
        gauss = torch.exp(-math.pi / ratio * squares)
        return -float(shape @ gauss / gauss.norm())

    return float(minimize_scalar(distance, bounds=(0.01, 2), method="bounded", options={"xatol": 1e-8}).x)
