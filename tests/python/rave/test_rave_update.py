"""Updates: equal to the release's step where the recipe is its, and only what a step is about moves."""

import copy
import functools
import importlib.util
import sys
from pathlib import Path

import pytest
import torch

from nn_tilde.nn.conv import WeightNorm
from nn_tilde.nn.discriminators import spectral
from nn_tilde.rave.config import read
from nn_tilde.rave.losses import least_n_signal
from nn_tilde.rave.network import RAVE, attach_discriminator
from nn_tilde.rave.update import LinearDecay, Updates, beta, integrate

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "release_step.py"


@pytest.fixture(autouse=True)
def _narrow_descript(monkeypatch):
    """The Descript discriminator has no setting for its size."""
    narrow = functools.partial(spectral.DescriptPeriod, widths=(4, 4, 8, 8))
    monkeypatch.setattr(spectral, "DescriptPeriod", narrow)


@pytest.fixture(scope="module")
def release():
    spec = importlib.util.spec_from_file_location("release_step", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["release_step"] = module
    spec.loader.exec_module(module)
    return module


def small(stack, channels=1, **changes):
    """A configuration of which an update takes a tenth of a second."""
    settings = {
        "capacity": 4,
        "discriminator_capacity": 4,
        "valid_signal_crop": False,
        "stft_scales": [512, 128],
        "spectral_capacity": 4,
        "codebook_size": 16,
        "num_quantizers": 2,
    }
    return read(stack.split(), channels=channels).replace(**(settings | changes))


def sine(config, batch=2, n_signal=8192):
    phase = torch.arange(n_signal) * 0.03 * (1 + torch.arange(batch * config.n_channels)[:, None])
    return 0.5 * torch.sin(phase).view(batch, config.n_channels, n_signal)


def network(config, seed=0):
    torch.manual_seed(seed)
    return attach_discriminator(RAVE(config)).train()


@pytest.mark.parametrize("phase", [1, 2])
@pytest.mark.parametrize(
    "stack", ["v2", "raspberry", "v2 spectral_discriminator", "v2 wasserstein", "discrete", "v2_nopqmf"]
)
def test_equal_to_the_step_of_the_release(release, stack, phase):
    """In double precision: differences grow ten thousand times a step, as logarithms of near silence do."""
    config = small(stack, recipe="release", phase_1_duration=0 if phase == 2 else 1000)
    rave = network(config).double()
    theirs = release.ReleaseStep(release.release_form(rave))
    ours = Updates(rave)
    before = {name: p.detach().clone() for name, p in rave.named_parameters()}
    for step in range(phase + 1):
        x = sine(config).double() + 0.01 * torch.randn(2, 1, 8192, dtype=torch.double)
        torch.manual_seed(step)
        wanted = theirs.step(x, step)
        torch.manual_seed(step)
        got = ours.step(x, step)
        for name in set(wanted) & set(got) - {"regularization"}:
            weight = ours.losses.weights[name]
            assert float(got[name]) * weight == pytest.approx(wanted[name], rel=1e-6)
    others = dict(theirs.rave.named_parameters())
    for name, parameter in rave.named_parameters():
        torch.testing.assert_close(parameter, others[name], rtol=1e-6, atol=1e-7, msg=name)
    moved = [name for name, p in rave.named_parameters() if not torch.equal(p, before[name])]
    assert any(name.startswith("decoder") for name in moved)
    assert any(name.startswith("discriminator") for name in moved) == (phase == 2)


def test_cropped_step_equals_the_release(release):
    config = read(["v2"]).replace(recipe="release", capacity=2, discriminator_capacity=2, phase_1_duration=0)
    rave = network(config).double()
    theirs, ours = release.ReleaseStep(release.release_form(rave)), Updates(rave)
    x = torch.randn(1, 1, least_n_signal(config), dtype=torch.double)
    for step in (0, 1):
        torch.manual_seed(step)
        wanted = theirs.step(x, step)
        torch.manual_seed(step)
        got = ours.step(x, step)
    assert float(got["multiband_spectral_distance"]) == pytest.approx(wanted["multiband_spectral_distance"], rel=1e-9)
    assert float(got["feature_matching"]) * 400 == pytest.approx(wanted["feature_matching"], rel=1e-9)


MODELS = [
    "v1", "v2", "v2_small", "v2_nopqmf", "v3", "discrete", "onnx", "raspberry", "live", "v2_with_augs", "discrete_v3",
    "v2 wasserstein", "v2 spherical", "v2 spectral_discriminator", "v2 causal", "v2 noise", "v2 hybrid", "v2_48k",
]  # fmt: skip


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("stack", MODELS)
def test_every_configuration_learns(stack, channels):
    """Both phases: all terms finite, the distance of a sine falls, then the discriminator's loss."""
    config = small(stack, channels, phase_1_duration=1000, update_discriminator_every=2)
    updates = Updates(network(config))
    x = sine(config, batch=1)
    logs = [updates.step(x, step) for step in range(6)]
    sums = [float(log["multiband_spectral_distance"] + log["fullband_spectral_distance"]) for log in logs]
    assert min(sums[-2:]) < sums[0]
    logs += [updates.step(x, step) for step in range(1000, 1005)]
    assert all(value.dim() == 0 and not value.requires_grad for log in logs for value in log.values())
    assert all(torch.isfinite(value) for log in logs for value in log.values())
    assert logs[-1]["loss_dis"] < logs[6]["loss_dis"]
    assert {"feature_matching", "adversarial"} < logs[7].keys()


def moved(rave, before):
    return {name.split(".")[0] for name, value in rave.state_dict().items() if not torch.equal(value, before[name])}


@pytest.mark.parametrize(
    ("stack", "step", "parts"),
    [
        ("v1", 0, {"encoder", "decoder"}),
        ("v1", 100, {"discriminator"}),
        ("v1", 101, {"decoder"}),  # neither weights nor statistics of the encoder
        ("discrete", 101, {"encoder", "decoder"}),
    ],
)
def test_only_what_the_step_is_about_moves(stack, step, parts):
    config = small(stack, phase_1_duration=100, update_discriminator_every=2)
    rave = network(config)
    updates = Updates(rave)
    rave.warmed_up = step >= 100
    before = copy.deepcopy(rave.state_dict())
    x = sine(config)
    updates.step(x, step)
    assert moved(rave, before) == parts
    assert x.grad is None
    learning = parts & {"discriminator"}
    assert all((p.grad is not None) == bool(learning) for p in rave.discriminator.parameters())
    assert all(p.requires_grad for p in rave.discriminator.parameters())


@pytest.mark.parametrize("stack", ["v3", "discrete"])
def test_the_host_never_waits(stack, monkeypatch):
    config = small(stack, phase_1_duration=1, update_discriminator_every=2)
    updates = Updates(network(config))
    x = sine(config)
    updates.step(x, 0)

    def wait(*_):
        raise AssertionError("a value was fetched")

    for name in ("item", "__bool__", "__float__", "__int__", "tolist", "cpu", "numpy"):
        monkeypatch.setattr(torch.Tensor, name, wait)
    monkeypatch.setattr(torch, "bincount", wait)
    for step in range(1, 4):
        updates.step(x, step)


@pytest.mark.parametrize("stack", ["v1", "discrete"])
def test_a_rehearsal_changes_nothing(stack):
    rave = network(small(stack))
    updates = Updates(rave)
    before, state = copy.deepcopy(rave.state_dict()), torch.random.get_rng_state()
    updates.rehearse(sine(rave.config))
    assert moved(rave, before) == set()
    assert torch.equal(torch.random.get_rng_state(), state)
    assert rave.training
    assert all(p.grad is None for p in rave.parameters())
    assert not any(optimizer.state for optimizer in updates.optimizers.values())


def test_phases_and_learning_rate():
    config = small("v2", phase_1_duration=4, update_discriminator_every=3)
    rave = network(config)
    updates = Updates(rave)
    x = sine(config)
    kinds = ["loss_dis" in updates.step(x, step) for step in range(10)]
    assert kinds == [False] * 6 + [True, False, False, True]
    assert rave.warmed_up
    assert [updates.phase(step) for step in (3, 4)] == [1, 2]
    assert updates.optimizers["generator"].param_groups[0]["lr"] == pytest.approx(1e-4)
    assert updates.optimizers["discriminator"].param_groups[0]["lr"] == pytest.approx(1e-4)


def test_decay_equals_torchs():
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizers = [torch.optim.SGD([parameter], 1e-3) for _ in range(2)]
    ours, theirs = LinearDecay(optimizers[0], 10), torch.optim.lr_scheduler.LinearLR(optimizers[1], 1.0, 0.1, 10)
    for step in range(15):
        ours.set(step)
        assert optimizers[0].param_groups[0]["lr"] == pytest.approx(optimizers[1].param_groups[0]["lr"])
        assert ours.state_dict().keys() == theirs.state_dict().keys()
        optimizers[1].step()
        theirs.step()


def test_beta():
    config = read(["v2"])
    assert beta(config, 0) == pytest.approx(1e-6)
    assert beta(config, 10000) == pytest.approx((1e-6 * 5e-2) ** 0.5)
    assert beta(config, 20000) == beta(config, 10**6) == pytest.approx(5e-2)
    straight = config.replace(beta_log=False, beta_initial=0.1, beta_target=0.5, beta_warmup=4)
    assert [beta(straight, step) for step in (0, 1, 3, 4, 5)] == pytest.approx([0.1, 0.2, 0.4, 0.5, 0.5])
    assert beta(read(["v1"]), 0) == beta(read(["v1"]), 5) == pytest.approx(0.1)


def test_updates_use_the_weights_as_they_are_now():
    """The discriminator's after each of its steps, the encoder's after phase 1."""
    config = small("v2", phase_1_duration=2, update_discriminator_every=3)
    keeping, anew = Updates(network(config)), Updates(network(config))
    x = sine(config)
    for step in range(8):
        for updates in (keeping, anew):
            torch.manual_seed(step)
            updates.step(x, step)
        for part in anew.rave.modules():
            if isinstance(part, WeightNorm):
                part._kept = None
    for p, q in zip(keeping.rave.parameters(), anew.rave.parameters(), strict=True):
        assert torch.equal(p, q)


def test_validation_finds_components():
    config = small("v2_small", phase_1_duration=10)
    rave = network(config)
    updates = Updates(rave)
    assert rave.receptive_field[0] > 10000
    rave.eval()
    x = sine(config)
    terms = updates.validate(x)
    assert terms["reconstruction"].shape == x.shape
    torch.testing.assert_close(
        terms["validation"], terms["multiband_spectral_distance"] + terms["fullband_spectral_distance"]
    )
    again = updates.validate(x)
    scalars = updates.finish_validation()
    assert scalars.keys() == {"fidelity_0.8", "fidelity_0.9", "fidelity_0.95", "fidelity_0.99"}
    assert 1 <= scalars["fidelity_0.8"] <= scalars["fidelity_0.99"] <= 128
    assert rave.fidelity[-1] == pytest.approx(1, abs=1e-5)
    assert not torch.equal(rave.latent_pca, torch.eye(128))
    assert updates.finish_validation() == {}  # nothing since
    if config.noise is None:
        torch.testing.assert_close(again["validation"], terms["validation"])
    updates.step(x, 10)
    assert updates.validate(x) is not None
    assert updates.finish_validation() == {}  # the second phase keeps what the first found


def test_bfloat16():
    config = small("v2", phase_1_duration=2, update_discriminator_every=2)
    full, half = Updates(network(config)), Updates(network(config), half=True)
    x = sine(config)
    for step in range(4):
        torch.manual_seed(step)
        wanted = full.step(x, step)
        torch.manual_seed(step)
        got = half.step(x, step)
        assert all(torch.isfinite(value) for value in got.values())
        if step == 0:
            assert got["fullband_spectral_distance"] == pytest.approx(
                float(wanted["fullband_spectral_distance"]), rel=0.1
            )
    assert all(p.dtype == torch.float32 for p in half.rave.parameters())


def test_integrator_undoes_the_difference():
    torch.manual_seed(0)
    x = torch.sin(torch.arange(44100) * 0.2)[None, None]
    difference = 0.5 * (x - torch.nn.functional.pad(x, (1, 0))[..., :-1])
    y = integrate(difference, 44100)
    middle = slice(20000, 40000)
    scale = (y[..., middle] * x[..., middle]).sum() / x[..., middle].square().sum()
    torch.testing.assert_close(y[..., middle] / scale, x[..., middle], rtol=0, atol=0.02)
