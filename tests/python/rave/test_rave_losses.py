"""Losses against their formulas, and what each recipe compares."""

import pytest
import torch

from nn_tilde.rave.config import ConfigError, read
from nn_tilde.rave.losses import (
    Losses,
    check_n_signal,
    feature_matching,
    hinge_discriminator,
    hinge_generator,
    least_n_signal,
    valid_crop,
)
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.receptive import receptive_field


@pytest.mark.parametrize(("stack", "least"), [("v2", 69936), ("v2_small", 37008), ("discrete", 52016), ("v1", 16400)])
def test_least_signal_of_the_release(stack, least):
    """The least that does not crash there, rounded to whole latents."""
    config = read(stack.split()).replace(recipe="release")
    got = least_n_signal(config)
    assert got % config.ratio == 0
    # A noise branch that our count includes, and theirs does not quite, may take one latent more.
    assert least <= got < least + 2 * config.ratio


@pytest.mark.parametrize("recipe", ["aligned", "release"])
@pytest.mark.parametrize("stack", ["v2_small", "v1", "v2_nopqmf", "v2 causal"])
def test_least_signal_suffices_and_less_does_not(stack, recipe):
    config = read(stack.split()).replace(recipe=recipe, capacity=2)
    n_signal = least_n_signal(config)
    check_n_signal(config, n_signal)
    losses, rave = Losses(config), RAVE(config)

    def distances(length):
        target, bands = losses.target(rave, torch.randn(1, 1, length))
        y = bands if config.output_mode == "pqmf" else torch.randn(1, 1, length)
        return losses.reconstruction(target, losses.made(rave, y))

    assert all(torch.isfinite(d) for d in distances(n_signal).values())
    with pytest.raises((ValueError, RuntimeError)):
        distances(n_signal - config.ratio)
    with pytest.raises(ConfigError, match=f"give {n_signal} or more"):
        check_n_signal(config, n_signal - config.ratio)
    with pytest.raises(ConfigError, match=f"give {n_signal} or {n_signal + config.ratio}"):
        check_n_signal(config, n_signal + 1)


def features(*shapes):
    torch.manual_seed(0)
    return [[torch.randn(shape) for shape in shapes] for _ in range(2)]


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("skip", [0, 1])
def test_feature_matching(relative, skip):
    real, fake = features((2, 3, 8), (2, 5, 4), (2, 1, 4)), features((2, 3, 8), (2, 5, 4), (2, 1, 4))
    fake = [[x + 0.5 * torch.randn_like(x) for x in net] for net in fake]
    wanted = 0
    for a, b in zip(real, fake, strict=True):
        terms = []
        for x, y in list(zip(a, b, strict=True))[skip:]:
            distance = (x - y).abs().mean()
            terms.append(distance / x.abs().mean() if relative else distance)
        wanted = wanted + sum(terms) / len(terms) / 2
    torch.testing.assert_close(feature_matching(real, fake, relative, skip), wanted)


def test_hinge():
    real, fake = (
        [torch.tensor([[2.0, 0.5]]), torch.tensor([[-1.0]])],
        [torch.tensor([[-3.0, 0.0]]), torch.tensor([[1.0]])],
    )
    assert hinge_discriminator(real, fake) == 0.25 + 2 + 0.5 + 2
    assert hinge_generator([[torch.zeros(3), score] for score in fake]) == 1.5 - 1


def test_weights_count_twice_in_the_recipe_of_the_release():
    config = read(["v2", "wasserstein"])
    once, twice = Losses(config).weights, Losses(config.replace(recipe="release")).weights
    assert (once["feature_matching"], twice["feature_matching"]) == (20, 400)
    assert (once["adversarial"], twice["adversarial"]) == (2, 4)
    assert once["fullband_spectral_distance"] == twice["fullband_spectral_distance"] == 2


@pytest.mark.parametrize("channels", [1, 2])
def test_perfect_bands_are_perfect_when_aligned(channels):
    """The filter bank delays by 16 samples: the release's full band takes that for an error."""
    config = read(["v2_small"], channels=channels).replace(capacity=2)
    rave = RAVE(config)
    x = torch.randn(2, channels, least_n_signal(config))
    for recipe in ("aligned", "release"):
        losses = Losses(config.replace(recipe=recipe))
        target, bands = losses.target(rave, x)
        got = losses.reconstruction(target, losses.made(rave, bands))
        assert got["multiband_spectral_distance"] == 0
        assert (got["fullband_spectral_distance"] == 0) == (recipe == "aligned")
        assert target.bands.shape[1] == channels * 16


def test_crop_leaves_what_no_padding_reaches():
    config = read(["v2_small"]).replace(capacity=4, noise=None)
    torch.manual_seed(0)
    rave, losses = RAVE(config).double().eval(), Losses(config)
    x = torch.randn(1, 1, least_n_signal(config), dtype=torch.double)
    around = torch.cat([torch.randn(1, 1, 16384), x, torch.randn(1, 1, 16384)], -1).double()
    with torch.no_grad():
        inside = losses.made(rave, rave.decoder(rave.encode(x)))
        outside = rave(around)[..., 16384:-16384]
    crop = valid_crop(config)
    torch.testing.assert_close(inside.audio, crop(outside, 16), rtol=0, atol=1e-12)
    assert inside.audio.shape[-1] == inside.bands.shape[-1] * 16


@pytest.mark.parametrize("stack", ["v2", "v2_small", "discrete", "v2 causal"])
def test_crop_is_as_long_as_it_must_be_and_no_longer(stack):
    """Whole frames that hold the receptive field; the release leaves a part of one too many at the start."""
    config = read(stack.split()).replace(capacity=4)
    for heard, frames in zip(receptive_field(config), valid_crop(config), strict=True):
        assert 0 <= frames * config.n_band - heard < config.n_band
    left, right = receptive_field(config)
    assert valid_crop(config.replace(recipe="release")) == (left // 16, -(-right // 16))
    assert left % 16  # so that the two differ


def test_mel_input_is_compared_by_bands():
    config = read(["v2", "hybrid"]).replace(capacity=2, valid_signal_crop=False)
    target, bands = Losses(config).target(RAVE(config), torch.randn(1, 1, 16384))
    assert target.bands.shape == bands.shape == (1, 16, 1024)
