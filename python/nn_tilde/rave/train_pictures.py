"""Pictures of a training: originals beside reconstructions, and what each latent does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from ..train.figures import pixels, spectrograms
from .network import RAVE

OFFSETS = (-2.0, -1.0, 0.0, 1.0, 2.0)  # standard deviations
DIMENSIONS = 4
SECONDS = 1.0


def pairs_picture(pairs: Sequence[tuple[np.ndarray, np.ndarray]], rate: int) -> np.ndarray:
    """Rows of (original, reconstruction), each [C, T]; channels are mixed."""
    rows = [[("original", x.mean(0)), ("reconstruction", y.mean(0))] for x, y in pairs]
    return pixels(spectrograms(rows, rate))


@torch.no_grad()
def traversals(rave: RAVE, x: Tensor, audible: Callable[[Tensor], np.ndarray]) -> np.ndarray:
    """One example x [1, C, T] decoded with one latent direction moved at a time.

    Directions are the principal ones where they are known (variational models), else the dimensions themselves.
    """
    size, rate = rave.latent_size, rave.config.sampling_rate
    device = rave.latent_mean.device
    frames = max(1, round(SECONDS * rate / rave.ratio))
    z = rave.encode(x[..., : min(x.shape[-1], max(frames, 8) * rave.ratio)].to(device))
    directions = rave.latent_pca[: min(DIMENSIONS, size)]
    spread = (directions @ z[0, :size]).std(dim=1, correction=0).clamp_min(0.1)
    rows = []
    for number, (direction, deviation) in enumerate(zip(directions, spread, strict=True)):
        moved = torch.cat([z] * len(OFFSETS))
        steps = torch.tensor(OFFSETS, device=device)[:, None] * deviation * direction
        moved[:, :size] += steps[:, :, None]
        sounds = audible(rave.decode(moved).float().cpu())
        rows.append(
            [
                (f"latent {number}: {o:+g} σ" if o else "unchanged", sound.mean(0))
                for o, sound in zip(OFFSETS, sounds, strict=True)
            ]
        )
    return pixels(spectrograms(rows, rate))
