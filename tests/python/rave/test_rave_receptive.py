"""Receptive fields against those that the release reports."""

import pytest
import torch

from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.receptive import receptive_field


@pytest.mark.parametrize(
    ("stack", "left", "right"),
    [
        ("raspberry", 24109, 22060),
        ("v2", 27117, 26428),
        ("v2_nopqmf", 20973, 20284),
        ("v3", 27117, 26428),
        ("discrete", 17901, 17724),
        ("v2 hybrid", 21759, 21504),
    ],
)
def test_as_the_release_reports(stack, left, right):
    assert receptive_field(read(stack.split())) == (left, right)


@pytest.mark.parametrize(
    ("stack", "left"), [("v2 causal", 51497), ("raspberry causal", 46169), ("discrete causal", 34601)]
)
def test_causal(stack, left):
    """The release counts samples; the newest 68 are not heard, where the filters of the bank are padded with zeros."""
    assert receptive_field(read(stack.split())) == (left + 68, 0)


def test_noise_hears_more():
    config = read(["v1"])
    assert receptive_field(config.replace(noise=None)) == (24109, 22060)
    assert receptive_field(config)[0] > 24109


def test_independent_of_channels_and_leaves_chance_alone():
    config = read(["v2_small"])
    state = torch.random.get_rng_state()
    field = receptive_field(config)
    assert torch.equal(state, torch.random.get_rng_state())
    assert field == receptive_field(config.replace(n_channels=2, capacity=8))
    assert field[1] == 10044


def test_nothing_beyond_it_changes_the_output():
    torch.manual_seed(0)
    config = read(["v2_small"]).replace(capacity=4, noise=None)
    left, right = receptive_field(config)
    rave = RAVE(config).double().eval()
    x = torch.randn(1, 1, 32768, dtype=torch.double)
    middle = 16384
    outside = torch.ones(32768, dtype=torch.bool)
    outside[middle - left : middle + right] = False
    with torch.no_grad():
        assert rave(torch.where(outside, 1.0, x))[0, 0, middle] == rave(x)[0, 0, middle]
