"""What becomes of batches before they train, and which frames validate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nn_tilde.vschaos.augment import Normal, Shift, build
from nn_tilde.vschaos.gin_file import ConfigError
from nn_tilde.vschaos.task import Spread


def test_shift_and_normal():
    torch.manual_seed(0)
    x = torch.rand(500, 2, 1, 9) + 1
    y = Shift(1.0, (-2, 2))(x)
    shifts = set()
    for before, after in zip(x, y, strict=True):
        fitting = [by for by in range(-2, 2) if torch.equal(after, moved(before, by))]
        assert len(fitting) == 1
        shifts |= set(fitting)
    assert shifts == {-2, -1, 0, 1}
    assert torch.equal(Shift(0.0)(x), x)
    ratio = Normal(1.0, 0.1)(x) / x
    assert torch.allclose(ratio, ratio[:, :1, :, :1].expand_as(ratio))
    assert 0.08 < ratio.std() < 0.12
    assert 0.4 < (Normal(0.5, 0.1)(x) != x).float().mean() < 0.6
    assert Normal(1.0, 9.0, clamp=(0, "none"))(x).min() == 0
    with pytest.raises(ConfigError, match="mode is"):
        build({"Normal": {"mode": "loud"}})


def moved(x, by):
    y = torch.zeros_like(x)
    y[..., max(by, 0) : 9 + min(by, 0)] = x[..., max(-by, 0) : 9 - max(by, 0)]
    return y


def test_spread_takes_items_from_everywhere():
    items = list(range(100))
    assert [Spread(items, 100, 4)[i] for i in range(4)] == [0, 25, 50, 75]
    assert list(Spread(items, 100, 1000)) == items
    assert np.all(np.diff(list(Spread(items, 100, 33))) >= 3)
