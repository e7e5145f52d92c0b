"""What training minimises, and which part of the signals it looks at.

Two recipes. `aligned`: recording and reconstruction both pass the filter bank, and all losses see the
part of them that no zero-padding reaches; weights count once. `release`: as RAVE 2.3 does, the waveforms
are compared as they are, only the bands are cut, and the weights of feature matching and of the
adversarial term count twice.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ..nn.discriminators import Features
from ..nn.stft import SpectralDistance, at_least_float32
from .config import Config, ConfigError
from .network import RAVE
from .receptive import receptive_field

# What a configuration does not say.
WEIGHTS = {
    "feature_matching": 20.0,
    "adversarial": 1.0,
    "fullband_spectral_distance": 1.0,
    "multiband_spectral_distance": 1.0,
}


class Signals(NamedTuple):
    """One sound as bands [B, C·M, F] and as audio [B, C, T]."""

    bands: Tensor
    audio: Tensor


class Crop(NamedTuple):
    """How much of both ends to leave out, in frames of the filter bank."""

    left: int
    right: int

    def __call__(self, x: Tensor, samples: int = 1) -> Tensor:
        """x [..., T] of `samples` a frame."""
        left, right = self.left * samples, self.right * samples
        return x[..., left : x.shape[-1] - right]


def valid_crop(config: Config) -> Crop:
    """The frames whose samples depend on what lies before or after the signal; none unless asked for."""
    if not config.valid_signal_crop:
        return Crop(0, 0)
    left, right = receptive_field(config)
    if config.recipe == "release":
        return Crop(left // config.n_band, math.ceil(right / config.n_band))
    return Crop(math.ceil(left / config.n_band), math.ceil(right / config.n_band))


def least_n_signal(config: Config) -> int:
    """The shortest training signal, in samples: whole latents, and enough for the largest spectrum."""
    crop = valid_crop(config)
    frames = crop.left + crop.right + max(config.stft_scales) // 2 + 1
    return math.ceil(frames * config.n_band / config.ratio) * config.ratio


def check_n_signal(config: Config, n_signal: int) -> None:
    """ConfigError: signals of so many samples cannot be trained on."""
    least = least_n_signal(config)
    if n_signal < least:
        heard = sum(valid_crop(config)) * config.n_band
        why = f"the network hears {heard} samples around each, and the largest spectrum" if heard else "the spectra"
        raise ConfigError(f"n_signal {n_signal} is too short for this model: {why} need more; give {least} or more.")
    if n_signal % config.ratio:
        near = n_signal // config.ratio * config.ratio
        raise ConfigError(
            f"n_signal {n_signal} is no multiple of the {config.ratio} samples of a latent: "
            f"give {near if near >= least else least} or {max(near, least) + config.ratio}."
        )


class Losses(nn.Module):
    """The terms of the losses. The names of its parts are those of the release's checkpoints."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.crop = valid_crop(config)
        self.weights = WEIGHTS | config.weights
        if config.recipe == "release":
            for name in ("feature_matching", "adversarial"):
                self.weights[name] *= self.weights[name]
        self.audio_distance = SpectralDistance(config.stft_scales, config.log_epsilon)
        self.multiband_audio_distance = SpectralDistance(config.stft_scales, config.log_epsilon)

    @torch.no_grad()
    def target(self, rave: RAVE, x: Tensor) -> tuple[Signals, Tensor]:
        """What a reconstruction of x [B, C, T] is compared with, and x's bands, all of them."""
        bands = rave.pqmf(x)
        through = self.config.recipe == "aligned" and self.config.output_mode == "pqmf"
        return self._cut(bands, rave.synthesis(bands) if through else x), bands

    def made(self, rave: RAVE, y: Tensor) -> Signals:
        """The same of what a generator made of it."""
        # 100 dB of attenuation do not fit into 16 bits.
        with torch.autocast(y.device.type, enabled=False):
            y = at_least_float32(y)
            bands = y if self.config.output_mode == "pqmf" else rave.pqmf(y)
            return self._cut(bands, rave.synthesis(y))

    def heard(self, rave: RAVE, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Only the audio of target and made, for the discriminator, without gradients."""
        with torch.no_grad():
            return self.target(rave, x)[0].audio, self.made(rave, y).audio

    def _cut(self, bands: Tensor, audio: Tensor) -> Signals:
        if self.config.recipe == "aligned":
            audio = self.crop(audio, self.config.n_band)
        return Signals(self.crop(bands), audio)

    def reconstruction(self, target: Signals, made: Signals) -> dict[str, Tensor]:
        """Spectral distances of bands and of audio."""
        return {
            "multiband_spectral_distance": self.multiband_audio_distance(target.bands, made.bands),
            "fullband_spectral_distance": self.audio_distance(target.audio, made.audio),
        }

    def deception(self, real: list[Features], fake: list[Features]) -> dict[str, Tensor]:
        """How far the fake is from passing as real: features and scores."""
        relative, skip = self.config.feature_matching_relative, self.config.num_skipped_features
        return {
            "feature_matching": feature_matching(real, fake, relative, skip),
            "adversarial": hinge_generator(fake),
        }

    def total(self, terms: dict[str, Tensor]) -> Tensor:
        """The weighted sum."""
        return sum(self.weights[name] * term for name, term in terms.items())


def feature_matching(real: list[Features], fake: list[Features], relative: bool, skip: int = 0) -> Tensor:
    """Mean absolute differences of all features but the first `skip`, each of the mean magnitude of the
    real one if relative; averaged per discriminator, then over these. No gradient for the real ones."""
    total = torch.zeros((), device=fake[0][0].device)
    for theirs, ours in zip(real, fake, strict=True):
        for x, y in zip(theirs[skip:], ours[skip:], strict=True):
            x = x.detach()
            distance = _Distance.apply(x, y)
            scale = _absolute_sum(x) if relative else x.numel()
            total = total + distance / scale / (len(ours) - skip)
    return total / len(fake)


def _absolute_sum(x: Tensor) -> Tensor:
    # Several times as fast as a norm.
    return x.abs().sum(dtype=torch.promote_types(x.dtype, torch.float32))


class _Distance(torch.autograd.Function):
    """Σ |x − y|, whose gradient of y is but a sign."""

    @staticmethod
    def forward(ctx, x: Tensor, y: Tensor) -> Tensor:
        difference = y - x
        if ctx.needs_input_grad[1]:
            ctx.save_for_backward(difference.sign())
        return difference.abs_().sum(dtype=torch.promote_types(y.dtype, torch.float32))

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (sign,) = ctx.saved_tensors
        return None, sign * gradient.to(sign.dtype)


def hinge_generator(fake: list[Features]) -> Tensor:
    """Minus the mean score, summed over discriminators (Lim and Ye 2017, arXiv 1705.02894)."""
    return -sum(at_least_float32(features[-1]).mean() for features in fake)


def hinge_discriminator(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Scores of recordings below 1 and of reconstructions above -1, summed over discriminators."""
    scores = [(at_least_float32(x), at_least_float32(y)) for x, y in zip(real, fake, strict=True)]
    return sum((1 - x).relu().mean() + (1 + y).relu().mean() for x, y in scores)
