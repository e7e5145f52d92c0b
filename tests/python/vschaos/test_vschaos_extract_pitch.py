"""`vschaos extract_pitch`: labels of pitch and octave, as files and as training reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from nn_tilde.audio.workers import do_work
from nn_tilde.vschaos import extract_pitch
from nn_tilde.vschaos.cli import cli
from nn_tilde.vschaos.data.metadata import read_task
from nn_tilde.vschaos.data.recordings import find_recordings
from nn_tilde.vschaos.data.tables import Names
from nn_tilde.vschaos.extract_pitch import Settings, extract

RATE = 22050
CLASSES = ["A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#"]


def tone(hertz, seconds=0.4):
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.2 * sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 6))


def noise(seconds=0.4):
    return np.random.default_rng(0).uniform(-0.2, 0.2, round(seconds * RATE))


def dataset(root, **sounds):
    """Write sounds [T] or [T, C]: deep__x_flac is data/deep/x.flac."""
    for name, samples in sounds.items():
        folder, _, file = name.rpartition("__")
        path = root / "data" / folder.replace("__", "/") / ".".join(file.rsplit("_", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, RATE)
    return root


def table(root, task="pitch"):
    """File → value."""
    lines = (root / "metadata" / task / "metadata.txt").read_text().splitlines()
    return dict(line.split("\t") for line in lines)


def labels(root, task="pitch"):
    """Name below data/ → labels in its track, without repetition."""
    found = {}
    for name, value in table(root, task).items():
        path = root / "metadata" / task / "tracks" / value
        lines = path.read_text().splitlines() if value != "none" else ["\tnone"]
        found[name.removeprefix("data/")] = [line.split("\t")[1] for line in lines]
    return found


def quick(*words, code=0):
    done = CliRunner().invoke(cli, ["extract_pitch", *map(str, words)])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output


@pytest.fixture(autouse=True)
def listened(monkeypatch):
    """Recordings measured so far, in this process."""
    names = []

    def run_work(work, jobs, processes):
        for number, job in enumerate(jobs):
            names.append(os.path.basename(job.audio))
            yield do_work(work, job, number, lambda fraction, seconds: None)

    monkeypatch.setattr(extract_pitch, "run_work", run_work)
    return names


def test_the_files(tmp_path):
    gap = np.concatenate([tone(220), np.zeros(RATE // 2), tone(130.81)])
    dataset(tmp_path, a_wav=gap, deep__er__b_flac=tone(440), hiss_wav=noise())
    assert quick(tmp_path).splitlines()[-1].startswith("3 recording(s) have labels, 1 without a pitch")
    for task, names in (("pitch", CLASSES), ("octave", map(str, range(9)))):
        folder = tmp_path / "metadata" / task
        text = (folder / "metadata.txt").read_bytes().decode()
        assert text == "data/a.wav\ta.txt\ndata/deep/er/b.flac\tdeep/er/b.txt\ndata/hiss.wav\tnone\n"
        assert (folder / "classes.txt").read_text().split("\n") == [*(f"{i}\t{n}" for i, n in enumerate(names)), ""]
    assert labels(tmp_path)["a.wav"] == ["0", "none", "3"]
    assert labels(tmp_path, "octave") == {"a.wav": ["3", "none", "3"], "deep/er/b.flac": ["4"], "hiss.wav": ["none"]}
    lines = (tmp_path / "metadata" / "pitch" / "tracks" / "a.txt").read_text().splitlines()
    edges = np.array([[float(edge) for edge in line.split("\t")[0].split(",")] for line in lines])
    np.testing.assert_array_equal(edges[1:, 0], edges[:-1, 1])
    np.testing.assert_allclose([edges[0, 0], *edges[:, 1]], [0, 0.4, 0.9, 1.3], atol=0.04)
    assert edges[-1, 1] == pytest.approx(1.3, abs=1e-3)
    assert not list((tmp_path / "metadata").rglob(".*"))


def test_training_reads_them(tmp_path):
    gap = np.concatenate([tone(220), np.zeros(RATE // 2), tone(523.25)])
    dataset(tmp_path, a_wav=gap, a_flac=tone(329.63), hiss_wav=noise())
    extract(tmp_path)
    names = [name for name, _ in find_recordings(tmp_path)]
    pitch, octave = (read_task(tmp_path, task, Names(tmp_path, names)) for task in ("pitch", "octave"))
    assert (pitch.classes, pitch.dim, octave.dim) == (tuple(CLASSES), 12, 9)
    times = np.array([0.2, 0.65, 1.1])
    assert pitch.at("data/a.wav", times).tolist() == [0, -1, 3]
    assert octave.at("data/a.wav", times).tolist() == [3, -1, 5]
    assert pitch.at("data/a.flac", times[:1]).tolist() == [7]
    assert pitch.at("data/hiss.wav", times).tolist() == octave.at("data/hiss.wav", times).tolist() == [-1, -1, -1]
    assert not pitch.notices


@pytest.mark.parametrize(
    ("note", "pitch", "octave", "old"),
    [(69, 0, 4, 5), (60, 3, 4, 4), (59, 2, 3, 4), (57, 0, 3, 4), (56, 11, 3, 3), (33, 0, 1, 2), (23, 2, 0, 1)],
)
def test_octaves_begin_at_c(note, pitch, octave, old):
    assert Settings().pitch(note) == Settings(octave_from="A").pitch(note) == pitch
    assert (Settings().octave(note), Settings(octave_from="A").octave(note)) == (octave, old)


def test_octaves_as_they_were(tmp_path):
    dataset(tmp_path, a_wav=tone(440), c_wav=tone(261.63))
    quick(tmp_path, "--octave_from=A")
    assert labels(tmp_path, "octave") == {"a.wav": ["5"], "c.wav": ["4"]}
    assert labels(tmp_path) == {"a.wav": ["0"], "c.wav": ["3"]}


def test_limits(tmp_path):
    """What is too high has no label; it is not that of an octave below."""
    dataset(tmp_path, high_wav=tone(1200), low_wav=tone(110))
    quick(tmp_path, "-c", "1e-2", "-l", 256, "--fmin", 150, "--fmax", 1000, "--batch_size", 256)
    assert table(tmp_path) == {"data/high.wav": "none", "data/low.wav": "none"}
    quick(tmp_path, "--fmin", 50, "--fmax", 2000, "--overwrite")
    assert {name: set(found) - {"none"} for name, found in labels(tmp_path, "octave").items()} == {
        "high.wav": {"6"},
        "low.wav": {"2"},
    }


def test_frames_that_are_not_sure(tmp_path):
    buried = np.concatenate([tone(220), tone(220) + 2 * noise()])
    loose = extract(dataset(tmp_path, a_wav=buried), Settings(threshold=0))
    assert not loose.unvoiced
    first = labels(tmp_path)["a.wav"]
    extract(tmp_path, Settings(threshold=0.9), overwrite=True)
    assert labels(tmp_path)["a.wav"] != first
    assert labels(tmp_path)["a.wav"][-1] == "none"


def test_channels_and_hum(tmp_path):
    """Channels may cancel each other, or be of noise; what is 60 dB below the rest is not listened to."""
    hum = np.concatenate([tone(440), 4e-4 * tone(110)])
    sounds = {"against_wav": np.stack([tone(330), -tone(330)], 1), "left_wav": np.stack([tone(330), noise()], 1)}
    sounds["right_wav"] = np.stack([noise(), tone(330)], 1)
    extract(dataset(tmp_path, hum_wav=hum, **sounds))
    found = labels(tmp_path)
    assert (found["against.wav"], found["hum.wav"]) == (["7"], ["0", "none"])
    assert found["left.wav"] == found["right.wav"] == ["7"]


def test_the_surer_channel(tmp_path):
    """Both have a pitch."""
    pair = [tone(330), tone(220) + noise()]
    extract(dataset(tmp_path, a_wav=np.stack(pair, 1), b_wav=np.stack(pair[::-1], 1)))
    assert labels(tmp_path) == {"a.wav": ["7"], "b.wav": ["7"]}


def test_recordings_of_one_name(tmp_path):
    names = ["data/x.wav", "data/x.flac", "data/deep/x.wav", "data/deep/X.wav", "y.wav"]
    assert list(extract_pitch._track_names(names).values()) == [
        *("x.wav.txt", "x.flac.txt", "deep/x.wav.txt", "deep/X.wav.txt", "y.txt"),
    ]
    names = ["data/x.wav", "data/x.flac", "data/x.wav.aif"]
    assert len(set(extract_pitch._track_names(names).values())) == 3


def test_going_on(tmp_path, listened, monkeypatch):
    root = dataset(tmp_path, a_wav=tone(220), b_wav=tone(247), c_wav=tone(330))
    write = extract_pitch._write

    def dying(path, lines):
        if path.name == "b.txt" and "pitch" in str(path):
            raise KeyboardInterrupt
        write(path, lines)

    monkeypatch.setattr(extract_pitch, "_write", dying)
    with pytest.raises(KeyboardInterrupt):
        extract(root)
    assert not (root / "metadata" / "pitch" / "metadata.txt").exists()
    monkeypatch.setattr(extract_pitch, "_write", write)
    seen = []
    outcome = extract(root, watch=lambda done, total: seen.append((done, total)))
    assert listened == ["a.wav", "b.wav", "b.wav", "c.wav"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (outcome.recordings, outcome.kept) == (3, 1)
    assert labels(root) == {"a.wav": ["0"], "b.wav": ["2"], "c.wav": ["7"]}

    hand = root / "metadata" / "pitch" / "tracks" / "a.txt"
    hand.write_text("0.0,0.4\t5\n")
    dataset(root, b_wav=tone(294), d_wav=tone(220))
    later = os.stat(hand).st_mtime + 10
    os.utime(root / "data" / "b.wav", (later, later))  # changed since
    listened.clear()
    extract(root)
    assert listened == ["b.wav", "d.wav"]
    assert labels(root) == {"a.wav": ["5"], "b.wav": ["5"], "c.wav": ["7"], "d.wav": ["0"]}


def test_what_is_there_is_not_lost(tmp_path, listened):
    root = dataset(tmp_path, a_wav=tone(220))
    mine = root / "metadata" / "octave" / "metadata.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("data/a.wav\t7\n")
    assert "was not made by extract_pitch; --overwrite" in quick(root, code=1)
    assert mine.read_text() == "data/a.wav\t7\n"
    quick(root, "--overwrite")
    assert labels(root, "octave") == {"a.wav": ["3"]}
    assert "made with hop_length 256, not 512; --overwrite" in quick(root, "-l", 512, code=1)
    assert "made with octave_from C, not A" in quick(root, "--octave_from", "A", code=1)
    assert listened == ["a.wav"]
    quick(root, "-l", 512, "--overwrite")
    assert json.loads((root / "metadata" / "pitch" / "extract_pitch.json").read_text())["hop_length"] == 512
    assert listened == ["a.wav", "a.wav"]
    (root / "metadata" / "pitch" / "extract_pitch.json").write_text("{")
    assert "is damaged" in quick(root, code=1)


def test_files_that_cannot_be_used(tmp_path):
    root = dataset(tmp_path, a_wav=tone(220), empty_wav=np.zeros(0))
    (root / "data" / "broken.wav").write_bytes(b"no sound")
    (root / "data" / "a\tb.wav").write_bytes((root / "data" / "a.wav").read_bytes())
    said = quick(root, code=1)
    for sentence in (
        "empty.wav' holds no sound",
        "broken.wav' cannot be read",
        "has a name that a table cannot hold",
        "3 of 4 files could not be used",
    ):
        assert sentence in said
    assert table(root) == {"data/a.wav": "a.txt"}


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("none",), "There is no folder", 1),
        (("empty",), "There is no audio file", 1),
        (("broken",), "None of the 1 recordings can be used: ", 1),
        (("broken", "--fmin", 300, "--fmax", 200), "must be below --fmax", 1),
        (("broken", "--fmin", 3), "--fmin", 2),
        (("broken", "--hop_length", 0), "--hop_length", 2),
        ((), "FOLDER", 2),
    ],
)
def test_what_cannot_be_done(tmp_path, monkeypatch, words, sentence, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty" / "data").mkdir(parents=True)
    (tmp_path / "broken" / "data").mkdir(parents=True)
    (tmp_path / "broken" / "data" / "x.wav").write_bytes(b"no sound")
    assert sentence in quick(*words, code=code)
    assert not list(tmp_path.rglob("metadata.txt"))


def test_a_folder_that_cannot_be_written_to(tmp_path):
    root = dataset(tmp_path, a_wav=tone(220))
    (root / "metadata").write_text("a file")
    assert "cannot be written to" in quick(root, code=1)


def test_as_a_user_does(tmp_path):
    """With its processes, and as a program."""
    root = dataset(tmp_path, a_wav=tone(220), b_wav=tone(247))
    (root / "data" / "broken.wav").write_bytes(b"no sound")
    code = "from nn_tilde.vschaos.cli import main\nif __name__ == '__main__': main()"
    line = [sys.executable, "-c", code, "extract_pitch", str(root), "--workers", "2"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "broken.wav' cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.split() == [f"{root}/metadata/{task}/metadata.txt" for task in ("octave", "pitch")]
    assert labels(root) == {"a.wav": ["0"], "b.wav": ["2"]}


def test_help_needs_no_torch():
    code = (
        "import sys; from nn_tilde.vschaos.cli import cli\n"
        "for words in (['--help'], ['extract_pitch', '--help']):\n"
        "    cli(words, standalone_mode=False)\n"
        "assert not {'torch', 'lightning', 'numpy', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_listening_needs_no_torch():
    code = "import sys, nn_tilde.vschaos.extract_pitch; assert not {'torch', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
