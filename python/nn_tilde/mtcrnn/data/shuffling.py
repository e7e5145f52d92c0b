"""The order of an epoch as a function: no list of all windows, of which there may be a thousand million."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_ROUNDS = 4


@lru_cache(maxsize=64)
def _keys(seed: int, epoch: int) -> tuple[int, ...]:
    return tuple(int(key) for key in np.random.SeedSequence((seed, epoch)).generate_state(_ROUNDS, np.uint64))


def shuffled(index: int, size: int, seed: int, epoch: int) -> int:
    """The place 0..size − 1 that comes `index`-th in an epoch: each exactly once, in an order of the seed and epoch.

    A Feistel network (Luby and Rackoff 1988) shuffles the numbers of 2h bits; from one that is too large it goes
    on to the next, which leads back below `size` since every number has one predecessor: after 4 steps on average.
    """
    half = max((size - 1).bit_length() + 1, 2) // 2
    mask = (1 << half) - 1
    while True:
        left, right = index >> half, index & mask
        for key in _keys(seed, epoch):
            left, right = right, left ^ (_mixed(right, key) & mask)
        index = left << half | right
        if index < size:
            return index


def _mixed(number: int, key: int) -> int:
    """64 bits that look random (the finaliser of splitmix64, Steele et al. 2014)."""
    z = (number * 0x9E3779B97F4A7C15 + key) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return z ^ z >> 31
