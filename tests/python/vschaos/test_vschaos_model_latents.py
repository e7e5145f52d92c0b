"""Coordinates of the latent space: there and back, what they find, TorchScript."""

import pytest
import torch

from nn_tilde.vschaos.model import LatentSpaces
from nn_tilde.vschaos.model.dimension import KINDS


def sources(n=4000, size=3):
    """Independent ones, uniform, of variance 1."""
    torch.manual_seed(0)
    return (torch.rand(n, size) - 0.5) * 12**0.5


@pytest.mark.parametrize("size", [1, 2, 3, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(kind, size):
    spaces = LatentSpaces(size)
    z = sources(200, size) @ torch.randn(size, size) + 3
    for _ in range(2):  # before and after the fit
        assert torch.allclose(spaces.restore(spaces.project(z, kind), kind), z, atol=1e-3)
        spaces.fit(z)
    assert spaces.project(z[:6].view(2, 3, size), kind).shape == (2, 3, size)


def test_principal_components():
    z = torch.randn(5000, 3) * torch.tensor([0.5, 3.0, 1.0]) + torch.tensor([1.0, 2.0, 3.0])
    spaces = LatentSpaces(3)
    spaces.fit(z)
    w = spaces.project(z, "PCA")
    assert torch.allclose(w.mean(0), torch.zeros(3), atol=1e-3)
    covariance = w.T @ w / len(w)
    assert torch.allclose(covariance, torch.diag(covariance.diag()), atol=1e-2)
    assert covariance.diag().argsort(descending=True).tolist() == [0, 1, 2]
    assert torch.allclose(spaces.pca.T @ spaces.pca, torch.eye(3), atol=1e-5)
    other = LatentSpaces(3)
    other.fit(z.flip(0))
    assert torch.allclose(other.pca, spaces.pca, atol=1e-5)  # signs too


def test_independent_components():
    s = sources()
    mixed = s @ torch.tensor([[2.0, 0.3, 0.1], [1.0, 1.0, -0.5], [0.2, -0.7, 0.6]])
    spaces = LatentSpaces(3)
    spaces.fit(mixed)
    w = spaces.project(mixed, "ICA")
    assert torch.allclose(w.std(0), torch.ones(3), atol=0.02)
    match = torch.corrcoef(torch.cat([w, s], 1).T)[:3, 3:].abs()
    assert (match.max(1).values > 0.98).all()
    assert sorted(match.argmax(1).tolist()) == [0, 1, 2]


def test_spherical():
    z = torch.tensor([[3.0, 4.0], [0.0, -2.0], [0.0, 0.0]])
    w = LatentSpaces(2).project(z, "spherical")
    assert torch.allclose(w[:, 0], torch.tensor([5.0, 2.0, 0.0]))
    assert torch.allclose(w[1, 1], torch.tensor(-torch.pi / 2))


@pytest.mark.parametrize(
    "z", [torch.randn(2, 4), torch.ones(10, 4), torch.randn(50, 1).expand(50, 4)], ids=["few", "constant", "line"]
)
def test_degenerate_latents(z):
    spaces = LatentSpaces(4)
    spaces.fit(z)
    x = torch.randn(20, 4)
    for kind in ("PCA", "ICA"):
        assert torch.allclose(spaces.restore(spaces.project(x, kind), kind), x, atol=1e-2)


@pytest.mark.parametrize(
    ("z", "said"),
    [
        (torch.zeros(0, 4), "There are no latents"),
        (torch.zeros(5, 3), r"must be \[N, 4\], not \[5, 3\]"),
        (torch.full((5, 4), float("nan")), "not finite"),
    ],
)
def test_what_cannot_be_fitted(z, said):
    with pytest.raises(ValueError, match=said):
        LatentSpaces(4).fit(z)


def test_script_and_state():
    spaces = LatentSpaces(3)
    spaces.fit(sources() @ torch.randn(3, 3))
    script = torch.jit.script(spaces)
    copy = LatentSpaces(3)
    copy.load_state_dict(spaces.state_dict())
    z = torch.randn(2, 5, 3)
    for kind in KINDS:
        w = spaces.project(z, kind)
        assert torch.allclose(script.project(z, kind), w, atol=1e-6)
        assert torch.equal(copy.project(z, kind), w)
        assert torch.allclose(script.restore(w, kind), z, atol=1e-4)
