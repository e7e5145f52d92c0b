"""`mtcrnn export`, and what hosts make of the file: the values of `mtcrnn generate`, whatever the blocks."""

import numpy as np
import pytest
import soundfile
import torch
from mtcrnn_files import quick

from nn_tilde import Host
from nn_tilde.mtcrnn import checkpoints
from nn_tilde.mtcrnn.networks import build
from nn_tilde.mtcrnn.sizes import Sizes
from nn_tilde.mtcrnn.tier import Tier

SLOW = Tier(generate=("a", "b"), prop=("fill",), sample_rate=100)
MIDDLE = Tier(generate=("c",), prop=("b", "a"), sample_rate=400)
FAST = Tier(prop=("c", "b"), sample_rate=1600, mulaw_channels=32)
ALONE = Tier(prop=("c", "rate"), sample_rate=1600, mulaw_channels=32)
ONE = Tier(generate=("a",), prop=("fill",), sample_rate=100)
BOTH = Tier(prop=("a", "fill"), sample_rate=1600, mulaw_channels=32)
FREE = Tier(sample_rate=1600, mulaw_channels=32)
SEED = 11


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Untrained models in output/, of weights large enough to matter; the working directory."""
    top = tmp_path_factory.mktemp("export")
    for number, (name, tier, sizes) in enumerate(
        [
            ("slow", SLOW, Sizes(0, 8, 1)),
            ("middle", MIDDLE, Sizes(5, 8, 1)),
            ("fast", FAST, Sizes(0, 12, 2)),
            ("alone", ALONE, Sizes(0, 12, 2)),
            ("phased", ALONE, Sizes(0, 8, 1, plstm=True)),
            ("free", FREE, Sizes(6, 8, 1)),
            ("one", ONE, Sizes(0, 8, 1)),
            ("both", BOTH, Sizes(0, 12, 1)),
        ]
    ):
        torch.manual_seed(number)
        network = build(tier, sizes)
        for weight in network.parameters():
            weight.data.mul_(2)
        checkpoints.save(top / "output" / name / "model", network, tier, sizes, 7)
    return top


@pytest.fixture(autouse=True)
def here(runs, monkeypatch):
    monkeypatch.chdir(runs)


def exported(run, *words):
    quick("export", "--run", run, "--name", "file", "--output", ".", "--seed", SEED, *words)
    return "file.ts"


def generated(curves, run, length, *words):
    """What `mtcrnn generate` makes under curves [T, props], at the tier's rate."""
    flags = ["--rand_prime", "--rand_seed", SEED, "--length", length, "--out", "made", "--save", "--noprogress"]
    if curves.size:
        np.save("curves.npy", curves)
        flags += ["--paramvect", "external", "--external_array", "curves.npy"]
    else:
        flags += ["--paramvect", "none", "--batch_size", 1]
    quick("generate", "--model_dir", run, *flags, *words)


@pytest.mark.parametrize("accelerate", [True, False])
@pytest.mark.parametrize("precision", ["int8", "exact"])
def test_a_file_plays_what_generate_makes(accelerate, precision):
    curves = np.random.default_rng(0).random((600, 2)).astype(np.float32)
    generated(curves, "alone", 600, "--external_sr", 1600, "--precision", precision)
    expected, _ = soundfile.read("made.wav", dtype="float32")
    host = Host(exported("alone", "--precision", precision), accelerate=accelerate)
    assert host.accelerated == accelerate
    assert host.info.methods["forward"].input_labels == ["(signal) c", "(signal) rate"]
    assert host.info.metadata["sample_rate"] == 1600
    made = host.render(curves.T)
    assert expected.std() > 0.1
    np.testing.assert_allclose(made[0], expected, atol=1e-6)


@pytest.mark.parametrize("run", ["phased", "free"])
def test_other_networks_play_too(run):
    """Phased ones without rounding, whatever --precision is."""
    curves = np.random.default_rng(0).random((300, 2 if run == "phased" else 0)).astype(np.float32)
    words = ["--external_sr", 1600] if curves.size else []
    generated(curves, run, 300, *words)
    expected, _ = soundfile.read("made.wav", dtype="float32")
    x = curves.T if curves.size else np.zeros((1, 300), np.float32)
    made = Host(exported(run)).render(x)
    np.testing.assert_allclose(made[0], expected, atol=1e-6)


@pytest.mark.parametrize("accelerate", [True, False])
def test_a_chain_of_three_plays_what_generate_makes(accelerate):
    """Steered by curves that are lines between the values of the slowest tier; no piece of them is lost."""
    curves = np.random.default_rng(0).random((60, 1)).astype(np.float32)
    generated(curves, "slow", 60, "--external_sr", 100, "--chain", "middle", "fast")
    expected, rate = soundfile.read("made.wav", dtype="float32")
    assert (len(expected), rate) == (960, 1600)
    path = exported("slow", "--chain", "middle", "fast")
    live = curves.repeat(16, 0).T  # what the inlet is when a value is due
    host = Host(path, accelerate=accelerate)
    assert host.accelerated == accelerate
    made = host.render(live)
    np.testing.assert_allclose(made[0], expected, atol=1e-6)
    assert expected.std() > 0.1


