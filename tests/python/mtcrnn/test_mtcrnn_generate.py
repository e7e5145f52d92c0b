"""`mtcrnn generate`: the loop against its definition, modes of conditioning and priming, files, chains."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner
from mtcrnn_data import RATE, write_data

from nn_tilde.mtcrnn import checkpoints, data, mulaw
from nn_tilde.mtcrnn.cli.generate import command
from nn_tilde.mtcrnn.generate import PIECE, generate, random_primer
from nn_tilde.mtcrnn.networks import build
from nn_tilde.mtcrnn.randomness import noise
from nn_tilde.mtcrnn.sampling import Sampler
from nn_tilde.mtcrnn.sizes import Sizes
from nn_tilde.mtcrnn.stepper import TorchStepper, make_stepper
from nn_tilde.mtcrnn.tier import Tier

AUDIO = Tier(prop=("a", "b"), sample_rate=RATE, seq_len=30, mulaw_channels=32)
PARAMS = Tier(generate=("a", "b"), prop=("rate",), sample_rate=100, seq_len=20)
ONE = Tier(generate=("a",), sample_rate=100, seq_len=20)
SIZES = Sizes(0, 8, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Recordings in data/, models in output/."""
    top = tmp_path_factory.mktemp("generate")
    write_data(top / "data")
    for name, tier in (("audio", AUDIO), ("params", PARAMS), ("one", ONE)):
        torch.manual_seed(1)
        checkpoints.save(top / "output" / name / "model", build(tier, SIZES), tier, SIZES, 7)
    return top


