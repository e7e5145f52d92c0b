"""Teacher forcing by spans.

At each step of a window the whole batch is either given the true value before it, or what the network has just made
(Williams, Zipser 1989; Bengio et al., arXiv 1506.03099). A made value is known only after the step before, so a window
falls apart exactly at those steps:

    step     0 1 2 3 4 5 6 7
    given    · T T F T T F F        T the true value, F the network's own
    spans   [0     3     6 7 )      each one fused call
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .networks import Network, State
from .sampling import Sampler


def ratio(step: int, total: int, tfr: float, ss: float | None = None) -> float:
    """Teacher forcing ratio at `step` of `total`: tfr, or on the line from tfr to ss (scheduled sampling)."""
    if ss is None:
        return tfr
    return tfr + (ss - tfr) * min(1.0, step / max(1, total))


def draw_forced(length: int, ratio: float, generator: torch.Generator | None = None) -> list[bool]:
    """For each step whether it is given the true value; the first always is. The draws are made on the CPU."""
    if ratio >= 1:
        return [True] * length
    forced = torch.rand(length, generator=generator) < ratio
    return [True, *forced[1:].tolist()]


def spans(forced: Sequence[bool]) -> list[tuple[int, int]]:
    """Choices of a window → (start, end) of the pieces that can run in one call each; in order, without gaps."""
    starts = [i for i in range(len(forced)) if i == 0 or not forced[i]]
    return list(zip(starts, [*starts[1:], len(forced)], strict=True))


def run_window(
    network: Network,
    sampler: Sampler,
    x: Tensor,
    forced: Sequence[bool],
    state: State | None = None,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, State]:
    """x [B, T, input], the true inputs → outputs [B, T, …] and the state after the window.

    Where not `forced`, the generated channels of x give way to a sample of the output before (no gradient flows
    through it); the conditioning stays the true one.
    """
    size = sampler.tier.gen_size
    state = network.initial(len(x)) if state is None else state
    pieces: list[Tensor] = []
    for start, end in spans(forced):
        span = x[:, start:end]
        if start:
            made = sampler.feed(sampler.draw(pieces[-1][:, -1].detach(), generator), x.dtype)
            first = torch.cat([made, span[:, 0, size:]], -1)
            span = torch.cat([first[:, None], span[:, 1:]], 1)
        y, state = network(span, state)
        pieces.append(y)
    return torch.cat(pieces, 1) if len(pieces) > 1 else pieces[0], state
