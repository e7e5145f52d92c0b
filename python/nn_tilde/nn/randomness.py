"""Random numbers that depend on nothing but a seed and their place.

Generation in Python, the exported file and the host's own step take the numbers of the same seed from here, so they
make the same values, however a stretch is cut into blocks. Each number is a hash of (seed, step, example, channel):
rounds of a 32-bit mix with the constants of C. Wellons' hash prospector ("lowbias32", 2018, public domain).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def mixed(x: Tensor) -> Tensor:
    """int64 that hold 32 bits each → the same, every bit of the result depending on every bit of x."""
    x = (x ^ (x >> 16)) * 0x7FEB352D & 0xFFFFFFFF
    x = (x ^ (x >> 15)) * 0x846CA68B & 0xFFFFFFFF
    return x ^ (x >> 16)


def uniform(seed: int, start: int, length: int, batch: int, width: int) -> Tensor:
    """float32 [batch, length, width] in the open interval (0, 1): the numbers of steps start … start + length."""
    steps = torch.arange(start, start + length, dtype=torch.int64)
    key = mixed(torch.tensor([seed & 0xFFFFFFFF], dtype=torch.int64) ^ 0x9E3779B9)
    key = mixed(key ^ ((seed >> 32) & 0xFFFFFFFF))
    at = mixed(key ^ (steps & 0xFFFFFFFF))
    at = mixed(at ^ ((steps >> 32) & 0xFFFFFFFF))
    example = mixed(torch.arange(batch, dtype=torch.int64) + 0x51ED270B)
    channel = torch.arange(width, dtype=torch.int64)
    lane = mixed((example[:, None, None] + channel) & 0xFFFFFFFF)
    bits = mixed(mixed(at[None, :, None] ^ lane))
    # 23 bits and a half: never 0, never 1, and every one of them a float32.
    return ((bits >> 9).to(torch.float32) + 0.5) * 2.0**-23


def normal(seed: int, start: int, length: int, batch: int, width: int) -> Tensor:
    """float32 [batch, length, width] of mean 0 and deviation 1 (Box, Muller 1958)."""
    u = uniform(seed, start, length, batch, 2 * width)
    radius = torch.sqrt(-2 * torch.log(u[..., :width]))
    return radius * torch.cos(2 * math.pi * u[..., width:])
