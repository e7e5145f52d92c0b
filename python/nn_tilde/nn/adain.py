"""Adaptive instance normalisation (Huang and Belongie 2017) between two sounds that are heard."""

from __future__ import annotations

import torch
from torch import Tensor, nn

VOICES = 64  # rows of statistics, one for each example of a batch


class AdaIN(nn.Module):
    """Gives features the mean and deviation of another sound; [B, C, T] → the same.

    In training it does nothing. Otherwise: with `learn_y` the input is the target, whose statistics
    are averaged over the blocks heard; with `learn_x` it is the source. Once both are known, the
    input is moved from the source's statistics to the target's.
    """

    def __init__(self, channels: int):
        super().__init__()
        for side in "xy":
            self.register_buffer(f"mean_{side}", torch.zeros(VOICES, channels, 1))
            self.register_buffer(f"std_{side}", torch.ones(VOICES, channels, 1))
            self.register_buffer(f"learn_{side}", torch.zeros(1))
            self.register_buffer(f"num_update_{side}", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return x
        rows = x.shape[0]
        if self.learn_y:
            self._hear(x, self.mean_y, self.std_y, self.num_update_y)
            return x
        if self.learn_x:
            self._hear(x, self.mean_x, self.std_x, self.num_update_x)
        if self.num_update_x and self.num_update_y:
            x = (x - self.mean_x[:rows]) / (self.std_x[:rows] + 1e-5)
            x = x * self.std_y[:rows] + self.mean_y[:rows]
        return x

    def reset(self, side: str) -> None:
        """Forgets the source ("x") or the target ("y")."""
        getattr(self, f"mean_{side}").zero_()
        getattr(self, f"std_{side}").fill_(1)
        getattr(self, f"num_update_{side}").zero_()

    @staticmethod
    def _hear(x: Tensor, mean: Tensor, std: Tensor, count: Tensor) -> None:
        """Cumulative averages over blocks."""
        rows = x.shape[0]
        mean[:rows] += (x.mean(-1, keepdim=True) - mean[:rows]) / (count + 1)
        std[:rows] += (x.std(-1, keepdim=True) - std[:rows]) / (count + 1)
        count += 1
