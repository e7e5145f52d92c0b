"""`vschaos export` and `vschaos script`, as users type them."""

import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from vschaos_small import small

from nn_tilde import Host
from nn_tilde.train import checkpoint
from nn_tilde.vschaos import export as exporting
from nn_tilde.vschaos.cli import cli
from nn_tilde.vschaos.loading import described
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.transforms import Transform


def typed(*words, code=0):
    """What `vschaos WORDS` says; the exit code must be `code`."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    assert code == 0 or len(done.output.strip().splitlines()) == 1
    return done.output


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of two trainings of an untrained model of pitch."""
    run = tmp_path_factory.mktemp("runs") / "strings"
    for version in (1, 2):
        torch.manual_seed(version)
        config = small(name="dgt_pitch_cond")
        vae, transform = VAE(config), Transform(**config.frame.arguments)
        transform.fit([np.random.default_rng(0).uniform(-0.5, 0.5, (1, 8192)).astype(np.float32)])
        tasks = {"pitch": [str(i) for i in range(12)], "octave": [str(i) for i in range(12)]}
        state = {"state_dict": vae.state_dict(), "global_step": 7 * version}
        state["vschaos"] = described(config, transform, tasks)
        path = run / f"version_{version}" / "checkpoints"
        path.mkdir(parents=True)
        checkpoint.save(path / "last.ckpt", state)
        if version == 1:
            checkpoint.save(path / "early.ckpt", state)
    return run


def test_it_writes_what_plays(run, tmp_path):
    said = typed("export", f"{run}/", "-o", tmp_path / "patches")
    path = tmp_path / "patches" / "strings.ts"
    assert "after 14 steps" in said
    assert "decode: latent dim 1 … 8, pitch label (0-11), octave label (0-11) → channel 1, 128 samples late" in said
    assert "attributes: inversion_mode, temperature, dimred, min_buffer_size, reset" in said
    assert f"exported to {path}" in said
    newest = Host(path).render(np.zeros((3, 1024), np.float32))
    assert newest.shape == (1, 1024)
    assert "already" in typed("export", run, "-o", path.parent, code=1)
    typed("script", run, "-o", path.parent, "-v", 1, "-n", "early", "-t", "--verbose", 1, "--force")
    assert not np.allclose(Host(path).render(np.zeros((3, 1024), np.float32)), newest, atol=1e-7)


def test_without_options_it_lies_in_the_run(run, tmp_path, monkeypatch):
    """Named by the training, wherever the path given begins."""
    home = tmp_path / "home"
    copy = shutil.copytree(run, home / "mine")
    done = exporting.Exported(copy, 64, 1024, {}, 44100, {}, {}, ())

    def export(vae, config, transform, path):  # which takes a while
        path.touch()
        return done

    monkeypatch.setattr(exporting, "export", export)
    typed("export", copy)
    assert (copy / "mine.ts").is_file()
    typed("export", copy / "version_1")
    assert (copy / "version_1" / "mine.ts").is_file()
    typed("export", copy / "version_2" / "checkpoints" / "last.ckpt")
    assert (copy / "version_2" / "mine.ts").is_file()
    typed("export", home)
    assert (home / "mine.ts").is_file()
    monkeypatch.chdir(copy / "version_1")
    typed("export", "..", "-o", tmp_path / "patches", "-v", 1)
    assert (tmp_path / "patches" / "mine.ts").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{run}x"], "no run and no checkpoint"),
        (["{run}", "-v", "9"], "no version 9"),
        (["{run}", "-n", "best"], "no checkpoint 'best'"),
        (["{run}", "-o", "{file}"], "is not a folder"),
        (["{file}"], "is no readable checkpoint"),
    ],
)
def test_what_is_refused(run, tmp_path, words, said):
    file = tmp_path / "file.txt"
    file.write_text("hello")
    assert said in typed("export", *(word.format(run=run, file=file) for word in words), code=1)
    assert not list(tmp_path.glob("**/*.ts"))
