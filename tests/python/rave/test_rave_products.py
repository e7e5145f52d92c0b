"""Convolutions as matrix products, and hand-written gradients: equal to torch's own."""

import pytest
import torch

from nn_tilde.nn.discriminators.wave import ConvNet
from nn_tilde.rave import losses


@pytest.mark.parametrize("kernel", [(15,), (5, 1)])
@pytest.mark.parametrize(("batch", "length"), [*((2, n) for n in range(1, 10)), (1, 61), (3, 64), (2, 333)])
def test_matrix_products_equal_convolutions(kernel, batch, length):
    """Outputs and all gradients, for lengths that do not fill a tile too."""
    torch.manual_seed(0)
    net = ConvNet(2, 4, kernel).double()
    results = []
    for fast in (True, False):
        net.fast = fast
        x = torch.randn(
            batch, 2, length, dtype=torch.double, generator=torch.Generator().manual_seed(1)
        ).requires_grad_()
        features = net(x)
        loss = sum((i + 1) * f.square().sum() for i, f in enumerate(features))
        results.append([*features, *torch.autograd.grad(loss, [x, *net.parameters()])])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kernel", [(15,), (5, 1)])
def test_matrix_products_round_little(kernel):
    """In float32, where another library multiplies: values and gradients as exact as float32 has them."""
    torch.manual_seed(0)
    net, x = ConvNet(1, 16, kernel), torch.randn(2, 1, 4000)
    results = []
    for dtype in (torch.float, torch.double):
        net.to(dtype)
        heard = x.to(dtype).requires_grad_()
        features = net(heard)
        loss = sum(f.square().mean() for f in features)
        results.append([*features, *torch.autograd.grad(loss, [heard, *net.parameters()])])
    for a, b in zip(*results, strict=True):
        assert (a.double() - b).norm() < 1e-5 * b.norm()


def test_absolute_distance():
    x, y = torch.randn(2, 3, 40, 7, dtype=torch.double).requires_grad_().unbind()
    assert torch.equal(losses._Distance.apply(x.detach(), y), (x - y).abs().sum())
    assert torch.autograd.gradcheck(lambda y: losses._Distance.apply(x.detach(), y), y)


@pytest.mark.parametrize("kernel", [(15,), (5, 1)])
def test_no_second_derivative_rather_than_a_wrong_one(kernel):
    x = torch.randn(1, 2, 200, requires_grad=True)
    (gradient,) = torch.autograd.grad(ConvNet(2, 4, kernel)(x)[-1].sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.square().sum().backward()
