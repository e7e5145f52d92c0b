"""Priors as they are trained: sizes, what a logit may depend on, gradients."""

from __future__ import annotations

import pytest
import torch
from msprior_small import NAMES, example, prior, small
from torch import nn

from nn_tilde.msprior.config import Config, read
from nn_tilde.msprior.model.embedding import KnownNorm
from nn_tilde.msprior.model.prior import Prior


def parameters(config: Config) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in Prior(config).parameters())


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("decoder_only", 49_631_744),
        ("recurrent", 41_220_608),
        ("flattened", 37_812_224),
        ("rwkv", 69_576_192),
        ("modulated_alibi", 56_011_008),  # "about 56.0 M"
        ("encoder_decoder", 75_387_392),  # "about 75.4 M"
    ],
)
def test_sizes_are_those_that_users_know(name, count):
    assert parameters(read([name])) == count


def test_few_classes_make_a_smaller_network():
    assert parameters(read(["decoder_only"], ["NUM_TOKENS=64"])) == 33_887_744


@pytest.mark.parametrize("name", NAMES)
def test_logits_of_every_class_of_every_stream(name):
    config = small(name)
    inputs, targets, semantic = example(config, length=8)
    assert prior(config)(inputs, targets, semantic).shape == (2, 8, 3, 11)


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_a_logit_hears_only_what_lies_before_it(name):
    config = small(name)
    network = prior(config)
    inputs, targets, semantic = example(config, length=24)
    before = network(inputs, targets, semantic)
    at, stream = 9, 1  # frame 9 of the targets is input 10
    targets[:, at, stream] = (targets[:, at, stream] + 1) % 11
    inputs[:, at + 1, stream] = targets[:, at, stream]
    changed = (network(inputs, targets, semantic) - before).abs().amax((0, 3)) > 0
    assert not changed[:at].any()
    assert not changed[at, : stream + 1].any()
    assert changed[at, stream + 1 :].all()
    assert changed[at + 1].all()


@pytest.mark.parametrize("name", [name for name in NAMES if small(name).encoder != "none"])
@torch.no_grad()
def test_a_semantic_value_steers_its_own_frames_and_later_ones(name):
    config = small(name)
    network = prior(config)
    inputs, targets, semantic = example(config, length=24)
    before = network(inputs, targets, semantic)
    semantic[:, 2] = (semantic[:, 2] + 1) % 5
    first = 2 * config.encoder_out_ratio if config.conditioning == "cross" else 2
    changed = (network(inputs, targets, semantic) - before).abs().amax((0, 2, 3)) > 0
    assert not changed[:first].any()
    assert changed[first]


@pytest.mark.parametrize("name", ["decoder_only", "flattened"])
@torch.no_grad()
def test_attention_sees_a_window(name):
    config = small(name, "NUM_LAYERS=1")
    network = prior(config)
    inputs, targets, _ = example(config, length=40)
    before = network(inputs, targets)
    inputs[:, 0], targets[:, 0] = (inputs[:, 0] + 1) % 11, (targets[:, 0] + 1) % 11
    changed = (network(inputs, targets) - before).abs().amax((0, 2, 3)) > 0
    assert changed[:4].all()
    assert not changed[17:].any()


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_examples_of_a_batch_know_nothing_of_each_other(name):
    config = small(name)
    network = prior(config)
    inputs, targets, semantic = example(config, 3, 12)
    alone = torch.cat([network(*(x[i : i + 1] for x in (inputs, targets, semantic))) for i in range(3)])
    torch.testing.assert_close(network(inputs, targets, semantic), alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_all_parameters_learn(name):
    config = small(name)
    network = prior(config).train()
    inputs, targets, semantic = example(config, 4, 20)
    logits = network(inputs, targets, semantic)
    nn.functional.cross_entropy(logits.reshape(-1, 11), targets.reshape(-1)).backward()
    for key, parameter in network.named_parameters():
        assert parameter.grad is not None, key
        assert torch.isfinite(parameter.grad).all(), key
        assert parameter.grad.abs().sum() > 0, key


@pytest.mark.parametrize("name", NAMES)
def test_half_of_the_precision_trains_too(name):
    config = small(name)
    network = prior(config, torch.randn(3, 11, 6, generator=torch.Generator().manual_seed(1)))
    example_ = example(config, 2, 8)
    exact = network(*example_)
    with torch.autocast("cpu", torch.bfloat16):
        assert (network(*example_) - exact).abs().max() < 0.1 * exact.abs().max()
        logits = network.train()(*example_)
    logits.float().square().mean().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters())


def test_missing_classes_count_as_the_first():
    config = small()
    network = prior(config)
    inputs, targets, semantic = example(config, length=6)
    targets[:, 4:] = -1
    marked = network(inputs, targets, semantic)
    targets[:, 4:] = 0
    assert torch.equal(marked, network(inputs, targets, semantic))


@pytest.mark.parametrize("name", [name for name in NAMES if small(name).encoder == "features"])
def test_what_is_not_there_does_not_normalise(name):
    """The ends of short recordings, which are zeros without targets."""
    config = small(name, "DROPOUT_RATE=0")
    inputs, targets, semantic = example(config, 3, 16)
    held = len(semantic[0]) * 3 // 4
    alone, padded = prior(config).train(), prior(config).train()
    made = alone(inputs[:, :12], targets[:, :12], semantic[:, :held])
    targets[:, 12:], semantic[:, held:] = -1, 1e4
    torch.testing.assert_close(padded(inputs, targets, semantic)[:, :12], made, atol=1e-4, rtol=1e-4)
    for key, value in alone.encoder.embedding.batch_norm.state_dict().items():
        torch.testing.assert_close(padded.encoder.embedding.batch_norm.state_dict()[key], value)


def test_known_rows_are_normalised_as_torch_does():
    ours, theirs = KnownNorm(5), nn.BatchNorm1d(5)
    x = torch.randn(40, 5) * 3 + 1
    known = torch.arange(40) % 3 > 0
    torch.testing.assert_close(ours(x, known)[known], theirs(x[known]))
    for key, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[key], value)
    torch.testing.assert_close(ours.eval()(x, known), theirs.eval()(x))


def test_one_stream_is_enough():
    config = small("decoder_only", "NUM_QUANTIZERS=1")
    inputs, targets, semantic = example(config, length=5)
    assert prior(config)(inputs, targets, semantic).shape == (2, 5, 1, 11)


def test_a_steered_prior_asks_for_what_steers():
    config = small("encoder_decoder")
    inputs, targets, _ = example(config)
    with pytest.raises(ValueError, match="steered by semantic values"):
        prior(config)(inputs, targets)


@pytest.mark.parametrize("name", ["decoder_only", "flattened"])
def test_codebooks_are_used_and_stay(name):
    config = small(name)
    books = torch.randn(3, 11, 6)
    network = prior(config, books).train()
    assert "embedding.codebooks" not in dict(network.named_parameters())
    inputs, targets, _ = example(config, length=6)
    logits = network(inputs, targets)
    logits.square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
    assert torch.equal(network.embedding.codebooks, books)

    state = network.state_dict()
    again = Prior(config, torch.zeros_like(state["embedding.codebooks"]))
    assert not torch.equal(again.eval()(inputs, targets), network.eval()(inputs, targets))
    again.load_state_dict(state)
    assert torch.equal(again(inputs, targets), network(inputs, targets))
    assert again.embedding.table().shape == (33, 32)


def test_codebooks_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="3 codebooks of 11 classes"):
        Prior(small(), torch.zeros(3, 12, 6))
