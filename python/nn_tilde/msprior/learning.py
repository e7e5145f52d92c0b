"""Losses and gradients of a prior, the head a few examples at a time.

What it remembers of all of a batch would be most of the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import torch
from torch import Tensor

from . import measures
from .config import Config
from .model.prior import Prior

ROOM = 1 << 28  # numbers of 4 bytes that the head may remember


def examples_at_once(c: Config) -> int:
    """For each stream of each frame the head remembers some 9 vectors and 3 times the logits."""
    return max(1, ROOM // (c.frames * c.num_quantizers * (9 * c.model_dim + 3 * c.num_tokens)))


def parts(batch: dict[str, Tensor], size: int) -> Iterator[dict[str, Tensor]]:
    """A batch, `size` examples at a time."""
    for each in zip(*(x.split(size) for x in batch.values()), strict=True):
        yield dict(zip(batch, each, strict=True))


def by_stream(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """[B, L, Q, V] and [B, L, Q] → [Q, N, V] and [Q, N], in the order of the head, so that nothing is copied."""
    return logits.permute(2, 0, 1, 3).flatten(1, 2), targets.permute(2, 0, 1).flatten(1)


def learn(prior: Prior, batch: dict[str, Tensor], size: int, precision: AbstractContextManager) -> Tensor:
    """The loss, whose gradients are added to those of the parameters. batch: inputs, targets, semantic; precision: a
    context that can be entered again and again, in which the network computes."""
    targets, count = batch["targets"], measures.count_of(batch["targets"])
    with precision:
        contexts, rows, table = prior.before_head(batch["inputs"], targets, batch["semantic"])
    heard = [part.detach().requires_grad_() for part in contexts.split(size)]
    known = table.detach().float().requires_grad_()
    total = torch.zeros((), device=targets.device)
    for context, row, target in zip(heard, rows.split(size), targets.split(size), strict=True):
        with precision:
            logits = prior.head(context, row, known)
        loss = measures.loss_of(*by_stream(logits, target)) / count
        del logits
        loss.backward()
        total += loss.detach()
    ends, gradients = [contexts], [torch.cat([part.grad for part in heard])]
    if known.grad is not None:
        ends.append(table)
        gradients.append(known.grad.to(table.dtype))
    torch.autograd.backward(ends, gradients)
    return total
