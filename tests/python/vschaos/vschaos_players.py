"""Models as they play, and their files, each made once for all tests of a session."""

import functools
import itertools
import tempfile
from pathlib import Path

import numpy as np
import torch
from vschaos_small import small

from nn_tilde import Host
from nn_tilde.vschaos.export import export
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.transforms import Transform

N_FFT, HOP, SECOND = 256, 64, 8192
PITCH, OCTAVE = "(signal) pitch label (0-11)", "(signal) octave label (0-8)"

_folder = tempfile.TemporaryDirectory()
_numbers, _kept = itertools.count(), []


class Bypass(VAE):
    """Latents are the frames."""

    @torch.jit.export
    def encode(
        self, x: torch.Tensor, labels: dict[str, torch.Tensor] | None = None, temperature: float = 0.0
    ) -> torch.Tensor:
        return x.reshape(self.lead(x) + [self.latent])  # noqa: RUF005  TorchScript

    @torch.jit.export
    def decode(self, z: torch.Tensor, labels: dict[str, torch.Tensor] | None = None) -> torch.Tensor:
        return z if self.channels == 1 else z.reshape(z.size(0), z.size(1), self.channels, self.bins)


def noise(channels=1, samples=SECOND, seed=0, batch=None):
    shape = (channels, samples) if batch is None else (batch, channels, samples)
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(np.float32)


def transform_of(config):
    return Transform(**config.frame.arguments).fit([noise(2, seed=9)])


def trained(*overrides, name="dgt_mid", seed=0):
    """A model whose norms have seen frames, and whose latents and labels matter."""
    torch.manual_seed(seed)
    config = small(*overrides, name=name)
    vae, transform = VAE(config), transform_of(config)
    frames = torch.from_numpy(transform(noise(vae.channels, 2048, seed=8))).transpose(0, 1)
    frames = frames.squeeze(1) if vae.channels == 1 else frames
    for _ in range(5):
        vae(frames, {task: torch.randint(0, 9, (len(frames),)) for task in vae.tasks})
    return vae.eval(), config, transform


def decibels(x, reference):
    """How far x is from what it should be."""
    reference = reference.astype(np.float64)
    return 10 * np.log10(np.square(reference).sum() / max(np.square(x - reference).sum(), 1e-30))


@functools.cache
def player(name, *overrides):
    """(path, what `export` says, vae, config, transform) of a configuration."""
    model = trained(*overrides, name=name)
    path = Path(_folder.name) / f"{next(_numbers)}.ts"
    done = export(*model, path)
    _kept.append(Host(path))  # others of the same file are then made at once
    return path, done, *model


def splits(module, x, lengths, method="forward"):
    """What a loaded file makes of x in pieces."""
    pieces, at = [], 0
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        for length in lengths:
            pieces.append(getattr(module, method)(x[..., at : at + length]))
            at += length
    return torch.cat(pieces, -1)
