"""One update of a RAVE: first autoencoder, then generator against discriminator.

Phase 1 trains encoder and generator by spectral distances. In phase 2 the encoder of a variational
or Wasserstein model stays as it is, and a discriminator joins: every `update_discriminator_every`-th
step is its own, the others are the generator's. Nothing is computed that the step does not use, and
the host never waits for a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.autograd.graph import increment_version

from ..nn.conv import constant
from ..nn.stft import at_least_float32
from .config import Config
from .latents import LatentStatistics, frame_loudness, latent_size_for
from .losses import Losses, hinge_discriminator
from .network import RAVE, attach_discriminator
from .receptive import receptive_field

FIDELITIES = (0.8, 0.9, 0.95, 0.99)


def beta(config: Config, step: int) -> float:
    """Weight of the regularization: from its initial to its target value over the warm-up."""
    t = min(step / config.beta_warmup, 1.0) if config.beta_warmup > 0 else 1.0
    low, high = config.beta_initial, config.beta_target
    if config.beta_log:
        return math.exp((1 - t) * math.log(low) + t * math.log(high))
    return (1 - t) * low + t * high


class LinearDecay(torch.optim.lr_scheduler.LinearLR):
    """To a tenth of the learning rate over `steps`, set from the number of the step."""

    def __init__(self, optimizer: torch.optim.Optimizer, steps: int):
        super().__init__(optimizer, 1.0, 0.1, max(steps, 1))

    def set(self, step: int) -> None:
        self.last_epoch = step
        t = min(step / self.total_iters, 1.0)
        self._last_lr = [rate * (1 - 0.9 * t) for rate in self.base_lrs]
        for group, rate in zip(self.optimizer.param_groups, self._last_lr, strict=True):
            group["lr"] = rate


class Updates:
    """Losses, optimizers and schedule of `rave`, which is on its device and gets its discriminator here.

    half: convolutions in bfloat16 where it is safe; losses and filter bank stay in float32.
    compiled: encoder, generator and discriminator through torch.compile.
    Random numbers come from torch's default generator.
    """

    def __init__(self, rave: RAVE, *, half: bool = False, compiled: bool = False):
        self.rave, self.config, self.half = rave, rave.config, half
        device = rave.receptive_field.device
        if rave.discriminator is None:
            attach_discriminator(rave).to(device)
        self.losses = Losses(self.config).to(device)
        rave.receptive_field.copy_(torch.tensor(receptive_field(self.config)))
        if self.config.regularization == "discrete":
            rave.encoder.enable()
        self._phase_2: bool | None = None
        self._rehearsed = device.type != "cuda"
        self._latents = LatentStatistics(rave.latent_size)
        autoencoder = [*rave.encoder.parameters(), *rave.decoder.parameters()]
        c = self.config
        self.optimizers = {
            "generator": _adam(autoencoder, c.learning_rate),
            "discriminator": _adam(rave.discriminator.parameters(), c.discriminator_learning_rate),
        }
        self.schedulers = {"generator": LinearDecay(self.optimizers["generator"], c.phase_1_duration)}
        if compiled:
            for part in (rave.encoder.encoder, rave.decoder, rave.discriminator):
                part.compile()

    def phase(self, step: int) -> int:
        """1: reconstruction, 2: against the discriminator."""
        return 2 if step >= self.config.phase_1_duration else 1

    def step(self, x: Tensor, step: int) -> dict[str, Tensor]:
        """Update `step`, counted from 0, on audio x [B, C, n_signal]; returns scalars on the device."""
        if not self._rehearsed:
            self.rehearse(x)
        self._enter(self.phase(step) == 2)
        self.schedulers["generator"].set(step)
        if self._phase_2 and step % self.config.update_discriminator_every == 0:
            return self._discriminator_step(x)
        return self._generator_step(x, step)

    def rehearse(self, x: Tensor) -> None:
        """Takes the memory that the second phase will need, so that a batch too large for it fails at once.

        The first step on a GPU does it. Neither weights nor statistics nor random numbers change.
        """
        rave, training = self.rave, self.rave.training
        self._rehearsed = True
        rave.eval()
        with torch.random.fork_rng():
            target, bands = self.losses.target(rave, x)
            with self._autocast():
                raw = rave.encoder(bands if self.config.input_mode == "pqmf" else rave.analysis(x))
                y = rave.decoder(rave.encoder.mean(raw))
            made = self.losses.made(rave, y)
            with self._autocast():
                real, fake = rave.discriminator(target.audio), rave.discriminator(made.audio)
            terms = self.losses.reconstruction(target, made) | self.losses.deception(real, fake)
            self.losses.total(terms).backward()
        for optimizer in self.optimizers.values():
            optimizer.zero_grad(set_to_none=True)
        rave.train(training)

    def _enter(self, phase_2: bool) -> None:
        """Sets the flags of the phase, and the batch normalisation of an encoder that stays as it is."""
        if phase_2 != self._phase_2:
            self._phase_2 = self.rave.warmed_up = phase_2
        if self._frozen and self.config.recipe == "aligned":
            for part in self.rave.encoder.modules():
                if isinstance(part, nn.BatchNorm1d):
                    part.eval()

    @property
    def _frozen(self) -> bool:
        return bool(self._phase_2) and self.rave.encoder.frozen_later

    def _generate(self, x: Tensor, bands: Tensor, learn: bool) -> tuple[Tensor, Tensor]:
        """What the generator makes of x, whose bands are known, and the regularization."""
        rave = self.rave
        known = constant(rave.encoder) if self._frozen else nullcontext()
        with known, torch.set_grad_enabled(learn and not self._frozen):
            heard = bands if self.config.input_mode == "pqmf" else rave.analysis(x)
            with self._autocast():
                raw = rave.encoder(heard)
            z, regularization = rave.encoder.reparametrize(at_least_float32(raw))
        with torch.set_grad_enabled(learn), self._autocast():
            return rave.decoder(z), regularization

    def _generator_step(self, x: Tensor, step: int) -> dict[str, Tensor]:
        rave, losses = self.rave, self.losses
        target, bands = losses.target(rave, x)
        y, regularization = self._generate(x, bands, learn=True)
        made = losses.made(rave, y)
        terms = losses.reconstruction(target, made)
        if self._phase_2:
            with constant(rave.discriminator), self._autocast():
                with torch.no_grad():
                    real = rave.discriminator(target.audio)
                fake = rave.discriminator(made.audio)
            terms |= losses.deception(real, fake)
        total = losses.total(terms)
        factor = beta(self.config, step)
        if regularization.requires_grad:
            total = total + factor * regularization
        self._descend("generator", total)
        logs = terms | {"regularization": regularization, "beta_factor": x.new_full((), factor)}
        return {name: value.detach() for name, value in logs.items()}

    def _discriminator_step(self, x: Tensor) -> dict[str, Tensor]:
        rave = self.rave
        with torch.no_grad():
            y, _ = self._generate(x, rave.pqmf(x), learn=False)
            sounds = torch.cat(self.losses.heard(rave, x, y))
        with self._autocast():
            scores = [features[-1] for features in rave.discriminator(sounds)]
        real, fake = zip(*(score.chunk(2) for score in scores), strict=True)
        loss = hinge_discriminator(real, fake)
        self._descend("discriminator", loss)
        means = [sum(score.detach().float().mean() for score in side) / len(side) for side in (real, fake)]
        return {"loss_dis": loss.detach(), "pred_real": means[0], "pred_fake": means[1]}

    def _descend(self, name: str, loss: Tensor) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        # A fused optimizer leaves the versions as they were, by which `constant` knows a change.
        increment_version(p for group in optimizer.param_groups for p in group["params"])

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.rave.receptive_field.device.type, torch.bfloat16, enabled=self.half)

    @torch.no_grad()
    def validate(self, x: Tensor) -> dict[str, Tensor]:
        """Distances of x [B, C, T] to its reconstruction, and `reconstruction` itself.

        For a network in eval mode. Latents are drawn as in training and in instruments: generators make
        the noise of a sound of theirs, and without it would seem worse than they are. In phase 1 the
        means of variational models are counted for `finish_validation`.
        """
        rave = self.rave
        target, bands = self.losses.target(rave, x)
        raw = rave.encoder(bands if self.config.input_mode == "pqmf" else rave.analysis(x))
        y = rave.decoder(rave.encoder.reparametrize(raw)[0])
        terms = self.losses.reconstruction(target, self.losses.made(rave, y))
        if self._analyses:
            means = rave.encoder.mean(raw)[:, : rave.latent_size]
            self._latents.update(means, frame_loudness(x, means.shape[-1]))
        return terms | {"validation": sum(terms.values()), "reconstruction": rave.synthesis(y)}

    @property
    def _analyses(self) -> bool:
        return self.config.regularization == "variational" and not self._phase_2

    def finish_validation(self, total: Callable[[Tensor], Tensor] = lambda x: x) -> dict[str, float]:
        """After the last batch: principal components to the network, and how many reach which fidelity.

        total: sum of a tensor over all processes.
        """
        latents, self._latents = self._latents, LatentStatistics(self.rave.latent_size)
        if not self._analyses:
            return {}
        latents.sum(total)
        if not latents.count:
            return {}
        mean, directions, fidelity = latents.components()
        for buffer, value in (("latent_mean", mean), ("latent_pca", directions), ("fidelity", fidelity)):
            getattr(self.rave, buffer).copy_(value)
        return {f"fidelity_{share}": float(latent_size_for(fidelity, share)) for share in FIDELITIES}


def _adam(parameters, rate: float) -> torch.optim.Adam:
    return torch.optim.Adam(parameters, rate, betas=(0.5, 0.9), fused=True)


def integrate(x: Tensor, sampling_rate: int) -> Tensor:
    """Sound [..., T] of its first difference, without what lies below 10 Hz; on the host, for listening."""
    from scipy.signal import lfilter

    alpha = 1 / (1 + 2 * math.pi * 10 / sampling_rate)
    y = lfilter([alpha**2, -(alpha**2)], [1, -2 * alpha, alpha**2], x.detach().cpu().double().numpy())
    return torch.from_numpy(y).float()
