"""Recurrent layers over frames."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GRU(nn.Module):
    """Gated recurrent units; [B, C, T] → the same. The state starts at zero.

    `gru_state` holds nothing; the release's checkpoints have it.
    """

    def __init__(self, channels: int, layers: int):
        super().__init__()
        self.gru = nn.GRU(channels, channels, layers, batch_first=True)
        self.register_buffer("gru_state", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        return self.gru(x.transpose(1, 2))[0].transpose(1, 2)
