"""Augmentations of a batch of scaled frames, drawn anew for each frame, from torch's default generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from .gin_file import ConfigError

Augmentation = Callable[[Tensor], Tensor]
"""[B, C, T, bins] → the same shape; all channels of a frame alike."""


class Shift:
    """With probability `prob`, bins move by a whole number from roll_range, its end excluded; zeros come in."""

    def __init__(self, prob: float = 0.5, roll_range: Sequence[int] = (-2, 2)):
        self.prob, (self.low, self.high) = _probability(prob), (int(each) for each in roll_range)
        if not self.low < self.high:
            raise ValueError(f"roll_range is the least shift and the one after the greatest, not {list(roll_range)}")

    def __call__(self, x: Tensor) -> Tensor:
        by = torch.randint(self.low, self.high, _frames(x), device=x.device)
        by = torch.where(_chosen(x, self.prob), by, torch.zeros_like(by))
        source = torch.arange(x.shape[-1], device=x.device) - by
        inside = (source >= 0) & (source < x.shape[-1])
        moved = x.gather(-1, source.clamp(0, x.shape[-1] - 1).expand_as(x))
        return torch.where(inside, moved, torch.zeros_like(x))


class Normal:
    """With probability `prob`, frames are multiplied by 1 + amp_range · N(0, 1) (mode amplitude), or that much is added
    (bias); clamp: least and greatest value, None or "none" where there is no limit."""

    def __init__(
        self,
        prob: float = 0.5,
        amp_range: float = 0.05,
        mode: str = "amplitude",
        dims: Any = 0,
        clamp: Sequence[float | None] | None = None,
    ):
        if mode not in ("amplitude", "bias"):
            raise ValueError(f"mode is amplitude or bias, not {mode}")
        low, high = (None, None) if clamp is None else clamp
        self.prob, self.amount, self.mode = _probability(prob), float(amp_range), mode
        self.low, self.high = (None if limit in (None, "none") else float(limit) for limit in (low, high))

    def __call__(self, x: Tensor) -> Tensor:
        noise = self.amount * torch.randn(_frames(x), device=x.device)
        noise = torch.where(_chosen(x, self.prob), noise, torch.zeros_like(noise))
        x = x * (1 + noise) if self.mode == "amplitude" else x + noise
        return x if self.low is None and self.high is None else x.clamp(self.low, self.high)


def _frames(x: Tensor) -> tuple[int, ...]:
    return (x.shape[0], 1, x.shape[2], 1)


def _chosen(x: Tensor, prob: float) -> Tensor:
    return torch.rand(_frames(x), device=x.device) < prob


def _probability(value: float) -> float:
    if isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError(f"prob lies between 0 and 1, not {value}")
    return float(value)


KNOWN: dict[str, type] = {"Shift": Shift, "Normal": Normal}


def build(settings: Mapping[str, Mapping[str, Any]]) -> list[Augmentation]:
    """`data.augmentations` of a configuration, in their order. Raises ConfigError."""
    found = []
    for name, arguments in settings.items():
        if name not in KNOWN:
            raise ConfigError(f"There is no augmentation '{name}' of spectra; there are: {', '.join(KNOWN)}.")
        try:
            found.append(KNOWN[name](**(arguments or {})))
        except (TypeError, ValueError) as error:
            said = str(error).replace(f"{name}.__init__() ", "")
            raise ConfigError(f"data.augmentations.{name}: {said}.") from error
    return found
