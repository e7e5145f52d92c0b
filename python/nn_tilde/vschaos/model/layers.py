"""What encoders, decoders and predictors are made of."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


def activation(name: str | None) -> nn.Module:
    """By torch's name; none: the identity."""
    return getattr(nn, name or "Identity")()


def mlp(size: int, hidden: Sequence[int], out: int, nnlin: str = "ELU", norm: str | None = "batch") -> nn.Sequential:
    """[N, size] → [N, out]; after each hidden layer a norm and an activation, nothing after the last."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers.append(nn.Linear(size, width))
        if norm == "batch":
            layers.append(nn.BatchNorm1d(width))
        layers.append(activation(nnlin))
        size = width
    return nn.Sequential(*layers, nn.Linear(size, out))


def after(convolution: nn.Module, channels: int, nnlin: str, norm: str | None) -> list[nn.Module]:
    """A convolution, its norm and its activation."""
    return [convolution, *([nn.BatchNorm1d(channels)] if norm == "batch" else []), activation(nnlin)]


def initialise(module: nn.Module) -> None:
    """Glorot's weights (Glorot and Bengio 2010), normal in convolutions and uniform in linear layers; no biases."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv1d | nn.ConvTranspose1d):
            nn.init.xavier_normal_(layer.weight)
        elif isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
        else:
            continue
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
