"""What a toolkit supplies to be trained by the trunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import torch


@dataclass(frozen=True)
class Sound:
    """Audio for TensorBoard (`board`) and the report (`page`). samples: float [channels, time] in −1..1; rate: Hz."""

    name: str
    samples: np.ndarray
    rate: int
    board: bool = True
    page: bool = True


@dataclass
class Evaluation:
    """What a validation found, besides the averages of `Task.validate`."""

    scalars: dict[str, float] = field(default_factory=dict)
    sounds: list[Sound] = field(default_factory=list)
    pictures: dict[str, np.ndarray] = field(default_factory=dict)  # uint8 [height, width, 3]
    remarks: list[str] = field(default_factory=list)  # lines to print


class Items(Protocol):
    """Training examples, read in worker processes: `items[epoch, index]` is a function of the two alone."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: tuple[int, int]) -> Any: ...


class ValidationItems(Protocol):
    """Validation examples: the same ones at every validation."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Any: ...


class Task:
    """A network, its data and its update; a base class, whose methods with a body are enough for many.

    Random numbers of an update come from torch's default generator alone: the loop seeds it before each
    step, which is what makes an interrupted run end in the same weights as an uninterrupted one.
    Across processes, gradients are averaged before every `optimizer.step()`, buffers follow process 0.
    """

    module: torch.nn.Module  # everything trained; its state_dict is the checkpoint's
    optimizers: Sequence[torch.optim.Optimizer]
    schedulers: Sequence[torch.optim.lr_scheduler.LRScheduler] = ()
    items: Items
    validation_items: ValidationItems
    ending: str | None = None
    """A line that says why training ends now, before its last step. Process 0 decides; it is looked at after each
    step of one process, and at each log of several."""

    def step(self, batch: Any, step: int) -> dict[str, torch.Tensor]:
        """One update, the `step`-th (from 0). Returns detached scalars on the device; must not wait for it."""
        raise NotImplementedError

    def validate(self, batch: Any) -> dict[str, torch.Tensor]:
        """Averages over one batch, of equal names for every batch; "validation" decides which step is best."""
        raise NotImplementedError

    def summarize(self, step: int, gather: Callable[[Any], list[Any]]) -> Evaluation:
        """After the last `validate`. gather: a value of each process, to be called by all of them alike."""
        return Evaluation()

    def phase(self, step: int) -> int:
        """Number of the training phase: best.ckpt is the best of the latest phase."""
        return 1

    def state_dict(self) -> dict[str, Any]:
        """What else an exact resume needs (plain values and tensors)."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes that back."""

    def annotate(self, checkpoint: dict[str, Any], step: int) -> None:
        """Adds the entries that other readers of such a checkpoint look for."""
