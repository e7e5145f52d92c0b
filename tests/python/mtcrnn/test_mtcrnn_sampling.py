"""Draws, temperatures, losses, and windows that are cut where the network hears itself."""

import math

import pytest
import torch

from nn_tilde.mtcrnn.losses import step_losses
from nn_tilde.mtcrnn.networks import build
from nn_tilde.mtcrnn.sampling import (
    FLOOR,
    Sampler,
    deviation,
    sample_categorical,
    sample_gaussian,
    sample_mixture,
)
from nn_tilde.mtcrnn.sizes import CATEGORICAL, GAUSSIAN, MIXTURE, Sizes
from nn_tilde.mtcrnn.spans import draw_forced, ratio, run_window, spans
from nn_tilde.mtcrnn.tier import Tier

AUDIO = Tier(prop=("rate",), mulaw_channels=16)
ONEHOT = Tier(prop=("rate",), mulaw_channels=16, onehot=True)
PARAMS = Tier(generate=("a", "b"), prop=("fill",), sample_rate=125)
ONE = Tier(generate=("a",), prop=("fill",), sample_rate=125)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_multinomial_follows_the_softmax():
    logits = torch.tensor([0.0, 1.0, 2.0])
    draws = sample_categorical(logits.expand(200, 200, 3), torch.rand(200, 200, generator=rng()))
    assert draws.shape == (200, 200)
    assert draws.dtype == torch.int64
    shares = torch.bincount(draws.flatten(), minlength=3) / draws.numel()
    torch.testing.assert_close(shares, logits.softmax(0), atol=0.01, rtol=0)


def test_a_higher_temperature_is_noisier():
    logits = torch.tensor([0.0, 1.0, 2.0]).expand(20000, 3)
    top = [
        (sample_categorical(logits, torch.rand(20000, generator=rng()), t) == 2).float().mean().item()
        for t in (0, 0.5, 1, 4)
    ]
    assert top == sorted(top, reverse=True)
    assert top[0] == 1
    assert top[1] == pytest.approx(torch.tensor([0.0, 2.0, 4.0]).softmax(0)[2].item(), abs=0.01)
    output = torch.tensor([[0.3], [0.5]]).expand(20000, 2, 1)
    noise = torch.randn(20000, 1, generator=rng())
    spread = [sample_gaussian(output, noise, t).std().item() for t in (0, 0.5, 1, 2)]
    assert spread[0] == pytest.approx(0, abs=1e-6)
    assert spread[3] == pytest.approx(2 * spread[2], rel=1e-5)
    assert spread[2] == pytest.approx(0.974 + FLOOR, rel=0.02)
    assert sample_gaussian(output, noise).mean().item() == pytest.approx(0.3, abs=0.03)


def test_the_old_direction():
    """softplus_β(0.5) = 1.65, 0.97, 0.66 for β = 0.5, 1, 2."""
    output = torch.tensor([[0.0], [0.5]]).expand(20000, 2, 1)
    noise = torch.randn(20000, 1, generator=rng())
    spread = [sample_gaussian(output, noise, t, legacy=True).std().item() for t in (0.5, 1, 2)]
    assert spread == pytest.approx([1.65, 0.97, 0.66], rel=0.02)


def test_mixture_draws_a_component_for_each_variable():
    pi = torch.tensor([[-1e9, 0.0], [0.0, 0.0], [math.log(3), -1e9]])  # [component, variable]
    mu = torch.tensor([[-5.0, 1.0], [0.0, 2.0], [10.0, 99.0]])
    s = torch.full((3, 2), -20.0)
    output = torch.stack([pi, mu, s]).expand(20000, 3, 3, 2)
    draws = Sampler(PARAMS, MIXTURE).draw(output, rng())
    assert draws.shape == (20000, 2)
    assert (draws[:, 0].round() == 10).float().mean().item() == pytest.approx(0.75, abs=0.02)
    assert (draws[:, 1].round() == 1).float().mean().item() == pytest.approx(0.5, abs=0.02)
    together = ((draws[:, 0].round() == 10) & (draws[:, 1].round() == 1)).float().mean().item()
    assert together == pytest.approx(0.375, abs=0.02)  # independent of each other
    cold = sample_mixture(torch.stack([pi, mu, s]), torch.full((4,), 0.5), temperature=0)
    torch.testing.assert_close(cold[0], torch.tensor(10.0))