@pytest.fixture
def run(folder, tmp_path, monkeypatch):
    """run(line) → output; files go to run.out."""
    monkeypatch.chdir(folder)

    def call(line, code=0, out="x"):
        result = CliRunner().invoke(command, [*line.split(), "--out", str(tmp_path / out)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    call.out = tmp_path
    return call


@pytest.mark.parametrize(
    ("tier", "sizes"),
    [(AUDIO, SIZES), (PARAMS, SIZES), (PARAMS, Sizes(5, 8, 1)), (AUDIO, Sizes(0, 8, 1, plstm=True))],
    ids=["audio", "params", "mixture", "phased"],
)
def test_the_loop_is_its_definition(tier, sizes):
    """P − 1 steps of primer, its last row is the first input, a sample goes back with the conditioning of its time."""
    torch.manual_seed(0)
    network = build(tier, sizes)
    sampler = Sampler(tier, network.kind, 0.7)
    primer = random_primer(tier, 9, 2, 3)
    conditioning = np.random.default_rng(1).random((2, 12, tier.cond_size), np.float32)
    made = generate(TorchStepper(network, sampler, 4), primer, conditioning)
    fast = generate(make_stepper(network, sampler, 4, "exact"), primer, conditioning)

    variables = tier.mulaw_channels if tier.audio else tier.gen_size
    draws, state, expected = noise(network.kind, 4, 0, 12, 2, variables), network.initial(2), []
    with torch.no_grad():
        for t in range(8):
            _, state = network.step(torch.from_numpy(primer[:, t]), state)
        row = torch.from_numpy(primer[:, 8])
        for t in range(12):
            output, state = network.step(row, state)
            value = sampler.pick(output, draws[:, t])
            expected.append(value)
            fed = value[:, None] / 32 if tier.audio else value
            row = torch.cat([fed, torch.from_numpy(conditioning[:, t])], 1)
    expected = torch.stack(expected, 1).numpy()
    assert made.shape == ((2, 12) if tier.audio else (2, 12, 2))
    assert made.dtype == (np.int64 if tier.audio else np.float32)
    np.testing.assert_allclose(made, expected, atol=1e-5)
    np.testing.assert_allclose(fast, expected, atol=1e-5)


@pytest.mark.parametrize("stepper_of", [TorchStepper, make_stepper])
def test_pieces_are_one_run(stepper_of):
    network, conditioning = build(AUDIO, SIZES), np.random.default_rng(1).random((1, 40, 2), np.float32)
    runs = []
    for cuts in ([40], [1, 2, 30, 7]):
        stepper = stepper_of(network, Sampler(AUDIO, network.kind), 4)
        stepper.prime(random_primer(AUDIO, 5, 1, 0))
        ends = np.cumsum(cuts)
        runs.append(
            np.concatenate([stepper.run(n, conditioning[:, e - n : e]) for n, e in zip(cuts, ends, strict=True)], 1)
        )
    assert np.array_equal(*runs)
    stepper = stepper_of(network, Sampler(AUDIO, network.kind), 4)
    with pytest.raises(ValueError, match="primed before"):
        stepper.run(1, conditioning[:, :1])
    with pytest.raises(ValueError, match="A primer is"):
        stepper.prime(np.zeros((1, 5, 2), np.float32))
    stepper.prime(random_primer(AUDIO, 5, 1, 0))
    with pytest.raises(ValueError, match="instead of"):
        stepper.run(3, conditioning[:, :2])


class Recorded:
    """A stepper that makes nothing and remembers what it was given."""

    def __init__(self, network, sampler, *_):
        self.tier = sampler.tier

    def prime(self, x):
        Recorded.primer, Recorded.conditioning = x, []

    def run(self, length, conditioning):
        assert length == conditioning.shape[1] <= PIECE
        Recorded.conditioning.append(conditioning)
        batch = len(conditioning)
        if self.tier.audio:
            return np.zeros((batch, length), np.int64)
        return np.tile(np.arange(length, dtype=np.float32)[None, :, None], (batch, 1, self.tier.gen_size))


@pytest.fixture
def recorded(monkeypatch):
    monkeypatch.setattr("nn_tilde.mtcrnn.generate_session.make_stepper", Recorded)
    return lambda: (Recorded.primer, np.concatenate(Recorded.conditioning, 1))


def test_self_from_a_place_in_a_recording(run, recorded):
    run("--model_dir params --seed data/1.wav --seed_start 0.5 --seq_len 70 --length 60 --batch_size 2")
    primer, conditioning = recorded()
    rows = data.primer(PARAMS, 70, file="data/1.wav", start=0.5)
    np.testing.assert_array_equal(primer, np.repeat(rows[:, :10], 2, 0))
    np.testing.assert_array_equal(conditioning, np.repeat(rows[:, 10:, 2:], 2, 0))
    assert primer[0, 0, 0] == pytest.approx(0.25)  # a is a ramp of 2 s
    run("--model_dir params --seed data/1.wav --seed_start_samples 50 --seq_len 70 --length 60 --batch_size 1")
    np.testing.assert_array_equal(recorded()[0], rows[:, :10])


def test_self_from_anywhere(run, recorded):
    line = "--model_dir params --data_dir data --length 60 --batch_size 3 --rand_seed 2 --paramvect"
    run(line)
    primer, conditioning = recorded()
    assert primer.shape == (3, 20, 3)  # as long as a window in training
    assert len(np.unique(primer[:, 0, 0])) == 3
    assert conditioning.shape == (3, 60, 1)
    run(line)
    np.testing.assert_array_equal(recorded()[0], primer)
    run(line.replace("--rand_seed 2", "--rand_seed 3"))
    assert not np.array_equal(recorded()[0], primer)


def test_random_primer(run, recorded):
    line = "--model_dir params --data_dir data --seq_len 70 --length 60 --batch_size 2 --rand_prime"
    run(f"{line} --seed 14")
    primer, conditioning = recorded()
    np.testing.assert_array_equal(primer, random_primer(PARAMS, 10, 2, 14))
    assert primer.min() >= 0
    assert primer.max() < 1
    np.testing.assert_array_equal(conditioning, data.primer(PARAMS, 60, data_dir="data", seed=14, batch=2)[..., 2:])
    onehot = random_primer(Tier(mulaw_channels=16, onehot=True), 5, 2, 0)
    assert np.array_equal(onehot.sum(-1), np.ones((2, 5)))


def test_external(run, recorded):
    curve = np.linspace(0, 1, 20).reshape(1, 20, 1).repeat(2, 0)
    np.save(run.out / "curve.npy", curve)
    line = f"--model_dir params --paramvect external --external_array {run.out}/curve.npy --external_sr 50 --rand_prime"
    run(f"{line} --length 60")
    primer, conditioning = recorded()
    assert primer.shape == (2, 1, 3)  # a random primer need not be long; the batch is the array's
    np.testing.assert_array_equal(conditioning, data.conditioning(curve, 50, PARAMS, 60, 2))
    assert np.all(conditioning[:, 40:] == 1)  # the last row is held
    assert conditioning[0, 20, 0] == pytest.approx(0.5, abs=0.02)


def test_unconditional(run, recorded):
    run("--model_dir one --cond_size 0 --data_dir data --paramvect none --length 30 --batch_size 1")
    assert recorded()[1].shape == (1, 30, 0)
    output = run("--model_dir params --data_dir data --paramvect none --length 30 --batch_size 1")
    assert "held" in output
    primer, conditioning = recorded()
    assert np.all(conditioning == primer[:, -1:, 2:])


def test_chain(run, recorded):
    """What the first tier makes steers the second, by name and at its rate."""
    output = run("--model_dir params --chain audio:7 --rand_prime --seed 3 --paramvect none --length 20 --batch_size 2")
    assert output.count("Saved") == 2
    primer, conditioning = recorded()
    assert primer.shape == (2, 1, 3)
    assert conditioning.shape == (2, 200, 2)
    np.testing.assert_allclose(conditioning[1], (np.arange(200) / 10)[:, None].repeat(2, 1), rtol=1e-6)
    assert soundfile.info(run.out / "x_1.wav").frames == 200


def test_sound_files(run):
    run("--model_dir audio --rand_prime --seed 5 --paramvect none --length 300 --batch_size 1")
    info = soundfile.info(run.out / "x.wav")
    assert (info.frames, info.samplerate, info.channels, info.subtype) == (300, RATE, 1, "PCM_24")
    samples, _ = soundfile.read(run.out / "x.wav")
    levels = mulaw.decode(np.arange(32), 32)
    distances = np.abs(samples[:, None] - levels)
    assert distances.min(1).max() < 1e-6
    assert len(np.unique(distances.argmin(1))) > 10
    run("--model_dir audio --rand_prime --seed 5 --paramvect none --length 300 --batch_size 2", out="y.wav")
    assert (run.out / "y_0.wav").exists()
    assert (run.out / "y_1.wav").exists()
    for options in ("", "--temp 0.2"):
        run(
            f"--model_dir audio --rand_prime --rand_seed 5 --paramvect none --length 300 --batch_size 1 {options}",
            out="z",
        )
        again, _ = soundfile.read(run.out / "z.wav")
        assert np.array_equal(again, samples) == (not options)


def test_parameter_files(run):
    line = "--rand_prime --seed 5 --paramvect none --length 30 --batch_size 2"
    assert "--save" in run(f"--model_dir params {line}")
    assert not list(run.out.iterdir())
    run(f"--model_dir params {line} --save")
    assert np.load(run.out / "x.npy").shape == (2, 30, 2)
    run(f"--model_dir one {line} --save")
    assert np.load(run.out / "x.npy").shape == (2, 30)


def test_a_line_of_the_readme(run):
    run(
        "--hidden_size 8 --n_layers 1 --batch_size 1 --seq_len 60 --length 50 --generate a b --prop rate --gen_size 2 "
        "--cond_size 1 --model_dir output/params/model --step 7 --sample_rate 100 --paramvect self --save "
        "--data_dir data"
    )
    assert np.load(run.out / "x.npy").shape == (1, 50, 2)


def test_a_file_of_the_original(run):
    """Bare weights: the flags say what they are."""
    state = torch.load("output/params/model/model_7.pkl", weights_only=True)["state_dict"]
    torch.save({name.replace("entry", "i2d"): tensor for name, tensor in state.items()}, run.out / "model_40.pkl")
    line = f"--model_dir {run.out} --step 40 --rand_prime --paramvect none --length 30 --batch_size 1 --save"
    what = "--generate a b --prop rate --hidden_size 8 --n_layers 1 --sample_rate 100"
    run(f"{line} {what}")
    assert np.load(run.out / "x.npy").shape == (1, 30, 2)
    assert "do not fit" in run(f"{line} {what} --net 3", code=1)


@pytest.mark.parametrize("name", ["train", "generate"])
def test_help_without_torch(name):
    code = (
        f"import sys; from nn_tilde.mtcrnn.cli.{name} import command; command(['--help'], standalone_mode=False); "
        "assert not {'torch', 'numpy', 'soundfile'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for option in ("--hidden_size", "--prop NAMES...", "--model_dir", "--mulaw_channels", "[default: 800"):
        assert option in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", "Say what to begin with"),
        ("--rand_prime", "--paramvect self takes"),
        ("--seed 14", "goes with --rand_prime"),
        ("--seed data/0.wav --data_dir data", "give one of the two"),
        ("--rand_prime --seed 3 --rand_seed 4", "contradict"),
        ("--data_dir data --seq_len 50 --length 50", "more than --length"),
        ("--data_dir data --hidden_size 9", "trained with --hidden_size 8"),
        ("--data_dir data --step 8", "no model of step 8"),
        ("--data_dir data --length 5000", "No recording"),
        ("--seed data/0.wav --seed_start 1.9 --length 50", "not in it"),
        ("--data_dir data --temp -1", "--temp"),
        ("--data_dir data --paramvect external", "--external_array"),
        ("--data_dir data --external_sr 4", "--paramvect external"),
        ("--data_dir data --chain one audio", "steered by 'b'"),
        ("--data_dir data --gpu 99", "no CUDA device"),
    ],
)
def test_refused_in_a_sentence(run, line, word):
    output = run(f"--model_dir params {line}", code=1)
    assert word in output
    assert "Traceback" not in output
    assert not list(run.out.iterdir())
