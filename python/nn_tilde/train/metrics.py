"""Scalars: summed on the device while training, fetched at intervals, remembered for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from lightning.fabric import Fabric


class Meter:
    """Weighted means of named scalars; nothing waits for the device until `fetch`."""

    def __init__(self, fabric: Fabric):
        self.fabric = fabric
        self.sums: dict[str, torch.Tensor] = {}
        self.weights: dict[str, float] = {}

    def add(self, values: dict[str, torch.Tensor], weight: float = 1.0) -> None:
        for name, value in values.items():
            term = value.detach().to(torch.float32) * weight
            if name in self.sums:
                self.sums[name] += term
                self.weights[name] += weight
            else:
                self.sums[name], self.weights[name] = term, weight

    def fetch(self) -> dict[str, float]:
        """Means over steps and processes since the last call; all processes call alike."""
        names = self.fabric.broadcast(sorted(self.sums)) if self.fabric.world_size > 1 else sorted(self.sums)
        if not names:
            return {}
        zero = torch.zeros((), device=self.fabric.device)
        sums = torch.stack([self.sums.get(name, zero) for name in names])
        weights = torch.tensor([self.weights.get(name, 0.0) for name in names], device=self.fabric.device)
        table = torch.stack([sums, weights])
        if self.fabric.world_size > 1:
            table = self.fabric.all_reduce(table, reduce_op="sum")
        sums, weights = table.tolist()  # the one wait
        self.sums, self.weights = {}, {}
        return {name: s / w for name, s, w in zip(names, sums, weights, strict=True)}


class History:
    """Curves for the report, thinned out so that a run of any length stays small."""

    LIMIT = 2000

    def __init__(self) -> None:
        self.curves: dict[str, dict[str, list]] = {}

    def add(self, step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            curve = self.curves.setdefault(name, {"steps": [], "values": []})
            curve["steps"].append(step)
            curve["values"].append(value)
            if len(curve["steps"]) > self.LIMIT:
                curve["steps"], curve["values"] = curve["steps"][::2], curve["values"][::2]

    def state_dict(self) -> dict:
        return {name: {key: list(numbers) for key, numbers in curve.items()} for name, curve in self.curves.items()}

    def load_state_dict(self, state: dict) -> None:
        self.curves = {name: {key: list(v) for key, v in curve.items()} for name, curve in state.items()}
