"""Whether two trainings ended in the same place."""

from __future__ import annotations

from typing import Any

import torch


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two checkpoints of the trunk go on alike."""
    assert one["global_step"] == other["global_step"]
    for x, y in zip(tensors(one), tensors(other), strict=True):
        assert torch.equal(x, y)


def tensors(value) -> list[torch.Tensor]:
    """Weights, moments, averages."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        held = ("state_dict", "optimizer_states", "callbacks") if "global_step" in value else value
        return [tensor for key in held for tensor in tensors(value[key])]
    return [tensor for each in value for tensor in tensors(each)] if isinstance(value, list | tuple) else []
