"""`rave train`: both phases, exact resume, what is logged, where weights come from, what is refused."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner

import nn_tilde.rave
from nn_tilde.rave.cli.preprocess import command as preprocess
from nn_tilde.rave.cli.train import command
from nn_tilde.rave.config import read, read_run
from nn_tilde.rave.train import RaveTask
from nn_tilde.rave.train_session import make_plan

SMALL = "--config raspberry --override CAPACITY=4 --override LATENT_SIZE=8 --override PHASE_1_DURATION=3"
SHORT = "--n_signal 18432 --batch 2 --workers 0 --gpu -1 --val_every 3 --max_steps 6"


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    """Folders `mono` and `stereo`, half a dozen items each."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    (folder / "audio").mkdir()
    for i in range(3):
        t = np.arange(110250) / 44100
        tone = 0.3 * np.sin(2 * np.pi * 220 * (i + 1) * t) * np.exp(-4 * (t % 0.5))
        soundfile.write(folder / "audio" / f"{i}.wav", np.stack([tone, tone[::-1]], 1) + random.normal(0, 0.01), 44100)
    for name, channels in (("mono", 1), ("stereo", 2)):
        line = f"--input_path {folder}/audio --output_path {folder}/{name} --num_signal 16384 --channels {channels}"
        result = CliRunner().invoke(preprocess, [*line.split(), "--workers", "1"])
        assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def rave_train(datasets, tmp_path):
    """rave_train(line, name="a", db="mono") → output; the run is tmp_path/a."""

    def call(line="", name="a", db="mono", code=0, base=f"{SMALL} {SHORT}"):
        arguments = f"--db_path {datasets / db} --out_path {tmp_path} --name {name} {base} {line}".split()
        result = CliRunner().invoke(command, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return call


def load(run, name="last"):
    return torch.load(run / "checkpoints" / f"{name}.ckpt", weights_only=True)


def assert_equal_weights(a, b):
    assert list(a["state_dict"]) == list(b["state_dict"])
    for key, value in a["state_dict"].items():
        assert torch.equal(value, b["state_dict"][key]), key
    for ours, theirs in zip(a["optimizer_states"], b["optimizer_states"], strict=True):
        assert ours["param_groups"] == theirs["param_groups"]
        for i, state in ours["state"].items():
            assert all(torch.equal(value, theirs["state"][i][key]) for key, value in state.items())


def test_both_phases(rave_train, tmp_path):
    output = rave_train("--ema 0.9 --save_every 4")
    assert "2048 samples per latent frame (21.5 a second)" in output
    run = tmp_path / "a"
    assert {p.name for p in (run / "checkpoints").iterdir()} == {"last.ckpt", "best.ckpt", "step_4.ckpt"}
    state = load(run)
    assert state["callbacks"]["WarmupCallback"] == {"training_steps": 6}
    assert len(state["optimizer_states"]) == 2
    assert len(state["lr_schedulers"]) == 1
    assert state["state_dict"]["encoder.warmed_up"] == 1
    assert read_run(run / "config.gin") == read(["raspberry"], ["CAPACITY=4", "LATENT_SIZE=8", "PHASE_1_DURATION=3"])
    assert load(run, "best")["global_step"] == 6  # of the second phase, whatever the first one measured
    rave = nn_tilde.rave.load(run)
    assert rave.warmed_up
    assert torch.equal(rave.state_dict()["latent_mean"], state["state_dict"]["latent_mean"])
    assert rave.fidelity[-1] == pytest.approx(1)
    assert not torch.equal(nn_tilde.rave.load(run, ema=True).latent_pca, torch.eye(8))


def test_logs_have_the_names_of_the_release(rave_train, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    rave_train()
    events = EventAccumulator(str(tmp_path / "a"), size_guidance={"audio": 0})
    events.Reload()
    tags = events.Tags()
    first = {"beta_factor", "multiband_spectral_distance", "fullband_spectral_distance", "regularization"}
    second = {"feature_matching", "adversarial", "loss_dis", "pred_real", "pred_fake"}
    fidelities = {f"fidelity_{share}" for share in (0.8, 0.9, 0.95, 0.99)}
    assert set(tags["scalars"]) == first | second | fidelities | {"validation"}
    assert [e.step for e in events.Scalars("validation")] == [3, 6]
    assert [e.step for e in events.Scalars("loss_dis")] == [6]
    assert tags["audio"] == ["audio_val"]
    assert set(tags["images"]) == {"spectrograms", "latent_traversals"}
    page = (tmp_path / "a" / "report.html").read_text()
    for word in ("example 1, original", "example 1, reconstruction", "latent_traversals", "CAPACITY = 4", "validation"):
        assert word in page


def test_interrupted_in_either_phase(rave_train, tmp_path):
    """Two cuts, one in each phase and neither at a validation."""
    rave_train("--max_steps 8")
    for steps in (2, 5, 8):
        rave_train(f"--max_steps {steps}", name="b")
    whole, parts = load(tmp_path / "a"), load(tmp_path / "b")
    assert_equal_weights(whole, parts)
    sessions = json.loads((tmp_path / "b" / "run.json").read_text())["sessions"]
    assert [s["step"] for s in sessions] == [0, 2, 5]


def test_quantisers_resume_too(rave_train, tmp_path):
    base = (
        "--config discrete --override CAPACITY=2 --override LATENT_SIZE=8 --override CODEBOOK_SIZE=8 "
        "--override NUM_QUANTIZERS=2 --override PHASE_1_DURATION=9 --n_signal 52224 --batch 2 --workers 0 --gpu -1"
    )
    rave_train("--max_steps 3", base=base)
    for steps in (2, 3):
        rave_train(f"--max_steps {steps}", name="b", base=base)
    assert_equal_weights(load(tmp_path / "a"), load(tmp_path / "b"))
    state = load(tmp_path / "a")["state_dict"]
    assert state["encoder.enabled"] == 1
    assert state["encoder.rvq.layers.1._codebook.inited"] == 1


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed(datasets, rave_train, tmp_path):
    line = f"--db_path {datasets}/mono --out_path {tmp_path} --name killed {SMALL} {SHORT} --max_steps 400 --workers 2"
    code = "from nn_tilde.rave.cli import main; main()"
    program = [sys.executable, "-c", code, "train", *line.split()]
    process = subprocess.Popen(program, env=os.environ | {"OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE)
    for _ in range(2400):
        if (tmp_path / "killed" / "checkpoints" / "last.ckpt").exists():
            break
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    reached = load(tmp_path / "killed")["global_step"]
    assert reached % 3 == 0
    assert reached < 400
    steps = reached + 4
    output = rave_train(f"--max_steps {steps}", name="killed")
    assert f"Going on from step {reached}." in output
    rave_train(f"--max_steps {steps}", name="whole")
    assert_equal_weights(load(tmp_path / "killed"), load(tmp_path / "whole"))


def test_channels_are_the_datasets(rave_train, tmp_path):
    rave_train("--max_steps 1", db="stereo")
    assert read_run(tmp_path / "a" / "config.gin").n_channels == 2
    assert nn_tilde.rave.load(tmp_path / "a")(torch.zeros(1, 2, 4096)).shape == (1, 2, 4096)
    rave_train("--max_steps 1 --channels 1", db="stereo", name="b")
    assert nn_tilde.rave.load(tmp_path / "b").n_channels == 1


def test_finished(rave_train):
    rave_train("--max_steps 1")
    assert "The run has its 1 steps; a larger --max_steps goes on." in rave_train("--max_steps 1")


def test_smoke_test(rave_train, tmp_path):
    rave_train("--smoke_test")
    assert load(tmp_path / "a")["global_step"] == 1
    rave_train("--max_steps 2")
    assert "holds a run; give the smoke test a --name of its own" in rave_train("--smoke_test", code=1)


def test_transfer_takes_what_fits(rave_train, tmp_path):
    rave_train("--max_steps 1", db="stereo")
    output = rave_train(f"--max_steps 1 --freeze_encoder --transfer {tmp_path / 'a'}", name="b")
    assert "these begin anew: encoder.encoder.net.0.weight" in output
    assert "as chance made it" not in output
    before, after = load(tmp_path / "a")["state_dict"], load(tmp_path / "b")["state_dict"]
    assert torch.equal(before["encoder.encoder.net.3.weight"], after["encoder.encoder.net.3.weight"])
    # Frozen, its statistics too, while the rest has moved.
    assert torch.equal(before["encoder.encoder.net.1.running_mean"], after["encoder.encoder.net.1.running_mean"])
    assert not torch.equal(before["decoder.net.0.weight_v"], after["decoder.net.0.weight_v"])
    assert "The encoder stays as chance made it" in rave_train("--max_steps 1 --freeze_encoder", name="d")
    torch.save({"state_dict": {"x": torch.zeros(3)}}, tmp_path / "other.ckpt")
    assert "No weight of" in rave_train(f"--transfer {tmp_path / 'other.ckpt'}", name="c", code=1)


def test_going_on_from_another_run_of_ours(rave_train, tmp_path):
    rave_train("--max_steps 2")
    line = f"{SHORT} --ckpt {tmp_path / 'a'} --max_steps 4"
    output = rave_train(name="b", base=line)
    assert "Going on from step 2." in output
    rave_train("--max_steps 4")
    assert_equal_weights(load(tmp_path / "a"), load(tmp_path / "b"))


def test_changing_a_run_on_purpose(rave_train, tmp_path):
    rave_train("--max_steps 2 --override PHASE_1_DURATION=100")
    refused = rave_train("--max_steps 3", code=1)
    assert "another configuration (there 'PHASE_1_DURATION = 100', here 'PHASE_1_DURATION = 3')" in refused
    assert "made with --batch 2, not 1" in rave_train("--override PHASE_1_DURATION=100 --batch 1", code=1)
    line = f"{SHORT} --ckpt {tmp_path / 'a'} --override PHASE_1_DURATION=2 --batch 1 --max_steps 3"
    rave_train(base=line)
    assert load(tmp_path / "a")["state_dict"]["encoder.warmed_up"] == 1
    assert read_run(tmp_path / "a" / "config.gin").phase_1_duration == 2
    refused = rave_train(base=f"{SHORT} --ckpt {tmp_path / 'a'} --config v1 --override CAPACITY=4", code=1)
    assert "does not fit this model" in refused
    assert read_run(tmp_path / "a" / "config.gin").phase_1_duration == 2  # nothing was touched


def test_going_on_from_a_run_of_the_release(rave_train, tmp_path):
    """A run as Lightning 1.9 leaves it: no entry of ours, optimizers that number parameters."""
    rave_train("--max_steps 5 --ema 0.9")
    state = load(tmp_path / "a")
    del state["nn_tilde"]
    folder = tmp_path / "theirs"
    (folder / "version_0" / "checkpoints").mkdir(parents=True)
    torch.save(state, folder / "version_0" / "checkpoints" / "epoch-epoch=0001.ckpt")
    (folder / "config.gin").write_text((tmp_path / "a" / "config.gin").read_text())
    output = rave_train(name="b", base=f"{SHORT} --ckpt {folder} --ema 0.9")
    assert "Going on from step 5." in output
    assert "anew" not in output
    rave_train("--max_steps 6 --ema 0.9")
    ours, theirs = load(tmp_path / "a"), load(tmp_path / "b")
    assert_equal_weights(ours, theirs)
    for name, value in ours["callbacks"]["EMA"].items():
        assert torch.equal(value, theirs["callbacks"]["EMA"][name]), name


def test_runs_of_the_release(rave_train, fixtures, tmp_path):
    line = "--n_signal 18432 --batch 1 --workers 0 --gpu -1 --max_steps 1"
    output = rave_train(base=f"--ckpt {fixtures}/rave/raspberry {line}")
    assert "no state of the optimizers" in output
    theirs = torch.load(fixtures / "rave" / "raspberry" / "best.ckpt", weights_only=True)["state_dict"]
    ours = load(tmp_path / "a")["state_dict"]
    shared = [key for key in theirs if key.startswith(("encoder.", "decoder.", "discriminator."))]
    assert set(shared) <= set(ours)
    # One step of at most the learning rate away.
    assert all((ours[key] - theirs[key]).abs().max() <= 2e-3 for key in shared if "weight" in key)
    with pytest.raises(AssertionError, match="n_signal"):
        rave_train(base=f"--ckpt {fixtures}/rave/v2cap16_stereo {line}", db="stereo", name="b")


def test_validation_set_of_its_own(rave_train, datasets):
    output = rave_train(f"--max_steps 1 --val_db_path {datasets / 'stereo'}")
    assert "Train set: 9 examples, validation set: 9" in output or "Train set: 6 examples, validation set: 6" in output


def test_what_may_surprise_is_said(rave_train):
    output = rave_train("--max_steps 1 --override SAMPLING_RATE=48000 --batch 20")
    assert "The dataset has 44100 Hz and the model 48000 Hz: audio is converted" in output
    assert "A batch of 20 takes several crops of each" in output


def test_flags_of_the_data(rave_train, tmp_path):
    rave_train(
        "--max_steps 2 --derivative --normalize --rand_pitch 0.7,1.4 --augment mute --augment gain --augment compress "
        "--recipe release --precision bf16 --seed 3"
    )
    config = read_run(tmp_path / "a" / "config.gin")
    assert [name for name, _ in config.augmentations] == ["RandomMute", "RandomGain", "RandomCompress"]
    assert config.recipe == "release"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--n_signal 2048", "n_signal 2048 is too short for this model"),
        ("--n_signal 18433", "is no multiple of the 2048 samples of a latent"),
        ("--channels 2", "The dataset has 1 channel(s) and the model 2"),
        ("--config v1 --config v2", "choose one"),
        ("--config nothing", "There is no configuration 'nothing'"),
        ("--augment nothing", "There is no augmentation 'nothing'"),
        ("--override NOTHING=3", "there is no setting 'NOTHING'"),
        ("--ema 2", "--ema must lie between 0 and 1"),
        ("--gpu 0", "goes with no other --gpu"),
        ("--devices 0", "--devices must be at least 1"),
        ("--ckpt nowhere", "There is nothing at 'nowhere'"),
        ("--ckpt x --transfer y", "give one of the two"),
        ("--db_path nowhere", "There is no dataset at 'nowhere'"),
        ("--val_db_path nowhere", "There is no dataset at 'nowhere'"),
        ("--name ..", "--name is the name of a folder"),
    ],
)
def test_refused_in_one_sentence(rave_train, tmp_path, line, words):
    output = rave_train(line, code=1)
    assert words in output
    assert len(output.strip().splitlines()) == 1
    assert not list(tmp_path.rglob("*.ckpt"))


@pytest.mark.parametrize(("line", "words"), [("--rand_pitch 2", "two numbers"), ("--rand_pitch 2,1", "lower of two")])
def test_speeds(rave_train, line, words):
    assert words in rave_train(line, code=2)


def test_help_needs_no_torch():
    code = "import sys, nn_tilde.rave.cli.train; assert not {'torch', 'lightning', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_step_waits_for_the_device(rave_train, monkeypatch):
    """Reading a value would, on a GPU; the loop does so at intervals only."""
    step, seen = RaveTask.step, []

    def refuse(tensor, *_):
        raise AssertionError("a step has read a value")

    def watched(self, batch, number):
        with monkeypatch.context() as patch:
            for name in ("item", "tolist", "cpu", "numpy", "__bool__", "__float__", "__int__"):
                patch.setattr(torch.Tensor, name, refuse)
            seen.append(number)
            return step(self, batch, number)

    monkeypatch.setattr(RaveTask, "step", watched)
    rave_train("--ema 0.9")
    assert seen == list(range(6))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--config v2 --channels 1", {"capacity": 96}),
        ("--config discrete", {"regularization": "discrete", "causal": False}),
        ("--config discrete --config causal", {"regularization": "discrete", "causal": True}),
        ("--config v2 --augment mute --augment compress", {"capacity": 96}),
        ("-config v2 --nosmoke_test --progress=false --normalize true --rand_pitch=0.7,1.4", {"capacity": 96}),
    ],
)
def test_commands_of_the_readme(datasets, tmp_path, line, expected):
    """What they plan, at full size and with every default."""
    given = f"{line} --db_path {datasets}/mono --out_path {tmp_path} --name give_a_name"
    plan = make_plan(command.make_context("train", given.split()).params)
    assert {name: getattr(plan.config, name) for name in expected} == expected
    assert [name for name, _ in plan.config.augmentations] == (
        ["RandomMute", "RandomCompress"] if "--augment" in line else []
    )
    s = plan.settings
    assert (s.batch, s.max_steps, s.val_every, s.save_every, s.workers) == (8, 6_000_000, 10_000, 500_000, 8)
    assert plan.data.training[0, 0].shape == (1, 131072)
    assert plan.data.training.crops.normalize == ("--normalize" in line)
    assert plan.settings.progress != ("--progress" in line)
    assert not (tmp_path / "give_a_name").exists()
