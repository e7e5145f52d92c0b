"""From sounds to latents."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner
from msprior_raves import RATE, RATIO, released_rave, tiny_rave

from nn_tilde.audio.workers import do_work
from nn_tilde.msprior import preprocess
from nn_tilde.msprior.cli import cli
from nn_tilde.msprior.data.latents import open_latents
from nn_tilde.msprior.data.metadata import read_index, read_metadata
from nn_tilde.msprior.data.pieces import Cutting
from nn_tilde.msprior.quantise import quantise
from nn_tilde.msprior.rave_file import RaveFile

PROGRAM = [sys.executable, "-c", "from nn_tilde.msprior.cli import main; main()"]


def sound(seconds, channels=1, seed=0, level=0.5):
    random = np.random.default_rng(seed)
    samples = round(seconds * RATE)
    envelope = np.interp(np.arange(samples), np.linspace(0, samples, 20), random.uniform(0, 1, 20))
    return (level * envelope * random.uniform(-1, 1, (channels, samples))).astype(np.float32)


def write(path, x, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x.T, rate, subtype="FLOAT")
    return path


def one_by_one(work, jobs, processes):
    for number, job in enumerate(jobs):
        yield do_work(work, job, number, lambda fraction, seconds: None)


@pytest.fixture
def here(monkeypatch):
    """No other processes, where those are not what is tested."""
    monkeypatch.setattr(preprocess, "run_work", one_by_one)


def call(*words, code=0):
    done = CliRunner().invoke(cli, ["preprocess", "--noprogress", "--gpu", "-1", *(str(word) for word in words)])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What is kept of a recording.


def test_pieces_cover_every_frame_once_with_context():
    for frames in (1, 5, 10, 11, 12, 37, 100):
        for piece, context in ((10, 0), (10, 2), (10, 4), (1, 0), (7, 3)):
            pieces = Cutting(piece, context).pieces(frames)
            assert [t for p in pieces for t in range(p.first, p.last)] == [*range(frames)]
            for p in pieces:
                assert p.stop - p.start == min(piece, frames)
                assert p.start in (0, p.start)
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


# What is stored besides.


def test_descriptors_are_stored_beside_the_latents(here, tmp_path, monkeypatch):
    (tmp_path / "own_descriptors_of_a_test.py").write_text(
        """
import numpy as np
from nn_tilde.msprior.descriptors import Descriptor, register

