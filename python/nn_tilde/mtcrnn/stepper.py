"""The inner step of generation: network, draw, and what was drawn into the next input.

Everything around it (primers, conditioning, files) knows a Stepper only through these two methods. Random numbers are
those of randomness.py, so all of them make the same values from the same seed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from .. import _core
from .networks import Network, State
from .plan import GRULayer, Layer, Plan, plan_of
from .randomness import noise
from .sampling import Sampler


class Stepper(Protocol):
    """A tier at work on a batch of B sequences, one after another of its values.

    prime, then run as often as one likes: pieces of any lengths give the values of one long run.
    """

    def prime(self, x: np.ndarray) -> None:
        """Forgets all and hears x: float32 [B, P, gen + cond], P ≥ 1. The last row is the first input of `run`."""
        ...

    def run(self, length: int, conditioning: np.ndarray) -> np.ndarray:
        """Makes the next `length` values: int64 [B, length] classes of audio, or float32 [B, length, variables].

        conditioning: float32 [B, length, cond]; row t goes into the network together with the value made at t, so it
        steers the value after that.
        """
        ...


def make_stepper(
    network: Network, sampler: Sampler, seed: int, precision: str = "int8", device: torch.device | str = "cpu"
) -> Stepper:
    """The fastest stepper for a network: the native one on a CPU, PyTorch on others and for phased LSTMs.

    precision: of plan.py; "int8" is for the native one.
    """
    if torch.device(device).type == "cpu":
        plan = plan_of(network, sampler.tier, precision)
        if not plan.phased:
            return NativeStepper(plan, sampler, seed)
    return TorchStepper(network.to(device), sampler, seed)


class NativeStepper:
    """On packed weights, in the compiled core (cpp/src/accel/recurrent.h)."""

    def __init__(self, plan: Plan, sampler: Sampler, seed: int):
        self.plan, self.sampler, self.seed = plan, sampler, seed
        self.core = native(plan)
        self._before: np.ndarray | None = None  # conditioning that goes with the value made last, [B, 1, cond]
        self._done = 0

    def prime(self, x: np.ndarray) -> None:
        rows = np.ascontiguousarray(x, np.float32)
        _check_primer(rows, self.plan.made + self.plan.given)
        self.core.begin(rows[:, -1, : self.plan.made])
        self.core.hear(rows[:, :-1])
        self._before, self._done = rows[:, -1:, self.plan.made :], 0

    def run(self, length: int, conditioning: np.ndarray) -> np.ndarray:
        if self._before is None:
            raise ValueError("A stepper is primed before it runs.")
        batch, seed = len(self._before), self.seed
        given = np.asarray(conditioning, np.float32)
        _check_conditioning(given, (batch, length, self.plan.given))
        given = np.concatenate([self._before, given], 1)
        draws = noise(self.plan.kind, seed, self._done, length, batch, self.plan.count).numpy()
        values = self.core.generate(given[:, :-1], draws, self.sampler.temperature, self.sampler.legacy)
        self._before, self._done = given[:, -1:], self._done + length
        return values[..., 0].astype(np.int64) if self.sampler.tier.audio else values


class TorchStepper:
    """In PyTorch, a step at a time, on any device: the reference for the native one."""

    def __init__(self, network: Network, sampler: Sampler, seed: int):
        self.network, self.sampler, self.seed = network.eval(), sampler, seed
        self.device = next(network.parameters()).device
        self._state: State | None = None
        self._next: Tensor | None = None  # [B, gen + cond]
        self._done = 0

    @torch.inference_mode()
    def prime(self, x: np.ndarray) -> None:
        _check_primer(x, self.network.input_size)
        rows = self._tensor(x)
        self._state, self._next, self._done = self.network.initial(len(rows)), rows[:, -1], 0
        if rows.shape[1] > 1:
            _, self._state = self.network(rows[:, :-1], self._state)

    @torch.inference_mode()
    def run(self, length: int, conditioning: np.ndarray) -> np.ndarray:
        if self._state is None or self._next is None:
            raise ValueError("A stepper is primed before it runs.")
        tier, batch = self.sampler.tier, len(self._next)
        _check_conditioning(conditioning, (batch, length, tier.cond_size))
        given = self._tensor(conditioning)
        variables = tier.mulaw_channels if tier.audio else tier.gen_size
        draws = noise(self.network.kind, self.seed, self._done, length, batch, variables).to(self.device)
        made = []
        for t in range(length):
            output, self._state = self.network.step(self._next, self._state)
            made.append(self.sampler.pick(output, draws[:, t]))
            self._next = torch.cat([self.sampler.feed(made[-1], given.dtype), given[:, t]], -1)
        self._done += length
        return torch.stack(made, 1).cpu().numpy()

    def _tensor(self, x: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(x, np.float32)).to(self.device)


def native(plan: Plan) -> _core.Recurrent:
    """The compiled network of a plan without phased cells."""
    layers = [layer for layer, *_ in (*plan.entries, *plan.heads)]
    layers += [part for cell in plan.cells if isinstance(cell, GRULayer) for part in (cell.input, cell.hidden)]
    room = sum(_core.recurrent_room(layer.weight.shape[1], layer.weight.shape[0]) for layer in layers)
    core = _core.Recurrent(plan.kind, plan.count, plan.components, plan.onehot, plan.given, room)
    for layer, relu in plan.entries:
        core.entry(layer.weight.numpy(), layer.bias.numpy(), relu)
    for cell in plan.cells:
        assert isinstance(cell, GRULayer)
        weights = [layer.weight.numpy() for layer in (cell.input, cell.hidden)]
        biases = [layer.bias.numpy() for layer in (cell.input, cell.hidden)]
        core.cell(*weights, *biases, _scales(cell.input), _scales(cell.hidden), cell.source)
    for layer, source, tanh in plan.heads:
        core.head(layer.weight.numpy(), layer.bias.numpy(), _scales(layer), source, tanh)
    core.finish()
    return core


def _scales(layer: Layer) -> np.ndarray | None:
    return layer.scales.numpy() if layer.scales.numel() else None


def _check_primer(x: np.ndarray, inputs: int) -> None:
    if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != inputs:
        raise ValueError(f"A primer is [batch, 1 or more, {inputs}], not {list(x.shape)}.")


def _check_conditioning(x: np.ndarray, wanted: tuple[int, int, int]) -> None:
    if x.shape != wanted:
        raise ValueError(f"The conditioning is {list(x.shape)} instead of {list(wanted)}.")
