"""How well a prior tells what comes next, measured on the device it trains on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

TOP = (1, 3, 5, 10)
NOTHING = -1  # as a target: there is no frame


def count_of(targets: Tensor) -> Tensor:
    """How many targets there are, at least 1."""
    return (targets != NOTHING).sum().clamp(min=1)


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Sum of the cross-entropy, in nats, of logits [Q, N, V] over the targets [Q, N] that there are."""
    return cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=NOTHING, reduction="sum")


@dataclass(frozen=True)
class Measured:
    """Of one validation, by stream. perplexity: [Q], exp of the mean cross-entropy; heard, expected: [Q, V], how often
    each token came, and with which probability the prior expected it, on average."""

    perplexity: np.ndarray
    heard: np.ndarray
    expected: np.ndarray

    @property
    def divergence(self) -> float:
        """Mean over streams of KL(heard ‖ expected), in nats: 0 when all tokens are expected as often as they come."""
        ratio = np.log(np.maximum(self.heard, 1e-12) / np.maximum(self.expected, 1e-12))
        return float((self.heard * ratio).sum(-1).mean())


class Tally:
    """Sums over the batches of a validation."""

    def __init__(self, streams: int, classes: int):
        self.streams, self.classes = streams, classes
        self._sums: Tensor | None = None  # [Q, 2 + 2 V]: losses, frames, tokens heard, tokens expected

    def add(self, logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """logits [Q, N, V], targets [Q, N]. Returns means over the batch: cross-entropy, shares of the targets that are
        among the k likeliest."""
        known = targets != NOTHING
        place = targets.clamp(min=0).unsqueeze(-1)
        scores = logits.float().log_softmax(-1)
        right = scores.gather(-1, place)
        losses = -right.squeeze(-1) * known
        frames = count_of(targets)
        values = {"cross_entropy": losses.sum() / frames}
        better = (scores > right).sum(-1)
        for k in TOP:
            if k <= self.classes:
                values[f"acc_top_{k}"] = ((better < k) & known).sum() / frames
        mask = known.to(scores.dtype)
        heard = torch.zeros_like(scores[:, 0]).scatter_add_(1, place.squeeze(-1), mask)
        expected = torch.bmm(mask.unsqueeze(1), scores.exp()).squeeze(1)
        parts = (losses.sum(1, keepdim=True), mask.sum(1, keepdim=True), heard, expected)
        sums = torch.cat(parts, 1)
        self._sums = sums if self._sums is None else self._sums + sums
        return values

    def finish(self, gather: Callable[[Any], list[Any]]) -> Measured | None:
        """Over all batches and processes; begins anew. None when nothing was measured."""
        mine, self._sums = self._sums, None
        parts = [part for part in gather(None if mine is None else mine.cpu()) if part is not None]
        if not parts:
            return None
        sums = torch.stack(parts).double().sum(0).numpy()
        frames = np.maximum(sums[:, 1:2], 1)
        with np.errstate(over="ignore"):
            perplexity = np.exp(sums[:, 0] / frames[:, 0])
        return Measured(perplexity, *np.split(sums[:, 2:] / frames, 2, 1))
