"""Continuous latents as classes and back."""

import math

import pytest
import torch

from nn_tilde.msprior.quantise import dequantise, quantise


@pytest.mark.parametrize("levels", [63, 64, 256, 1024])
def test_a_round_trip_keeps_mean_and_deviation(levels):
    random = torch.Generator().manual_seed(levels)
    z = torch.randn(200_000, generator=random)
    back = dequantise(quantise(z, levels), torch.rand(z.shape, generator=random), levels)
    assert abs(back.mean() - z.mean()) < 0.02
    assert abs(back.std() / z.std() - 1) < 0.02
    assert torch.corrcoef(torch.stack([z, back]))[0, 1] > 0.998


@pytest.mark.parametrize("levels", [2, 63, 64, 1024])
def test_every_class_comes_back_as_itself(levels):
    tokens = torch.arange(levels)
    for jitter in (1e-3, 0.5, 1 - 1e-3):
        assert torch.equal(quantise(dequantise(tokens, torch.full((levels,), jitter), levels), levels), tokens)


def test_classes_are_equally_probable_for_the_assumed_shape():
    z = 2 * torch.randn(100_000, generator=torch.Generator().manual_seed(0))
    counts = torch.bincount(quantise(z, 16), minlength=16)
    assert (counts - 100_000 / 16).abs().max() < 400


def test_what_is_no_number_or_far_out():
    tokens = quantise(torch.tensor([math.nan, math.inf, -math.inf, 1e30, -1e30]), 64)
    assert tokens.tolist() == [32, 63, 0, 63, 0]
    back = dequantise(torch.tensor([-5, 0, 63, 200]), torch.tensor([0.0, 0.0, 1.0, 1.0]), 64)
    assert torch.isfinite(back).all()
