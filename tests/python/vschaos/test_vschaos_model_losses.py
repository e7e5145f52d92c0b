"""Losses, divergences and distributions against formulas and torch.distributions."""

import math

import pytest
import torch
from torch import distributions as D

from nn_tilde.vschaos.model import losses, regularisers
from nn_tilde.vschaos.model.distributions import build_output
from nn_tilde.vschaos.model.priors import Prior
from nn_tilde.vschaos.settings import Prior as PriorSettings
from nn_tilde.vschaos.settings import Term


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def frames(n=5, channels=2, bins=7):
    return torch.rand(n, channels, bins) + 0.1, torch.rand(n, channels, bins) + 0.1


def test_spectral_convergence_is_relative_to_the_target():
    y, x = frames()
    wanted = sum(float((y[n, c] - x[n, c]).norm() / x[n, c].norm()) for n in range(5) for c in range(2)) / 5
    assert float(losses.spectral_convergence(y, x, floor=0.0)) == pytest.approx(wanted, rel=1e-5)
    assert float(losses.spectral_convergence(100 * y, x)) > 50  # which the louder denominator would hide
    silence = torch.zeros_like(x, requires_grad=True)
    loss = losses.spectral_convergence(silence, torch.zeros_like(x))
    loss.backward()
    assert loss == 0
    assert torch.isfinite(silence.grad).all()
    assert float(losses.spectral_convergence(x, torch.zeros_like(x))) < 1000


@pytest.mark.parametrize(
    ("name", "each"),
    [
        ("MSE", lambda y, x: (y - x) ** 2),
        ("L1", lambda y, x: abs(y - x)),
        ("LogMSE", lambda y, x: ((y + 1e-5).log() - (x + 1e-5).log()) ** 2),
        ("LogL1", lambda y, x: abs((y + 1e-5).log() - (x + 1e-5).log())),
        ("ISD", lambda y, x: (p := ((x + 1e-5) / (y + 1e-5)) ** 2) - p.log() - 1),
        ("LogISD", lambda y, x: (x - y).exp() - (x - y) - 1),
    ],
)
def test_losses_of_bins(name, each):
    y, x = frames()
    log, loss = losses.LOSSES[name]
    wanted = each(y, x)
    assert torch.allclose(loss(y, x), wanted.sum((1, 2)).mean(), rtol=1e-4)
    assert torch.allclose(loss(y, x, normalize=True), wanted.mean(), rtol=1e-4)
    assert loss(x, x) == 0
    total, logged = losses.Reconstruction([Term(name, {"normalize": True}, 2.0), Term("L1")])(y, None, x)
    assert torch.allclose(total, 2 * wanted.mean() + (y - x).abs().sum((1, 2)).mean(), rtol=1e-4)
    assert logged.keys() == {log, "l1"}


@pytest.mark.parametrize("dist", ["Normal", "Bernoulli"])
def test_densities(dist):
    _, x = frames()
    x = x.clamp(max=1) if dist == "Normal" else x.round()
    output = build_output(dist, "Softplus")
    raw = torch.randn(5, 2 * output.parts, 7)
    if dist == "Normal":
        mean, s = raw.chunk(2, 1)
        reference = D.Normal(torch.nn.functional.softplus(mean), torch.sigmoid(s - 3) + 1e-6)
    else:
        reference = D.Bernoulli(logits=raw)
    density = output.log_density(raw, x)
    assert torch.allclose(density, reference.log_prob(x), atol=1e-4)
    assert torch.allclose(output.mean(raw), reference.mean)
    total, logged = losses.Reconstruction([Term("LogDensity", {}, 0.5)])(output.mean(raw), density, x)
    assert torch.allclose(total, -0.5 * reference.log_prob(x).sum((1, 2)).mean(), rtol=1e-4)
    assert torch.allclose(logged["log_density"], -2 * total)


def posterior(n=64, size=3):
    return torch.randn(n, size), torch.rand(n, size) * 0.9 + 0.05


PRIORS = [PriorSettings(), PriorSettings("normal", [1.0, 0.0, -1.0], 2.0)]


