"""Exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Average:
    """w ← f·w + (1 − f)·p after every step, for all parameters (buffers are not averaged)."""

    def __init__(self, module: torch.nn.Module, factor: float):
        self.factor = factor
        named = dict(module.named_parameters())
        self.names = list(named)
        self.parameters = [p.detach() for p in named.values()]  # share memory with the module's
        self.weights = [p.clone() for p in self.parameters]
        self._blend = get_ema_multi_avg_fn(factor)

    @torch.no_grad()
    def update(self) -> None:
        self._blend(self.weights, self.parameters, None)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The module computes with the averages inside the `with` block."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for weight, parameter in zip(self.weights, self.parameters, strict=True):
            kept = parameter.clone()
            parameter.copy_(weight)
            weight.copy_(kept)

    def state_dict(self) -> dict[str, torch.Tensor]:
        return dict(zip(self.names, self.weights, strict=True))

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """What `state` lacks begins at the parameters' present values."""
        for name, weight, parameter in zip(self.names, self.weights, self.parameters, strict=True):
            weight.copy_(state.get(name, parameter))
