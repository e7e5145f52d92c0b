"""The prior: its pieces, and sampling step by step against the whole network."""

import pytest
import torch
import torch.nn.functional as F

from nn_tilde.rave.prior import LIMIT, Prior, dequantize, quantize, shift, unshift
from nn_tilde.rave.prior_sampler import PriorSampler


def small(latent_size: int = 4, **settings) -> Prior:
    torch.manual_seed(1)
    chosen = {"resolution": 8, "res_size": 16, "skp_size": 8, "cycle_size": 3, "n_layers": 4} | settings
    prior = Prior(latent_size, **chosen).double()
    for parameter in prior.parameters():
        parameter.data.mul_(2)  # far from uniform, so that a wrong past shows
    return prior


def test_the_classes_are_equally_probable():
    classes = quantize(torch.randn(100_000), 32)
    counts = torch.bincount(classes, minlength=32) / len(classes)
    assert (counts - 1 / 32).abs().max() < 0.004


def test_dequantized_latents_are_in_their_class():
    z = torch.linspace(-6, 6, 1001, dtype=torch.float64)
    classes = quantize(z, 32)
    for place in (0.0, 0.5, 0.999):
        again = dequantize(classes, torch.full_like(z, place), 32)
        assert again.abs().max() <= LIMIT
        assert (quantize(again + 1e-9, 32) == classes).all()


def test_shift_is_a_diagonal():
    z = torch.arange(3 * 6).reshape(1, 3, 6)
    assert shift(z).tolist() == [[[2, 3, 4, 5], [7, 8, 9, 10], [12, 13, 14, 15]]]
    assert unshift(shift(z)).equal(z[..., 2:4])
    with pytest.raises(ValueError, match="too few"):
        shift(z[..., :2])


def test_keys_and_shapes_are_the_releases():
    prior = Prior(16)
    shapes = {key: tuple(value.shape) for key, value in prior.state_dict().items()}
    assert shapes["pre_net.0.weight"] == (512, 32, 3)
    assert shapes["residuals.9.dconv.weight"] == (1024, 512, 3)
    assert shapes["residuals.0.rconv.bias"] == (512,)
    assert shapes["residuals.0.sconv.weight"] == (256, 512, 1)
    assert shapes["post_net.0.weight"] == (256, 256, 1)
    assert shapes["post_net.2.weight"] == (512, 16, 1)
    assert len(shapes) == 2 + 10 * 6 + 4


@pytest.mark.parametrize("latent_size", [4, 3])
def test_a_prediction_sees_the_receptive_field_and_no_future(latent_size):
    prior = small(latent_size)
    x = torch.zeros(1, latent_size * 8, 40, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(prior(x)[..., 30].sum(), x)
    seen = gradient.abs().sum((0, 1)).nonzero().flatten()
    assert (seen[0].item(), seen[-1].item()) == (30 - prior.receptive_field + 1, 30)


def test_the_loss_is_that_of_the_next_step():
    prior, z = small(), torch.randn(2, 4, 12, dtype=torch.float64)
    classes = quantize(shift(z), 8)
    losses = []
    for t in range(classes.shape[-1]):
        past = F.pad(prior.one_hot(classes[..., :t]), (1, 0))
        losses.append(-prior(past)[..., -1].log_softmax(-1).gather(-1, classes[..., t, None]))
    assert prior.loss(z).item() == pytest.approx(torch.stack(losses).mean().item(), rel=1e-9)


def naive(prior: Prior, temperature: torch.Tensor, chance: torch.Tensor, dither: torch.Tensor) -> torch.Tensor:
    """The whole network anew for every step."""
    batch, frames, dims = chance.shape
    classes = torch.zeros(batch, dims, 0, dtype=torch.long)
    for f in range(frames):
        logits = prior(F.pad(prior.one_hot(classes), (1, 0)))[..., -1]
        p = torch.softmax(logits / temperature[:, f, None, None], -1).cumsum(-1)
        drawn = (p < chance[:, f, :, None]).sum(-1).clamp(max=prior.resolution - 1)
        classes = torch.cat([classes, drawn[..., None]], -1)
    steps = dequantize(classes, dither.transpose(1, 2), prior.resolution)
    return unshift(F.pad(steps, (dims - 1, 0)))


@pytest.mark.parametrize(("latent_size", "kernel"), [(4, 3), (3, 2), (1, 3)])
def test_step_by_step_equals_the_whole_network(latent_size, kernel):
    prior = small(latent_size, kernel_size=kernel)
    temperature = torch.rand(3, 50, dtype=torch.float64) + 0.5
    chance, dither = torch.rand(2, 3, 50, latent_size, dtype=torch.float64)
    sampler = torch.jit.script(PriorSampler(prior).eval())
    with torch.no_grad():
        whole = naive(prior, temperature, chance, dither)
        pieces = [
            sampler.draw(*(value[:, at : at + n] for value in (temperature, chance, dither)))
            for at, n in ((0, 1), (1, 20), (21, 29))
        ]
    assert torch.cat(pieces, -1).allclose(whole, atol=1e-9)


def test_reset_and_another_batch_begin_anew():
    sampler = torch.jit.script(PriorSampler(small()).eval())
    temperature, chance, dither = torch.ones(2, 9), *torch.rand(2, 2, 9, 4)
    arguments = [value.double() for value in (temperature, chance, dither)]
    first = sampler.draw(*arguments)
    assert not sampler.draw(*arguments).equal(first)
    sampler.reset()
    assert sampler.draw(*arguments).equal(first)
    alone = sampler.draw(*(value[:1] for value in arguments))
    assert alone.allclose(first[:1], atol=1e-12)
    assert sampler.draw(*arguments).equal(first)


def test_temperature_is_a_knob_for_every_frame():
    sampler = PriorSampler(small().float())
    knob = torch.zeros(2, 1, 64)
    heard = {}
    sampler.draw = lambda t, chance, dither: heard.setdefault("temperature", t)
    sampler.sample(knob)
    assert heard.pop("temperature").allclose(torch.ones(2, 64))
    knob[0, 0, 5] = 3.0
    sampler.sample(knob)
    changed = heard.pop("temperature")
    assert changed[0, 5] > 4
    assert changed[0, :5].allclose(torch.ones(5))
    assert changed[1].allclose(torch.ones(64))


def test_samples_follow_what_was_learned():
    """Latents of alternating sign are learned, and sampled with alternating sign."""
    torch.manual_seed(0)
    prior = Prior(2, resolution=4, res_size=16, skp_size=8, n_layers=2)
    sign = torch.tensor([1.0, -1.0]).repeat(20)
    optimizer = torch.optim.Adam(prior.parameters(), 1e-2)
    for _ in range(150):
        z = sign * (torch.randint(0, 2, (16, 1, 1)) * 2 - 1) * torch.rand(16, 2, 40).clamp(min=0.1)
        loss = prior.loss(z)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    z = PriorSampler(prior).sample(torch.full((4, 1, 40), -2.0))[..., 5:]
    assert ((z[..., 1:] * z[..., :-1]) < 0).float().mean() > 0.95
