"""`msprior export`, the command."""

import pytest
from msprior_exports import about_of, quick, run_of, untrained
from msprior_small import small

from nn_tilde import Host
from nn_tilde.msprior.export import form_of

Q, V = 3, 11


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_of(tmp_path_factory.mktemp("runs") / "birds", untrained(small("recurrent")))


def test_command(run):
    said = quick("export", "--run", run, "--nocontinuous", "--batch_size", 4)
    assert f"all good ! model exported to {run / 'birds.ts'}" in said
    assert "streaming mode: True" in said
    assert "discrete latents, one frame every 128 samples" in said
    assert Host(run / "birds.ts").methods["forward"].in_channels == Q


@pytest.mark.parametrize(("here", "there"), [("checkpoints", "last.ckpt"), ("checkpoints", ".."), (".", ".")])
def test_command_inside_a_run(run, monkeypatch, here, there):
    (run / "birds.ts").unlink(missing_ok=True)
    monkeypatch.chdir(run / here)
    quick("export", "--run", there)
    assert (run / "birds.ts").is_file()
    assert not list(run.glob("checkpoints/*.ts"))


def test_command_with_everything(run, tmp_path):
    words = ["--ckpt", "last", "--temporal_ratio", 256, "--name", "owls.ts", "--output", tmp_path / "new"]
    said = quick("export", "--run", run, *words)
    assert "the data has a frame every 128 samples, the file every 256" in said
    assert Host(tmp_path / "new/owls.ts").methods["forward"].in_ratio == 256


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--continuous"], "was trained on discrete latents, so it is exported with --nocontinuous"),
        (["--ckpt", "step_9"], "has no checkpoint 'step_9'"),
        (["--ema_weights"], "has no averaged weights"),
        (["--name", "a/b"], "--name is the name of a file"),
        (["--vae_path", "none.ts"], "The VAE 'none.ts' does not exist."),
    ],
)
def test_command_refuses(run, words, sentence):
    assert sentence in quick("export", "--run", run, *words, code=1)


def test_continuous_data_wants_no_flag():
    config = small("recurrent")
    about = about_of(config, continuous=True)
    assert form_of(config, about).continuous
    assert form_of(config, about, continuous=True).levels == V
    with pytest.raises(ValueError, match="exported with --continuous or without either"):
        form_of(config, about, continuous=False)
