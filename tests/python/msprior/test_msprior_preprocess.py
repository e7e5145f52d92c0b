"""From sounds to latents: what is kept of a recording, and the command."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from msprior_preprocessing import call, one_by_one, sound, write
from msprior_raves import RATE, RATIO, released_rave, tiny_rave

from nn_tilde.msprior import preprocess
from nn_tilde.msprior.data.latents import open_latents
from nn_tilde.msprior.data.metadata import read_metadata
from nn_tilde.msprior.data.pieces import Cutting
from nn_tilde.msprior.quantise import quantise
from nn_tilde.msprior.rave_file import RaveFile


@pytest.fixture
def here(monkeypatch):
    """No other processes, where those are not what is tested."""
    monkeypatch.setattr(preprocess, "run_work", one_by_one)


def test_pieces_cover_every_frame_once_with_context():
    for frames in (1, 5, 10, 11, 12, 37, 100):
        for piece, context in ((10, 0), (10, 2), (10, 4), (1, 0), (7, 3)):
            pieces = Cutting(piece, context).pieces(frames)
            assert [t for p in pieces for t in range(p.first, p.last)] == [*range(frames)]
            for p in pieces:
                assert p.stop - p.start == min(piece, frames)
                assert p.first - p.start >= (context if p.start else 0)
                assert p.stop - p.last >= (context if p.stop < frames else 0)


@pytest.mark.parametrize(("overlap", "context"), [(0, 0), (0.25, 12), (0.95, 47)])
def test_the_overlap_is_what_neighbours_share(overlap, context):
    assert Cutting.of(100 * RATIO / RATE, overlap, RATE, RATIO) == Cutting(100, context)
    assert Cutting.of(0.001, 0.95, RATE, RATIO) == Cutting(1, 0)


@pytest.mark.parametrize(
    ("kind", "streaming"), [("plain", False), ("plain", True), ("discrete", False), ("stereo", False)]
)
def test_pieces_have_no_seams(here, tmp_path, kind, streaming):
    rave = tiny_rave(tmp_path, kind, streaming)
    x = sound(5.01, channels=2 if kind == "stereo" else 1)
    write(tmp_path / "audio" / "a.wav", x)
    call(
        "--rave", rave, "--audio", tmp_path / "audio", "--out_path", tmp_path / "db", "--num_secs", 1, "--overlap", 0.5
    )
    latents = open_latents(tmp_path / "db")
    frames = -(-x.shape[1] // RATIO)
    assert latents.lengths.tolist() == [frames]
    tokens = latents.tokens(0, 0, frames)
    whole = np.pad(x, ((0, 0), (0, frames * RATIO - x.shape[1])))
    z = RaveFile.open(rave).encode(torch.from_numpy(whole)[None])[0].T
    if kind == "discrete":
        assert (tokens == z.numpy()).mean() > 0.99  # two codes may be equally near, within rounding
        return
    # Classes differ only where a latent lies within rounding of the border between two.
    lower, upper = quantise(z - 1e-3, 64).numpy(), quantise(z + 1e-3, 64).numpy()
    assert ((lower <= tokens) & (tokens <= upper)).all()
    assert len(np.unique(tokens)) > 10


def test_without_context_there_would_be_seams(here, tmp_path):
    rave = tiny_rave(tmp_path, "plain")
    write(tmp_path / "audio" / "a.wav", sound(5))
    for overlap in (0, 0.5):
        out = tmp_path / str(overlap)
        call("--rave", rave, "--audio", tmp_path / "audio", "--out_path", out, "--num_secs", 1, "--overlap", overlap)
    a, b = (open_latents(tmp_path / name) for name in ("0", "0.5"))
    assert not np.array_equal(a.tokens(0, 0, 300), b.tokens(0, 0, 300))


def test_short_files_and_tails_are_kept(here, tmp_path):
    rave = released_rave(tmp_path)
    lengths = {"a.wav": 1, "b.wav": RATIO, "c.wav": RATIO + 1, "d.wav": 100 * RATIO + 7}
    for name, samples in lengths.items():
        write(tmp_path / "audio" / name, np.full((1, samples), 0.25, np.float32))
    said = call("--rave", rave, "--audio", tmp_path / "audio", "--out_path", tmp_path / "db", "--num_secs", 0.5)
    latents = open_latents(tmp_path / "db")
    assert latents.lengths.tolist() == [1, 1, 2, 101]
    assert latents.tokens(3, 0, 101).tolist() == [[16] * 3] * 100 + [[0] * 3]  # 7 of 128 samples: half a class
    assert latents.tokens(2, 0, 1).tolist() == [[16] * 3]
    about = latents.about
    assert (about.sampling_rate, about.ratio, about.quantizers) == (RATE, RATIO, 3)
    assert (about.num_tokens, about.levels, about.continuous) == (32, 32, False)
    assert about.rave == tmp_path / "db" / "released.ts"
    assert about.rave.read_bytes() == rave.read_bytes()
    assert said.splitlines()[:2] == ["chunks of 0.51 seconds", f"4 files found in '{tmp_path / 'audio'}'"]
    assert (
        said.splitlines()[2]
        == f"'{tmp_path / 'db'}': 4 recordings, dataset length: 0:00:02, 105 × 3 latents of 32 classes"
    )
    assert read_metadata(tmp_path / "db").complete
    assert not (tmp_path / "db" / "parts").exists()


def test_a_mono_rave_hears_the_mean_and_a_stereo_one_each_channel(here, tmp_path):
    left = np.full((1, 10 * RATIO), 0.5, np.float32)
    write(tmp_path / "audio" / "a.wav", np.concatenate([left, 0 * left]))
    call("--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "mono")
    assert open_latents(tmp_path / "mono").tokens(0, 0, 10).tolist() == [[16] * 3] * 10
    x = sound(2, channels=2)
    write(tmp_path / "two" / "both.wav", x)
    write(tmp_path / "two" / "mono.wav", x[:1])
    write(tmp_path / "two" / "same.wav", x[[0, 0]])
    write(tmp_path / "two" / "three.wav", np.concatenate([x, x[:1]]))
    call("--rave", tiny_rave(tmp_path, "stereo"), "--audio", tmp_path / "two", "--out_path", tmp_path / "stereo")
    latents = open_latents(tmp_path / "stereo")
    both, mono, same, three = (latents.tokens(i, 0, 125) for i in range(4))
    assert np.array_equal(mono, same)
    assert np.array_equal(both, three)
    assert not np.array_equal(both, mono)


def test_other_rates_are_converted(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", np.full((1, 44100), 0.25, np.float32), 44100)
    call("--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db")
    latents = open_latents(tmp_path / "db")
    assert latents.lengths.tolist() == [63]
    assert latents.tokens(0, 10, 40).tolist() == [[16] * 3] * 40


def test_pieces_are_normalised_by_30_db_at_most_and_silence_is_left(here, tmp_path):
    for name, level in (("a", 0.25), ("b", 0.01), ("c", 0), ("d", 2.0)):
        write(tmp_path / "audio" / f"{name}.wav", np.full((1, 4 * RATIO), level, np.float32))
    rave = released_rave(tmp_path)
    call("--rave", rave, "--audio", tmp_path / "audio", "--out_path", tmp_path / "db", "--normalize")
    latents = open_latents(tmp_path / "db")
    assert [int(latents.tokens(i, 1, 1)[0, 0]) for i in range(4)] == [31, 20, 0, 31]


def test_leading_silence_is_left_out(here, tmp_path):
    x = np.full((1, 10 * RATIO), 0.25, np.float32)
    x[:, : 6 * RATIO] = 1e-3
    write(tmp_path / "audio" / "a.wav", x)
    write(tmp_path / "audio" / "b.wav", x[:, :RATIO])
    words = ["--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--silence_threshold", 40]
    said = call(*words, "--out_path", tmp_path / "db")
    assert "b.wav': it holds nothing louder than -40 dB" in said
    latents = open_latents(tmp_path / "db")
    assert latents.lengths.tolist() == [4]
    assert latents.tokens(0, 0, 4).tolist() == [[16] * 3] * 4


def test_continuous_latents_are_quantised(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(2))
    words = ["--rave", tiny_rave(tmp_path, "plain"), "--audio", tmp_path / "audio"]
    call(*words, "--out_path", tmp_path / "db", "--resolution", 16)
    about = open_latents(tmp_path / "db").about
    assert (about.num_tokens, about.levels, about.continuous) == (16, 16, True)
    assert open_latents(tmp_path / "db").tokens(0, 0, 125).max() < 16


def test_a_file_that_takes_no_batches(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(4))
    for name, batches in (("a", True), ("b", False)):
        rave = released_rave(tmp_path, f"{name}.ts", batches=batches)
        call("--rave", rave, "--audio", tmp_path / "audio", "--out_path", tmp_path / name, "--num_secs", 0.5)
    assert (tmp_path / "a" / "tokens.i16").read_bytes() == (tmp_path / "b" / "tokens.i16").read_bytes()


# The command.


def test_no_python_later_than_ours_is_needed(here, tmp_path, monkeypatch):
    monkeypatch.delattr(hashlib, "file_digest", raising=False)  # of 3.11
    write(tmp_path / "audio" / "a.wav", sound(1))
    call("--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db")


def test_old_scripts_run(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(1))
    call(
        *("--rave", released_rave(tmp_path), f"--audio={tmp_path / 'audio'}", f"--out_path={tmp_path / 'db'}"),
        *("--num_secs=16", "--num_tokens=1024", "--batch_size=8", "--db_size=10", "--dyndb=true", "--normalize=false"),
    )


def test_help_is_complete_and_imports_no_torch():
    code = "import sys; from nn_tilde.msprior.cli.preprocess import command as c\n"
    code += "try: c(['--help'])\nexcept SystemExit: print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.endswith("False\n")
    for flag in ("rave", "audio", "out_path", "num_secs", "num_tokens", "batch_size", "preprocessor", "gpu", "db_size"):
        assert f"--{flag} " in said
    for flag in ("dyndb", "normalize", "semantic", "progress"):
        assert f"--{flag} / --no{flag}" in said
    for flag in ("silence_threshold", "resolution", "overlap", "processes", "semantic_steps", "semantic_model"):
        assert f"--{flag} " in said
