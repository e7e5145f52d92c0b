"""How a faster tier hears a slower one: straight lines from one value to the next."""

from __future__ import annotations

import torch
from torch import Tensor


def between(values: Tensor, first: int, start: int, length: int, slow: int, fast: int) -> Tensor:
    """values [B, n, F] of a tier of `slow` values a second, from its value `first` on → [B, length, F]: what they are
    at the times of values start … start + length of a tier of `fast` a second. The last one is held."""
    at = torch.arange(start, start + length, dtype=torch.int64) * slow
    before = (torch.div(at, fast, rounding_mode="floor") - first).clamp(max=values.shape[1] - 1)
    after = (before + 1).clamp(max=values.shape[1] - 1)
    share = ((at % fast).to(values) / fast).unsqueeze(1)
    return torch.lerp(values[:, before], values[:, after], share)
