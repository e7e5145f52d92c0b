"""How well a prior does: measures, pictures, the learning rate of its training."""

import math

import numpy as np
import pytest
import torch
from msprior_toy import (
    STREAMS,
    curve,
    dataset,
)
from PIL import Image

from nn_tilde.msprior import config, learning, measures, pictures
from nn_tilde.msprior.task import learning_rate_factor


def test_the_learning_rate_rises_and_falls():
    c = config.read(["decoder_only"])
    factors = [learning_rate_factor(c, step) for step in (0, 5000, 10_000, 10_001, 1_000_000)]
    assert factors == pytest.approx([0.01, 0.505, 1, 0.9999985, 0.9999985**990_000])


def test_measures_of_a_known_guess():
    """Over streams of other lengths, and what is not there does not count."""
    targets = torch.tensor([[0, 1, 2, -1], [3, 3, -1, -1]])
    logits = torch.zeros(2, 4, 4)
    logits[0, :, 2] = 1.0
    logits[:, 3] = torch.nan_to_num(torch.tensor(float("inf")))
    tally = measures.Tally(2, 4)
    values = tally.add(logits, targets)
    z = 3 + math.e
    assert values["cross_entropy"].item() == pytest.approx((3 * math.log(z) - 1 + 2 * math.log(4)) / 5, rel=1e-6)
    assert values["cross_entropy"].item() == pytest.approx(measures.loss_of(logits, targets).item() / 5, rel=1e-6)
    assert values["acc_top_1"].item() == pytest.approx(3 / 5)  # equals share a place
    assert values.keys() == {"cross_entropy", "acc_top_1", "acc_top_3"}
    measured = tally.finish(lambda value: [value, value])
    assert measured.perplexity == pytest.approx([math.exp(math.log(z) - 1 / 3), 4], rel=1e-6)
    assert measured.heard.tolist() == [[1 / 3, 1 / 3, 1 / 3, 0], [0, 0, 0, 1]]
    assert measured.expected[1].tolist() == [0.25] * 4
    assert tally.finish(lambda value: [value]) is None


def test_a_validation_counts_frames_not_examples(train, tmp_path):
    """However many examples the head takes at once: here one, of recordings of many lengths."""
    short = dataset(tmp_path / "short", lengths=tuple(range(4, 16)) * 10)
    train(data=short, steps=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "ROOM", 1)
        train(name="b", data=short, steps=1)
    for name in ("validation", "val_acc_top_1", "val_perplexity_2"):
        assert curve("a", name) == pytest.approx(curve("b", name), rel=1e-4)
    perplexities = [curve("b", f"val_perplexity_{i}")[-1] for i in range(STREAMS)]
    assert np.log(perplexities).mean() == pytest.approx(curve("b", "validation")[-1], rel=1e-5)


def test_pictures():
    streams = 6
    counts = np.arange(streams * 8).reshape(streams, 8)
    assert pictures.unigram_perplexity(np.eye(3)[:, :2] + np.array([[1, 1], [1, 0], [1, 1]]))[2] == pytest.approx(2)
    shares = counts / counts.sum(-1, keepdims=True)
    measured = measures.Measured(np.array([1.0, 2, 3, 4, np.inf, np.nan]), shares, shares)
    assert measured.divergence == pytest.approx(0, abs=1e-9)
    for picture in (pictures.perplexities(measured, counts), *(pictures.tokens(measured, b) for b in (True, False))):
        assert picture.dtype == np.uint8
        assert Image.fromarray(picture).size[0] > 300
