"""RAVE as a task of the trunk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..train.task import Evaluation, Sound, Task
from .config import Config
from .loading import read_checkpoint
from .network import RAVE, attach_discriminator
from .train_data import Data
from .train_pictures import pairs_picture, traversals
from .train_start import adopt_optimizers, adopt_weights, steps_done, transfer
from .update import Updates, integrate

EXAMPLES = 8  # heard in TensorBoard
PLAYERS = 4  # pairs on the page


class RaveTask(Task):
    """Network, data and update of one training (see train.task.Task).

    seed decides the first weights; `first`: whether this is the process that makes pictures and sounds.
    derivative: signals are first differences, integrated for listening.
    """

    def __init__(
        self,
        config: Config,
        data: Data,
        device: torch.device,
        *,
        seed: int = 0,
        first: bool = True,
        derivative: bool = False,
        half: bool = False,
        compiled: bool = False,
        freeze_encoder: bool = False,
    ):
        torch.manual_seed(seed)
        self.config, self.first, self.derivative, self.freeze_encoder = config, first, derivative, freeze_encoder
        self.items, self.validation_items = data.training, data.validation
        self.module = attach_discriminator(RAVE(config)).to(device)
        self.start, self.averages = 0, None
        self._options = {"half": half, "compiled": compiled}
        self._prepare()

    def _prepare(self) -> None:
        self.updates = Updates(self.module, **self._options)
        self.optimizers = list(self.updates.optimizers.values())
        self.schedulers = list(self.updates.schedulers.values())
        self._examples: list[tuple[Tensor, Tensor]] = []
        if self.freeze_encoder:
            self.module.encoder.requires_grad_(False)

    def transfer(self, file: Path) -> str:
        """Begins with the weights of any checkpoint that fit; returns a line about it. Raises ConfigError."""
        return transfer(self.module, file)

    def adopt(self, file: Path) -> str | None:
        """Goes on from a checkpoint of the release: weights, optimizers, step. Raises ConfigError."""
        checkpoint = read_checkpoint(file)
        adopt_weights(self.module, checkpoint)
        self._prepare()  # what Updates sets in the network holds over what the checkpoint says
        self.start = steps_done(checkpoint)
        self.averages = checkpoint.get("callbacks", {}).get("EMA")
        return adopt_optimizers(self.updates, checkpoint)

    @property
    def trial_steps(self) -> tuple[int, ...]:
        """A discriminator's and a generator's step of the second phase."""
        first, every = self.config.phase_1_duration, self.config.update_discriminator_every
        turn = -(-first // every) * every
        return (turn, turn + 1) if every > 1 else (turn,)

    def step(self, batch: Tensor, step: int) -> dict[str, Tensor]:
        if self.freeze_encoder:
            self.module.encoder.eval()  # no statistics, no codebook moves
        return self.updates.step(batch, step)

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        terms = self.updates.validate(batch)
        missing = EXAMPLES - sum(len(x) for x, _ in self._examples)
        if self.first and missing > 0:
            self._examples.append((batch[:missing].cpu(), terms["reconstruction"][:missing].float().cpu()))
        return {"validation": terms["validation"]}

    def summarize(self, step: int, gather: Callable[[Any], list[Any]]) -> Evaluation:
        scalars = self.updates.finish_validation(lambda tensor: sum(gather(tensor)))
        examples, self._examples = self._examples, []
        if not self.first or not examples:
            return Evaluation(scalars)
        signals = torch.cat([x for x, _ in examples]), torch.cat([y for _, y in examples])
        sounds = self._audible(signals[0]), self._audible(signals[1])
        pairs = list(zip(*sounds, strict=True))
        pictures = {
            "spectrograms": pairs_picture(pairs[:PLAYERS], self.config.sampling_rate),
            "latent_traversals": traversals(self.module, signals[0][:1], self._audible),
        }
        return Evaluation(scalars, self._sounds(pairs), pictures)

    def _sounds(self, pairs: list[tuple[np.ndarray, np.ndarray]]) -> list[Sound]:
        rate = self.config.sampling_rate
        row = np.concatenate([sound for pair in pairs for sound in pair], -1)
        names = ("original", "reconstruction")
        players = [
            Sound(f"example {i + 1}, {name}", sound, rate, board=False)
            for i, pair in enumerate(pairs[:PLAYERS])
            for name, sound in zip(names, pair, strict=True)
        ]
        return [Sound("audio_val", row, rate, page=False), *players]

    def _audible(self, x: Tensor) -> np.ndarray:
        """Audio [B, C, T] of the network's signals."""
        return (integrate(x, self.config.sampling_rate) if self.derivative else x).numpy()

    def phase(self, step: int) -> int:
        return self.updates.phase(step)

    def annotate(self, checkpoint: dict[str, Any], step: int) -> None:
        """What the release reads the step from."""
        checkpoint["callbacks"]["WarmupCallback"] = {"training_steps": step}
