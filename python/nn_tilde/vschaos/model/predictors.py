"""Labels as outputs: classifiers and regressors of latents, behind a stop-gradient.

What they learn does not reach the encoder. `label` fills in for a label that is missing.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..settings import Prediction
from .conditioning import tidy, with_classes
from .distributions import log_normal
from .layers import initialise, mlp


class Predictor(nn.Module):
    """Latents [N, latents] → logits [N, dim] of classes, or mean and raw deviation [N, 2] of a continuous label."""

    def __init__(self, prediction: Prediction, latent: int):
        super().__init__()
        self.categorical = prediction.target_dist == "Categorical"
        self.dim = prediction.dim or 1
        self.floor = 1e-3  # smallest deviation of a continuous label
        self.weight, self.unlabelled = prediction.weight, prediction.unlabelled
        out = self.dim if self.categorical else 2
        self.net = mlp(latent, prediction.hidden, out, prediction.nnlin, norm=None)
        initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        return self.net(z.detach())

    @torch.jit.export
    def label(self, raw: Tensor, random: bool) -> Tensor:
        """[N], float: the most likely label, or one drawn from what is predicted."""
        if not self.categorical:
            mean = raw[:, 0]
            return mean + self.deviation(raw) * torch.randn_like(mean) if random else mean
        if random:  # the greatest of logits with Gumbel's noise is a draw
            raw = raw - torch.log(-torch.log(torch.rand_like(raw).clamp(min=1e-20)) + 1e-20)
        return raw.argmax(1).to(raw.dtype)

    @torch.jit.export
    def deviation(self, raw: Tensor) -> Tensor:
        return F.softplus(raw[:, 1]) + self.floor

    @torch.jit.unused
    def loss(self, raw: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """(what to minimise, mean over frames, in nats; what to log). labels: [N], −1 or NaN where there is none.

        A labelled frame costs −log p(label). One without costs −entropy (Kingma et al. 2014, equation 7), or
        −log p(a random label), or nothing.
        """
        labels = tidy(labels, self.categorical)
        missing = labels.isnan()
        count, rest = (~missing).sum().clamp(min=1), missing.sum().clamp(min=1)
        if not self.categorical:
            value = torch.where(missing, raw[:, 0].detach(), labels)
            density = torch.where(missing, 0.0, log_normal(value, raw[:, 0], self.deviation(raw)))
            return -density.mean(), {"logdensity": density.detach().sum() / count}
        log_p = F.log_softmax(raw, 1)
        index = with_classes(labels, self.dim, random=True)
        of_label = log_p.gather(1, index[:, None])[:, 0]
        entropy = -(log_p.exp() * log_p).sum(1)
        extra = {"entropy": entropy, "random": of_label, "none": torch.zeros_like(entropy)}[self.unlabelled]
        right = (log_p.argmax(1) == index) & ~missing
        logged = {
            "logdensity": torch.where(missing, 0.0, of_label).detach().sum() / count,
            "entropy": torch.where(missing, entropy, 0.0).detach().sum() / rest,
            "ratio": right.sum() / count,
        }
        return -torch.where(missing, extra, of_label).mean(), logged
