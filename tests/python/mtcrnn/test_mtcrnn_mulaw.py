"""Mu-law, with numpy and with torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from nn_tilde.mtcrnn import mulaw

EVERYWHERE = np.concatenate([np.linspace(-1.2, 1.2, 4001), [0.0, 1.0, -1.0, 1e-9, -1e-9, 2**-15]])


def formula(x: float, channels: int) -> int:
    """Straight from the definition: the number of edges at or below y, less one."""
    y = math.copysign(math.log(1 + (channels - 1) * abs(x)) / math.log(channels), x)
    edges = np.linspace(-1, 1, channels)
    return min(max(int((edges <= y).sum()) - 1, 0), channels - 1)


@pytest.mark.parametrize("channels", [2, 16, 256, 1024])
def test_classes(channels):
    index = mulaw.encode(EVERYWHERE, channels)
    assert index.dtype == np.int64
    np.testing.assert_array_equal(index, [formula(x, channels) for x in EVERYWHERE])
    assert mulaw.encode(np.array([-5.0, 5.0]), channels).tolist() == [0, channels - 1]


def test_known_values():
    """Of numpy's digitize at 256 equal edges, and of the decoder of MTCRNN."""
    assert mulaw.encode(np.array([0.0, 0.5, -0.5, 1.0, -1.0])).tolist() == [127, 239, 15, 255, 0]
    legacy = mulaw.decode(np.array([255, 128, 127, 0]), legacy=True)
    np.testing.assert_allclose(legacy, [0.957, 0, -1.74e-4, -1], rtol=1e-2, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [2, 16, 256, 1024])
def test_torch_is_the_same(channels, dtype):
    x = EVERYWHERE.astype(dtype)
    index = mulaw.encode(x, channels)
    tensor = mulaw.encode(torch.from_numpy(x), channels)
    assert tensor.dtype == torch.int64
    np.testing.assert_array_equal(tensor.numpy(), index)
    for legacy in (False, True):
        decoded = mulaw.decode(tensor, channels, legacy)
        assert decoded.dtype == torch.float32
        np.testing.assert_allclose(decoded.numpy(), mulaw.decode(index, channels, legacy), atol=1e-7)
    for onehot in (False, True):
        heard = mulaw.as_input(tensor, channels, onehot)
        assert heard.dtype == torch.float32
        np.testing.assert_array_equal(heard.numpy(), mulaw.as_input(index, channels, onehot))
        np.testing.assert_array_equal(mulaw.from_input(heard, channels, onehot).numpy(), index)
        np.testing.assert_array_equal(mulaw.from_input(heard.numpy(), channels, onehot), index)


def test_decoded_classes_are_themselves():
    every = np.arange(256)
    np.testing.assert_array_equal(mulaw.encode(mulaw.decode(every)), every)
    samples = mulaw.decode(every)
    assert samples[127] == 0  # silence is silence
    np.testing.assert_allclose(samples[:127], -samples[254:127:-1], atol=1e-6)


def test_soft_sounds_are_cleaner_than_the_old_way():
    x = np.random.default_rng(0).uniform(-0.1, 0.1, 200_000)
    errors = {legacy: mulaw.decode(mulaw.encode(x), legacy=legacy) - x for legacy in (False, True)}
    ratios = {legacy: 10 * np.log10(np.mean(x**2) / np.mean(error**2)) for legacy, error in errors.items()}
    assert abs(errors[False].mean()) < 1e-5
    assert errors[True].mean() == pytest.approx(-0.0023, abs=1e-4)
    assert ratios[False] > 31
    assert ratios[False] - ratios[True] > 4.5


def test_inputs():
    index = np.array([[0, 128, 255]])
    np.testing.assert_array_equal(mulaw.as_input(index), np.float32([[[0], [0.5], [255 / 256]]]))
    onehot = mulaw.as_input(index, onehot=True)
    assert onehot.shape == (1, 3, 256)
    assert onehot.sum() == 3
    assert onehot[0, 1, 128] == 1
    with pytest.raises(ValueError, match="at least 2 channels"):
        mulaw.encode(np.zeros(1), 1)
