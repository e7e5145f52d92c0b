"""Discriminators: the release's parameters, and outputs against plain convolutions."""

import pytest
import torch
import torch.nn.functional as F

from nn_tilde.nn.discriminators import Descript, MultiPeriod, MultiScale, MultiScaleSpectral, build
from nn_tilde.rave.config import read, read_run

CONFIGURATIONS = [
    "discrete", "discrete_hybrid", "discrete_v3", "normalize_ambient", "onnx", "raspberry", "v1", "v1_stereo", "v2",
    "v2_adain", "v2_causal", "v2_descript", "v2_hybrid", "v2_noise", "v2_nopqmf", "v2_small", "v2_snake",
    "v2_spectral_discriminator", "v2_spherical", "v2_stereo", "v2_wasserstein", "v2_with_augs", "v3",
]  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_keys_and_shapes_of_the_release(fixtures, name):
    folder = fixtures / "rave_configs"
    lines = [line.split("\t") for line in (folder / f"{name}.keys.txt").read_text().splitlines()]
    prefix = "discriminator."
    wanted = {key[len(prefix) :]: shape for key, shape, *_ in lines if key.startswith(prefix)}
    config = read_run(folder / f"{name}.gin").replace(n_channels=2 if "stereo" in name else 1)
    with torch.device("meta"):
        state = build(config).state_dict()
    assert {key: str(tuple(value.shape)) for key, value in state.items()} == wanted
    assert wanted


def test_every_configuration_is_tested(fixtures):
    names = {path.name.removesuffix(".keys.txt") for path in (fixtures / "rave_configs").glob("*.keys.txt")}
    assert names == set(CONFIGURATIONS)


def effective(conv):
    """g·v/‖v‖, written out."""
    if not conv.weight_norm:
        return conv.weight
    v = conv.weight_v
    return conv.weight_g * v / v.square().sum(tuple(range(1, v.dim())), keepdim=True).sqrt()


def randomize(module):
    torch.manual_seed(0)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, 0.1, 0.3)
    return module


@torch.no_grad()
def test_multi_scale():
    net = randomize(MultiScale(channels=2, capacity=4))
    x = torch.randn(3, 2, 700)
    for scale, features in enumerate(net(x)):
        y = x
        for _ in range(scale):
            y = (y[..., 0 : y.shape[-1] // 2 * 2 : 2] + y[..., 1::2]) / 2
        convs = [layer for layer in net.layers[scale].net if hasattr(layer, "weight_norm")]
        assert len(features) == len(convs) == 5
        for i, (conv, feature) in enumerate(zip(convs, features, strict=True)):
            y = F.conv1d(y, effective(conv), conv.bias, stride=4 if i < 4 else 1, padding=7 if i < 4 else 0)
            torch.testing.assert_close(feature, y, rtol=1e-4, atol=1e-5)
            y = F.leaky_relu(y, 0.2)


@torch.no_grad()
def test_multi_period_equals_planes():
    net = randomize(MultiPeriod(channels=2, capacity=4))
    x = torch.randn(3, 2, 701)
    for period, layer, features in zip((2, 3, 5, 7, 11), net.layers, net(x), strict=True):
        padded = F.pad(x, (0, -701 % period))
        y = padded.reshape(3, 2, -1, period)
        convs = [part for part in layer.net if hasattr(part, "weight_norm")]
        for i, (conv, feature) in enumerate(zip(convs, features, strict=True)):
            y = F.conv2d(y, effective(conv), conv.bias, *(((4, 1), (2, 0)) if i < 4 else ()))
            rows = feature.unflatten(0, (3, period)).permute(0, 2, 3, 1)
            torch.testing.assert_close(rows, y, rtol=1e-4, atol=1e-5)
            y = F.leaky_relu(y, 0.2)


@torch.no_grad()
def test_spectral():
    net = randomize(MultiScaleSpectral(channels=2, scales=[256, 128], width=4))
    x = torch.randn(3, 2, 1000)
    for size, convnet, features in zip((256, 128), net.nets, net(x), strict=True):
        window = torch.hann_window(size)
        spectra = (
            torch.stft(x.flatten(0, 1), size, size // 4, window=window, center=False, return_complex=True)
            / window.norm()
        )
        spectra = spectra.unflatten(0, (3, 2))
        y = torch.cat([spectra.real, spectra.imag], 1)  # [batch, 4, bins, frames]
        settings = [
            ((1, 1), (4, 1), (1, 1)),
            ((2, 1), (4, 1), (1, 1)),
            ((2, 1), (4, 2), (1, 2)),
            ((2, 1), (4, 4), (1, 4)),
            ((1, 1), (1, 1), (1, 1)),
            ((1, 1), (1, 1), (1, 1)),
        ]
        assert len(features) == 6
        for i, (setting, feature) in enumerate(zip(settings, features, strict=True)):
            conv = convnet.net[i] if i == 5 else convnet.net[i][0]
            y = F.conv2d(y, effective(conv), conv.bias, *setting)
            y = y if i == 5 else F.leaky_relu(y, 0.2)
            torch.testing.assert_close(feature, y, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_descript():
    net = Descript(channels=2)
    x = torch.randn(2, 2, 3000)
    features = net(x)
    assert [len(f) for f in features] == [6] * 5 + [26] * 3
    assert all(f[-1].shape[:2] == (2, 1) for f in features[5:])
    # Neither a constant nor a gain is heard.
    for plain, moved in zip(features, net(0.1 * x + 3), strict=True):
        torch.testing.assert_close(moved[-1], plain[-1], rtol=1e-3, atol=1e-4)
    # The bands are those of the spectrum: all its bins, each once.
    assert net.discriminators[5].edges == [(0, 102), (102, 256), (256, 512), (512, 768), (768, 1025)]
    assert all(torch.isfinite(f).all() for sub in net(torch.zeros(1, 2, 3000)) for f in sub)


def test_unknown_name():
    with pytest.raises(ValueError, match="multiscale, multiperiod"):
        build(read(["v2"]).replace(discriminators=["oracle"]))
