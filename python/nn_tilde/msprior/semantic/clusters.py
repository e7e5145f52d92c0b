"""k-means: from features to classes."""

from __future__ import annotations

import torch
from torch import Tensor

_NEAR = 1e-6  # squared distance, a feature, below which two points are the same


def kmeans(points: Tensor, count: int, generator: torch.Generator, rounds: int = 20) -> Tensor:
    """At most `count` centres [K, F] of points [N, F] (Lloyd 1982), begun as k-means++ (Arthur and Vassilvitskii 2007).

    Fewer where there are fewer different points. No centre is without points.
    """
    centres = _spread_out(points, count, generator)
    for _ in range(rounds):
        which, distances = nearest(points, centres)
        sizes = torch.bincount(which, minlength=len(centres))
        sums = torch.zeros_like(centres).index_add_(0, which, points)
        moved = sums / sizes.clamp(min=1)[:, None]
        if len(empty := (sizes == 0).nonzero()[:, 0]):  # they begin anew at the points that are worst served
            moved[empty] = points[distances.topk(len(empty)).indices]
        if torch.equal(moved, centres):
            break
        centres = moved
    which, _ = nearest(points, centres)
    return centres[torch.bincount(which, minlength=len(centres)) > 0]


def nearest(points: Tensor, centres: Tensor, at_once: int = 8192) -> tuple[Tensor, Tensor]:
    """For each point the number of the nearest centre, and the squared distance to it."""
    whole = [_distances(some, centres).min(dim=1) for some in points.split(at_once)]
    return torch.cat([found.indices for found in whole]), torch.cat([found.values for found in whole])


def _distances(points: Tensor, centres: Tensor) -> Tensor:
    return (points.square().sum(1)[:, None] - 2 * points @ centres.T + centres.square().sum(1)).clamp(min=0)


def _spread_out(points: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Points, each drawn in proportion to its squared distance from those drawn before."""
    first = torch.randint(len(points), (1,), generator=generator)
    centres = [points[first][0]]
    left = (points - centres[0]).square().sum(1)
    while len(centres) < count and float(left.max()) > _NEAR * points.shape[1]:
        chosen = points[torch.multinomial(left, 1, generator=generator)][0]
        centres.append(chosen)
        left = torch.minimum(left, (points - chosen).square().sum(1))
    return torch.stack(centres)
