"""A network as a list of its layers, which is what runs it step by step: the native step and the exported file.

    made | given ── entries ── cells ── heads ── outputs

Cells follow one another in the order of the state; each says where its input comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from .networks import GaussianHead, GRUStack, MixtureHead, Net0, Net5, Net6, Network, PerVariable, Split
from .phased import PhasedCells, PhasedStack
from .sizes import CATEGORICAL, COMPONENTS, GAUSSIAN, MIXTURE
from .tier import Tier

PRECISIONS = ("int8", "exact")
KINDS = (CATEGORICAL, GAUSSIAN, MIXTURE)  # in the order of their numbers in files and in the native step
_MOST = 127  # of an int8


@dataclass(frozen=True)
class Layer:
    """weight [outputs, inputs], bias [outputs]. scales [outputs], or empty: row o of the weight is whole numbers
    (−127 to 127) of scales[o]."""

    weight: Tensor
    bias: Tensor
    scales: Tensor


@dataclass(frozen=True)
class GRULayer:
    """A GRU's two layers, in torch's order of gates. source: the cell it hears, or −1: the entries."""

    input: Layer
    hidden: Layer
    source: int


@dataclass(frozen=True)
class PhasedLayer:
    cells: PhasedCells
    source: int


@dataclass(frozen=True)
class Plan:
    """entries: layers with whether a ReLU follows; heads: layers with the cell they hear and whether its tanh.

    kind: of sizes.py; count: classes or variables; made: inputs that hold what was made before, given: the others.
    """

    kind: str
    count: int
    onehot: bool
    made: int
    given: int
    width: int
    entries: list[tuple[Layer, bool]] = field(default_factory=list)
    cells: list[GRULayer | PhasedLayer] = field(default_factory=list)
    heads: list[tuple[Layer, int, bool]] = field(default_factory=list)

    @property
    def components(self) -> int:
        return COMPONENTS if self.kind == MIXTURE else 1

    @property
    def phased(self) -> bool:
        return any(isinstance(cell, PhasedLayer) for cell in self.cells)

    @property
    def values(self) -> int:
        """Numbers that one step makes."""
        return 1 if self.kind == CATEGORICAL else self.count


def plan_of(network: Network, tier: Tier, precision: str = "exact") -> Plan:
    """The layers of a network on the CPU, its own weights untouched.

    precision: "int8" rounds the weights of GRUs and heads to 8 bits, a step size for each row; "exact" does not.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"The precision is one of {' and '.join(PRECISIONS)}, not '{precision}'.")
    network = network.eval()
    count = tier.mulaw_channels if tier.audio else tier.gen_size
    plan = Plan(network.kind, count, tier.onehot, tier.gen_size, tier.cond_size, network.hidden_size)
    shared = getattr(network, "rnn", None)
    rounds = precision == "int8" and not isinstance(shared, PhasedStack)  # which is played as it is everywhere
    if isinstance(network, Net6):
        plan.entries.extend([(_layer(network.widen), True), (_layer(network.entry), False)])
    else:
        plan.entries.append((_layer(network.entry), True))
    source = -1 if shared is None else _append(plan, shared, -1, rounds)
    if isinstance(network, Net0):
        plan.heads.extend(_heads(network.head, source, source, rounds, isinstance(network, Net5)))
    elif isinstance(network, Split):
        ends = [_append(plan, stack, source, rounds) for stack in (network.mu_rnn, network.sigma_rnn)]
        plan.heads.extend(_heads(network.head, *ends, rounds, False))
    else:
        assert isinstance(network, PerVariable)
        ends = [_append(plan, stack, source, rounds) for stack in network.rnns]
        for part in ("mu", "sigma"):  # all means, then all deviations
            pairs = zip(network.heads, ends, strict=True)
            plan.heads.extend((_layer(getattr(head, part), rounds), end, False) for head, end in pairs)
    return plan


def _append(plan: Plan, stack: GRUStack | PhasedStack, source: int, rounds: bool) -> int:
    """Appends the cells of a stack; returns the number of its last."""
    if isinstance(stack, PhasedStack):
        for layer in stack.layers:
            plan.cells.append(PhasedLayer(layer, source))
            source = len(plan.cells) - 1
        return source
    for i in range(stack.gru.num_layers):
        parts = [
            _numbers(*(getattr(stack.gru, f"{name}_{side}_l{i}") for name in ("weight", "bias")), rounds)
            for side in ("ih", "hh")
        ]
        plan.cells.append(GRULayer(*parts, source))
        source = len(plan.cells) - 1
    return source


def _heads(head: nn.Module, mu: int, sigma: int, rounds: bool, tanh: bool) -> list[tuple[Layer, int, bool]]:
    if isinstance(head, GaussianHead):
        return [(_layer(head.mu, rounds), mu, tanh), (_layer(head.sigma, rounds), sigma, tanh)]
    if isinstance(head, MixtureHead):
        return [(_layer(linear, rounds), mu, tanh) for linear in (head.pi, head.mu, head.sigma)]
    return [(_layer(head.logits, rounds), mu, tanh)]


def _layer(linear: nn.Linear, rounds: bool = False) -> Layer:
    return _numbers(linear.weight, linear.bias, rounds)


def _numbers(weight: Tensor, bias: Tensor, rounds: bool) -> Layer:
    weight, bias = (x.detach().to("cpu", torch.float32, copy=True).contiguous() for x in (weight, bias))
    return Layer(bias=bias, **rounded(weight)) if rounds else Layer(weight, bias, torch.empty(0))


def rounded(weight: Tensor) -> dict[str, Tensor]:
    """[outputs, inputs] → the nearest weights in 8 bits, as float32, and the step size of each row."""
    scales = weight.abs().amax(1) / _MOST
    steps = torch.round(weight / scales.clamp_min(1e-30)[:, None]).clamp_(-_MOST, _MOST)
    return {"weight": steps * scales[:, None], "scales": scales}