@register
class Peak(Descriptor):
    name = "peak"
    def example(self, audio, path):
        return np.abs(audio[: len(audio) // 64 * 64]).reshape(-1, 64).max(1)

@register
class Place(Descriptor):
    name, resample, ratio, dtype, num_tokens, context = "place", False, 4, np.int32, 9, 300
    def example(self, audio, path):
        return np.round(audio[::512] * 8)

@register
class Title(Descriptor):
    name, mode, dtype = "title", "static", str
    def example(self, audio, path):
        return path.rpartition("/")[2]

@register
class Length(Descriptor):
    name, mode = "length", "static"
    def example(self, audio, path):
        return [len(audio), 1.0]
"""
    )
    monkeypatch.chdir(tmp_path)
    x = np.repeat(np.arange(50) % 8 / 8, 4 * RATIO).astype(np.float32)[None, : 199 * RATIO]
    write(tmp_path / "audio" / "a.wav", x[:, : 2 * RATIO])
    write(tmp_path / "audio" / "b.wav", x)
    words = ["--rave", released_rave(tmp_path), "--audio", "audio", "--out_path", "db", "--num_secs", 0.5]
    call(*words, "--preprocessor", "own_descriptors_of_a_test")
    latents = open_latents("db")
    keys = latents.about.keys
    assert {name: (key.width, key.ratio, key.kind, key.num_tokens) for name, key in keys.items()} == {
        "peak": (1, 1, "features", 0),
        "place": (1, 4, "tokens", 9),
        "length": (2, 1, "features", 0),
    }
    assert np.allclose(latents.values("peak", 1, 0, 199)[:, 0], x[0, ::RATIO])
    places = latents.values("place", 1, 0, 1000)
    assert places.dtype == np.int32
    assert places[:, 0].tolist() == [i % 8 for i in range(50)]
    assert latents.values("place", 0, 0, 5).tolist() == [[0]]
    assert latents.values("length", 1, 7, 2).tolist() == [[199 * RATIO, 1.0]] * 2
    assert [each.labels for each in read_index(Path("db"))] == [{"title": "a.wav"}, {"title": "b.wav"}]
    said = call(*words, code=1)
    assert "descriptors is length peak place title, not none; choose another output path." in said
    assert "1 recording" not in call(*words, "--preprocessor", "own_descriptors_of_a_test")


def test_semantic_features_are_a_quarter_as_many(here, tmp_path):
    for i in range(2):
        write(tmp_path / "audio" / f"{i}.wav", sound(3, seed=i))
    words = ["--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db"]
    call(*words, "--semantic", "--semantic_steps", 2, "--num_secs", 1)
    latents = open_latents(tmp_path / "db")
    indices, features = latents.about.keys["semantic_indices"], latents.about.keys["semantic_features"]
    assert (indices.kind, indices.width, indices.ratio) == ("tokens", 1, 4)
    assert (features.kind, features.ratio) == ("features", 4)
    assert latents.values("semantic_features", 1, 0, 999).shape == (47, features.width)
    assert latents.values("semantic_indices", 1, 0, 999).max() < indices.num_tokens
    # Where pieces meet makes no difference.
    call(*words[:-1], tmp_path / "whole", "--semantic_model", tmp_path / "db" / "semantic.ts", "--num_secs", 60)
    whole = open_latents(tmp_path / "whole").values("semantic_features", 1, 0, 999)
    np.testing.assert_allclose(latents.values("semantic_features", 1, 0, 999), whole, rtol=0, atol=1e-3)


# Going on.


def test_new_files_are_added_and_old_ones_not_done_again(here, tmp_path):
    rave, audio, out = tiny_rave(tmp_path, "continuous"), tmp_path / "audio", tmp_path / "db"
    write(audio / "b.wav", sound(1, seed=1))
    call("--rave", rave, "--audio", audio, "--out_path", out)
    before = (out / "tokens.i16").read_bytes()
    write(audio / "a.wav", sound(1, seed=2))
    write(audio / "b.wav", sound(2, seed=3))
    said = call("--rave", rave, "--audio", audio, "--out_path", out)
    assert "1 file changed since added and not read again." in said
    assert "2 recordings" in said
    assert (out / "tokens.i16").read_bytes()[: len(before)] == before
    assert [Path(each.path).name for each in read_index(out)] == ["b.wav", "a.wav"]


def test_killed_and_called_again_it_is_as_if_nothing_had_happened(tmp_path, monkeypatch):
    rave, audio, killed = tiny_rave(tmp_path, "continuous"), tmp_path / "audio", tmp_path / "killed"
    for i in range(12):
        write(audio / f"{i:02}.wav", sound(6 + i % 3, seed=i))
    words = ["--rave", rave, "--audio", audio, "--num_secs", 1]
    line = [*PROGRAM, "preprocess", "--noprogress", "--gpu", "-1", *map(str, [*words, "--out_path", killed])]
    work = subprocess.Popen(line, env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 120
    while work.poll() is None and time.monotonic() < deadline and not read_index(killed):
        time.sleep(0.005)
    work.kill()
    work.wait(60)
    assert read_index(killed)
    for name, rest in (("index.jsonl", b'{"path": "/torn'), ("tokens.i16", b"rest")):
        (killed / name).write_bytes((killed / name).read_bytes() + rest)
    monkeypatch.setattr(preprocess, "run_work", one_by_one)
    call(*words, "--out_path", killed)
    call(*words, "--out_path", tmp_path / "whole")
    found = content(killed)
    assert found == content(tmp_path / "whole")
    assert set(found) == {"continuous.ts", "index.jsonl", "metadata.yaml", "tokens.i16"}


def test_the_result_does_not_depend_on_the_number_of_processes(here, tmp_path, monkeypatch):
    rave, audio = released_rave(tmp_path), tmp_path / "audio"
    for i in range(4):
        write(audio / f"{i}.wav", sound(1 + i, seed=i))
    call("--rave", rave, "--audio", audio, "--out_path", tmp_path / "one")

    def backwards(work, jobs, processes):
        for number, job in reversed([*enumerate(jobs)]):
            yield do_work(work, job, number, lambda fraction, seconds: None)

    monkeypatch.setattr(preprocess, "run_work", backwards)
    call("--rave", rave, "--audio", audio, "--out_path", tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


# What goes wrong.


def test_files_that_cannot_be_read_are_named_and_left_out(here, tmp_path):
    write(tmp_path / "audio" / "good.wav", sound(1))
    (tmp_path / "audio" / "bad.wav").write_text("no sound")
    (tmp_path / "audio" / "empty.flac").touch()
    words = ["--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db"]
    said = call(*words)
    assert f"skipped '{tmp_path / 'audio' / 'empty.flac'}': it is empty" in said
    assert "bad.wav': it cannot be read" in said
    assert "1 recording," in said
    assert said.splitlines()[-1] == "2 files could not be read, and skipped"
    (tmp_path / "audio" / "good.wav").unlink()
    said = call(*words[:-1], tmp_path / "other", code=1)
    assert "None of the 2 files can be read; the first, " in said
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rave", "{none}.ts"], "There is no file '{none}.ts'."),
        (["--rave", "{audio}/a.wav"], "is no TorchScript file (.ts)."),
        (["--audio", "{none}"], "there is no such file or folder"),
        (["--audio", "{empty}"], "There is no audio file in '{empty}'"),
        (["--out_path", "{audio}/a.wav"], "is a file, not a folder."),
        (["--gpu", "99"], "There is no GPU 99; this machine has"),
        (["--preprocessor", "nonsense"], "nonsense"),
        (["--resolution", "1"], "1 is not in the range"),
        (["--overlap", "1"], "1.0 is not in the range"),
    ],
)
def test_options_are_refused_in_one_sentence(tmp_path, words, sentence):
    names = {"none": tmp_path / "none", "audio": tmp_path / "audio", "empty": tmp_path / "empty"}
    write(tmp_path / "audio" / "a.wav", sound(1))
    (tmp_path / "empty").mkdir()
    all_words = {"--rave": released_rave(tmp_path), "--audio": tmp_path / "audio", "--out_path": tmp_path / "db"}
    all_words |= {words[0]: words[1].format(**names)}
    line = ["preprocess", *(str(word) for pair in all_words.items() for word in pair)]
    done = CliRunner().invoke(cli, line)
    said = f"{done.output} {done.exception}"  # the program says OSErrors itself
    assert done.exit_code != 0
    assert sentence.format(**names) in said
    assert not (tmp_path / "db").exists()


def test_another_rave_or_other_settings_are_refused(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(1))
    words = ["--audio", tmp_path / "audio", "--out_path", tmp_path / "db", "--rave"]
    call(*words, released_rave(tmp_path))
    assert "made with another RAVE, 'released.ts'" in call(*words, tiny_rave(tmp_path, "discrete"), code=1)
    rave = tmp_path / "released.ts"
    for flags, sentence in (
        (["--normalize"], "whose normalize is False, not True; choose another output path."),
        (["--num_secs", 2], "whose num_secs is 16.0, not 2.0"),
        (["--preprocessor", "loudness"], "whose descriptors is none, not loudness"),
    ):
        assert sentence in call(*words, rave, *flags, code=1)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "data.mdb").touch()
    said = call("--audio", tmp_path / "audio", "--out_path", tmp_path / "foreign", "--rave", rave, code=1)
    assert "another program made" in said


def test_a_dataset_in_use_is_refused(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(1))
    with preprocess.alone(tmp_path / "db", "msprior preprocess"):
        said = call(
            *("--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db"), code=1
        )
    assert f"Another msprior preprocess is writing to '{tmp_path / 'db'}'." in said


# The command.


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
