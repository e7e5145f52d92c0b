"""Small models for the tests."""

import torch

from nn_tilde.vschaos.config import load
from nn_tilde.vschaos.model import VAE

SMALL = ("N_FFT=256", "HOP=64", "model.encoder.hidden_dims=16", "model.decoder.hidden_dims=16")


def small(*overrides, name="dgt_mid"):
    return load([name], [*SMALL, *overrides])


def build(*overrides, name="dgt_mid", seed=0):
    torch.manual_seed(seed)
    return VAE(small(*overrides, name=name))


def batch(vae, count=6, length=2, labelled=True, seed=1):
    """As the data of training come; about a third of the labels are missing."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(count, vae.channels, length, vae.bins, generator=generator)
    labels = {task: torch.randint(0, 9, (count, length), generator=generator) for task in vae.tasks}
    for label in labels.values():
        label[:: 3 if labelled else 1] = -1
    return {"x": x, "labels": labels}
