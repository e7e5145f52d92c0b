"""The seven networks and the phased LSTM: sizes, spans against steps, what is refused."""

import pytest
import torch

from nn_tilde.mtcrnn.networks import build
from nn_tilde.mtcrnn.phased import LEAK, RATIO_ON, PhasedCells
from nn_tilde.mtcrnn.sizes import CATEGORICAL, GAUSSIAN, MIXTURE, Sizes
from nn_tilde.mtcrnn.tier import Tier

AUDIO = Tier(prop=("rate",), mulaw_channels=32)
ONEHOT = Tier(prop=("rate",), mulaw_channels=32, onehot=True)
PARAMS = Tier(generate=("a", "b", "c"), prop=("fill",), sample_rate=125)
ONE = Tier(generate=("a",), sample_rate=125)

CASES = [
    (AUDIO, Sizes(0, 12, 2)),
    (ONEHOT, Sizes(0, 12, 2)),
    (AUDIO, Sizes(0, 12, 2, plstm=True)),
    (PARAMS, Sizes(0, 12, 2, plstm=True)),
    (AUDIO, Sizes(6, 12, 2)),
    *[(PARAMS, Sizes(net, 12, 2)) for net in range(6)],
    *[(ONE, Sizes(net, 12, 1)) for net in range(6)],
]
NAMES = [
    f"net{s.net}{'-plstm' * s.plstm}-{'onehot' if t.onehot else 'audio' if t.audio else len(t.generate)}"
    for t, s in CASES
]


def properties(*names):
    return tuple(f"{name}{i}" for name, count in names for i in range(count))


@pytest.mark.parametrize(
    ("tier", "sizes", "count"),
    [
        (Tier(generate=properties(("g", 3)), prop=("fill",)), Sizes(0, 300, 3), 1_628_706),
        (Tier(generate=properties(("m", 13)), prop=properties(("p", 3))), Sizes(0, 500, 3), 4_530_526),
        (Tier(prop=properties(("m", 13))), Sizes(0, 800, 3), 11_751_456),
        (Tier(prop=("rate",)), Sizes(0, 256, 4), 1_645_568),
    ],
    ids=["1.63M", "4.53M", "11.75M", "1.65M"],
)
def test_parameter_counts(tier, sizes, count):
    with torch.device("meta"):
        network = build(tier, sizes)
    assert sum(p.numel() for p in network.parameters()) == count


@pytest.mark.parametrize(("tier", "sizes"), CASES, ids=NAMES)
def test_a_span_is_its_steps(tier, sizes):
    torch.manual_seed(0)
    network = build(tier, sizes)
    for p in network.parameters():  # far from zero, so that a wrong state shows
        torch.nn.init.normal_(p, std=0.4) if p.ndim > 1 else None
    x = torch.rand(3, 23, tier.input_size)
    whole, end = network(x)
    shape = {CATEGORICAL: (32,), GAUSSIAN: (2, tier.gen_size), MIXTURE: (3, 3, tier.gen_size)}[network.kind]
    assert whole.shape == (3, 23, *shape)
    state, rows = network.initial(3), []
    for t in range(23):
        y, state = network.step(x[:, t], state)
        rows.append(y)
    torch.testing.assert_close(torch.stack(rows, 1), whole, atol=1e-5, rtol=0)
    for a, b in zip(state, end, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0)
    first, middle = network(x[:, :9])
    second, _ = network(x[:, 9:], middle)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, atol=1e-5, rtol=0)
    assert not torch.allclose(network(x[:, 9:])[0], whole[:, 9:], atol=1e-3)  # the state matters


@pytest.mark.parametrize(("tier", "sizes"), CASES, ids=NAMES)
def test_every_parameter_learns(tier, sizes):
    torch.manual_seed(0)
    network = build(tier, sizes)
    network(torch.rand(2, 40, tier.input_size))[0].square().sum().backward()
    silent = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert not silent


def test_net_1_keeps_means_and_deviations_apart():
    network = build(PARAMS, Sizes(1, 12, 1))
    network(torch.rand(1, 4, 4))[0][..., 0, :].sum().backward()
    assert network.mu_rnn.gru.weight_hh_l0.grad.abs().sum() > 0
    assert not network.sigma_rnn.gru.weight_hh_l0.grad.any()


def test_net_3_keeps_variables_apart():
    network = build(PARAMS, Sizes(3, 12, 1))
    network(torch.rand(1, 4, 4))[0][..., 1].sum().backward()
    touched = [rnn.gru.weight_hh_l0.grad is not None and bool(rnn.gru.weight_hh_l0.grad.any()) for rnn in network.rnns]
    assert touched == [False, True, False]


@pytest.mark.parametrize(
    ("tier", "sizes", "word"),
    [(AUDIO, Sizes(net), "generates parameters, not audio") for net in range(1, 6)]
    + [
        (PARAMS, Sizes(6), "audio only"),
        (PARAMS, Sizes(3, plstm=True), "--plstm belongs to --net 0"),
        (AUDIO, Sizes(6, plstm=True), "--plstm belongs to --net 0"),
        (AUDIO, Sizes(7), "one of 0 to 6"),
        (AUDIO, Sizes(hidden_size=0), "--hidden_size"),
        (AUDIO, Sizes(n_layers=0), "--n_layers"),
    ],
)
def test_refused(tier, sizes, word):
    with pytest.raises(ValueError, match=word):
        build(tier, sizes)


def test_openness_of_phased_cells():
    """Against the formula, number by number, with the fraction of a cycle known in advance."""
    cells = PhasedCells(2, 1)
    assert 2.7 < cells.period.item() < 20.1
    assert 0 <= cells.phase.item() < cells.period.item()
    with torch.no_grad():
        cells.period.fill_(10)
        cells.phase.fill_(3)
    k = cells.openness(torch.tensor([3, 4, 5, 6, 12, 13, 2])).flatten()
    expected = [0, 2 * 0.1 / RATIO_ON, 0, LEAK * 0.3, LEAK * 0.9, 0, LEAK * 0.9]
    torch.testing.assert_close(k, torch.tensor(expected), atol=1e-6, rtol=0)
    late = cells.openness(torch.tensor([3 + 10_000_000 * 10 + 1])).item()
    assert late == pytest.approx(1, abs=1e-6)  # a month of samples later


def test_a_closed_phased_cell_keeps_its_state():
    torch.manual_seed(0)
    cells = PhasedCells(2, 4)
    with torch.no_grad():
        cells.period.fill_(1000)
        cells.phase.fill_(0)
    h, c = torch.rand(1, 4), torch.rand(1, 4)
    y, h2, c2 = cells(torch.rand(1, 1, 2), torch.tensor([500]), h, c)
    torch.testing.assert_close(c2, c, atol=1e-3, rtol=0)
    torch.testing.assert_close(h2, h, atol=1e-3, rtol=0)
    assert torch.equal(y[:, 0], h2)
    assert not torch.equal(c2, c)
