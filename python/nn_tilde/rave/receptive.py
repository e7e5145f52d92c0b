"""How far a model hears around the sample it makes."""

from __future__ import annotations

import torch

from .config import Config
from .network import RAVE

START = 32768  # samples heard at first; doubled until the ends no longer matter


def receptive_field(config: Config) -> tuple[int, int]:
    """Samples before, and from, the present one that an output sample depends on, for whole signals;
    noise of the generator, which follows what is heard, included.

    Found with gradients, on a network of the same convolutions with next to no channels, in double
    precision: none of its products is so small that it becomes zero. A recurrent layer, which hears
    all of the past, does not count.
    """
    small = config.replace(capacity=4, latent_size=2, noise_augmentation=0, n_channels=1, recurrent=0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        rave = RAVE(small.replace(regularization="variational")).double().eval()
        rave.warmed_up = True
        length = START
        while True:
            left, right = _reach(rave, length)
            if max(left, right) < length // 2:
                return left, max(right, 0)
            length *= 2


def _reach(rave: RAVE, length: int) -> tuple[int, int]:
    """Extent of the gradient of the sample in the middle of `length` samples of noise.

    The second is negative where the newest samples are not heard, as upsampling delays.
    """
    x = torch.randn(1, 1, length, dtype=torch.double, requires_grad=True)
    middle = length // 2
    (gradient,) = torch.autograd.grad(rave(x)[0, 0, middle], x)
    heard = gradient[0, 0].nonzero()[:, 0]
    return middle - int(heard[0]), int(heard[-1]) + 1 - middle
