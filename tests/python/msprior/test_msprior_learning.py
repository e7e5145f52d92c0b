"""The loss and its gradients, the head a few examples at a time."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import torch
from msprior_small import NAMES, example, prior, small
from torch.nn.functional import cross_entropy

from nn_tilde.msprior import learning
from nn_tilde.msprior.config import read


def batch(config, size: int = 5) -> dict[str, torch.Tensor]:
    """Some of whose examples end early."""
    inputs, targets, semantic = example(config, size, 8)
    targets[1, 5:], targets[3, 4:] = -1, -1
    return {"inputs": inputs, "targets": targets, "semantic": semantic}


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("books", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_all_at_once(name, books, size):
    config = small(name, "DROPOUT_RATE=0")
    codebooks = torch.randn(3, 11, 6, generator=torch.Generator().manual_seed(1)) if books else None
    one, other = (prior(config, codebooks).train() for _ in range(2))
    made = batch(config)
    loss = learning.learn(one, made, size, nullcontext())
    wanted = cross_entropy(other(*made.values()).flatten(0, 2), made["targets"].flatten(), ignore_index=-1)
    wanted.backward()
    torch.testing.assert_close(loss, wanted.detach())
    assert not loss.requires_grad
    for (key, p), q in zip(one.named_parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, atol=1e-6, rtol=1e-4, msg=key)


def test_one_stream_learns():
    config = small("decoder_only", "NUM_QUANTIZERS=1")
    network = prior(config).train()
    assert torch.isfinite(learning.learn(network, batch(config), 2, nullcontext()))
    assert all(p.grad is not None for p in network.parameters())


def test_the_head_takes_no_more_than_there_is_room_for():
    config = small()
    network, sizes = prior(config).train(), []
    network.head.register_forward_pre_hook(lambda _, given: sizes.append(len(given[0])))
    learning.learn(network, batch(config), 2, torch.autocast("cpu", torch.bfloat16))
    assert sizes == [2, 2, 1]
    assert learning.examples_at_once(read(["decoder_only"])) == 8
    assert learning.examples_at_once(read(["decoder_only", "small"], ["NUM_TOKENS=64"])) >= 64
    assert learning.examples_at_once(read(["decoder_only"], ["SEQ_LEN=65536"])) == 1


def test_parts_of_a_batch():
    parts = list(learning.parts({"a": torch.arange(5), "b": torch.arange(5) * 2}, 2))
    assert [part["a"].tolist() for part in parts] == [[0, 1], [2, 3], [4]]
    assert all(torch.equal(part["b"], 2 * part["a"]) for part in parts)
