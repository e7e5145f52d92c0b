"""What steppers draw, and how numbers become classes."""

from __future__ import annotations

import pytest
import torch
from msprior_small import NAMES, example, prior, small
from torch import Tensor, nn

from nn_tilde.msprior.model.sampling import pick, place
from nn_tilde.msprior.model.streaming import stepper_of
from nn_tilde.nn.randomness import uniform

MANY = 20_000


def begun(name: str, batch: int = 2, alike: bool = False) -> tuple[nn.Module, Tensor]:
    """A stepper that heard some frames, and what it makes of them."""
    config = small(name)
    stepper = stepper_of(prior(config))
    inputs, targets, semantic = example(config, 1 if alike else batch, 8)
    for t in range(4):
        frame, steering = (x.expand(batch, -1) for x in (inputs[:, t], semantic[:, 0]))
        context = stepper.feed(frame, steering)
        if t < 3:
            stepper.judge(context, targets[:, t].expand(batch, -1))
    return stepper, context


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_cold_or_narrow_is_the_likeliest(name):
    numbers = uniform(1, 0, 1, 2, 3)[:, 0]
    for temperature, top_p in ((0.0, 1.0), (1.0, 1e-6), (1e-9, 1.0), (0.0, 0.5), (1.0, 0.0), (-1.0, 1.0)):
        stepper, context = begun(name)
        frame, logits = stepper.draw(context, numbers, temperature, top_p)
        assert torch.equal(frame, logits.argmax(2))


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_a_draw_is_judged_as_it_was_drawn(name):
    numbers = uniform(1, 0, 1, 2, 3)[:, 0]
    stepper, context = begun(name)
    frame, logits = stepper.draw(context, numbers, 0.8, 0.9)
    again, context = begun(name)
    torch.testing.assert_close(again.judge(context, frame), logits, atol=1e-5, rtol=1e-4)
    scripted, context = begun(name)
    assert torch.equal(torch.jit.script(scripted).draw(context, numbers, 0.8, 0.9)[0], frame)


@torch.no_grad()
def test_draws_are_as_frequent_as_they_are_likely():
    stepper, context = begun("decoder_only", MANY, alike=True)
    frames, logits = stepper.draw(context, uniform(3, 0, 1, MANY, 3)[:, 0], 0.7, 1.0)
    for stream in range(3):
        wanted = torch.softmax(logits[:, stream] / 0.7, 1).mean(0)
        found = torch.bincount(frames[:, stream], minlength=11) / MANY
        assert (found - wanted).abs().max() < 0.012  # three to four deviations


def test_the_likeliest_few():
    logits = torch.log(torch.tensor([[0.1, 0.4, 0.05, 0.3, 0.15]]))
    numbers = (torch.arange(1000) + 0.5) / 1000

    def classes(top_p: float) -> dict[int, float]:
        found = pick(logits.expand(1000, -1), numbers, 1.0, top_p)
        return {int(k): int((found == k).sum()) / 1000 for k in found.unique()}

    assert classes(0.3) == {1: 1.0}
    assert classes(0.65) == pytest.approx({1: 0.4 / 0.7, 3: 0.3 / 0.7}, abs=2e-3)
    assert classes(0.75) == pytest.approx({1: 0.4 / 0.85, 3: 0.3 / 0.85, 4: 0.15 / 0.85}, abs=2e-3)
    assert classes(1.0) == pytest.approx({0: 0.1, 1: 0.4, 2: 0.05, 3: 0.3, 4: 0.15}, abs=2e-3)
    assert classes(0.9999) == classes(1.0)


def test_no_number_leads_to_a_class_that_cannot_be():
    p = torch.tensor([0.0, 0.3, 0.0, 0.7, 0.0, 0.0])
    extremes = torch.tensor([2.0**-24, 1 - 2.0**-24, 0.0, 1.0, 0.29, 0.31])
    assert place(p.expand(6, -1), extremes).tolist() == [1, 3, 1, 3, 1, 3]


@pytest.mark.parametrize("odd", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("top_p", [0.5, 1.0])
@pytest.mark.parametrize("temperature", [0.0, 1.0, torch.inf, torch.nan])
def test_logits_that_are_no_numbers_give_a_class(odd, top_p, temperature):
    for logits in (torch.full((2, 11), odd), torch.randn(2, 11).index_fill(1, torch.tensor([3]), odd)):
        classes = pick(logits, torch.tensor([0.2, 0.999]), temperature, top_p)
        assert ((classes >= 0) & (classes < 11)).all()


@torch.no_grad()
def test_a_context_that_is_no_number_gives_a_frame():
    stepper, context = begun("decoder_only")
    frame, _ = stepper.draw(torch.full_like(context, torch.nan), torch.rand(2, 3), 1.0, 0.9)
    assert ((frame >= 0) & (frame < 11)).all()