@pytest.mark.parametrize("u", [0.0, 1e-9, 0.2, 0.2001, 0.999999, 1.0])
def test_a_class_is_where_the_sum_goes_beyond_the_noise(u):
    shares = torch.tensor([0.2, 0.0, 0.5, 0.3])
    expected = next((i for i, end in enumerate(shares.cumsum(0).tolist()) if end > u + 1e-7), 3)
    assert sample_categorical(shares.log(), torch.tensor(u)).item() == expected
    for cold in (0.0, 1e-39, 1e-7):
        assert sample_categorical(shares.log(), torch.tensor(u), cold).item() == 2


@pytest.mark.parametrize(("tier", "kind", "shape"), [
    (AUDIO, CATEGORICAL, (4, 16)), (PARAMS, GAUSSIAN, (4, 2, 2)), (PARAMS, MIXTURE, (4, 3, 3, 2)),
])  # fmt: skip
def test_draws_depend_on_the_generator_alone(tier, kind, shape):
    output, sampler = torch.randn(shape, generator=rng(9)), Sampler(tier, kind)
    first = sampler.draw(output, rng(1))
    torch.manual_seed(1234)
    assert torch.equal(first, sampler.draw(output, rng(1)))
    assert not torch.equal(first, sampler.draw(output, rng(2)))


def test_what_is_fed_back():
    index = torch.tensor([0, 4, 15])
    assert Sampler(AUDIO, CATEGORICAL).feed(index).tolist() == [[0.0], [0.25], [15 / 16]]
    onehot = Sampler(ONEHOT, CATEGORICAL).feed(index)
    assert onehot.shape == (3, 16)
    assert torch.equal(onehot.argmax(-1), index)
    assert torch.equal(onehot.sum(-1), torch.ones(3))
    values = torch.rand(3, 2)
    assert torch.equal(Sampler(PARAMS, GAUSSIAN).feed(values), values)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"temperature": -1}, "--temp"),
        ({"temperature": float("nan")}, "--temp"),
        ({"temperature": 0, "legacy": True}, "above 0"),
    ],
)
def test_temperatures_that_cannot_be(options, word):
    with pytest.raises(ValueError, match=word):
        Sampler(PARAMS, GAUSSIAN, **options)


def test_likelihoods_against_torch():
    torch.manual_seed(0)
    target = torch.rand(2, 5, 3)
    gaussian = torch.randn(2, 5, 2, 3)
    normal = torch.distributions.Normal(gaussian[..., 0, :], deviation(gaussian[..., 1, :]))
    torch.testing.assert_close(step_losses(GAUSSIAN, gaussian, target), -normal.log_prob(target).mean(-1))
    mixture = torch.randn(2, 5, 3, 3, 3)
    pi, mu, s = (part.transpose(-1, -2) for part in mixture.unbind(-3))
    mixed = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=pi), torch.distributions.Normal(mu, deviation(s))
    )
    torch.testing.assert_close(step_losses(MIXTURE, mixture, target), -mixed.log_prob(target).mean(-1))
    logits, classes = torch.randn(2, 5, 16), torch.randint(16, (2, 5))
    expected = -logits.log_softmax(-1).gather(-1, classes[..., None])[..., 0]
    torch.testing.assert_close(step_losses(CATEGORICAL, logits, classes), expected)


def test_a_constant_is_learnt_without_infinities():
    output = torch.stack([torch.full((1, 1, 1), 0.5), torch.full((1, 1, 1), -200.0)], -2).requires_grad_()
    loss = step_losses(GAUSSIAN, output, torch.full((1, 1, 1), 0.5)).sum()
    loss.backward()
    assert loss.isfinite()
    assert output.grad.isfinite().all()


