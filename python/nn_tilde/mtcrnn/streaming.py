"""A tier as TorchScript that plays: what an exported file consists of.

    made | given ── entries ── cells ── heads ── draw ──► values
      ▲                          ↑ ↓                        │
      └──────────────────────────────────────────────────── ┘

Our host knows `Generator` by its name and attributes and puts each call of it on its native step (host code:
cpp/src/accel/passes/generators.cpp); any other host plays what is written here.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .phased import openness
from .plan import KINDS, GRULayer, Layer, PhasedLayer, Plan
from .sampling import sample_categorical, sample_gaussian, sample_mixture


class Entry(nn.Module):
    """[B, inputs] → [B, outputs]."""

    def __init__(self, layer: Layer, relu: bool):
        super().__init__()
        _register(self, layer)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.linear(x, self.weight, self.bias)
        return torch.relu(y) if self.relu else y


class Head(nn.Module):
    """The state of all cells [B, cells, width] → [B, outputs], from one of them."""

    def __init__(self, layer: Layer, source: int, tanh: bool):
        super().__init__()
        _register(self, layer)
        self.source, self.tanh = source, tanh

    def forward(self, hidden: Tensor) -> Tensor:
        x = hidden[:, self.source]
        return nn.functional.linear(torch.tanh(x) if self.tanh else x, self.weight, self.bias)


class GRUCell(nn.Module):
    """[B, inputs] and state [B, width] → the state after it."""

    def __init__(self, cell: GRULayer):
        super().__init__()
        _register(self, cell.input, "_ih")
        _register(self, cell.hidden, "_hh")
        self.source = cell.source

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.gru_cell(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class PhasedCell(nn.Module):
    """[B, inputs], state [B, 2 width] (output, then memory) and the number of the step → the state after it."""

    def __init__(self, cell: PhasedLayer):
        super().__init__()
        cells, self.source = cell.cells, cell.source
        for name in ("period", "phase", "ratio", "bias"):
            self.register_buffer(name, getattr(cells, name).detach().clone())
        for name in ("inputs", "hidden"):
            self.register_buffer(name, getattr(cells, name).weight.detach().clone())

    def forward(self, x: Tensor, state: Tensor, step: int) -> Tensor:
        h, c = state.chunk(2, 1)
        k = openness(torch.tensor([step], dtype=torch.int64, device=state.device), self.period, self.phase, self.ratio)
        gates = torch.addmm(nn.functional.linear(x, self.inputs) + self.bias, h, self.hidden.t())
        i, f, g, o = gates.chunk(4, 1)
        new_c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        new_h = torch.sigmoid(o) * torch.tanh(new_c)
        return torch.cat([torch.lerp(h, new_h, k), torch.lerp(c, new_c, k)], 1)


class Sequences(nn.Module):
    """B sequences at work. State: hidden [B, cells, …] and made [B, 1, fed], what it hears of itself next; `begin` or
    `widen` give it its B. draw: kind (the number in plan.KINDS), classes or variables, components, one-hot."""

    def __init__(self, plan: Plan, cells: list[nn.Module], state: int):
        super().__init__()
        self.version = 1  # of what a host must do that computes this itself
        self.draw = [KINDS.index(plan.kind), plan.count, plan.components, int(plan.onehot)]
        self.given, self.width = plan.given, plan.width
        self.entries = nn.ModuleList(Entry(layer, relu) for layer, relu in plan.entries)
        self.cells = nn.ModuleList(cells)
        self.heads = nn.ModuleList(Head(layer, source, tanh) for layer, source, tanh in plan.heads)
        self.register_buffer("hidden", torch.zeros(1, len(cells), state))
        self.register_buffer("made", torch.zeros(1, 1, plan.made))

    @torch.jit.export
    def begin(self, made: Tensor) -> None:
        """Forgets all; made [B, 1, fed] is what it hears first."""
        self.hidden = self.hidden.new_zeros(made.shape[0], self.hidden.shape[1], self.hidden.shape[2])
        self.made = made.clone()

    @torch.jit.export
    def widen(self, made: Tensor) -> None:
        """Goes on with another B: sequences that were there stay, others begin with their row of made [B, 1, fed]."""
        both = min(made.shape[0], self.made.shape[0])
        self.made = torch.cat([self.made[:both], made[both:]])
        new = self.hidden.new_zeros(made.shape[0] - both, self.hidden.shape[1], self.hidden.shape[2])
        self.hidden = torch.cat([self.hidden[:both], new])

    def forward(self, given: Tensor, noise: Tensor, temperature: float) -> Tensor:
        """given [B, T, channels] and noise [B, T, width] (randomness.noise) → values [B, T, variables or 1].

        Row t of given is heard together with what was made before t.
        """
        values: list[Tensor] = []
        for t in range(given.shape[1]):
            y = self.outputs(torch.cat([self.made[:, 0], given[:, t]], 1))
            value = pick(self.draw, y, noise[:, t], temperature)
            self.made.copy_(feed(self.draw, value).unsqueeze(1))
            values.append(value)
        return gathered(values, given, self.draw)


class Generator(Sequences):
    """A plan of GRUs: hidden is [B, cells, width]."""

    def __init__(self, plan: Plan):
        super().__init__(plan, [GRUCell(cell) for cell in plan.cells], plan.width)

    def outputs(self, x: Tensor) -> Tensor:
        """[B, inputs] → the parameters of the draw [B, …], in a row; the state is that after it."""
        for entry in self.entries:
            x = entry(x)
        for i, cell in enumerate(self.cells):
            heard = x if cell.source < 0 else self.hidden[:, cell.source]
            self.hidden[:, i] = cell(heard, self.hidden[:, i])
        return torch.cat([head(self.hidden) for head in self.heads], 1)


class PhasedGenerator(Sequences):
    """A plan of phased LSTM cells: hidden is [B, cells, 2 width], and steps are counted."""

    def __init__(self, plan: Plan):
        super().__init__(plan, [PhasedCell(cell) for cell in plan.cells], 2 * plan.width)
        self.register_buffer("steps", torch.zeros(1, dtype=torch.int64))

    @torch.jit.export
    def begin(self, made: Tensor) -> None:
        """As that of Sequences; TorchScript knows no super()."""
        self.hidden = self.hidden.new_zeros(made.shape[0], self.hidden.shape[1], self.hidden.shape[2])
        self.made = made.clone()
        self.steps.zero_()

    def outputs(self, x: Tensor) -> Tensor:
        """As Generator's."""
        step = int(self.steps)
        for entry in self.entries:
            x = entry(x)
        for i, cell in enumerate(self.cells):
            heard = x if cell.source < 0 else self.hidden[:, cell.source, : self.width]
            self.hidden[:, i] = cell(heard, self.hidden[:, i], step)
        self.steps.add_(1)
        return torch.cat([head(self.hidden[:, :, : self.width]) for head in self.heads], 1)


