"""From latents and labels to frames.

latents ─┬─ hidden layers ─ [channels, L₀] ─ transposed convolutions over bins ─ last convolution ─ frame
 labels ─┘
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..settings import Decoder as Settings
from .distributions import build_output
from .layers import after, initialise, mlp


def deconv_lengths(network: Settings, bins: int) -> list[int]:
    """Bins before the first, second … transposed convolution and after the last, which is `bins`.

    Each layer begins with as many as can become what it must end with; its output padding is the rest.
    """
    lengths = [bins]
    for kernel, stride in zip(network.kernel_size[-2::-1], network.stride[-2::-1], strict=True):
        lengths.append((lengths[-1] + 2 * (kernel // 2) - kernel) // stride + 1)
    return lengths[::-1]


class Decoder(nn.Module):
    """Latents [N, latents] and embedded labels [N, width] → what the distribution's parameters come from,
    [N, parts · C, bins]. `output.mean` makes frames of it."""

    def __init__(self, network: Settings, channels: int, bins: int, latent: int, width: int = 0):
        super().__init__()
        self.output = build_output(network.target_dist, network.out_nnlin)
        self.convolutional = network.type == "DeconvEncoder"
        out = self.output.parts * channels
        layers: list[nn.Module] = []
        self.shape = [out, bins]
        if self.convolutional:
            lengths = deconv_lengths(network, bins)
            self.shape = [network.channels[0], lengths[0]]
            for i, (kernel, stride) in enumerate(zip(network.kernel_size[:-1], network.stride[:-1], strict=True)):
                size, count = network.channels[i : i + 2]
                pad = kernel // 2
                rest = lengths[i + 1] - ((lengths[i] - 1) * stride - 2 * pad + kernel)
                conv = nn.ConvTranspose1d(size, count, kernel, stride, pad, rest, bias=network.bias)
                layers += after(conv, count, network.nnlin, network.norm)
            last = network.kernel_size[-1]
            layers.append(nn.ConstantPad1d(((last - 1) // 2, last // 2), 0.0) if last % 2 == 0 else nn.Identity())
            layers.append(nn.Conv1d(network.channels[-1], out, last, padding=last // 2 * (last % 2)))
        self.head = mlp(
            latent + width, network.hidden, self.shape[0] * self.shape[1], network.hidden_nnlin, network.norm
        )
        self.layers = nn.Sequential(*layers)
        initialise(self)

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        flat = self.head(torch.cat([z, labels], 1))
        return self.layers(flat.view(-1, self.shape[0], self.shape[1]))
