"""Priors from their runs."""

import shutil
from pathlib import Path

import pytest
import torch
from msprior_toy import CLASSES, STREAMS, Trainer, cycles, dataset, state

from nn_tilde.msprior import loading
from nn_tilde.train import checkpoint
from nn_tilde.train.checkpoint import CheckpointError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """runs/a of 5 steps, best at 4 or 5; runs/b with averages."""
    folder = tmp_path_factory.mktemp("runs")
    data = dataset(folder / "d", lengths=(40,) * 70)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        torch.set_num_threads(1)
        train = Trainer(data)
        train("--save_every", "2", steps=5)
        train("--ema", "0.9", name="b", config=("rwkv",))
    return folder


@pytest.fixture(autouse=True)
def inside(folder, monkeypatch):
    monkeypatch.chdir(folder)


def test_a_prior_whole():
    loaded = loading.load("runs/a")
    assert not loaded.prior.training
    assert loaded.path == Path("runs/a/checkpoints/best.ckpt")
    assert loaded.step == state(which="best")["global_step"]
    assert loaded.vae is None
    assert loaded.remarks == ()
    tokens = torch.from_numpy(cycles(0, 9)).long()[None]
    with torch.no_grad():
        logits = loaded.prior(tokens[:, :-1], tokens[:, 1:], None)
    assert logits.shape == (1, 8, STREAMS, CLASSES)
    assert all(torch.equal(v, state(which="best")["state_dict"][k]) for k, v in loaded.prior.state_dict().items())


def test_first_frames_from_all_over_the_data():
    starts = loading.load("runs/a").starts
    assert starts.shape == (64, STREAMS)
    assert starts.dtype == torch.int16
    assert starts[0].tolist() == cycles(0, 1)[0].tolist()
    assert starts[-1].tolist() == cycles(69, 1)[0].tolist()


@pytest.mark.parametrize(
    ("run", "ckpt", "found"),
    [
        ("runs/a", "best", "best"),
        ("runs/a", "last", "last"),
        ("runs/a", "last.ckpt", "last"),
        ("runs/a", "step_2", "step_2"),
        ("runs/a/", "runs/a/checkpoints/step_4.ckpt", "step_4"),
        ("runs/a/checkpoints", "last", "last"),
        ("runs/a/checkpoints/step_2.ckpt", "best", "step_2"),
    ],
)
def test_runs_are_found(run, ckpt, found):
    assert loading.find(run, ckpt) == Path(f"runs/a/checkpoints/{found}.ckpt")
    assert loading.find(Path(run), ckpt) == loading.find(run, ckpt)


def test_the_only_run_of_a_folder(tmp_path):
    shutil.copytree("runs/a", tmp_path / "runs" / "a")
    assert loading.find(tmp_path / "runs") == tmp_path / "runs" / "a" / "checkpoints" / "best.ckpt"


def test_without_a_best(tmp_path):
    shutil.copytree("runs/a", tmp_path / "a")
    (tmp_path / "a" / "checkpoints" / "best.ckpt").unlink()
    loaded = loading.load(tmp_path / "a")
    assert loaded.path.name == "last.ckpt"
    assert "not been validated yet" in loaded.remarks[0]


def test_averages():
    plain, averaged = loading.load("runs/b"), loading.load("runs/b", ema=True)
    assert "--ema_weights" in plain.remarks[0]
    assert averaged.remarks == ()
    held = checkpoint.load(plain.path)
    for name, parameter in averaged.prior.named_parameters():
        assert torch.equal(parameter, held["callbacks"]["EMA"][name])
    assert any(
        not torch.equal(p, q) for p, q in zip(plain.prior.parameters(), averaged.prior.parameters(), strict=True)
    )


@pytest.mark.parametrize(
    ("run", "ckpt", "said"),
    [
        ("nowhere", "best", "There is no run and no checkpoint 'nowhere'."),
        ("runs", "best", "several runs (a, b); name one of them."),
        ("runs/a", "step_3", "has no checkpoint 'step_3' (it has: best, last, step_2, step_4)."),
        ("d", "best", "holds no run of msprior train."),
        ("runs/a/run.json", "best", "'runs/a/run.json' is no checkpoint."),
    ],
)
def test_what_does_not_load(run, ckpt, said):
    with pytest.raises(CheckpointError) as error:
        loading.load(run, ckpt)
    assert said in str(error.value)


def test_no_averages():
    with pytest.raises(CheckpointError, match=r"no averaged weights; msprior train --ema"):
        loading.load("runs/a", ema=True)


class Hyper:
    """What another trainer puts into its files."""


def test_runs_of_the_release(tmp_path):
    """Lightning's: version_0/checkpoints/*.ckpt, of weights with other names."""
    place = tmp_path / "run" / "version_0" / "checkpoints"
    place.mkdir(parents=True)
    torch.save({"state_dict": {}, "pytorch-lightning_version": "1.9.0"}, place / "last.ckpt")
    torch.save({"state_dict": {}, "hyper_parameters": Hyper()}, place / "best.ckpt")
    for path in (place.parent.parent, place / "last.ckpt", place / "best.ckpt"):
        with pytest.raises(CheckpointError, match=r"was not made by this trainer; .* train again"):
            loading.load(path)


def test_damaged_ones(tmp_path):
    held = state()
    for change, said in [
        ({"msprior": {**held["msprior"], "format": 2}}, "newer version"),
        ({"msprior": {**held["msprior"], "config": "MODEL_DIM = 'x'\n"}}, "does not load"),
        ({"state_dict": {}}, "does not load"),
    ]:
        torch.save(held | change, tmp_path / "x.ckpt")
        with pytest.raises(CheckpointError, match=said):
            loading.load(tmp_path / "x.ckpt")
