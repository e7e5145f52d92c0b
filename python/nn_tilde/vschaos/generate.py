"""Sounds through a model (`reconstruct`) and out of its latent space (`walk`), and the files they go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import trajectories
from .data.recordings import Form, read_recording
from .labels import completed
from .loading import Loaded
from .render import decode, encode


@dataclass(frozen=True)
class Options:
    """labels: by task, NaN for none; temperature: deviations of noise on encoded latents; jitter: deviation of noise
    added to any; inversion: of transforms.MODES; rate: Hz of the files, None for the model's; seed: of all draws."""

    labels: Mapping[str, float] = field(default_factory=dict)
    temperature: float = 0.0
    jitter: float = 0.0
    inversion: str = "pghi_refined"
    rate: int | None = None
    seed: int = 0

    @property
    def suffix(self) -> str:
        return f"_jitter={self.jitter:g}" if self.jitter else ""

    def draws(self, number: int) -> np.random.Generator:
        """Of the `number`-th sound, whatever the others are."""
        return np.random.default_rng((self.seed, number))


@dataclass(frozen=True)
class Made:
    """sound: float32 [channels, samples] at `rate`; labels: what the decoder was told."""

    sound: np.ndarray
    rate: int
    labels: dict[str, float]


def reconstruct(loaded: Loaded, path: Path, options: Options, number: int = 0) -> Made:
    """A recording through the model; as long as it is. number: which of several, for the draws. Raises AudioError."""
    transform = loaded.transform
    audio = read_recording(path, Form(transform.sample_rate, loaded.channels))
    draws = options.draws(number)
    told = completed(options.labels, loaded.config, draws)
    torch.manual_seed(int(draws.integers(2**62)))
    z = encode(loaded.vae, transform(audio), options.labels, options.temperature)
    phase = None
    if options.inversion == "keep_input":
        heard = audio.mean(0, keepdims=True) if transform.mono else audio
        phase = torch.angle(transform.dgt(torch.from_numpy(heard))).numpy()
    return _sound(loaded, z, told, options, audio.shape[1], phase)


def walk(loaded: Loaded, kind: str, count: int, steps: int, options: Options) -> list[Made]:
    """`count` curves of a kind, of `steps` frames each: (steps − 1) · hop samples. ValueError: too few latents."""
    rng = options.draws(list(trajectories.CURVES).index(kind))
    curves = trajectories.make(kind, count, steps, loaded.vae.latent, rng)
    torch.manual_seed(int(rng.integers(2**62)))
    return [_sound(loaded, torch.from_numpy(z), completed(options.labels, loaded.config, rng), options) for z in curves]


def _sound(
    loaded: Loaded,
    z: Tensor,
    labels: dict[str, float],
    options: Options,
    samples: int | None = None,
    phase: np.ndarray | None = None,
) -> Made:
    if options.jitter:
        z = z + options.jitter * torch.randn_like(z)
    transform = loaded.transform
    features = decode(loaded.vae, z, labels)
    sound = transform.invert(features, samples, mode=options.inversion, phase=phase, seed=options.seed)
    rate = transform.sample_rate
    if options.rate not in (None, rate):
        import soxr

        sound, rate = soxr.resample(sound.T, rate, options.rate).T, options.rate
    return Made(np.ascontiguousarray(sound, np.float32), rate, labels)


def write(path: Path, made: Made) -> None:
    """24-bit wav, never above full scale."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    sound = made.sound / max(float(np.abs(made.sound).max(initial=0.0)), 1.0)
    soundfile.write(path, sound.T, made.rate, subtype="PCM_24")


def names(paths: list[Path], suffix: str) -> list[str]:
    """<name>.wav of each; those of one name are numbered."""
    taken: set[str] = set()
    found = []
    for path in paths:
        name, number = f"{path.stem}{suffix}.wav", 1
        while name in taken:
            number += 1
            name = f"{path.stem}_{number}{suffix}.wav"
        taken.add(name)
        found.append(name)
    return found
