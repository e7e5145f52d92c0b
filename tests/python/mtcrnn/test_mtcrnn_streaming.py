"""The native step, the exported modules and the networks make the same values from the same seed."""

import numpy as np
import pytest
import torch

from nn_tilde.mtcrnn.generate import random_primer
from nn_tilde.mtcrnn.lines import between
from nn_tilde.mtcrnn.networks import build
from nn_tilde.mtcrnn.plan import plan_of, rounded
from nn_tilde.mtcrnn.randomness import PRIMERS, noise, normal, uniform
from nn_tilde.mtcrnn.sampling import Sampler
from nn_tilde.mtcrnn.sizes import Sizes
from nn_tilde.mtcrnn.stepper import NativeStepper, TorchStepper, make_stepper, native
from nn_tilde.mtcrnn.streaming import generator_of
from nn_tilde.mtcrnn.tier import Tier

AUDIO = Tier(prop=("rate",), mulaw_channels=16)
ONEHOT = Tier(prop=("rate",), mulaw_channels=16, onehot=True)
PARAMS = Tier(generate=("a", "b"), prop=("fill",), sample_rate=125)
FREE = Tier(generate=("a",), sample_rate=125)
CASES = [
    (AUDIO, Sizes(0, 9, 2)),
    (AUDIO, Sizes(0, 40, 1)),
    (ONEHOT, Sizes(0, 8, 1)),
    (AUDIO, Sizes(6, 8, 1)),
    *[(PARAMS, Sizes(net, 8, 2)) for net in range(6)],
    (FREE, Sizes(0, 8, 1)),
    (AUDIO, Sizes(0, 8, 2, plstm=True)),
    (PARAMS, Sizes(0, 8, 1, plstm=True)),
]


def network_of(tier, sizes):
    torch.manual_seed(0)
    network = build(tier, sizes)
    for weight in network.parameters():
        weight.data.mul_(2)  # else all there is to see is the bias
    return network.eval()


def stretch(tier, length=40, batch=2):
    primer = random_primer(tier, 1, batch, 5)
    return primer, np.random.default_rng(1).random((batch, length, tier.cond_size), np.float32)


@pytest.mark.parametrize("precision", ["int8", "exact"])
@pytest.mark.parametrize(("tier", "sizes"), CASES, ids=str)
def test_exported_modules_make_what_python_makes(tier, sizes, precision):
    network = network_of(tier, sizes)
    plan = plan_of(network, tier, precision)
    primer, conditioning = stretch(tier)
    stepper = make_stepper(network, Sampler(tier, network.kind, 0.8), 3, precision)
    assert isinstance(stepper, TorchStepper if sizes.plstm else NativeStepper)
    stepper.prime(primer)
    expected = stepper.run(40, conditioning)

    generator = torch.jit.script(generator_of(plan))
    generator.begin(torch.from_numpy(primer[..., : tier.gen_size]))
    given = np.concatenate([primer[..., tier.gen_size :], conditioning[:, :-1]], 1)
    draws = noise(plan.kind, 3, 0, 40, 2, plan.count)
    made = torch.cat([generator(torch.from_numpy(given[:, a:b]), draws[:, a:b], 0.8) for a, b in ((0, 7), (7, 40))], 1)
    made = made[..., 0].numpy() if tier.audio else made.numpy()
    assert expected.std() > 0.1
    # Heads of phased networks are rounded in the file, and Python plays those as they are.
    np.testing.assert_allclose(made, expected, atol=0.05 if sizes.plstm and precision == "int8" else 1e-3)


@pytest.mark.parametrize(("tier", "sizes"), [case for case in CASES if not case[1].plstm], ids=str)
def test_the_native_step_is_the_network(tier, sizes):
    """Outputs of the exact one, after a primer, to 1e-5."""
    network = network_of(tier, sizes)
    core = native(plan_of(network, tier))
    x = random_primer(tier, 12, 3, 1)
    core.begin(x[:, 0, : tier.gen_size])
    core.hear(x[:, :-1])
    with torch.no_grad():
        expected = network(torch.from_numpy(x))[0][:, -1]
    np.testing.assert_allclose(core.outputs(x[:, -1]), expected.flatten(1), atol=1e-5)
    assert core.bytes >= 4 * sum(p.numel() for n, p in network.named_parameters() if "weight" in n)


