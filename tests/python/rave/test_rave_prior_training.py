"""Training a prior on the latents of a run, and reading it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from rave_runs import call, network, quick, run_folder, tone

import nn_tilde
from nn_tilde.rave import prior_files
from nn_tilde.rave.config import ConfigError
from nn_tilde.rave.prior import Prior
from nn_tilde.rave.prior_train import PriorOf, PriorTask, crop_length
from nn_tilde.rave.spaces import build_space
from nn_tilde.rave.train_data import Data

SIZES = {"resolution": 8, "res_size": 16, "skp_size": 8, "kernel_size": 3, "cycle_size": 3, "n_layers": 4}
SMALL = [word for name, value in SIZES.items() for word in ("--override", f"{name}={value}")]


def task(configs=("live",), latent_size: int = 4) -> PriorTask:
    rave = network([*configs])
    space = build_space(rave, 0.95, latent_size)
    return PriorTask(PriorOf(rave, latent_size, SIZES), space, Data(None, None), torch.device("cpu"))


def test_an_example_holds_the_memory():
    prior = Prior(16)
    assert prior.receptive_field == 69
    assert crop_length(prior, 2048, 0) == 262144
    assert crop_length(prior, 2048, 300_000) == 300_000 // 2048 * 2048
    assert crop_length(Prior(128), 2048, 0) // 2048 - 127 >= 69


def test_steps_learn_and_leave_the_model_as_it_is():
    prior = task(["v1"])
    prior.module.train()
    before = {key: value.clone() for key, value in prior.module.state_dict().items()}
    x = 0.3 * torch.randn(2, 1, crop_length(prior.module, 2048, 0))
    losses = []
    for step in range(8):
        torch.manual_seed(0)
        losses.append(prior.step(x, step)["latent_prediction"].item())
    assert losses[-1] < losses[0]
    after = prior.module.state_dict()
    assert all(after[key].equal(value) for key, value in before.items() if key.startswith("synth."))
    assert any(not after[key].equal(value) for key, value in before.items() if not key.startswith("synth."))


def test_latents_are_those_of_the_export():
    prior = task(latent_size=5)
    rave, x = prior.module.synth, 0.3 * torch.randn(1, 1, 8192)
    torch.manual_seed(0)
    z = prior.latents(x)
    torch.manual_seed(0)
    with torch.no_grad():
        full, _ = rave.encoder.reparametrize(rave.encoder(rave.analysis(x)))
    # The same distribution: the draws have another order.
    mean = rave.latent_pca @ (rave.encode(x) - rave.latent_mean[:, None])
    assert z.shape == (1, 5, full.shape[-1])
    spread = (z - mean[:, :5]).abs().mean()
    assert 0 < spread < 2 * (rave.latent_pca @ (full - rave.encode(x))).abs().mean()


def test_what_it_makes_up_is_heard():
    sounds = task().summarize(1, lambda value: [value]).sounds
    assert [sound.name for sound in sounds] == ["generation"]
    assert sounds[0].samples.shape[0] == 1
    assert sounds[0].samples.shape[1] >= 6 * 44100


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A trained model, a dataset and the outcome of the README's command."""
    folder = tmp_path_factory.mktemp("prior")
    (folder / "audio").mkdir()
    soundfile.write(folder / "audio" / "a.wav", tone(12), 44100)
    run_folder(folder / "run", network(["raspberry"]))
    call("preprocess", "--input_path", "audio", "--output_path", "data", "--channels", 1, cwd=folder)
    call(*line(4), cwd=folder)
    return folder


def line(steps: int) -> list[object]:
    readme = ["train_prior", "--model", "run", "--db_path", "data", "--out_path", "output"]
    return [*readme, *SMALL, "--gpu", -1, "--workers", 0, "--batch", 2, "--val_every", 4, "--max_steps", steps]


def test_the_readmes_command_makes_a_run(place):
    run = place / "output" / "prior_run"
    assert {"config.gin", "run.json", "report.html"} <= {path.name for path in run.iterdir()}
    state = torch.load(run / "checkpoints" / "last.ckpt")["state_dict"]
    assert state["pre_net.0.weight"].shape == (20, 8, 3)  # five latents, as an export has at 95 % fidelity
    assert any(key.startswith("synth.encoder.") for key in state)
    assert list(run.glob("events.out.tfevents.*"))


def test_a_prior_is_read_back(place):
    prior = prior_files.load_prior(place / "output")
    assert prior.latent_size == 5
    assert prior.dilations == [1, 2, 4, 1]
    state = torch.load(place / "output" / "prior_run" / "checkpoints" / "last.ckpt")["state_dict"]
    assert all(value.equal(state[key]) for key, value in prior.state_dict().items())
    with pytest.raises(ConfigError, match="not a prior"):
        prior_files.load_prior(place / "run")


def test_a_checkpoint_of_the_release_is_read(tmp_path):
    """No hyperparameters but those in the shapes; the RAVE under `synth.`; config.gin with short names."""
    prior = Prior(4, **SIZES | {"cycle_size": 2})
    state = prior.state_dict() | {"synth.latent_mean": torch.zeros(8)}
    torch.save({"state_dict": state}, tmp_path / "best.ckpt")
    assert prior_files.load_prior(tmp_path).dilations == [1, 2, 4, 8]
    (tmp_path / "config.gin").write_text("VariationalPrior.cycle_size = 2\nget_dataset.augmentations = None\n")
    again = prior_files.load_prior(tmp_path)
    x = torch.rand(1, 4 * 8, 9)
    assert again(x).equal(prior.eval()(x))


@pytest.mark.parametrize("streaming", [True, False])
def test_the_readmes_export_plays_by_itself(place, streaming, monkeypatch):
    monkeypatch.chdir(place)
    words = ["export", "--run", "run", "--prior", "output", *["--streaming"] * streaming]
    if streaming:
        call(*words, cwd=place)
    else:
        quick(*words)
    file = place / "run" / ("run_streaming.ts" if streaming else "run.ts")
    model = torch.jit.load(file)
    z = model.prior(torch.zeros(3, 1, 40))
    assert z.shape == (3, 5, 40)
    assert z[..., 4:].std() > 0.1
    assert not z[0].equal(z[1])
    host = nn_tilde.Host(file, method="prior")
    assert host.render(np.zeros((1, 16384), np.float32)).shape == (5, 16384)
    assert "continues 5 latents" in quick(*words, "--latent_size", 4, code=1)


def test_the_same_command_goes_on(place, monkeypatch):
    monkeypatch.chdir(place)
    assert "Going on from step 4." in quick(*line(6))
    assert torch.load(place / "output/prior_run/checkpoints/last.ckpt")["global_step"] == 6
    assert "another configuration" in quick(*line(7), "--override", "n_layers=3", code=1)


@pytest.mark.parametrize(("stack", "word"), [("discrete", "msprior"), ("v2 wasserstein", "wasserstein")])
def test_other_models_are_refused(tmp_path, stack, word):
    run_folder(tmp_path / "run", network(stack.split()))
    said = quick("train_prior", "--model", tmp_path / "run", "--db_path", "none", code=1)
    assert word in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("override", "sentence"),
    [("n_layers=0", "n_layers of a prior"), ("nothing=1", "no setting"), ("resolution=1", "at least 2")],
)
def test_sizes_that_cannot_be_are_refused(override, sentence):
    with pytest.raises(ConfigError, match=sentence):
        prior_files.read(overrides=[override])


def test_the_shipped_configuration_is_the_releases():
    assert Prior(16, **prior_files.read(["prior/prior_v1.gin"])).receptive_field == Prior(16).receptive_field
