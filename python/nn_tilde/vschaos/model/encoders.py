"""From frames to the distributions of their latents.

frame [C, bins] ─┬─ convolutions over bins ─ flatten ─ hidden layers ─ [mean | deviation]  2 × latents
 labels [width] ─┘ as channels, the same in every bin
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..settings import Network
from .layers import after, initialise, mlp


def conv_lengths(network: Network, bins: int) -> list[int]:
    """Bins before the first, second … layer and after the last."""
    lengths = [bins]
    for kernel, stride in zip(network.kernel_size, network.stride, strict=True):
        lengths.append((lengths[-1] + 2 * (kernel // 2) - kernel) // stride + 1)
    return lengths


class Encoder(nn.Module):
    """Frames [N, C, bins] and embedded labels [N, width] → mean and deviation, each [N, latents].

    The deviation is a sigmoid, so it never exceeds that of the prior.
    """

    def __init__(self, network: Network, channels: int, bins: int, latent: int, width: int = 0):
        super().__init__()
        self.floor = 1e-6  # smallest deviation
        self.convolutional = network.type == "ConvEncoder"
        if self.convolutional:
            layers: list[nn.Module] = []
            size = channels + width
            for count, kernel, stride in zip(network.channels, network.kernel_size, network.stride, strict=True):
                conv = nn.Conv1d(size, count, kernel, stride, kernel // 2, bias=network.bias)
                layers += after(conv, count, network.nnlin, network.norm)
                size = count
            flat = size * conv_lengths(network, bins)[-1]
        else:
            layers, flat = [], channels * bins + width
        self.layers = nn.Sequential(*layers)
        self.head = mlp(flat, network.hidden, 2 * latent, network.hidden_nnlin, network.norm)
        initialise(self)

    def forward(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        if self.convolutional:
            spread = labels.unsqueeze(2).expand(-1, -1, x.size(2))
            flat = self.layers(torch.cat([x, spread], 1)).flatten(1)
        else:
            flat = torch.cat([x.flatten(1), labels], 1)
        mean, deviation = self.head(flat).chunk(2, 1)
        return mean, torch.sigmoid(deviation).clamp(min=self.floor)
