"""The random numbers that values are drawn with."""

from __future__ import annotations

import torch
from torch import Tensor

from ..nn.randomness import normal, uniform

PRIMERS = 1 << 40  # the step from which on numbers are for random primers: later than any generated value


def noise(kind: str, seed: int, start: int, length: int, batch: int, variables: int) -> Tensor:
    """What a Sampler draws with, float32 [batch, length, …]. kind: of sizes.py.

    categorical: [1] uniform; gaussian: [variables] normal; mixture: [variables] uniform, then [variables] normal.
    """
    if kind == "categorical":
        return uniform(seed, start, length, batch, 1)
    deviations = normal(seed, start, length, batch, variables)
    if kind == "gaussian":
        return deviations
    # Of channels that the normal numbers have not used.
    components = uniform(seed, start, length, batch, 3 * variables)[..., 2 * variables :]
    return torch.cat([components, deviations], -1)
