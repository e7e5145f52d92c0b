"""Steppers say, a frame at a time, what priors say of all frames at once."""

from __future__ import annotations

import copy
import io

import pytest
import torch
from msprior_small import NAMES, example, play, prior, small
from torch.utils._python_dispatch import TorchDispatchMode

from nn_tilde.msprior.model.streaming import stepper_of


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_streaming_equals_training(name):
    config = small(name)
    network = prior(config)
    example_ = example(config, length=3 * 16 + 12)
    whole = network(*example_)
    stepper = stepper_of(network)
    stepper.begin(2)
    torch.testing.assert_close(play(stepper, config, *example_), whole, atol=1e-4, rtol=0)
    scripted = torch.jit.script(stepper)
    scripted.begin(2)  # which forgets what was played
    torch.testing.assert_close(play(scripted, config, *example_), whole, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["decoder_only", "flattened"])
@torch.no_grad()
def test_codebooks_stream(name):
    config = small(name)
    network = prior(config, torch.randn(3, 11, 6, generator=torch.Generator().manual_seed(1)))
    example_ = example(config, length=20)
    stepper = stepper_of(network)
    torch.testing.assert_close(play(stepper, config, *example_), network(*example_), atol=1e-4, rtol=0)


@torch.no_grad()
def test_one_stream_streams():
    config = small("decoder_only", "NUM_QUANTIZERS=1")
    network = prior(config)
    example_ = example(config, length=20)
    stepper = torch.jit.script(stepper_of(network))
    torch.testing.assert_close(play(stepper, config, *example_), network(*example_), atol=1e-4, rtol=0)
    frame, logits = stepper.draw(stepper.feed(example_[0][:, 0], example_[2][:, 0]), torch.rand(2, 1), 1.0, 0.9)
    assert (frame.shape, logits.shape) == ((2, 1), (2, 1, 11))


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_sequences_are_independent_and_another_number_of_them_begins_anew(name):
    config = small(name)
    stepper = stepper_of(prior(config))
    example_ = example(config, 3, 20)
    stepper.begin(3)
    together = play(stepper, config, *example_)
    for i in range(3):
        alone = play(stepper, config, *(x[i : i + 1] for x in example_))  # from 3 to 1: anew by itself
        torch.testing.assert_close(alone, together[i : i + 1], atol=1e-5, rtol=1e-4)
        stepper.begin(1)


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_state_can_be_copied_and_saved_at_any_time_and_has_one_size(name):
    config = small(name)
    network = prior(config)
    stepper = torch.jit.script(stepper_of(network))
    inputs, targets, semantic = example(config, length=48)
    # Groups of frames with one semantic value begin at 0 in `play`.
    first, second = ([x[:, part] for x in (inputs, targets)] for part in (slice(20), slice(20, None)))
    cut = 20 // config.encoder_out_ratio if config.conditioning == "cross" else 20
    stepper.begin(2)
    sizes = {key: value.shape for key, value in stepper.state_dict().items()}
    play(stepper, config, *first, semantic[:, :cut])
    copied = copy.deepcopy(stepper)
    loaded = torch.jit.script(stepper_of(prior(config, seed=5)))
    loaded.begin(2)
    loaded.load_state_dict(stepper.state_dict())
    file = io.BytesIO()
    torch.jit.save(stepper, file)
    file.seek(0)
    wanted = play(stepper, config, *second, semantic[:, cut:])
    for other in (copied, loaded, torch.jit.load(file)):
        torch.testing.assert_close(play(other, config, *second, semantic[:, cut:]), wanted, atol=1e-6, rtol=1e-5)
    assert {key: value.shape for key, value in stepper.state_dict().items()} == sizes
    assert list(stepper.parameters()) == []


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_steppers_share_nothing_with_their_prior(name):
    config = small(name)
    network = prior(config)
    stepper = stepper_of(network)
    example_ = example(config, length=4)
    before = play(stepper, config, *example_)
    for tensor in (*network.parameters(), *network.buffers()):
        tensor.zero_()
    stepper.begin(2)
    assert torch.equal(play(stepper, config, *example_), before)
    assert not any(value.requires_grad for value in stepper.state_dict().values())
    addresses = [value.untyped_storage().data_ptr() for value in stepper.state_dict().values()]
    assert len(set(addresses)) == len(addresses), "our host packs weights that have memory of their own"


@pytest.mark.parametrize("name", [name for name in NAMES if small(name).encoder != "none"])
@torch.no_grad()
def test_values_that_are_no_numbers_pass(name):
    config = small(name)
    stepper = stepper_of(prior(config))
    inputs, targets, semantic = example(config, length=8)
    for odd in (torch.nan, torch.inf, -torch.inf, 1e30):
        logits = play(stepper, config, inputs, targets, torch.full_like(semantic, odd))
        assert torch.isfinite(logits).all()
    assert torch.isfinite(play(stepper, config, inputs, targets, semantic)).all()


@torch.no_grad()
def test_classes_that_do_not_exist_are_the_nearest():
    config = small()
    stepper = stepper_of(prior(config))
    odd, near = torch.tensor([[-3, 11, 999]]), torch.tensor([[0, 10, 10]])
    found = []
    for frame in (odd, near):
        stepper.begin(1)
        found.append(stepper.judge(stepper.feed(frame, torch.zeros(1, 0)), frame))
    assert torch.equal(*found)


@torch.no_grad()
def test_flattened_frames_can_be_fed_without_being_judged():
    config = small("flattened")
    inputs, targets, semantic = example(config, length=6)
    judged, fed = stepper_of(prior(config)), stepper_of(prior(config))
    wanted = play(judged, config, inputs, targets, semantic)[:, -1]
    for t in range(6):
        context = fed.feed(inputs[:, t], semantic[:, t])
    torch.testing.assert_close(fed.judge(context, targets[:, -1]), wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_where_the_weights_are(name):
    config = small(name)
    network = prior(config).to("meta")
    inputs, targets, semantic = (x.to("meta") for x in example(config))
    assert network(inputs, targets, semantic).device.type == "meta"
    stepper = stepper_of(network)
    stepper.begin(3)
    assert {value.device.type for value in stepper.state_dict().values()} == {"meta"}


class Count(TorchDispatchMode):
    """Operators that are dispatched."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += 1
        return function(*args, **(kwargs or {}))


@torch.inference_mode()
def test_a_frame_takes_few_operators():
    config = small("decoder_only", "NUM_LAYERS=8", "NUM_QUANTIZERS=16")  # the layers and streams of the full size
    stepper = stepper_of(prior(config))
    with Count() as operators:
        stepper.draw(
            stepper.feed(torch.zeros(1, 16, dtype=torch.int64), torch.zeros(1, 0)), torch.rand(1, 16), 1.0, 1.0
        )
    assert operators.count < 600
