"""The seven networks of a tier: Linear and ReLU, recurrent layers with explicit state, Linears.

        x [B, T, input] ── entry ── stacks ── heads ── outputs [B, T, …]
                                     ↑ ↓
                                    state

`forward` runs a whole span as fused calls, `step` a single time; both give the same numbers. Outputs are the raw
parameters of a distribution (see sampling.py): logits [classes], Gaussians [2, variables] (mean, scale before its
softplus), mixtures [3, components, variables] (logits of the weights, means, scales before their softplus).

Huzaifah, Wyse: MTCRNN, arXiv 2011.12596.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .phased import PhasedStack
from .sizes import COMPONENTS, Sizes
from .tier import Tier

State = tuple[Tensor, ...]


class GRUStack(nn.Module):
    """Stacked GRUs. Its state: [layers, B, hidden]."""

    state_tensors = 1

    def __init__(self, hidden_size: int, n_layers: int):
        super().__init__()
        self.gru = nn.GRU(hidden_size, hidden_size, n_layers, batch_first=True)

    def initial(self, batch: int) -> State:
        return (self.gru.weight_hh_l0.new_zeros(self.gru.num_layers, batch, self.gru.hidden_size),)

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        y, h = self.gru(x, state[0].contiguous())
        return y, (h,)


Stack = GRUStack | PhasedStack


class LogitsHead(nn.Module):
    """[…, hidden] → logits […, classes]."""

    def __init__(self, hidden_size: int, classes: int):
        super().__init__()
        self.logits = nn.Linear(hidden_size, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x)


class GaussianHead(nn.Module):
    """[…, hidden] → […, 2, variables]; two inputs where means and scales have recurrent layers of their own."""

    def __init__(self, hidden_size: int, variables: int):
        super().__init__()
        self.mu = nn.Linear(hidden_size, variables)
        self.sigma = nn.Linear(hidden_size, variables)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.stack([self.mu(x), self.sigma(x if y is None else y)], -2)


class MixtureHead(nn.Module):
    """[…, hidden] → […, 3, components, variables]."""

    def __init__(self, hidden_size: int, variables: int):
        super().__init__()
        self.shape = (COMPONENTS, variables)
        self.mu = nn.Linear(hidden_size, COMPONENTS * variables)
        self.sigma = nn.Linear(hidden_size, COMPONENTS * variables)
        self.pi = nn.Linear(hidden_size, COMPONENTS * variables)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.tanh(x)
        return torch.stack([linear(x).unflatten(-1, self.shape) for linear in (self.pi, self.mu, self.sigma)], -3)


class Network(nn.Module):
    """A network of one tier. kind: of sizes.py, what the outputs parametrise; input_size: channels of x."""

    def __init__(self, tier: Tier, sizes: Sizes):
        super().__init__()
        self.kind, self.input_size, self.hidden_size = sizes.kind(tier), tier.input_size, sizes.hidden_size
        self.build(tier, sizes)

    def build(self, tier: Tier, sizes: Sizes) -> None:
        """The layers, in the order of the state_dict."""
        raise NotImplementedError

    def stacks(self) -> list[Stack]:
        """All recurrent layers, in the order of the state."""
        raise NotImplementedError

    def outputs(self, x: Tensor, parts: list[State]) -> tuple[Tensor, list[State]]:
        """Entered input [B, T, hidden] and a state per stack → outputs and the states after them."""
        raise NotImplementedError

    def enter(self, x: Tensor) -> Tensor:
        return torch.relu(self.entry(x))

    def initial(self, batch: int) -> State:
        """The state before anything was heard; zeros."""
        return tuple(tensor for stack in self.stacks() for tensor in stack.initial(batch))

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """x [B, T, input] → outputs [B, T, …] and the state after the span; without a state it begins at zeros."""
        state = self.initial(len(x)) if state is None else state
        parts, at = [], 0
        for stack in self.stacks():
            parts.append(state[at : at + stack.state_tensors])
            at += stack.state_tensors
        y, parts = self.outputs(self.enter(x), parts)
        return y, tuple(tensor for part in parts for tensor in part)

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """x [B, input] → output [B, …] and the next state."""
        y, state = self(x[:, None], state)
        return y[:, 0], state


class Net0(Network):
    """One stack, of GRUs or phased LSTM cells."""

    def build(self, tier: Tier, sizes: Sizes) -> None:
        width = sizes.hidden_size
        self.entry = nn.Linear(tier.input_size, width)
        self.rnn = (PhasedStack if sizes.plstm else GRUStack)(width, sizes.n_layers)
        self.head = LogitsHead(width, tier.mulaw_channels) if tier.audio else GaussianHead(width, tier.gen_size)

    def stacks(self) -> list[Stack]:
        return [self.rnn]

    def outputs(self, x: Tensor, parts: list[State]) -> tuple[Tensor, list[State]]:
        x, state = self.rnn(x, parts[0])
        return self.head(x), [state]


class Net5(Net0):
    """One stack and a mixture of Gaussians for each variable (Bishop: Mixture Density Networks, 1994)."""

    def build(self, tier: Tier, sizes: Sizes) -> None:
        super().build(tier, sizes)
        self.head = MixtureHead(sizes.hidden_size, tier.gen_size)


class Net6(Net0):
    """Net 0 behind a wider first layer."""

    def build(self, tier: Tier, sizes: Sizes) -> None:
        self.widen = nn.Linear(tier.input_size, 3 * tier.input_size)
        self.entry = nn.Linear(3 * tier.input_size, sizes.hidden_size)
        self.rnn = GRUStack(sizes.hidden_size, sizes.n_layers)
        self.head = LogitsHead(sizes.hidden_size, tier.mulaw_channels)

    def enter(self, x: Tensor) -> Tensor:
        return self.entry(torch.relu(self.widen(x)))


class Split(Network):
    """Nets 1 and 2: means and scales have stacks of their own. shared: behind a common one."""

    shared = False

    def build(self, tier: Tier, sizes: Sizes) -> None:
        size = sizes.hidden_size, sizes.n_layers
        self.entry = nn.Linear(tier.input_size, sizes.hidden_size)
        self.rnn = GRUStack(*size) if self.shared else None
        self.mu_rnn, self.sigma_rnn = GRUStack(*size), GRUStack(*size)
        self.head = GaussianHead(sizes.hidden_size, tier.gen_size)

    def stacks(self) -> list[Stack]:
        return [*([self.rnn] if self.shared else []), self.mu_rnn, self.sigma_rnn]

    def outputs(self, x: Tensor, parts: list[State]) -> tuple[Tensor, list[State]]:
        x, before, parts = through(self.rnn, x, parts)
        mu, mu_state = self.mu_rnn(x, parts[0])
        sigma, sigma_state = self.sigma_rnn(x, parts[1])
        return self.head(mu, sigma), [*before, mu_state, sigma_state]


class PerVariable(Network):
    """Nets 3 and 4: each variable has a stack and heads of its own. shared: behind a common stack."""

    shared = False

    def build(self, tier: Tier, sizes: Sizes) -> None:
        size = sizes.hidden_size, sizes.n_layers
        self.entry = nn.Linear(tier.input_size, sizes.hidden_size)
        self.rnn = GRUStack(*size) if self.shared else None
        self.rnns = nn.ModuleList(GRUStack(*size) for _ in range(tier.gen_size))
        self.heads = nn.ModuleList(GaussianHead(sizes.hidden_size, 1) for _ in range(tier.gen_size))

    def stacks(self) -> list[Stack]:
        return [*([self.rnn] if self.shared else []), *self.rnns]

    def outputs(self, x: Tensor, parts: list[State]) -> tuple[Tensor, list[State]]:
        x, before, parts = through(self.rnn, x, parts)
        runs = [rnn(x, part) for rnn, part in zip(self.rnns, parts, strict=True)]
        y = torch.cat([head(y) for head, (y, _) in zip(self.heads, runs, strict=True)], -1)
        return y, [*before, *(state for _, state in runs)]


class Net2(Split):
    shared = True


class Net4(PerVariable):
    shared = True


CLASSES: dict[int, type[Network]] = {0: Net0, 1: Split, 2: Net2, 3: PerVariable, 4: Net4, 5: Net5, 6: Net6}


def through(stack: GRUStack | None, x: Tensor, parts: list[State]) -> tuple[Tensor, list[State], list[State]]:
    """Through the common stack, if there is one: its output, its state after, and the states of the others."""
    if stack is None:
        return x, [], parts
    x, state = stack(x, parts[0])
    return x, [state], parts[1:]


def build(tier: Tier, sizes: Sizes) -> Network:
    """The network of a tier, with weights of torch's default generator. Raises ValueError, one sentence."""
    sizes.check(tier)
    return CLASSES[sizes.net](tier, sizes)


def detached(state: State) -> State:
    """The same state, without its past."""
    return tuple(tensor.detach() for tensor in state)
