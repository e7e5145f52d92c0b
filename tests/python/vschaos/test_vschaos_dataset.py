"""Recordings, their channels and lengths; splits."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from vschaos_recordings import RATE, dataset, ramp, task

from nn_tilde.audio import AudioError
from nn_tilde.audio.metadata import DatasetError
from nn_tilde.vschaos.data import Dataset, Form, Piece, Split
from nn_tilde.vschaos.data.recordings import read_recording
from nn_tilde.vschaos.data.splits import draw_split, split_in


def names(found):
    return [recording.name for recording in found.recordings]


# Recordings ----------------------------------------------------------------------------------------------------------


def test_what_there_is(tmp_path):
    files = ("data/b.wav", "data/deep/er/a.WAV", "data/c.flac", "data/.hidden.wav", "elsewhere.wav")
    dataset(tmp_path, {file: ramp(2) for file in files if not file.endswith("WAV")})
    (tmp_path / "data/deep/er").mkdir(parents=True)
    (tmp_path / "data/b.wav").rename(tmp_path / "data/deep/er/a.WAV")
    dataset(tmp_path, {"data/b.wav": ramp(2)})
    (tmp_path / "data" / "notes.txt").write_text("no sound")
    assert names(Dataset.open(tmp_path, RATE)) == ["data/b.wav", "data/c.flac", "data/deep/er/a.WAV"]
    assert names(Dataset.open(tmp_path / "data", RATE)) == ["b.wav", "c.flac", "deep/er/a.WAV"]  # a plain folder


def test_a_root_that_is_relative_or_a_link(tmp_path, monkeypatch):
    dataset(tmp_path / "set", {"data/a.wav": ramp(2)})
    task(tmp_path / "set", "t", f"{tmp_path}/link/data/a.wav\t1\n")
    (tmp_path / "link").symlink_to(tmp_path / "set", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    for root in ("set/../link", "link"):
        found = Dataset.open(root, RATE, tasks=["t"])
        assert names(found) == ["data/a.wav"]
        assert found.tasks["t"].values == {"data/a.wav": 1}


@pytest.mark.parametrize("of_file", [1, 2, 3])
@pytest.mark.parametrize("channels", [1, 2])
def test_channels(tmp_path, of_file, channels):
    x = ramp(5, channels=of_file)
    dataset(tmp_path, {"data/a.wav": x})
    found = Dataset.open(tmp_path, RATE, channels)
    read = read_recording(found.recordings[0].path, found.form)
    expected = x.mean(axis=0, keepdims=True) if channels == 1 else x[[0, min(1, of_file - 1)]]
    np.testing.assert_allclose(read, expected, atol=1e-7)
    assert read.dtype == np.float32
    said = "\n".join(found.notices)
    assert ("mixed to one channel" in said) == (channels == 1 and of_file > 1)
    assert ("cut to 2 channels" in said) == (channels == 2 and of_file == 3)
    assert ("repeated to 2 channels" in said) == (channels == 2 and of_file == 1)


def test_another_rate_is_converted_and_told(tmp_path):
    dataset(tmp_path, {"data/a.wav": np.sin(np.arange(2000) * 0.1)[None].astype(np.float32)}, 2000)
    dataset(tmp_path, {"data/b.wav": ramp(5)})
    found = Dataset.open(tmp_path, RATE)
    assert found.notices == ("1 of 2 recordings is converted to 1000 Hz ('data/a.wav' from 2000 Hz).",)
    x = read_recording(found.recordings[0].path, found.form)
    assert x.shape == (1, 1000)
    np.testing.assert_allclose(x[0, 100:900], np.sin(np.arange(2000) * 0.1)[::2][100:900], atol=1e-2)


@pytest.mark.parametrize(
    ("options", "length"),
    [
        ({}, 50),
        ({"min_length": 30}, 50),
        ({"min_length": 70}, 70),
        ({"target_length": 20}, 20),
        ({"target_length": 70}, 70),
    ],
)
def test_lengths(tmp_path, options, length):
    x = ramp(5)
    dataset(tmp_path, {"data/a.wav": x})
    found = Dataset.open(tmp_path, RATE, **options)
    read = read_recording(found.recordings[0].path, found.form)
    np.testing.assert_array_equal(read, np.pad(x, ((0, 0), (0, 20)))[:, :length])
    assert any("padded with silence to 70 samples (0.07 s) ('data/a.wav')" in each for each in found.notices) == (
        length == 70
    )


@pytest.mark.parametrize("option", ["sample_rate", "channels", "min_length", "target_length"])
def test_forms_that_cannot_be(option):
    with pytest.raises(ValueError, match=f"{option} must be at least"):
        Form(**{option: -1})


@pytest.mark.parametrize(
    ("n_files", "kept"), [(1, [0]), (3, [0, 2, 4]), (7, range(7)), (99, range(7)), (None, range(7))]
)
def test_some_files(tmp_path, n_files, kept):
    files = [f"data/{i}.wav" for i in range(7)]
    dataset(tmp_path, {file: ramp(2) for file in files})
    task(tmp_path, "t", "".join(f"{file}\t{i}\n" for i, file in enumerate(files)))
    found = Dataset.open(tmp_path, RATE, tasks=["t"], n_files=n_files)
    assert names(found) == [files[i] for i in kept]
    assert found.tasks["t"].dim == 7  # whatever the files: a network of it fits the whole dataset
    with pytest.raises(ValueError, match="n_files must be at least 1, not 0"):
        Dataset.open(tmp_path, RATE, n_files=0)


def test_files_that_cannot_be_read(tmp_path):
    dataset(tmp_path, {"data/a.wav": ramp(2), "data/empty.wav": np.zeros((1, 0), np.float32)})
    (tmp_path / "data" / "bad.wav").write_bytes(b"no sound")
    seen = []
    found = Dataset.open(tmp_path, RATE, watch=lambda done, total: seen.append((done, total)))
    assert names(found) == ["data/a.wav"]
    assert [notice.split("'")[0] for notice in found.notices] == ["Left out: "] * 2
    assert "bad.wav' cannot be read (" in found.notices[0]
    assert found.notices[1].endswith("empty.wav' holds no sound.")
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    with pytest.raises(AudioError, match=r"empty\.wav' holds no sound"):
        read_recording(tmp_path / "data" / "empty.wav", found.form)
    (tmp_path / "data" / "a.wav").unlink()
    with pytest.raises(DatasetError, match=r"^None of the 2 recordings can be read: '.*bad\.wav' cannot be read"):
        Dataset.open(tmp_path, RATE)


def test_no_files(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(DatasetError, match=r"^There is no audio file in '.*data'\.$"):
        Dataset.open(tmp_path)
    with pytest.raises(DatasetError, match=r"^There is no folder '.*nowhere'\.$"):
        Dataset.open(tmp_path / "nowhere")


def test_tasks_that_are_asked_for(tmp_path):
    dataset(tmp_path, {f"data/{i}.wav": ramp(2) for i in range(3)})
    task(tmp_path, "b", "data/0.wav\t0\ndata/1.wav\tx\n", x="0,1\tnone\n")
    task(tmp_path, "a", "data/0.wav\t1\ndata/1.wav\t1\ndata/2.wav\t1\n")
    task(tmp_path, "broken", "data/0.wav\t1\t2\t3\n")
    callbacks = {"a": {"name": "read_single_metadata", "type": "float"}, "absent": {"name": "nonsense"}}
    found = Dataset.open(tmp_path, RATE, tasks=["b", "a", "b"], callbacks=callbacks)
    assert list(found.tasks) == ["b", "a"]
    assert found.tasks["a"].kind == "continuous"
    assert found.notices == ("2 of 3 recordings have no label of 'b' (the first is 'data/1.wav').",)
    assert not Dataset.open(tmp_path, RATE).tasks
    with pytest.raises(DatasetError, match="there are 4 fields"):
        Dataset.open(tmp_path, RATE, tasks=None)  # all
    with pytest.raises(DatasetError, match=r"there is no task 'c' \(tasks: a, b, broken\)"):
        Dataset.open(tmp_path, RATE, tasks=["c"])


def test_it_needs_no_torch():
    said = "import sys, nn_tilde.vschaos.data as d; d.Dataset; d.Frames; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# Splits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "fractions", "sizes"),
    [
        (5, (0.8, 0.2, 0), (4, 1, 0)),
        (9, (0.8, 0.2, 0), (8, 1, 0)),  # what is left over trains
        (10, (0.8, 0.1, 0.1), (8, 1, 1)),
        (100, (0.8, 0.2, 0), (80, 20, 0)),
        (3, (1, 0, 0), (3, 0, 0)),
        (100, (0.71, 0.29, 0), (71, 29, 0)),  # 100 · 0.29 is a little less
    ],
)
def test_whole_files(count, fractions, sizes):
    files = [f"{i:03}.wav" for i in range(count)]
    split = draw_split(files, 3, fractions)
    assert tuple(map(len, (split.train, split.valid, split.test))) == sizes
    assert sorted(piece.name for part in (split.train, split.valid, split.test) for piece in part) == files
    assert {piece[1:] for piece in (*split.train, *split.valid)} == {(0.0, 1.0)}


def test_splits_are_of_the_seed_alone():
    files = [f"{i}.wav" for i in range(20)]
    assert draw_split(files, 1) == draw_split(files[::-1], 1)
    assert draw_split(files, 1).valid != draw_split(files, 2).valid
    assert {piece.name for piece in draw_split(files, 1).valid} != {
        piece.name for piece in map(Piece, sorted(files)[:4])
    }


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_files_validate_by_their_ends(count):
    files = [f"{i}.wav" for i in range(count)]
    split = draw_split(files, 0)
    assert split.train == tuple(Piece(file, 0, 0.8) for file in files)
    assert split.valid == tuple(Piece(file, 0.8, 1) for file in files)
    assert split.test == ()
    split = draw_split(files, 0, (0.6, 0.2, 0.2))
    assert split.valid[0] == (files[0], 0.6, 0.8)
    assert split.test[0] == (files[0], 0.8, 1)


@pytest.mark.parametrize("frames", [1, 2, 3, 10, 999])
def test_pieces_share_no_frame(frames):
    train, valid = Piece("a", 0, 0.8).frames(frames), Piece("a", 0.8, 1).frames(frames)
    assert train[0] == 0
    assert train[1] == valid[0]
    assert valid[1] == frames
    assert train[1] > 0
    assert valid[1] > valid[0] or frames == 1


@pytest.mark.parametrize("fractions", [(0, 1, 0), (0.8, 0.1, 0), (1.1, -0.1, 0)])
def test_fractions_that_are_none(fractions):
    with pytest.raises(ValueError, match="fractions that sum up to 1"):
        draw_split(["a"], 0, fractions)


def test_a_split_is_kept(tmp_path):
    files = [f"{i}.wav" for i in range(20)]
    folder = tmp_path / "run"
    first = split_in(folder, files, 1)
    assert not first.notices
    assert split_in(folder, files, 1) == first
    assert not split_in(folder, files, 1).notices
    other = split_in(folder, files, 2)
    assert other == first
    assert "drawn with the seed 1 and is kept" in other.notices[0]
    assert [path.name for path in folder.iterdir()] == ["split.json"]


def test_a_kept_split_of_other_files(tmp_path):
    files = [f"{i}.wav" for i in range(20)]
    first = split_in(tmp_path, files, 1)
    gone, kept = first.valid[0].name, first.valid[1:]
    later = split_in(tmp_path, [*(file for file in files if file != gone), "new.wav"], 1)
    assert later.valid == kept
    assert later.train == (*first.train, Piece("new.wav"))
    assert "1 recording(s) of" in later.notices[0]
    assert f"as '{gone}'" in later.notices[0]
    assert "train, as 'new.wav'" in later.notices[1]
    lonely = split_in(tmp_path, [first.train[0].name], 1)  # which leaves none to validate with
    assert lonely.valid == (Piece(first.train[0].name, 0.8, 1),)
    assert "is of other recordings, and was replaced" in lonely.notices[0]
    assert split_in(tmp_path, [first.train[0].name], 1) == lonely


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"version": 1}', '{"version": 1, "seed": 0, "train": [["a", 0.5, 0.2]], "valid": [], "test": []}'],
)
def test_damaged_splits(tmp_path, text):
    (tmp_path / "split.json").write_text(text)
    with pytest.raises(DatasetError, match=r"split\.json' is damaged\.$"):
        split_in(tmp_path, ["a"], 0)
    (tmp_path / "split.json").write_text(json.dumps({"version": 2}))
    with pytest.raises(DatasetError, match="made by a newer version"):
        split_in(tmp_path, ["a"], 0)


def test_splits_of_a_dataset(tmp_path):
    dataset(tmp_path, {"data/a.wav": ramp(10)})
    found = Dataset.open(tmp_path, RATE)
    assert found.split(0) == Split(0, (Piece("data/a.wav", 0, 0.8),), (Piece("data/a.wav", 0.8, 1),))
    assert found.split(0, tmp_path / "run", (0.5, 0.5, 0)).train == (Piece("data/a.wav", 0, 0.5),)
    assert found.split(0, tmp_path / "run").train == (Piece("data/a.wav", 0, 0.5),)