def generator_of(plan: Plan) -> nn.Module:
    return PhasedGenerator(plan) if plan.phased else Generator(plan)


def pick(draw: list[int], y: Tensor, noise: Tensor, temperature: float) -> Tensor:
    """Outputs of a network [B, …] in a row → what is drawn, float32 [B, variables], classes as [B, 1]."""
    kind, count, components = draw[0], draw[1], draw[2]
    if kind == 0:
        return sample_categorical(y, noise[:, 0], temperature).unsqueeze(1).to(y.dtype)
    if kind == 1:
        return sample_gaussian(y.view(-1, 2, count), noise, temperature)
    return sample_mixture(y.view(-1, 3, components, count), noise, temperature)


def feed(draw: list[int], value: Tensor) -> Tensor:
    """What was drawn [B, variables or 1] → the inputs that hear it [B, fed]."""
    if draw[0] != 0:
        return value
    if draw[3] != 0:
        return nn.functional.one_hot(value[:, 0].to(torch.int64), draw[1]).to(value.dtype)
    return value / draw[1]


def gathered(values: list[Tensor], given: Tensor, draw: list[int]) -> Tensor:
    """Steps [B, n] → [B, T, n], also none at all."""
    if len(values) == 0:
        return given.new_zeros(given.shape[0], 0, 1 if draw[0] == 0 else draw[1])
    return torch.stack(values, 1)


def _register(module: nn.Module, layer: Layer, suffix: str = "") -> None:
    for name in ("weight", "bias", "scales"):
        module.register_buffer(name + suffix, getattr(layer, name).clone())
