"""Attention and RWKV against their formulas, written as loops."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from nn_tilde.msprior.model.attention import Attention, bias, slopes
from nn_tilde.msprior.model.rwkv import NOTHING, Block, wkv
from nn_tilde.msprior.model.streaming_recurrent import RWKVBlock, clear


def plain_attention(layer: Attention, x: Tensor, y: Tensor, window: int, ratio: int) -> Tensor:
    heads, size = layer.heads, layer.head_dim
    q = layer.query(x).view(len(x), heads, size)
    k, v = layer.key_value(y).view(len(y), 2, heads, size).unbind(1)
    rows = []
    for i in range(len(x)):
        outs = []
        for h in range(heads):
            seen = [j for j in range(len(y)) if j * ratio <= i][-window:]
            slope = 2 ** (-8 * (h + 1) / heads)
            scores = torch.stack([q[i, h] @ k[j, h] / math.sqrt(size) + slope * (j * ratio - i) for j in seen])
            outs.append(sum(weight * v[j, h] for weight, j in zip(torch.softmax(scores, 0), seen, strict=True)))
        rows.append(layer.out(torch.cat(outs)))
    return torch.stack(rows)


@pytest.mark.parametrize(("window", "ratio"), [(5, 1), (64, 1), (3, 4)])
@torch.no_grad()
def test_attention_is_its_formula(window, ratio):
    torch.manual_seed(0)
    layer = Attention(12, 8, 3)
    x = torch.randn(1, 17, 12)
    y = x if ratio == 1 else torch.randn(1, 5, 12)
    table = bias(slopes(8), 17, y.shape[1], window, ratio)
    torch.testing.assert_close(layer(x, y, table)[0], plain_attention(layer, x[0], y[0], window, ratio))


class Names(TorchDispatchMode):
    """Of the operators that are dispatched."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.names.append(str(function))
        return function(*args, **(kwargs or {}))


def test_attention_keeps_no_table_of_scores():
    """Torch's kernels without one take a bias of four dimensions only."""
    layer, x = Attention(16, 8, 4), torch.randn(2, 32, 16)
    with Names() as operators:
        layer(x, x, bias(slopes(8), 32, 32, 32)).sum().backward()
    assert operators.names
    assert not [name for name in operators.names if "softmax" in name]


def test_slopes_are_those_of_the_paper():
    assert slopes(8).tolist() == [2.0**-h for h in range(1, 9)]
    assert slopes(16)[1::2].tolist() == slopes(8).tolist()


def plain_wkv(w: Tensor, u: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """In float64, a frame at a time, all terms relative to the largest."""
    made = []
    for t in range(k.shape[1]):
        exponents = torch.stack([k[:, i] + (t - 1 - i) * w for i in range(t)] + [u + k[:, t]])
        weights = torch.softmax(exponents, 0)
        made.append((weights * v[:, : t + 1].transpose(0, 1)).sum(0))
    return torch.stack(made, 1)


@pytest.mark.parametrize("length", [1, 2, 7, 16, 45])
@pytest.mark.parametrize("reach", [1.0, 80.0, 500.0])
def test_wkv_is_its_recurrence(length, reach):
    g = torch.Generator().manual_seed(1)
    w = -torch.exp(torch.linspace(-6, 3, 10))
    u = torch.randn(10, generator=g)
    k = (torch.rand(2, length, 10, generator=g) * 2 - 1) * reach
    v = torch.randn(2, length, 10, generator=g)
    wanted = plain_wkv(*(x.double() for x in (w, u, k, v)))
    torch.testing.assert_close(wkv(w, u, k, v).double(), wanted, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("reach", [1.0, 80.0])
def test_gradients_of_wkv_are_those_of_the_recurrence(reach):
    g = torch.Generator().manual_seed(2)
    w = -torch.rand(4, generator=g, dtype=torch.float64)
    u = torch.randn(4, generator=g, dtype=torch.float64)
    k = (torch.rand(2, 11, 4, generator=g, dtype=torch.float64) * 2 - 1) * reach
    v = torch.randn(2, 11, 4, generator=g, dtype=torch.float64)
    toward = torch.randn(2, 11, 4, generator=g, dtype=torch.float64)
    found = []
    for function in (wkv, plain_wkv):
        inputs = [x.clone().requires_grad_() for x in (w, u, k, v)]
        found.append(torch.autograd.grad((function(*inputs) * toward).sum(), inputs))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)


@torch.no_grad()
def test_a_block_with_huge_keys_streams_as_it_trains():
    torch.manual_seed(0)
    block = Block(16, 1, 4, 0.0, False).eval()
    block.time_mix.key.weight.mul_(150)
    x = torch.randn(2, 40, 16)
    keys = block.time_mix.key(block.time_mix.shift(block.time_norm(x))[0])
    assert keys.abs().max() > 100
    step = RWKVBlock(block)
    step.begin(2)
    made = torch.stack([step(x[:, t]) for t in range(40)], 1)
    assert torch.isfinite(made).all()
    torch.testing.assert_close(made, block(x), atol=1e-4, rtol=1e-3)


def test_sums_begin_with_nothing():
    state = clear(torch.ones(5, 2, 3))
    assert (state[:4] == 0).all()
    assert (state[4] == torch.tensor(NOTHING)).all()


def test_decays_begin_where_the_paper_has_them():
    first, last = (Block(8, i, 3, 0.0, False).time_mix for i in (0, 2))
    torch.testing.assert_close(first.time_decay, -5 + 8 * (torch.arange(8) / 7) ** 0.7)
    torch.testing.assert_close(last.time_decay, -5 + 8 * (torch.arange(8) / 7) ** 2.0)
    torch.testing.assert_close(first.time_first[:3], math.log(0.3) + torch.tensor([0.0, 0.5, -0.5]))
    torch.testing.assert_close(first.shift.mix[0], torch.arange(8) / 8)
