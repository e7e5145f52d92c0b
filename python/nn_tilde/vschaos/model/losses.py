"""How wrong reconstructed frames are. Frames are [N, C, bins]; each loss is a mean over N."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from ..settings import Term

EPSILON = 1e-5


def spectral_convergence(y: Tensor, x: Tensor, floor: float = 1e-2) -> Tensor:
    """‖y − x‖ / ‖x‖ over bins, summed over channels (Arık et al. 2018, equation 2, which is of whole spectrograms).

    x, the target, divides: to divide by y would reward loudness. floor: mean level below which a frame counts as
    silence, whose error is not relative any more.
    """
    level = torch.sqrt(x.square().sum(-1) + floor**2 * x.shape[-1])
    return (torch.linalg.vector_norm(y - x, dim=-1) / level).sum(1).mean()


def _reduced(each: Tensor, normalize: bool) -> Tensor:
    """Of each bin: summed over bins and channels, or their mean; then the mean over frames."""
    return each.mean() if normalize else each.flatten(1).sum(1).mean()


def mse(y: Tensor, x: Tensor, normalize: bool = False) -> Tensor:
    return _reduced((y - x).square(), normalize)


def l1(y: Tensor, x: Tensor, normalize: bool = False) -> Tensor:
    return _reduced((y - x).abs(), normalize)


def _logs(y: Tensor, x: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    return (y.clamp(min=0) + epsilon).log(), (x.clamp(min=0) + epsilon).log()


def log_mse(y: Tensor, x: Tensor, normalize: bool = False, epsilon: float = EPSILON) -> Tensor:
    """Log-spectral distance: the squared error of logarithms."""
    return mse(*_logs(y, x, epsilon), normalize)


def log_l1(y: Tensor, x: Tensor, normalize: bool = False, epsilon: float = EPSILON) -> Tensor:
    return l1(*_logs(y, x, epsilon), normalize)


def isd(y: Tensor, x: Tensor, normalize: bool = False, epsilon: float = EPSILON) -> Tensor:
    """Itakura and Saito's divergence of powers, x²/y² − log(x²/y²) − 1 (Févotte, Bertin, Durrieu 2009, equation 2)."""
    log_y, log_x = _logs(y, x, epsilon)
    return log_isd(2 * log_y, 2 * log_x, normalize)


def log_isd(y: Tensor, x: Tensor, normalize: bool = False) -> Tensor:
    """The same where frames are logarithms of powers already."""
    difference = x - y
    return _reduced(difference.exp() - difference - 1, normalize)


LOSSES: dict[str, tuple[str, Callable[..., Tensor]]] = {
    "SpectralConvergence": ("spectral_cv", spectral_convergence),
    "MSE": ("mse", mse),
    "LogMSE": ("log_mse", log_mse),
    "L1": ("l1", l1),
    "LogL1": ("log_l1", log_l1),
    "ISD": ("isd", isd),
    "LogISD": ("log_isd", log_isd),
}


class Reconstruction:
    """The weighted sum of `training.reconstruction`."""

    def __init__(self, terms: list[Term]):
        self.density = [term.weight for term in terms if term.type == "LogDensity"]
        self.terms = [
            (LOSSES[term.type][0], term.weight, partial(LOSSES[term.type][1], **term.args))
            for term in terms
            if term.type != "LogDensity"
        ]

    def __call__(self, y: Tensor, log_density: Tensor | None, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Reconstruction y and log-density of x, of each bin, all [N, C, bins] → (what to minimise, what to log)."""
        total, logged = x.new_zeros(()), {}
        for name, weight, loss in self.terms:
            value = loss(y, x)
            logged[name] = value.detach()
            total = total + weight * value
        for weight in self.density:
            value = log_density.flatten(1).sum(1).mean()
            logged["log_density"] = value.detach()
            total = total - weight * value
        return total, logged
