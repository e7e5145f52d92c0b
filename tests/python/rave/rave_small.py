"""Small networks for tests of exports, and what they are to sound like."""

import numpy as np
import torch

from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE


def small(name, *overrides, channels=1):
    torch.manual_seed(0)
    rave = RAVE(read(name.split("+"), ["CAPACITY=4", "LATENT_SIZE=8", *overrides], channels=channels)).eval()
    if rave.config.regularization == "discrete":
        rave.encoder.enable()
        for layer in rave.encoder.rvq.layers:
            layer.codebook.embed.normal_()
    return rave


def noise(channels, samples):
    return np.random.default_rng(0).uniform(-0.5, 0.5, (channels, samples)).astype(np.float32)


def expected(rave, x, space):
    """What the whole network makes of audio [C, N] by way of the latents of a space, without chance."""
    with torch.no_grad():
        raw = rave.encoder.encoder(rave.analysis(torch.from_numpy(x)[None]))
        z = space.encode(raw.transpose(1, 2), True)
        return rave.decode(space.decode(z, True).transpose(1, 2))[0].numpy()


def assert_same(a, b, inside=slice(28 * 2048, 33 * 2048), within=1e-4):
    """Equal, relative to the peak, where no end of the recording is near."""
    a, b = a[:, inside], b[:, inside]
    assert np.abs(b).max() > 0
    assert np.abs(a - b).max() <= within * np.abs(b).max()
