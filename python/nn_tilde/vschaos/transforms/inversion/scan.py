"""Which neighbour a heap would reach each bin of a new frame from, for all bins at once.

Real-time phase gradient heap integration (Průša and Søndergaard 2016, algorithm 1) keeps a heap of bins of the last
frame (they give their phase to the same bin of the new frame) and of the new one (to the bins above and below), and
takes the largest magnitude first. Let p be the priority of the last frame's bins and s that of the new one's. A heap
that takes the largest first reaches each bin along the path whose smallest priority is largest (Prim 1957; the
bottleneck path), and with only two neighbours in the new frame the paths that come from below obey

    L[m] = min(s[m], max(p[m], L[m-1]))

those from above the same from the other side. The heap reaches m from wherever p[m], L from below and L from above
is largest. Each step of L is a clamp to [min(p, s), s]; two clamps in a row are one,

    clamp[c, d] after clamp[a, b]  =  clamp[clamp(a; c, d), clamp(b; c, d)]

hence an associative operation, and a prefix scan of ⌈log₂ bins⌉ steps over whole frames gives every L (Hillis and
Steele 1986). So this is the heap's own order, not an approximation, as the tests compare.
"""

from __future__ import annotations

import torch
from torch import Tensor

NEVER = -1e9  # priority of what is not to be passed


def bottlenecks(low: Tensor, high: Tensor) -> Tensor:
    """Clamps [..., bins] → what each prefix of them makes of the least value, [..., bins]."""
    distance = 1
    while distance < low.size(-1):
        a, b = low[..., :-distance], high[..., :-distance]
        c, d = low[..., distance:], high[..., distance:]
        low = torch.cat([low[..., :distance], torch.minimum(torch.maximum(a, c), d)], -1)
        high = torch.cat([high[..., :distance], torch.minimum(torch.maximum(b, c), d)], -1)
        distance *= 2
    return low


def origins(last: Tensor, new: Tensor, loud: Tensor, never: float = NEVER) -> Tensor:
    """The bin of the last frame that each bin of the new one descends from, [..., bins] of int64.

    last, new: priorities of both frames' bins [..., bins], larger first. loud: bool, the bins of the new frame that
    paths may pass; others descend from themselves. Bins between a bin and its origin descend from the same origin.
    At equal priority the bin below comes first, then the last frame: a flat spectrum is one run, as it would be with a
    heap, where the first bin of it to be reached hands its phase to all others before the next of the last frame.
    """
    high = torch.where(loud, new, never)
    low = torch.minimum(last, high)
    both = bottlenecks(torch.stack([low, low.flip(-1)]), torch.stack([high, high.flip(-1)]))
    wall = torch.full_like(low[..., :1], 2 * never)
    below = torch.cat([wall, both[0][..., :-1]], -1)
    above = torch.cat([both[1].flip(-1)[..., 1:], wall], -1)
    seed = ((last > below) & (last >= above)) | ~loud
    index = torch.arange(low.size(-1), device=low.device).expand_as(low)
    nearest_below = torch.cummax(torch.where(seed, index, 0), -1)[0]
    nearest_above = torch.cummin(torch.where(seed, index, low.size(-1) - 1).flip(-1), -1)[0].flip(-1)
    return torch.where(seed | (below >= above), nearest_below, nearest_above)
