"""Residual units. The names of the parts are those of the release's checkpoints."""

from __future__ import annotations

from torch import Tensor, nn

from .activations import activation
from .conv import Conv1d


class Residual(nn.Module):
    """x + body(x)."""

    def __init__(self, body: nn.Module):
        super().__init__()
        self.aligned = nn.ModuleDict({"branches": nn.ModuleList([body])})

    @property
    def body(self) -> nn.Module:
        return self.aligned["branches"][0]

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class DilatedUnit(nn.Module):
    """Activation, dilated convolution, activation, convolution of one tap; [B, C, T] → the same."""

    def __init__(self, channels: int, kernel_size: int, dilation: int, kind: str, causal: bool):
        super().__init__()
        self.net = nn.Sequential(
            activation(kind, channels),
            Conv1d(channels, channels, kernel_size, dilation=dilation, causal=causal, weight_norm=True),
            activation(kind, channels),
            Conv1d(channels, channels, 1, weight_norm=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Branches(nn.Module):
    """Sum of branches that hear the same input."""

    def __init__(self, branches: list[nn.Module]):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return sum(branch(x) for branch in self.branches)


class Named(nn.Module):
    """A part whose parameters lie under `net`."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def residual_stack(
    channels: int, kernel_sizes: list[int], dilations: list[list[int]], kind: str, causal: bool
) -> nn.Module:
    """The units of the first RAVE's generator: per kernel size a chain of residual layers, summed."""

    def layer(kernel: int, chain: list[int]) -> nn.Module:
        parts: list[nn.Module] = []
        for dilation in chain:
            parts.append(activation(kind, channels))
            conv = Conv1d(channels, channels, kernel, dilation=dilation, causal=causal, weight_norm=True)
            parts.append(conv)
        return Named(Residual(nn.Sequential(*parts)))

    blocks = [Named(nn.Sequential(*(layer(kernel, chain) for chain in dilations))) for kernel in kernel_sizes]
    return Named(Branches(blocks))
