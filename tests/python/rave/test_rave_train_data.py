"""Data that goes away while `rave train` reads it: one sentence, and the program ends."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from nn_tilde.rave.cli import cli

PROGRAM = Path(sys.executable).with_name("rave")
MODEL = "--config raspberry --override CAPACITY=4 --override LATENT_SIZE=8 --n_signal 18432 --batch 2 --gpu -1"


def rave(line: str, cwd: Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    words = [str(PROGRAM), *line.split()]
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b"])
@pytest.mark.parametrize("command", ["train", "train_prior --model none"])
def test_a_run_is_a_folder_of_its_own(tmp_path, command, name):
    done = CliRunner().invoke(cli, [*command.split(), "--db_path", "none", "--out_path", str(tmp_path), "--name", name])
    assert done.exit_code == 1
    assert "--name is the name of a folder in --out_path" in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_went_away_is_a_sentence_and_an_end(tmp_path, workers):
    (tmp_path / "audio").mkdir()
    for i in range(3):
        noise = 0.1 * np.random.default_rng(i).standard_normal(50000)
        soundfile.write(tmp_path / "audio" / f"{i}.wav", noise, 44100)
    done = rave("preprocess --input_path audio --output_path set --num_signal 16384 --lazy --workers 1", tmp_path)
    assert done.returncode == 0, done.stderr
    for file in (tmp_path / "audio").iterdir():
        file.unlink()
    done = rave(f"train {MODEL} --db_path set --out_path . --name a --workers {workers} --noprogress", tmp_path)
    assert done.returncode == 1, done.stderr
    assert "does not exist" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
