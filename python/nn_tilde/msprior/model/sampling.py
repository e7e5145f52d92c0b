"""A class of a stream, drawn with a given uniform number. TorchScript."""

from __future__ import annotations

import torch
from torch import Tensor


def pick(logits: Tensor, uniform: Tensor, temperature: float, top_p: float) -> Tensor:
    """logits [B, V] and uniform numbers [B] in (0, 1) → classes int64 [B].

    temperature 0: the likeliest. top_p below 1: one of the likeliest classes, as few as have that probability together,
    at least one (Holtzman et al. 2020). Logits that are no numbers give a class, whichever.
    """
    if not temperature > 0:
        return logits.argmax(1)
    # Colder than this changes nothing any more, and would overflow.
    p = torch.softmax(logits / max(temperature, 1e-4), 1)
    if top_p >= 1:
        return place(p, uniform)
    p, classes = torch.sort(p, stable=True, dim=1, descending=True)
    # A class stays when those before it do not have enough yet.
    enough = torch.cumsum(p, 1) - p >= max(top_p, 1e-9)
    return classes.gather(1, place(p.masked_fill(enough, 0.0), uniform).unsqueeze(1)).squeeze(1)


def place(p: Tensor, uniform: Tensor) -> Tensor:
    """Where the running sum of p [B, V], of any sum, passes the part `uniform` of it: [B], never where p is 0."""
    passed = torch.cumsum(p, 1)
    whole = passed[:, -1:]
    # Rounding may put the part on the whole: the second condition ends at the last class that adds something.
    before = (passed <= whole * uniform.unsqueeze(1)) & (passed < whole)
    return before.sum(1)
