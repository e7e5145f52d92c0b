"""A tier as a task of the trunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..train.task import Evaluation, Items, Task
from ..train.task import ValidationItems as Validation
from . import checkpoints, spans
from .examples import examples
from .log import TrainingLog
from .losses import step_losses
from .networks import State, build, detached
from .sampling import Sampler
from .sizes import GAUSSIAN, LOSSES, Sizes
from .tier import Tier

EXAMPLES = 3


@dataclass(frozen=True)
class Recipe:
    """How a tier is trained. tfr: teacher forcing ratio, going to `ss` where given; clip: largest norm of the
    gradient, 0 for any; loss: of LOSSES; loss_cutoff: training ends below it; total: steps of the whole training."""

    total: int
    lr: float = 5e-4
    tfr: float = 1.0
    ss: float | None = None
    loss: str = "nll"
    clip: float = 1.0
    loss_cutoff: float | None = None

    def check(self, tier: Tier, sizes: Sizes) -> None:
        """Raises ValueError, one sentence."""
        for name in ("tfr", "ss"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"--{name} lies between 0 and 1, not {value}.")
        if not self.lr > 0:
            raise ValueError(f"--lr must be above 0, not {self.lr}.")
        if not self.clip >= 0:
            raise ValueError(f"--clip must be 0 or more, not {self.clip}.")
        if self.loss not in LOSSES:
            raise ValueError(f"--loss is {' or '.join(LOSSES)}, not {self.loss}.")
        if self.loss == "mse-sample" and sizes.kind(tier) != GAUSSIAN:
            raise ValueError("--loss mse-sample is for parameters with one Gaussian each (--net 0 to 4).")


class TierTask(Task):
    """See train.task.Task. Batches: (input, target), or those of windows.StatefulItems, whose state is carried.

    folder: where model_<step>.pkl goes every `save_every` steps; log: None in all processes but the first.
    listen: seconds made at each validation, 0 for none; seed decides the first weights.
    """

    def __init__(
        self,
        tier: Tier,
        sizes: Sizes,
        recipe: Recipe,
        items: Items,
        validation_items: Validation,
        device: torch.device,
        *,
        folder: Path,
        save_every: int,
        seed: int = 0,
        listen: float = 0.0,
        log: TrainingLog | None = None,
    ):
        torch.manual_seed(seed)
        self.tier, self.sizes, self.recipe = tier, sizes, recipe
        self.items, self.validation_items = items, validation_items
        self.folder, self.save_every, self.listen, self.log = folder, save_every, listen, log
        self.module = build(tier, sizes).to(device)
        self.sampler = Sampler(tier, self.module.kind)
        self.optimizers = [torch.optim.Adam(self.module.parameters(), recipe.lr)]
        self.carried: State | None = None
        self.done = 0  # updates seen by the weights, 0 before the first of this session
        self._saved: tuple[int, Path] | None = None
        self._heard: Tensor | None = None  # windows that examples go on from

    def step(self, batch: list[Tensor], step: int) -> dict[str, Tensor]:
        recipe = self.recipe
        x, target, state = self._ordered(batch)
        forced = spans.draw_forced(x.shape[1], spans.ratio(step, recipe.total, recipe.tfr, recipe.ss))
        outputs, state = spans.run_window(self.module, self.sampler, x, forced, state)
        if len(batch) > 2:
            self.carried = detached(state)
        loss = step_losses(self.module.kind, outputs, target, recipe.loss).mean()
        optimizer = self.optimizers[0]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        values = {"loss": loss.detach()}
        if recipe.clip:
            values["gradient_norm"] = torch.nn.utils.clip_grad_norm_(self.module.parameters(), recipe.clip).detach()
        optimizer.step()
        self.done = step + 1
        if self.log:
            self.log.loss(step + 1, loss)
            if recipe.loss_cutoff is not None and loss.item() < recipe.loss_cutoff:
                self.ending = f"The loss is below {recipe.loss_cutoff:g} at step {self.done}."
        return values

    def _ordered(self, batch: list[Tensor]) -> tuple[Tensor, Tensor, State | None]:
        """Input, target and the state to begin with; rows that carry a state in the order of their lanes."""
        x, target, *rest = batch
        if not rest:
            return x, target, None
        lane, fresh = rest
        order = lane.argsort()
        if self.carried is None:
            return x[order], target[order], None
        kept = (~fresh[order])[None, :, None]
        state = tuple(t.to(x.device) * kept if t.ndim == 3 else t.to(x.device) for t in self.carried)
        return x[order], target[order], state

    def validate(self, batch: list[Tensor]) -> dict[str, Tensor]:
        """Loss with teacher forcing throughout."""
        x, target = batch
        if self._heard is None and self.listen and self.log:
            self._heard = x[:EXAMPLES]
        outputs, _ = self.module(x)
        return {"validation": step_losses(self.module.kind, outputs, target, self.recipe.loss).mean()}

    def summarize(self, step: int, gather: Callable[[Any], list[Any]]) -> Evaluation:
        heard, self._heard = self._heard, None
        if heard is None:
            return Evaluation()
        return examples(self.module, self.tier, heard.cpu().numpy(), self.listen)

    def state_dict(self) -> dict[str, Any]:
        return {"carried": None if self.carried is None else list(self.carried)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.carried = None if state["carried"] is None else tuple(state["carried"])

    def annotate(self, checkpoint: dict[str, Any], step: int) -> None:
        """What the weights are for; and, when it is due, the file that generation reads."""
        checkpoint["mtcrnn"] = checkpoints.header(self.tier, self.sizes)
        if step % self.save_every == 0:
            self.save_model(step)

    def save_model(self, step: int) -> Path:
        """Writes the weights after `step` updates, once."""
        if self._saved is None or self._saved[0] != step:
            self._saved = step, checkpoints.save(self.folder, self.module, self.tier, self.sizes, step)
            if self.log:
                self.log.saved(self.folder)
        return self._saved[1]
