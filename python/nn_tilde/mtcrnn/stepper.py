"""The inner step of generation: network, draw, and what was drawn into the next input.

Everything around it (primers, conditioning, files) knows a Stepper only through these two methods, so that another
engine can take the place of this one.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from .networks import Network, State
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


class TorchStepper:
    """In PyTorch, a step at a time: the reference for faster ones. generator: on the network's device."""

    def __init__(self, network: Network, sampler: Sampler, generator: torch.Generator | None = None):
        self.network, self.sampler, self.generator = network.eval(), sampler, generator
        self.device = next(network.parameters()).device
        self._state: State | None = None
        self._next: Tensor | None = None  # [B, gen + cond]

    @torch.inference_mode()
    def prime(self, x: np.ndarray) -> None:
        rows = self._tensor(x)
        if rows.ndim != 3 or rows.shape[1] < 1 or rows.shape[2] != self.network.input_size:
            raise ValueError(f"A primer is [batch, 1 or more, {self.network.input_size}], not {list(rows.shape)}.")
        self._state, self._next = self.network.initial(len(rows)), rows[:, -1]
        if rows.shape[1] > 1:
            _, self._state = self.network(rows[:, :-1], self._state)

    @torch.inference_mode()
    def run(self, length: int, conditioning: np.ndarray) -> np.ndarray:
        if self._state is None or self._next is None:
            raise ValueError("A stepper is primed before it runs.")
        given = self._tensor(conditioning)
        wanted = (len(self._next), length, self.sampler.tier.cond_size)
        if given.shape != wanted:
            raise ValueError(f"The conditioning is {list(given.shape)} instead of {list(wanted)}.")
        made = []
        for t in range(length):
            output, self._state = self.network.step(self._next, self._state)
            made.append(self.sampler.draw(output, self.generator))
            self._next = torch.cat([self.sampler.feed(made[-1], given.dtype), given[:, t]], -1)
        return torch.stack(made, 1).cpu().numpy()

    def _tensor(self, x: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(x, np.float32)).to(self.device)
