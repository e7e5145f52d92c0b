"""How far the latents are from their prior."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..settings import Term
from .priors import Prior


def kl_normal(mean: Tensor, std: Tensor, mean2: Tensor, std2: Tensor) -> Tensor:
    """KL(N(mean, std) ‖ N(mean2, std2)) of each element, in nats."""
    ratio = (std / std2).square()
    return 0.5 * (ratio + ((mean - mean2) / std2).square() - 1 - ratio.log())


def renyi_normal(mean: Tensor, std: Tensor, mean2: Tensor, std2: Tensor, alpha: float) -> Tensor:
    """Rényi's divergence of order α of each element, in nats; infinite where it does not exist.

    (Gil, Alajaji, Linder 2013, table 2; Kullback and Leibler's at α = 1)
    """
    if abs(alpha - 1) < 1e-4:
        return kl_normal(mean, std, mean2, std2)
    mixed = alpha * std2.square() + (1 - alpha) * std.square()
    safe = torch.where(mixed > 0, mixed, torch.ones_like(mixed))
    value = torch.log(std2 / std) + torch.log(std2.square() / safe) / (2 * (alpha - 1))
    value = value + alpha * (mean - mean2).square() / (2 * safe)
    return torch.where(mixed > 0, value, torch.full_like(value, float("inf")))


def mmd(a: Tensor, b: Tensor, kernel: str = "multiscale") -> Tensor:
    """Squared maximum mean discrepancy of samples [N, L] and [M, L], the biased estimate: never below 0, 0 for equals.

    l2: exp(−d²/2L). multiscale: Σ c/(c + d²) for c from a tenth to ten times 2L (Tolstikhin et al. 2018, section 4).
    """
    joined = torch.cat([a, b])
    values = _kernel(
        torch.cdist(joined, joined, compute_mode="donot_use_mm_for_euclid_dist").square(), kernel, a.shape[1]
    )
    n = len(a)
    return (values[:n, :n].mean() + values[n:, n:].mean() - 2 * values[:n, n:].mean()).clamp(min=0)


def _kernel(squares: Tensor, kernel: str, size: int) -> Tensor:
    if kernel == "l2":
        return torch.exp(-squares / (2 * size))
    scales = [2 * size * c for c in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
    return torch.stack([c / (c + squares) for c in scales]).sum(0)


def spared(each: Tensor, free_bits: float | None, mode: str = "floor") -> Tensor:
    """Divergences [N, L] → what they cost, free_bits (nats, of all latents together) being free.

    floor: each latent's mean over the batch costs at least its share, so there is nothing to gain below (Kingma et al.
    2016, equation 15). capacity: (sum − free_bits)², which pulls the sum there from both sides (Burgess et al. 2018).
    """
    if not free_bits:
        return each.sum(1).mean()
    if mode == "capacity":
        return (each.sum(1).mean() - free_bits).square()
    return each.mean(0).clamp(min=free_bits / each.shape[1]).sum()


class Regulariser:
    """A term of `training.regularization`. name: of its value in the log."""

    def __init__(self, term: Term, prior: Prior):
        self.kind, self.args, self.weight, self.prior = term.type, dict(term.args), term.weight, prior
        self.name = {
            "KLD": "kld",
            "ReverseKLD": "reverse_kld",
            "SymmetricalKLD": "symmetrical_kld",
            "RD": "renyi",
            "MMD": "mmd",
            "LogProb": "log_prob",
        }[term.type]

    def __call__(self, mean: Tensor, std: Tensor, z: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Parameters and a sample of the latents, each [N, L] → (what to minimise, what to log)."""
        args = self.args
        if self.kind == "MMD":
            kept = _some(z, int(args.get("most", 1024)))
            value = mmd(kept, self.prior.sample(kept), args.get("kernel", "multiscale"))
            return value, {self.name: value.detach()}
        if self.kind == "LogProb":
            value = -self.prior.log_density(z).sum(1).mean()
            return value, {self.name: -value.detach()}
        ours, theirs = (mean, std), self.prior.parameters(mean)
        if self.kind == "KLD":
            each = kl_normal(*ours, *theirs)
        elif self.kind == "ReverseKLD":
            each = kl_normal(*theirs, *ours)
        elif self.kind == "SymmetricalKLD":
            alpha = args.get("alpha", 0.5)
            each = alpha * kl_normal(*ours, *theirs) + (1 - alpha) * kl_normal(*theirs, *ours)
        else:
            each = renyi_normal(*ours, *theirs, args.get("alpha", 0.5))
        bits = args.get("free_bits")
        value = spared(each, bits, args.get("free_bits_mode", "floor"))
        logged = {self.name: each.detach().sum(1).mean()}
        return value, logged | ({f"free_bits_{self.name}": value.detach()} if bits else {})


def _some(z: Tensor, most: int) -> Tensor:
    """At most so many rows, from everywhere: kernels compare each with each."""
    return z if len(z) <= most else z[:: -(-len(z) // most)]


def beta_at(step: int, beta: float, warmup: int) -> float:
    """Rises in a line from 0 to beta in `warmup` steps."""
    return beta if warmup <= 0 else beta * min(step / warmup, 1.0)


def build_regularisers(terms: Sequence[Term], prior: Prior) -> list[Regulariser]:
    return [Regulariser(term, prior) for term in terms]
