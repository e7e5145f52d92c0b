"""Phases by projections: onto spectra that audio has, and onto those of the wanted magnitudes, in turn."""

from __future__ import annotations

import torch
from torch import Tensor

from ..dgt import DGT


def griffin_lim(
    magnitude: Tensor,
    dgt: DGT,
    iterations: int = 30,
    momentum: float = 0.99,
    seed: int | None = 0,
    start: Tensor | None = None,
) -> Tensor:
    """Magnitudes [..., F, bins] → phases in radians.

    Griffin and Lim 1984. start: phases to begin with, None for random ones. momentum: α of the fast form, 0 for the
    plain one (Perraudin, Balazs and Søndergaard 2013, algorithm 2). ValueError: iterations below 1, or a momentum
    outside 0 ≤ α < 1.
    """
    if iterations < 1:
        raise ValueError(f"Griffin-Lim needs 1 iteration or more, not {iterations}.")
    if not 0 <= momentum < 1:
        raise ValueError(f"The momentum must be at least 0 and less than 1, not {momentum}.")
    generator = torch.Generator().manual_seed(seed) if seed is not None else None
    if start is None:
        start = torch.rand(magnitude.shape, generator=generator) * (2 * torch.pi)
    guess = before = torch.polar(magnitude, start.to(magnitude))
    for _ in range(iterations):
        audible = dgt(dgt.inverse(torch.polar(magnitude, guess.angle())))
        guess, before = audible + momentum * (audible - before), audible
    return guess.angle()
