"""From sounds to a dream, by the commands that a user types: a RAVE is trained, and on its latents every prior."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from msprior_small import NAMES

from nn_tilde import Host
from nn_tilde.msprior.cli import cli as msprior_cli
from nn_tilde.rave.cli import cli as rave_cli
from nn_tilde.rave.config import read
from nn_tilde.rave.losses import least_n_signal
from nn_tilde.train import loop

RATE, RATIO = 8000, 128
RAVE = ["CAPACITY=2", "LATENT_SIZE=4", "RATIOS=[4, 2]", "DILATIONS=[[1, 3], [1]]", f"SAMPLING_RATE={RATE}"]
RAVE += ["PHASE_1_DURATION=1000"]
CODES = ["NUM_QUANTIZERS=3", "CODEBOOK_SIZE=16"]
SMALL = "MODEL_DIM=32 HEAD_DIM=4 NUM_LAYERS=2 SEQ_LEN=32 " + (
    "utils.build_warmed_exponential_lr_scheduler.peak_iteration=2"
)
FEATURES = ("encoder_decoder_continuous", "modulated_alibi", "rwkv_semantic")
STEERED = {"encoder_decoder": "semantic tokens", **dict.fromkeys(FEATURES, "semantic feature 0")}


def run(cli, *words: object) -> str:
    """A command in this process: importing torch anew for each would take longer than all the rest."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


def each(flag: str, words: list[str]) -> list[str]:
    return [part for word in words for part in (flag, word)]


def train_rave(folder, kind: str) -> None:
    """<folder>/<kind>.ts and <kind>_streaming.ts: of a RAVE that has learnt for three steps."""
    names, overrides = ("discrete", RAVE + CODES) if kind == "codes" else ("v2", RAVE)
    config = read([names], overrides)
    line = ["train", "--config", names, "--db_path", folder / "data", "--out_path", folder / "raves", "--name", kind]
    line += [*each("--override", overrides), "--batch", 2, "--n_signal", least_n_signal(config), "--max_steps", 3]
    run(rave_cli, *line, "--val_every", 100, "--workers", 0, "--gpu", -1, "--noprogress")
    for streaming in ([], ["--streaming"]):
        sizes = [] if kind == "codes" else ["--latent_size", 4]
        run(rave_cli, "export", "--run", folder / "raves" / kind, "--output", folder, *sizes, *streaming)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sounds, two trained RAVEs, and the latents of both, those of the first with semantic keys."""
    top = tmp_path_factory.mktemp("whole")
    (top / "sounds").mkdir()
    time = np.arange(4 * RATE) / RATE
    for i in range(4):
        sound = 0.5 * np.sin(2 * np.pi * (200 + 90 * i) * time * (1 + 0.1 * time)) * (time * (i + 1) % 1)
        soundfile.write(top / "sounds" / f"{i}.wav", sound, RATE)
    run(rave_cli, "preprocess", "--input_path", top / "sounds", "--output_path", top / "data", "--channels", 1,
        "--sampling_rate", RATE)  # fmt: skip
    common = ["preprocess", "--audio", top / "sounds", "--num_secs", 2, "--processes", 1, "--gpu", -1, "--noprogress"]
    for kind, more in (("latents", ["--semantic", "--semantic_steps", 3]), ("codes", [])):
        train_rave(top, kind)
        run(msprior_cli, *common, "--rave", top / f"{kind}.ts", "--out_path", top / f"{kind}_db", *more)
    return top


@pytest.fixture(autouse=True)
def _here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(loop, "write_report", lambda *_: None)  # it takes a while


def train(name: str, kind: str, *words: object) -> str:
    """Trains a few steps and exports; returns the file."""
    run_name = f"{name}_{kind}"
    line = ["train", "--config", name, "--db_path", f"{kind}_db", "--name", run_name, "--batch_size", 2]
    line += [*each("--override", SMALL.split()), "--max_steps", 3, "--val_every", 100, "--gpu", -1, "--noprogress"]
    run(msprior_cli, *line, *words)
    said = run(msprior_cli, "export", "--run", f"runs/{run_name}", *(["--continuous"] if kind == "latents" else []))
    assert f"runs/{run_name}/{run_name}.ts" in said
    return f"runs/{run_name}/{run_name}.ts"


def dream(file: str, seed: int, frames: int = 48) -> np.ndarray:
    host = Host(file)
    host.set("listen", False)
    host.set("seed", seed)
    method = host.methods["forward"]
    return host.render(np.zeros((method.in_channels, frames * method.in_ratio), np.float32))[:, :: method.out_ratio]


@pytest.mark.parametrize("name", NAMES)
def test_every_configuration_plays(name):
    file = train(name, "latents")
    method = Host(file).methods["forward"]
    assert (method.in_ratio, method.out_ratio) == (RATIO, RATIO)
    latents = [f"(signal) rave latent {i}" for i in range(1, 5)]
    assert method.output_labels == [*latents, "(signal) perplexity"]
    assert method.input_labels[:4] == latents
    assert method.input_labels[4:5] == ([f"(signal) {STEERED[name]}"] if name in STEERED else [])
    y = dream(file, seed=1)
    assert np.isfinite(y).all()
    assert (y[:-1].std(1) > 0.05).all()
    assert (y[-1] >= 1).all()
    assert (y[-1] <= 64).all()
    assert np.array_equal(dream(file, seed=1), y)
    assert not np.array_equal(dream(file, seed=2), y)


def test_codes_with_their_codebooks():
    file = train("recurrent", "codes", "--pretrained_embedding", "codes.ts")
    y = dream(file, seed=1)[:-1]
    assert np.array_equal(y, np.rint(y))
    assert set(np.unique(y)) <= set(range(16))
    assert all(len(np.unique(stream)) > 1 for stream in y)


@pytest.mark.parametrize("kind", ["latents", "codes"])
def test_one_instrument_and_a_sound(kind):
    file = train("decoder_only", kind)
    run(msprior_cli, "combine", "--prior", file, "--rave", f"{kind}_streaming.ts", "--name", f"both_{kind}")
    host = Host(f"both_{kind}.ts", "forward")
    assert set(host.methods) >= {"encode", "decode", "forward", "prior"}
    line = ["generate", "--model", f"both_{kind}.ts", "--prompt", "sounds/1.wav", "--seconds", 2, "--seed", 5]
    run(msprior_cli, *line, "--out", f"{kind}.wav", "--noprogress")
    sound, rate = soundfile.read(f"{kind}.wav")
    assert rate == RATE
    assert len(sound) == 6 * RATE
    assert np.isfinite(sound).all()
    assert sound[4 * RATE :].std() > 0


def test_a_part_of_the_data():
    run(msprior_cli, "compact", "--db", "latents_db", "--max_elm", 2)
    line = ["train", "--config", "small", "--db_path", "latents_db_compact", "--name", "part", "--batch_size", 2]
    said = run(msprior_cli, *line, "--max_steps", 1, "--gpu", -1, "--noprogress")
    assert "From the data: NUM_TOKENS=64, NUM_QUANTIZERS=4" in said