def test_one_variable_is_not_broadcast_over_the_batch():
    output = torch.randn(4, 5, 2, 1)
    assert step_losses(GAUSSIAN, output, torch.rand(4, 5, 1)).shape == (4, 5)
    for wrong in (torch.rand(4, 5), torch.rand(4, 1, 1), torch.rand(5, 1)):
        with pytest.raises(ValueError, match="instead of"):
            step_losses(GAUSSIAN, output, wrong)
    with pytest.raises(ValueError, match="instead of"):
        step_losses(CATEGORICAL, torch.randn(4, 5, 16), torch.zeros(4, 5, 1, dtype=torch.int64))


def test_mse_of_a_sample():
    """E (μ + σε − y)² = (μ − y)² + σ²."""
    mu, s = torch.full((1, 40000, 1), 0.5), torch.full((1, 40000, 1), 0.5)
    loss = step_losses(GAUSSIAN, torch.stack([mu, s], -2), torch.zeros(1, 40000, 1), "mse-sample", rng())
    assert loss.mean().item() == pytest.approx(0.25 + 0.974**2, rel=0.03)
    with pytest.raises(ValueError, match="one Gaussian"):
        step_losses(CATEGORICAL, torch.randn(1, 2, 16), torch.zeros(1, 2, dtype=torch.int64), "mse-sample")
    with pytest.raises(ValueError, match="mse-sample"):
        step_losses(GAUSSIAN, torch.stack([mu, s], -2), torch.zeros(1, 40000, 1), "mae")


@pytest.mark.parametrize(
    ("forced", "expected"),
    [
        ([True], [(0, 1)]),
        ([False], [(0, 1)]),
        ([True] * 5, [(0, 5)]),
        ([True] + [False] * 3, [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ([True, True, True, False, True, True, False, False], [(0, 3), (3, 6), (6, 7), (7, 8)]),
    ],
)
def test_spans(forced, expected):
    assert spans(forced) == expected


def test_choices_and_schedule():
    assert draw_forced(5, 1.0) == [True] * 5
    assert draw_forced(4, 0.0) == [True, False, False, False]
    choices = draw_forced(20000, 0.7, rng())
    assert choices == draw_forced(20000, 0.7, rng())
    assert sum(choices) / 20000 == pytest.approx(0.7, abs=0.01)
    assert [ratio(step, 100, 0.8, 0.0) for step in (0, 50, 100, 200)] == pytest.approx([0.8, 0.4, 0, 0])
    assert ratio(50, 100, 0.8) == 0.8


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(
    ("tier", "sizes"),
    [
        (AUDIO, Sizes(0, 8, 2)),
        (ONEHOT, Sizes(0, 8, 1)),
        (AUDIO, Sizes(0, 8, 2, plstm=True)),
        (AUDIO, Sizes(6, 8, 1)),
        *[(PARAMS, Sizes(net, 8, 1)) for net in range(1, 6)],
        (ONE, Sizes(0, 8, 1)),
    ],
    ids=lambda value: str(value.net) if isinstance(value, Sizes) else "",
)
def test_a_window_in_spans_is_the_window_in_steps(tier, sizes, share):
    """Loss, gradient and end state, with the same draws."""
    torch.manual_seed(0)
    network = build(tier, sizes)
    sampler = Sampler(tier, network.kind)
    x = torch.rand(3, 17, tier.input_size)
    target = torch.randint(16, (3, 17)) if tier.audio else torch.rand(3, 17, tier.gen_size)
    forced = draw_forced(17, share, rng(3))
    outputs, end = run_window(network, sampler, x, forced, generator=rng(5))
    loss = step_losses(network.kind, outputs, target).mean()
    loss.backward()
    gradient = torch.cat([p.grad.flatten() for p in network.parameters()])

    network.zero_grad()
    generator, state, losses, y = rng(5), network.initial(3), [], None
    for t in range(17):
        row = x[:, t]
        if t and not forced[t]:
            made = sampler.feed(sampler.draw(y.detach(), generator))
            row = torch.cat([made, row[:, tier.gen_size :]], -1)
        y, state = network.step(row, state)
        losses.append(step_losses(network.kind, y[:, None], target[:, t : t + 1]))
    expected = torch.cat(losses, 1).mean()
    expected.backward()
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-5)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(end, state, strict=True))
    again = torch.cat([p.grad.flatten() for p in network.parameters()])
    torch.testing.assert_close(gradient, again, atol=1e-4, rtol=1e-4)
