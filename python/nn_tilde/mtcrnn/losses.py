"""How wrong a network's outputs are, at every step."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .sampling import deviation
from .sizes import CATEGORICAL, GAUSSIAN

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def step_losses(
    kind: str, output: Tensor, target: Tensor, loss: str = "nll", generator: torch.Generator | None = None
) -> Tensor:
    """Loss of each step of a batch [B, T], in nats, a mean over the variables.

    kind: of sizes.py. target: class indices int64 [B, T], or values [B, T, variables]. loss: "nll", the negative
    log-likelihood, or, for Gaussians, "mse-sample", the squared error of a sample as in the original (it teaches the
    deviations to vanish). Raises ValueError when shapes do not fit: a target that only broadcasts would be another
    loss.
    """
    if loss not in ("nll", "mse-sample"):
        raise ValueError(f"--loss is nll or mse-sample, not {loss}.")
    if loss == "mse-sample" and kind != GAUSSIAN:
        raise ValueError("--loss mse-sample is for networks with one Gaussian per variable (--net 0 to 4).")
    wanted = output.shape[:2] if kind == CATEGORICAL else (*output.shape[:2], output.shape[-1])
    if target.shape != wanted:
        raise ValueError(f"The target has the shape {tuple(target.shape)} instead of {tuple(wanted)}.")
    if kind == CATEGORICAL:
        return F.cross_entropy(output.flatten(0, 1), target.flatten(), reduction="none").view(target.shape)
    if loss == "mse-sample":
        mu, s = output.unbind(-2)
        noise = torch.randn(mu.shape, generator=generator, dtype=mu.dtype, device=mu.device)
        return (mu + F.softplus(s) * noise - target).square().mean(-1)
    if kind == GAUSSIAN:
        return -_log_normal(target, *output.unbind(-2)).mean(-1)
    pi, mu, s = output.unbind(-3)
    terms = F.log_softmax(pi, -2) + _log_normal(target.unsqueeze(-2), mu, s)
    return -torch.logsumexp(terms, -2).mean(-1)


def _log_normal(y: Tensor, mu: Tensor, s: Tensor) -> Tensor:
    sigma = deviation(s)
    return -0.5 * ((y - mu) / sigma).square() - sigma.log() - _HALF_LOG_TAU
