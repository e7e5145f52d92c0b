r"""Phased LSTM: cells that a rhythm of their own opens and closes.

Neil, Pfeiffer, Liu: Phased LSTM, arXiv 1610.09513, equations 6 to 10 (without peepholes). A cell's cycle position
is c = ((t − phase) mod period) / period, its openness

    k = 2c/r       while c < r/2         /\
        2 − 2c/r   while c < r          /  \
        leak · c   for the rest        /    \__________

and every new state is k · new + (1 − k) · old.
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor, nn

RATIO_ON, LEAK = 0.2, 0.001


def openness(times: Tensor, period: Tensor, phase: Tensor, ratio: Tensor, leak: float = LEAK) -> Tensor:
    """Steps [T], and numbers of cells [hidden] → how open each is then, k [T, hidden]."""
    # In single precision a minute of audio would already smear the fast cycles; Apple GPUs have no other.
    exact = torch.float32 if times.device.type == "mps" else torch.float64
    turn, ratio = period.to(exact).clamp_min(1e-3), ratio.to(exact).clamp_min(1e-3)
    turns = (times.to(exact)[:, None] - phase.to(exact)) / turn
    c = turns - turns.detach().floor()
    rising, falling = 2 * c / ratio, 2 - 2 * c / ratio
    k = torch.where(c < ratio / 2, rising, torch.where(c < ratio, falling, leak * c))
    return k.to(period.dtype)


class PhasedCells(nn.Module):
    """One layer. Times and periods are in steps; period, phase and ratio [hidden] are learnt."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.inputs = nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.hidden = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        bound = 1 / math.sqrt(4 * hidden_size)
        self.bias = nn.Parameter(torch.empty(4 * hidden_size).uniform_(-bound, bound))
        self.period = nn.Parameter(torch.empty(hidden_size).uniform_(1, 3).exp())
        self.phase = nn.Parameter(torch.rand(hidden_size) * self.period.detach())
        self.ratio = nn.Parameter(torch.full((hidden_size,), RATIO_ON))

    def openness(self, times: Tensor) -> Tensor:
        """Steps [T] → k [T, hidden]."""
        return openness(times, self.period, self.phase, self.ratio)

    def forward(self, x: Tensor, times: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, T, input], times [T], states [B, hidden] → outputs [B, T, hidden] and the new states."""
        gates = self.inputs(x) + self.bias
        # Else the first calls compute in another order than the later ones, and a resumed training ends elsewhere.
        with torch.jit.optimized_execution(False):
            return _scripted()(gates, self.openness(times), self.hidden.weight, h, c)


class PhasedStack(nn.Module):
    """Layers of phased cells. Its state: hidden and cell [layers, B, hidden], and the index [] of the next step."""

    state_tensors = 3

    def __init__(self, hidden_size: int, n_layers: int):
        super().__init__()
        self.hidden_size, self.n_layers = hidden_size, n_layers
        self.layers = nn.ModuleList(PhasedCells(hidden_size, hidden_size) for _ in range(n_layers))

    def initial(self, batch: int) -> tuple[Tensor, ...]:
        like = self.layers[0].bias
        zero = like.new_zeros(self.n_layers, batch, self.hidden_size)
        return zero, zero.clone(), torch.zeros((), dtype=torch.int64, device=like.device)

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """[B, T, hidden] → [B, T, hidden] and the state after it."""
        h, c, t = state
        times = t + torch.arange(x.shape[1], device=x.device)
        ends = []
        for i, layer in enumerate(self.layers):
            x, *end = layer(x, times, h[i], c[i])
            ends.append(end)
        h, c = (torch.stack(column) for column in zip(*ends, strict=True))
        return x, (h, c, t + x.shape[1])


def _loop(gates: Tensor, openness: Tensor, weight: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    outputs: list[Tensor] = []
    for t in range(gates.shape[1]):
        i, f, g, o = torch.chunk(torch.addmm(gates[:, t], h, weight.t()), 4, 1)
        k = openness[t]
        new_c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        new_h = torch.sigmoid(o) * torch.tanh(new_c)
        c = torch.lerp(c, new_c, k)
        h = torch.lerp(h, new_h, k)
        outputs.append(h)
    return torch.stack(outputs, 1), h, c


@functools.cache
def _scripted():
    """The loop over time without the interpreter of Python."""
    return torch.jit.script(_loop)
