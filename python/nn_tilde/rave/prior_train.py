"""The prior as a task of the trunk: next-step prediction of the latents of a RAVE that stays as it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..train.task import Evaluation, Sound, Task
from .loading import load_weights, read_checkpoint, tidy
from .network import RAVE
from .prior import Prior
from .prior_sampler import PriorSampler
from .train_data import Data

LEARNING_RATE = 1e-4
HEARD = 6.0  # seconds of what the prior makes up, at each validation


class PriorOf(Prior):
    """A prior and, under `synth`, the RAVE whose latents it continues, which is never trained."""

    def __init__(self, rave: RAVE, latent_size: int, sizes: dict[str, int]):
        super().__init__(latent_size, **sizes)
        self.synth = rave.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> PriorOf:
        super().train(mode)
        self.synth.eval()
        return self


def crop_length(prior: Prior, ratio: int, n_signal: int) -> int:
    """Samples of a training example: at least n_signal, and a power of two that holds the prior's memory."""
    frames = prior.receptive_field + prior.latent_size - 1
    return max(n_signal // ratio * ratio, ratio * 2 ** math.ceil(math.log2(frames)))


class PriorTask(Task):
    """See train.task.Task. space: of the latents (`spaces.Principal`), `size` of them.

    seed decides the first weights; `first`: whether this is the process that makes sounds.
    """

    def __init__(
        self,
        module: PriorOf,
        space: nn.Module,
        data: Data,
        device: torch.device,
        first: bool = True,
    ):
        self.items, self.validation_items, self.first = data.training, data.validation, first
        self.module, self.space = module.to(device), space.to(device)
        trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
        self.optimizers = [torch.optim.Adam(trained, LEARNING_RATE)]

    def adopt(self, file: Path) -> None:
        """Begins with the weights of another prior's checkpoint. Raises ConfigError when they do not fit."""
        state = tidy(read_checkpoint(file)["state_dict"])
        load_weights(self.module, {key: v for key, v in state.items() if not key.startswith("synth.")} | self._synth())

    def _synth(self) -> dict[str, Tensor]:
        return {key: value for key, value in self.module.state_dict().items() if key.startswith("synth.")}

    @torch.no_grad()
    def latents(self, x: Tensor) -> Tensor:
        """Audio [B, C, T] → latents [B, D, T/ratio], drawn from their distributions as those that are played."""
        rave = self.module.synth
        raw = rave.encoder(rave.analysis(x))
        return self.space.encode(raw.transpose(1, 2), False).transpose(1, 2)

    def step(self, batch: Tensor, step: int) -> dict[str, Tensor]:
        loss = self.module.loss(self.latents(batch))
        self.optimizers[0].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[0].step()
        return {"latent_prediction": loss.detach()}

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        return {"validation": self.module.loss(self.latents(batch))}

    def summarize(self, step: int, gather: Callable[[Any], list[Any]]) -> Evaluation:
        """A few seconds that the prior makes up."""
        if not self.first:
            return Evaluation()
        rave, rate = self.module.synth, self.module.synth.config.sampling_rate
        silent = self.module.latent_size - 1  # frames until all dimensions play
        frames = silent + math.ceil(HEARD * rate / rave.ratio)
        device = rave.latent_mean.device
        z = PriorSampler(self.module).to(device).sample(torch.zeros(1, 1, frames, device=device))
        audio = rave.decode(self.space.decode(z[..., silent:].transpose(1, 2), False).transpose(1, 2))
        return Evaluation(sounds=[Sound("generation", audio[0].float().cpu().numpy(), rate)])
