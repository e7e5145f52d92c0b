"""A prior as a task of the trunk: which token comes next, in each stream of each frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ..train.task import Evaluation, Items, Task, ValidationItems
from . import learning, loading, measures, pictures
from .config import Config
from .model.prior import Prior
from .plan import Data


def learning_rate_factor(config: Config, step: int) -> float:
    """Of `lr` at a step: rises evenly from start_factor to 1 in peak_iteration steps, then cooldown to the power of
    the steps since."""
    if step < config.peak_iteration:
        return config.start_factor + (1 - config.start_factor) * step / config.peak_iteration
    return config.cooldown ** (step - config.peak_iteration)


class PriorTask(Task):
    """See train.task.Task. Batches: those of data/windows.py.

    codebooks: [Q, V, D] of the RAVE, for the embedding; vae: what semantic features pass through, as they will when the
    prior is played; seed decides the first weights; half: the network computes in bfloat16; first: whether this is the
    process that draws.
    """

    def __init__(
        self,
        config: Config,
        data: Data,
        device: torch.device,
        *,
        seed: int = 0,
        codebooks: Tensor | None = None,
        vae: nn.Module | None = None,
        half: bool = False,
        first: bool = True,
    ):
        torch.manual_seed(seed)
        self.config, self.data, self.codebooks, self.first = config, data, codebooks, first
        self.items: Items = data.training
        self.validation_items: ValidationItems = data.validation
        self.module = Prior(config, codebooks).to(device)
        self.vae = None if vae is None else vae.to(device)
        trained = [parameter for parameter in self.module.parameters() if parameter.requires_grad]
        adam = torch.optim.AdamW(trained, config.lr, config.betas, weight_decay=config.weight_decay)
        rate = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: learning_rate_factor(config, step))
        self.optimizers, self.schedulers = [adam], [rate]
        self.tally = measures.Tally(config.num_quantizers, config.num_tokens)
        self.precision = torch.autocast(device.type, torch.bfloat16, enabled=half)
        self.at_once = learning.examples_at_once(config)

    @torch.no_grad()
    def _steered(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """A batch whose features [B, L, S] have passed through the VAE's latents, where there is one."""
        if self.vae is None:
            return batch
        latents = self.vae.encode(batch["semantic"].transpose(1, 2))
        return batch | {"semantic": self.vae.decode(latents).transpose(1, 2)}

    def step(self, batch: dict[str, Tensor], step: int) -> dict[str, Tensor]:
        optimizer, rate = self.optimizers[0], self.schedulers[0]
        optimizer.zero_grad(set_to_none=True)
        loss = learning.learn(self.module, self._steered(batch), self.at_once, self.precision)
        optimizer.step()
        used = loss.new_full((), rate.get_last_lr()[0])
        rate.step()
        return {"cross_entropy": loss, "learning_rate": used}

    def validate(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        sums: dict[str, Tensor] = {}
        for part in learning.parts(self._steered(batch), self.at_once):
            with self.precision:
                logits = self.module(part["inputs"], part["targets"], part["semantic"])
            count = measures.count_of(part["targets"])
            for name, value in self.tally.add(*learning.by_stream(logits, part["targets"])).items():
                sums[name] = sums.get(name, 0) + value * count
        values = {name: total / measures.count_of(batch["targets"]) for name, total in sums.items()}
        return {"validation": values["cross_entropy"], **{f"val_{name}": value for name, value in values.items()}}

    def summarize(self, step: int, gather: Callable[[Any], list[Any]]) -> Evaluation:
        measured = self.tally.finish(gather)
        if measured is None:
            return Evaluation()
        scalars = {f"val_perplexity_{i}": float(value) for i, value in enumerate(measured.perplexity)}
        scalars["val_token_divergence"] = measured.divergence
        if not self.first:
            return Evaluation(scalars)
        drawn = {
            "perplexity": pictures.perplexities(measured, self.data.counts),
            "tokens": pictures.tokens(measured, self.data.about["continuous"]),
        }
        return Evaluation(scalars, pictures=drawn)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The learning rate, betas and decay are those of the configuration, whatever the checkpoint had."""
        c, adam, rate = self.config, self.optimizers[0], self.schedulers[0]
        now = c.lr * learning_rate_factor(c, rate.last_epoch)
        for group in adam.param_groups:
            group.update(lr=now, initial_lr=c.lr, betas=c.betas, weight_decay=c.weight_decay)
        rate.base_lrs, rate._last_lr = [c.lr], [now]

    def annotate(self, checkpoint: dict[str, Any], step: int) -> None:
        """What the weights are for, which `loading.load` reads."""
        data = self.data
        checkpoint[loading.ENTRY] = loading.entry_of(self.config, data.about, data.starts, self.codebooks)