def test_a_tier_may_hear_the_first_inlets():
    """In Python it hears lines between the first tier's values: the same when that is what the inlet plays."""
    curves = np.random.default_rng(0).random((60, 1)).astype(np.float32)
    generated(curves, "one", 60, "--external_sr", 100, "--chain", "both")
    expected, _ = soundfile.read("made.wav", dtype="float32")
    live = np.interp(np.arange(960) / 16, np.arange(60), curves[:, 0])[None].astype(np.float32)
    made = Host(exported("one", "--chain", "both")).render(live)
    np.testing.assert_allclose(made[0], expected, atol=1e-6)


@torch.jit.optimized_execution(False)
def test_inlets_and_blocks_of_any_kind():
    module = torch.jit.load(exported("slow", "--chain", "middle", "fast"))
    assert module.forward(torch.zeros(1, 1, 0)).shape == (1, 1, 0)
    assert module.forward(torch.zeros(0, 1, 8)).shape == (0, 1, 8)
    first = module.forward(torch.full((1, 1, 50), 3e38))
    later = torch.cat([first, module.forward(torch.full((1, 1, 50), 0.5))], -1)
    assert later.isfinite().all()
    assert len(later[0, 0, 50:].unique()) > 4  # it goes on


def test_blocks_do_not_matter():
    path = exported("slow", "--chain", "middle", "fast")
    x = np.random.default_rng(0).random((1, 1, 300)).astype(np.float32)
    whole = None
    for blocks in ([300], [1] * 20 + [280], [16] * 17 + [28], [133, 167]):
        module, at, pieces = torch.jit.load(path), 0, []
        with torch.jit.optimized_execution(False):
            for length in blocks:
                pieces.append(module.forward(torch.from_numpy(x[..., at : at + length])))
                at += length
        made = torch.cat(pieces, -1)
        whole = made if whole is None else whole
        assert torch.equal(made, whole)


def test_seed_reset_and_temperature():
    module, x = torch.jit.load(exported("alone")), torch.full((1, 2, 100), 0.5)
    with torch.jit.optimized_execution(False):
        first = module.forward(x)
        assert not torch.equal(module.forward(x), first)
        assert module.set_reset(True) == 0
        assert torch.equal(module.forward(x), first)
        assert module.set_seed(SEED + 1) == 0
        other = module.forward(x)
        assert not torch.equal(other, first)
        assert module.set_seed(SEED) == 0
        assert torch.equal(module.forward(x), first)
        module.set_temperature(0.0)
        cold = []
        for seed in (SEED, SEED + 1):  # nothing is drawn: the primer is all that differs, and is forgotten
            module.set_seed(seed)
            module.forward(x)
            cold.append(module.forward(x))
        assert torch.equal(*cold)
        assert module.set_seed(-1) == -1
        assert module.set_temperature(-0.5) == -1
        assert module.set_temperature(float("nan")) == -1
    host = Host("file.ts")
    host.set("seed", SEED + 1)
    np.testing.assert_allclose(host.render(x[0].numpy())[0], other[0, 0], atol=1e-6)


@torch.jit.optimized_execution(False)
def test_voices_differ_and_others_go_on():
    path = exported("alone")
    module, x = torch.jit.load(path), torch.rand(3, 2, 50)
    three = module.forward(x)
    assert not torch.equal(three[0], three[1])
    alone = torch.jit.load(path)
    first = alone.forward(x[:1])
    assert torch.equal(first, three[:1])
    wider = alone.forward(x)  # two more voices begin, the first one goes on
    again = torch.jit.load(path)
    again.forward(x[:1])
    assert torch.equal(again.forward(x[:1]), wider[:1])
    assert not torch.equal(wider[0], wider[1])


def test_parameters_are_held_for_the_host():
    """A tier that makes parameters has a value every few samples, and hears its inlets then."""
    curves = np.random.default_rng(0).random((40, 1)).astype(np.float32)
    generated(curves, "slow", 40, "--external_sr", 100)
    host = Host(exported("slow", "--host_rate", 1600))
    method = host.info.methods["forward"]
    assert (method.in_ratio, method.out_ratio, method.out_channels) == (16, 16, 2)
    assert method.output_labels == ["(signal) a", "(signal) b"]
    made = host.render(curves.repeat(16, 0).T)
    # To the last bit: the host has put the file on the native step, for torch rounds otherwise.
    assert np.array_equal(made[:, ::16], np.load("made.npy")[0].T)
    plain = Host("file.ts", accelerate=False).render(curves.repeat(16, 0).T)
    assert not np.array_equal(plain, made)
    np.testing.assert_allclose(plain, made, atol=1e-3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--run", "nowhere"], "no folder 'nowhere'"),
        (["--run", "alone", "--name", "a/b"], "--name is the name"),
        (["--run", "alone", "--output", "curves.npy"], "not a folder"),
        (["--run", "alone", "--chain", "fast"], "nothing in a --chain can follow"),
        (["--run", "slow", "--chain", "fast"], "steered by 'c'"),
        (["--run", "slow", "--host_rate", "1650"], "multiple of the tier's 100 Hz"),
        (["--run", "nowhere", "--temp", "nan"], "--temp must be 0 or more"),
    ],
)
def test_what_cannot_be_exported(words, said):
    np.save("curves.npy", np.zeros(3))
    assert said in quick("export", *words, code=1)