def test_eight_bits():
    torch.manual_seed(0)
    weight = torch.randn(5, 7)
    weight[2] = 0
    made = rounded(weight)
    steps = made["weight"] / made["scales"].clamp_min(1e-30)[:, None]
    torch.testing.assert_close(steps, steps.round(), atol=1e-4, rtol=0)
    assert steps.abs().max() <= 127.001
    assert (made["weight"] - weight).abs().max() <= 0.5001 * made["scales"].max()
    core = native(plan_of(network_of(AUDIO, Sizes(0, 256, 1)), AUDIO, "int8"))
    assert core.in_bytes
    assert core.bytes < 1.1 * (2 * 3 * 256 * 256 + 4 * 2 * 256 + 256 * 16)
    with pytest.raises(ValueError, match="int8 and exact"):
        plan_of(build(AUDIO, Sizes(0, 8, 1)), AUDIO, "half")


def test_old_temperatures_are_the_same_natively():
    for sizes in (Sizes(0, 8, 1), Sizes(5, 8, 1)):
        network, made = network_of(PARAMS, sizes), []
        for kind in (TorchStepper, lambda *a: make_stepper(*a, "exact")):
            stepper = kind(network, Sampler(PARAMS, network.kind, 0.4, legacy=True), 3)
            primer, conditioning = stretch(PARAMS)
            stepper.prime(primer)
            made.append(stepper.run(40, conditioning))
        np.testing.assert_allclose(*made, atol=1e-4)


def test_random_numbers_belong_to_a_seed_and_a_place():
    u = uniform(5, 0, 4000, 2, 3)
    assert torch.equal(uniform(5, 1000, 50, 2, 3), u[:, 1000:1050])
    assert torch.equal(uniform(5, 0, 10, 1, 3), u[:1, :10])
    assert u.min() > 0
    assert u.max() < 1
    flat = torch.cat([u.permute(0, 2, 1).flatten(0, 1), uniform(6, 0, 4000, 1, 1)[..., 0]])
    apart = torch.corrcoef(torch.cat([flat, flat[:1].roll(1)])) - torch.eye(8)
    assert apart.abs().max() < 0.06
    counts = torch.histc(u, 16, 0, 1)
    assert ((counts - 1500).square() / 1500).sum() < 40  # chi square of 15 degrees
    n = normal(5, 0, 20000, 1, 1)
    assert n.mean().abs() < 0.03
    assert abs(n.std() - 1) < 0.02
    assert not torch.equal(uniform(5, PRIMERS, 10, 1, 1), u[:1, :10, :1])
    assert not torch.equal(uniform(5 + 2**32, 0, 10, 1, 1), u[:1, :10, :1])


def test_lines_between_values():
    values = torch.tensor([0.0, 1.0, 3.0]).view(1, 3, 1)
    assert between(values, 0, 0, 9, 1, 3)[0, :, 0].tolist() == pytest.approx(
        [0, 1 / 3, 2 / 3, 1, 5 / 3, 7 / 3, 3, 3, 3]
    )
    later = between(values[:, 1:], 1, 4, 2, 1, 3)
    assert later[0, :, 0].tolist() == pytest.approx([5 / 3, 7 / 3])
    uneven = between(values, 0, 0, 4, 2, 3)[0, :, 0]
    assert uneven.tolist() == pytest.approx([0, 2 / 3, 1 + 2 / 3, 3])


def test_what_the_core_refuses():
    core = native(plan_of(network_of(AUDIO, Sizes(0, 8, 1)), AUDIO))
    core.begin(np.zeros((2, 1), np.float32))
    for wrong in (np.zeros((2, 3, 3)), np.zeros((1, 3, 2)), np.zeros((2, 2))):
        with pytest.raises(RuntimeError, match="expected"):
            core.hear(wrong)
    with pytest.raises(RuntimeError, match="expected"):
        core.generate(np.zeros((2, 5, 1)), np.zeros((2, 4, 1)), 1.0, False)