@pytest.mark.parametrize("settings", PRIORS, ids=["isotropic", "normal"])
def test_divergences(settings):
    prior = Prior(settings, 3)
    mean, std = posterior()
    q, p = D.Normal(mean, std), D.Normal(*prior.parameters(mean))
    kl, reverse = D.kl_divergence(q, p).sum(1).mean(), D.kl_divergence(p, q).sum(1).mean()

    def value(kind, **args):
        return regularisers.Regulariser(Term(kind, args), prior)(mean, std, mean)[0]

    assert torch.allclose(value("KLD"), kl, rtol=1e-4)
    assert torch.allclose(value("ReverseKLD"), reverse, rtol=1e-4)
    assert torch.allclose(value("SymmetricalKLD", alpha=0.3), 0.3 * kl + 0.7 * reverse, rtol=1e-4)
    assert torch.allclose(value("LogProb"), -p.log_prob(mean).sum(1).mean(), rtol=1e-4)
    assert torch.allclose(value("RD", alpha=1.0), kl, rtol=1e-4)


@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.9999, 2.0])
def test_renyi_by_quadrature(alpha):
    x = torch.linspace(-30, 30, 600_001, dtype=torch.float64)
    q, p = D.Normal(x.new_tensor(0.7), x.new_tensor(0.4)), D.Normal(x.new_tensor(0.0), x.new_tensor(1.0))
    integral = torch.trapezoid((alpha * q.log_prob(x) + (1 - alpha) * p.log_prob(x)).exp(), x)
    wanted = integral.log() / (alpha - 1)
    found = regularisers.renyi_normal(q.loc, q.scale, p.loc, p.scale, alpha)
    assert float(found) == pytest.approx(float(wanted), rel=1e-4)


def test_renyi_that_does_not_exist():
    wide = regularisers.renyi_normal(torch.zeros(1), torch.full((1,), 3.0), torch.zeros(1), torch.ones(1), 2.0)
    assert torch.isinf(wide).all()


@pytest.mark.parametrize("kernel", ["l2", "multiscale"])
def test_mmd(kernel):
    a, b = torch.randn(80, 4), torch.randn(80, 4)
    assert float(regularisers.mmd(a, a.flip(0), kernel)) == pytest.approx(0, abs=1e-5)
    near, far = float(regularisers.mmd(a, b, kernel)), float(regularisers.mmd(a, b + 2, kernel))
    assert 0 <= near < far / 5
    z = (b + 2).requires_grad_()
    regularisers.mmd(z, a, kernel).backward()
    assert torch.isfinite(z.grad).all()
    assert (z.grad.mean(0) > 0).all()


def test_mmd_of_many_compares_some():
    term = Term("MMD", {"most": 100, "kernel": "l2"})
    value, logged = regularisers.Regulariser(term, Prior(PriorSettings(), 2))(None, None, torch.randn(5000, 2))
    assert 0 <= value < 0.1
    assert logged.keys() == {"mmd"}


def test_free_bits():
    each = torch.rand(50, 4, requires_grad=True)  # mean about 0.5
    assert torch.allclose(regularisers.spared(each, None), each.sum(1).mean())
    below = regularisers.spared(each, 8.0)
    assert below == 8.0
    below.backward()
    assert not each.grad.any()  # nothing to gain
    each.grad = None
    above = regularisers.spared(each, 0.4)
    assert torch.allclose(above, each.sum(1).mean())
    above.backward()
    assert torch.allclose(each.grad, torch.full_like(each, 1 / 50))
    mixed = each.detach() * torch.tensor([0.0, 0.0, 1.0, 1.0])
    assert torch.allclose(regularisers.spared(mixed, 0.8), 0.4 + mixed[:, 2:].sum(1).mean())
    capacity = regularisers.spared(each.detach(), 10.0, "capacity")
    assert torch.allclose(capacity, (each.detach().sum(1).mean() - 10) ** 2)


def test_warmup():
    assert [regularisers.beta_at(step, 0.5, 100) for step in (0, 50, 100, 1000)] == [0, 0.25, 0.5, 0.5]
    assert regularisers.beta_at(0, 2.0, 0) == 2.0


def test_priors():
    prior = Prior(PriorSettings("normal", [1.0, -1.0], [0.5, 2.0]), 2)
    z = prior.sample(torch.empty(20_000, 2))
    assert torch.allclose(z.mean(0), torch.tensor([1.0, -1.0]), atol=0.05)
    assert torch.allclose(z.std(0), torch.tensor([0.5, 2.0]), atol=0.05)
    with pytest.raises(ValueError, match=r"training.prior.mean has 2 numbers for 3 latents."):
        Prior(PriorSettings("normal", [0.0, 1.0]), 3)
    at_zero = Prior(PriorSettings(), 2).log_density(torch.zeros(1, 2))
    assert torch.allclose(at_zero, torch.full((1, 2), -0.5 * math.log(2 * math.pi)))
