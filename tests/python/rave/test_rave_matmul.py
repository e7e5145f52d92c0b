"""Convolutions made of matrix products."""

import pytest
import torch
import torch.nn.functional as F

from nn_tilde.nn import matmul
from nn_tilde.nn.conv import Conv1d


@pytest.mark.parametrize(("taps", "stride", "dilation"), [(1, 1, 1), (3, 1, 1), (3, 1, 3), (4, 2, 1), (8, 4, 1)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [1, 3])
def test_equals_convolutions(taps, stride, dilation, bias, batch):
    """Values and all gradients."""
    torch.manual_seed(0)
    tensors = [torch.randn(batch, 5, 37), torch.randn(6, 5, taps), *([torch.randn(6)] if bias else [])]
    x, weight, *b = (t.double().requires_grad_() for t in tensors)
    made = matmul.conv(x, weight, b[0] if bias else None, stride, dilation)
    plain = F.conv1d(x, weight, b[0] if bias else None, stride, 0, dilation)
    torch.testing.assert_close(made, plain)
    up = torch.randn_like(plain)
    gradients = [torch.autograd.grad(y, [x, weight, *b], up) for y in (made, plain)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize(("taps", "dilation"), [(1, 1), (3, 3)])
def test_training_and_use_agree(taps, dilation, monkeypatch):
    """Only training takes them, and only where they are faster; padding is the layer's."""
    conv, made = matmul.conv, []
    monkeypatch.setattr(matmul, "conv", lambda *given: made.append(1) or conv(*given))
    layer, x = Conv1d(1024, 1024, taps, dilation=dilation, weight_norm=True), torch.randn(1, 1024, 40)
    trained, used = layer.train()(x), layer.eval()(x)
    assert len(made) == 1
    torch.testing.assert_close(trained, used, rtol=1e-4, atol=1e-5)
    layer.train()(torch.randn(1, 1024, 400))
    assert len(made) == (2 if taps == 1 else 1)
