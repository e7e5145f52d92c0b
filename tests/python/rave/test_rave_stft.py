"""The spectral distance against torch.stft and autograd."""

import pytest
import torch

from nn_tilde.nn.stft import STFT, SpectralDistance

SCALES = (2048, 1024, 512, 256, 128)


def plain(x, y, epsilon):
    """The formula, term by term."""
    total = 0
    for scale in SCALES:
        window = torch.hann_window(scale, dtype=x.dtype)
        spectra = [
            torch.stft(s.flatten(0, -2), scale, scale // 4, window=window, center=True, return_complex=True).abs()
            for s in (x, y)
        ]
        target, other = spectra
        total = total + (target - other).square().mean() / target.square().mean()
        total = total + (torch.log(target + epsilon) - torch.log(other + epsilon)).abs().mean()
    return total


@pytest.mark.parametrize("epsilon", [1e-7, 1.0])
@pytest.mark.parametrize("shape", [(2, 1, 4096), (1, 3, 3001)])
def test_equals_the_formula(shape, epsilon):
    torch.manual_seed(0)
    x, y = 0.3 * torch.randn(2, *shape)
    y.requires_grad_()
    wanted = plain(x, y, epsilon)
    (gradient,) = torch.autograd.grad(wanted, y)
    got = SpectralDistance(SCALES, epsilon)(x, y)
    torch.testing.assert_close(got, wanted, rtol=1e-5, atol=0)
    torch.testing.assert_close(torch.autograd.grad(3 * got, y)[0], 3 * gradient, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("length", [65, 96, 127, 128, 300])
def test_gradient_in_double_precision(length):
    torch.manual_seed(1)
    distance = SpectralDistance([128, 32], 1e-3).double()
    x = torch.randn(1, 2, length, dtype=torch.double)
    y = torch.randn(1, 2, length, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: distance(x, y), y)


def test_no_second_derivative_rather_than_a_wrong_one():
    y = torch.randn(1, 1, 4096, requires_grad=True)
    distance = SpectralDistance(SCALES)(torch.randn(1, 1, 4096), y)
    (gradient,) = torch.autograd.grad(distance.square(), y, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.square().sum().backward()


def test_zero_for_equal_sounds():
    x = torch.randn(1, 1, 4096)
    assert SpectralDistance(SCALES)(x, x.clone()) == 0


@pytest.mark.parametrize("level", [0.0, 1e-5])
def test_silent_target(level):
    """Neither NaN nor an error that explodes because it is relative to nothing."""
    x = torch.full((1, 1, 4096), level)
    y = (0.01 * torch.randn(1, 1, 4096)).requires_grad_()
    distance = SpectralDistance(SCALES)(x, y)
    distance.backward()
    assert 0 < distance < 200
    assert torch.isfinite(y.grad).all()
    silent = torch.zeros(1, 1, 4096, requires_grad=True)
    distance = SpectralDistance(SCALES)(x, silent)
    distance.backward()
    assert torch.isfinite(distance)
    assert torch.isfinite(silent.grad).all()


def test_no_gradient_for_the_target_nor_in_bfloat16():
    x = torch.randn(1, 1, 4096, requires_grad=True)
    y = torch.randn(1, 1, 4096, requires_grad=True)
    distance = SpectralDistance(SCALES)
    with torch.autocast("cpu", torch.bfloat16):
        got = distance(x, y)
    got.backward()
    assert x.grad is None
    assert got == distance(x, y)


def test_too_short():
    with pytest.raises(ValueError, match="1025 or more"):
        SpectralDistance(SCALES)(torch.zeros(1, 1, 1024), torch.zeros(1, 1, 1024))


def test_names_of_the_release(fixtures):
    keys = (fixtures / "rave_configs" / "v2.keys.txt").read_text().splitlines()
    prefix = "audio_distance."
    wanted = {k.split("\t")[0][len(prefix) :]: k.split("\t")[1] for k in keys if k.startswith(prefix)}
    state = SpectralDistance(SCALES).state_dict()
    assert {name: str(tuple(value.shape)) for name, value in state.items()} == wanted
    torch.testing.assert_close(STFT(128).window, torch.hann_window(128))
