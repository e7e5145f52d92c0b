"""A variational auto-encoder of spectra as a task of the trunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..train.task import Evaluation, Items, Task, ValidationItems
from . import augment, loading, optimisation
from .config import Config
from .listening import Examples
from .loading import Tasks
from .model.vae import VAE
from .transforms import Transform

VALIDATED = 1 << 16  # frames, at most: more tell nothing new, and take a while


class Spread:
    """At most `most` of some items, evenly from all of them."""

    def __init__(self, items: ValidationItems, total: int, most: int = VALIDATED):
        self.items, self.total, self.count = items, total, min(total, most)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < self.count:
            raise IndexError(index)
        return self.items[index * self.total // self.count]


class SpectraTask(Task):
    """See train.task.Task. Batches: {"x": unscaled features [B, C, T, bins], "labels": {task: [B, T]}}.

    transform: fitted; epoch_steps: batches of an epoch; clip: largest norm of the gradient, None for any; examples:
    None in all processes but the first. Losses are named as upstream: rec_loss/train, kld/valid and so on.
    """

    def __init__(
        self,
        config: Config,
        transform: Transform,
        tasks: Tasks,
        items: Items,
        validation_items: ValidationItems,
        device: torch.device,
        *,
        epoch_steps: int,
        clip: float | None = None,
        examples: Examples | None = None,
    ):
        torch.manual_seed(config.seed)
        self.config, self.transform, self.tasks = config, transform, tasks
        self.items, self.validation_items = items, validation_items
        self.epoch_steps, self.clip, self.examples = epoch_steps, clip, examples
        self.module = VAE(config).to(device)
        self.augmentations = augment.build(config.data.augmentations)
        # Of their own: the transform's stay on the CPU, where sound is made.
        self.offset, self.scale = (t.clone().to(device) for t in (transform.scaling.offset, transform.scaling.scale))
        self.optimizers = [optimisation.make_optimizer(self.module, config.training)]
        scheduler = optimisation.make_scheduler(self.optimizers[0], config.training)
        self.schedulers = [] if scheduler is None else [scheduler]
        self.done = 0  # updates the weights have seen
        self._latents: list[Tensor] = []
        self._predicted: dict[str, Tensor] = {}

    def scaled(self, x: Tensor) -> Tensor:
        """Features [B, C, T, bins] as the network is to see them."""
        planes = x.unflatten(1, (-1, self.transform.planes))
        return ((planes - self.offset) / self.scale).flatten(1, 2)

    def step(self, batch: dict, step: int) -> dict[str, Tensor]:
        x = self.scaled(batch["x"])
        for augmentation in self.augmentations:
            x = augmentation(x)
        values = self.module.loss({**batch, "x": x}, step, step // self.epoch_steps)
        optimizer = self.optimizers[0]
        optimizer.zero_grad(set_to_none=True)
        values["full_loss"].backward()
        if self.clip:
            values["gradient_norm"] = torch.nn.utils.clip_grad_norm_(self.module.parameters(), self.clip)
        optimizer.step()
        self.done = step + 1
        if self.done % self.epoch_steps == 0:
            for scheduler in self.schedulers:
                scheduler.step()
        return {f"{name}/train": value.detach() for name, value in values.items()}

    def validate(self, batch: dict) -> dict[str, Tensor]:
        """Without augmentation; the decoder is told predicted labels where there are none."""
        batch = {**batch, "x": self.scaled(batch["x"])}
        values = self.module.loss(batch, self.done, self.done // self.epoch_steps)
        if self.config.training.dim_red and len(self._latents) < self.config.training.dim_red_batches:
            x = batch["x"][:, 0] if self.module.channels == 1 else batch["x"].movedim(1, -2)
            self._latents.append(self.module.encode(x, batch["labels"]).flatten(0, -2).cpu())
        self._count(batch["labels"], values)
        return {"validation": values["rec_loss"], **{f"{name}/valid": value for name, value in values.items()}}

    def _count(self, labels: dict[str, Tensor], values: dict[str, Tensor]) -> None:
        """Takes out what is a mean over frames with a label, or without: batches have more or fewer of those."""
        for task in self.module.predicted:
            known = torch.isfinite(labels[task].float()) & (labels[task] >= 0)
            if self.tasks[task] is None:
                known = torch.isfinite(labels[task])
            for name, frames in (("ratio", known), ("logdensity", known), ("entropy", ~known)):
                if (key := f"{task}_{name}") in values:
                    weighted = torch.stack([values.pop(key) * frames.sum(), frames.sum()])
                    self._predicted[key] = self._predicted.get(key, 0) + weighted

    def summarize(self, step: int, gather: Callable[[Any], list[Any]]) -> Evaluation:
        mine, self._latents = self._latents, []
        latents = [each for part in gather(mine) for each in part]
        remarks = []
        if latents:
            try:
                self.module.spaces.fit(torch.cat(latents), self.config.training.dim_red)
            except ValueError as error:  # of a training that diverges, which the trunk says next
                remarks.append(str(error))
        evaluation = self.examples(self.module) if self.examples else Evaluation()
        sums = gather({key: pair.tolist() for key, pair in self._predicted.items()})
        self._predicted = {}
        for key in sums[0]:
            total, frames = (sum(each[key][i] for each in sums) for i in (0, 1))
            if frames:
                evaluation.scalars[f"{key}/valid"] = total / frames
                if key.endswith("_ratio"):
                    remarks.append(f"{key.removesuffix('_ratio')}: right in {total / frames:.1%} of labelled frames")
        evaluation.remarks += remarks
        return evaluation

    def annotate(self, checkpoint: dict[str, Any], step: int) -> None:
        """What the weights are for, which `loading.load` reads."""
        checkpoint[loading.ENTRY] = loading.described(self.config, self.transform, self.tasks)
