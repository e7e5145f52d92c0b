"""Labels in all forms in which they are written, at the times of frames."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from vschaos_recordings import task

from nn_tilde.audio.metadata import DatasetError
from nn_tilde.vschaos.data import Callback, MetadataError
from nn_tilde.vschaos.data.metadata import read_task, task_names
from nn_tilde.vschaos.data.tables import Names
from nn_tilde.vschaos.data.task import track_of

FILES = ("data/a.wav", "data/b.wav", "data/deep/c.wav")


def read(root, callback=None, files=FILES, name="t"):
    return read_task(root, name, Names(root, files), Callback.parse(name, callback))


def constants(found, files=FILES):
    return [found.at(file, np.zeros(1))[0].item() for file in files]


# Values --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "callback", "kind", "classes", "expected"),
    [
        ("0 2 1", None, "categorical", ("0", "1", "2"), [0, 2, 1]),
        ("0 2.0 none", None, "categorical", ("0", "1", "2"), [0, 2, -1]),
        ("0.5 2 1", None, "continuous", (), [0.5, 2, 1]),
        ("oboe flute oboe", None, "categorical", ("flute", "oboe"), [1, 0, 1]),
        ("oboe None 3", None, "categorical", ("3", "oboe"), [1, -1, 0]),
        ("10 9 none", {"type": "str"}, "categorical", ("10", "9"), [0, 1, -1]),
        ("1 -2 1e-1", {"type": "float"}, "continuous", (), [1, -2, np.float32(0.1)]),
        ("1 nan None", {"type": float}, "continuous", (), [1, np.nan, np.nan]),
        ("none nan NONE", None, "categorical", (), [-1, -1, -1]),
        ("1 1 0", "read_single_metadata", "categorical", ("0", "1"), [1, 1, 0]),
        ("1 none 0", {"name": "read_single_metadata", "type": "int"}, "categorical", ("0", "1"), [1, -1, 0]),
    ],
)
def test_values(tmp_path, values, callback, kind, classes, expected):
    task(tmp_path, "t", "".join(f"{file}\t{value}\n" for file, value in zip(FILES, values.split(), strict=True)))
    found = read(tmp_path, callback)
    assert (found.kind, found.classes) == (kind, classes)
    assert found.dim == (len(classes) if kind == "categorical" else 1)
    np.testing.assert_array_equal(constants(found), expected)
    labels = found.at("data/a.wav", np.array([0.0, 100.0]))
    assert labels.dtype == (np.int64 if kind == "categorical" else np.float32)
    assert labels.shape == (2,)


def test_classes_of_a_file(tmp_path):
    task(tmp_path, "t", "data/a.wav\toboe\ndata/b.wav\t0\n", classes="0\tflute\n2\toboe d'amore\n\n3\toboe\n")
    found = read(tmp_path)
    assert found.classes == ("flute", "1", "oboe d'amore", "oboe")
    assert constants(found) == [3, 0, -1]
    task(tmp_path, "t", "data/a.wav\t5\n")
    assert read(tmp_path).classes == ("flute", "1", "oboe d'amore", "oboe", "4", "5")
    task(tmp_path, "t", "data/a.wav\tx\n", classes="0\tx\n1\tx\n")
    assert constants(read(tmp_path))[0] == 0
    task(tmp_path, "t", "data/a.wav\t5\n", classes="0 flute\n")  # blanks will do
    assert read(tmp_path).classes == ("flute", "1", "2", "3", "4", "5")


def test_numbers_that_are_names_of_other_classes(tmp_path):
    task(tmp_path, "t", "data/a.wav\t1\n", classes="0\t1\n1\t0\n")
    assert constants(read(tmp_path))[0] == 1
    assert constants(read(tmp_path, {"type": "str"}))[0] == 0


def test_whole_floats_count_as_classes(tmp_path):
    task(tmp_path, "t", "data/a.wav\t2.0\ndata/b.wav\tx\n", x="0,1\t0\n1,2\tnone\n")
    found = read(tmp_path, {"type": "float"})
    assert (found.kind, found.counted().kind, found.counted().classes) == ("continuous", "categorical", ("0", "1", "2"))
    assert constants(found.counted()) == [2, 0, -1]
    for label in ("0.5", "-1", "1e9"):
        task(tmp_path, "t", f"data/a.wav\t{label}\n")
        assert read(tmp_path, {"type": "float"}).counted().kind == "continuous"


def test_folders_as_classes(tmp_path):
    files = ("data/oboe/a.wav", "data/flute/deep/b.wav", "data/c.wav")
    found = read(tmp_path, "read_folder", files)
    assert found.classes == ("flute", "oboe")
    assert constants(found, files) == [1, 0, -1]


# Lines ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "data/a.wav\t1",
        "a.wav\t1",
        "./data/a.wav\t1",
        "data\\a.wav\t1",
        "data/a\t1",
        "a\t1",
        "ROOT/data/a.wav\t1",
        "data/a.wav 1",
        "  data/a.wav \t\t 1\t",
        "\ufeffdata/a.wav\t1\r",
    ],
)
def test_names_of_files(tmp_path, line):
    task(tmp_path, "t", f"{line.replace('ROOT', str(tmp_path))}\n\n   \n\r\ndata/b.wav\t0".encode())
    assert constants(read(tmp_path)) == [1, 0, -1]


def test_names_with_blanks_and_accents(tmp_path):
    files = ("data/my flute.wav", unicodedata.normalize("NFD", "data/é.wav"), "data/my.wav")
    table = f"data/my flute.wav 1\n{unicodedata.normalize('NFC', 'data/é.wav')}\t0\nmy wide flute"
    task(tmp_path, "t", table)
    found = read(tmp_path, "read_single_metadata", files)
    assert found.classes == ("0", "1", "wide flute")
    assert constants(found, files) == [1, 0, 2]


def test_without_a_folder_data(tmp_path):
    task(tmp_path, "t", "data/a.wav\t1\ndeep/b.wav\t0\n")
    assert constants(read(tmp_path, files=("a.wav", "deep/b.wav")), ("a.wav", "deep/b.wav")) == [1, 0]


def test_lines_of_other_files_are_told(tmp_path):
    folder = task(tmp_path, "t", "data/a.wav\t1\n\ndata/gone.wav\t7\n")
    found = read(tmp_path)
    assert found.classes == ("0", "1")
    (notice,) = found.notices
    assert notice == (
        f"1 of 2 lines of '{folder / 'metadata.txt'}' name no recording (the first is line 3, 'data/gone.wav')."
    )
    assert constants(found) == [1, -1, -1]


@pytest.mark.parametrize(
    ("table", "callback", "said"),
    [
        ("data/a.wav\t0\ndata/b.wav\t1\t2\n", None, "line 2: there are 3 fields, not two"),
        ("data/a.wav\t0\n\ndata/b.wav\n", None, "line 3: 'data/b.wav' has no value"),
        ("data/a.wav\t0\ndata/a.wav\t1\n", None, "line 2: 'data/a.wav' is '1' here and '0' in line 1"),
        ("\t1\n", None, "line 1: it begins with a tab"),
        ("data/x.wav\t1\n", None, "line 1: 'data/x.wav' is no recording of"),
        ("data/a.wav\t0\ndata/b.wav\t1.5\n", {"type": "int"}, r"line 2: '1\.5' is not the number of a class"),
        ("data/a.wav\t0\ndata/b.wav\t-1\n", None, r"line 2: '-1' is not the number of a class"),
        ("data/a.wav\t99999999\n", None, "line 1: 99999999 is not the number of a class: the largest is 65535"),
        ("data/a.wav\tred\n", {"type": "float"}, "line 1: 'red' is not a number"),
        ("data/a.wav\tinf\n", {"type": "float"}, "line 1: 'inf' is not a number"),
        ("data/a.wav\ttracks/x.txt\n", None, r"line 1: there is no track 'tracks/x\.txt' in"),
        ("data/a.wav\t3\n", "read_multi_metadata", "line 1: there is no track '3' in"),
        ("data/a.wav\ttracks/x.txt\n", "read_single_metadata", "line 1: 'tracks/x.txt' names a track"),
        (b"data/a.wav\t\xff\n", None, r"metadata\.txt' is not a text file in UTF-8\.$"),
        ("data/a.wav\t1\n", "read_nothing", "read_metadata or read_folder, not read_nothing"),
        ("data/a.wav\t1\n", {"type": "bool"}, "The type in the metadata_callbacks of the task 't' is int, float, str"),
        ("data/a.wav\t1\n", {"kind": "int"}, "take name and type, not kind"),
        ("data/a.wav\t1\n", "read_folder,read_metadata", "goes with no other name"),
    ],
)
def test_bad_tables(tmp_path, table, callback, said):
    folder = task(tmp_path, "t", table)
    with pytest.raises(MetadataError, match=said) as caught:
        read(tmp_path, callback)
    assert isinstance(caught.value, DatasetError)
    assert "\n" not in str(caught.value)
    if "line" in said:
        assert f"'{folder / 'metadata.txt'}', line" in str(caught.value)


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ("0\tflute\nx\toboe\n", r"classes\.txt', line 2: it is not a number and the name of that class\."),
        ("0\n", "line 1: it is not a number"),
        ("0\tflute\n0\toboe\n", "line 2: class 0 has a name already, 'flute'"),
        ("0\tflute\n", r"metadata\.txt', line 1: 'oboe' is not in classes\.txt\."),
    ],
)
def test_bad_classes(tmp_path, classes, said):
    task(tmp_path, "t", "data/a.wav\toboe\n", classes=classes)
    with pytest.raises(MetadataError, match=said):
        read(tmp_path)


def test_names_that_fit_several(tmp_path):
    task(tmp_path, "t", "data/a\t1\n")
    with pytest.raises(MetadataError, match=r"line 1: 'data/a' may be 'data/a\.mp3' or 'data/a\.wav'"):
        read(tmp_path, files=("data/a.mp3", "data/a.wav"))
    task(tmp_path, "t", "data/a.wav\t1\n")
    assert constants(read(tmp_path, files=("data/a.mp3", "data/a.wav")), ("data/a.mp3", "data/a.wav")) == [-1, 1]


def test_a_task_that_does_not_exist(tmp_path):
    task(tmp_path, "pitch", "data/a.wav\t1\n")
    task(tmp_path, "empty")
    assert task_names(tmp_path) == ["pitch"]
    with pytest.raises(MetadataError, match=r"there is no task 'octave' \(tasks: pitch\)\.$"):
        read(tmp_path, name="octave")


# Tracks --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["x.txt", "tracks/x.txt", "x", "tracks/x", "tracks\\x.txt", "ROOT/x.txt"])
@pytest.mark.parametrize("callback", [None, "read_multi_metadata", "read_single_metadata, read_multi_metadata"])
def test_tracks_as_they_are_named(tmp_path, value, callback):
    folder = task(tmp_path, "t", x="0.0,1.0\t3\n1.0,1.025\t0\n1.025,2\tnone\n2,3\t1\n")
    table = f"data/a.wav\t{value.replace('ROOT', str(folder / 'tracks'))}\ndata/b.wav\tnone\n"
    task(tmp_path, "t", table)
    found = read(tmp_path, callback)
    assert found.classes == ("0", "1", "2", "3")
    np.testing.assert_array_equal(found.at("data/a.wav", np.array([0, 0.999, 1, 1.02, 1.03, 2.5])), [3, 3, 0, 0, -1, 1])
    assert constants(found) == [3, -1, -1]


def test_a_class_is_no_track_of_that_name(tmp_path):
    folder = task(tmp_path, "t", "data/a.wav\t3\ndata/b.wav\tmetadata\n", **{"3": "0,1\t9\n"})
    assert read(tmp_path, "read_metadata").classes == ("3", "metadata")  # nor is metadata.txt
    task(tmp_path, "t", "data/a.wav\t3\n")
    assert constants(read(tmp_path, "read_multi_metadata"))[0] == 9
    (folder / "tracks" / "3").write_text("0,1\t7\n")
    assert constants(read(tmp_path))[0] == 7  # which is its name exactly


def test_tracks_of_names_and_numbers(tmp_path):
    task(tmp_path, "t", "data/a.wav\tx\ndata/b.wav\tlow\n", x="0,1\thigh C\n1 , 2\tlow\n2,3 nan\n")
    found = read(tmp_path)
    assert found.classes == ("high C", "low")
    np.testing.assert_array_equal(found.at("data/a.wav", np.array([0.5, 1.5, 2.5])), [0, 1, -1])
    assert constants(found)[1] == 1
    task(tmp_path, "t", "data/a.wav\tx\n", x="0,1\t0.25\n1,2\tnone\n2,3\t-1\n")
    found = read(tmp_path)
    assert found.kind == "continuous"
    np.testing.assert_array_equal(found.at("data/a.wav", np.array([0.5, 1.5, 2.5])), np.float32([0.25, np.nan, -1]))


@pytest.mark.parametrize(
    ("segments", "times", "expected"),
    [
        ([(1, 2, 5)], [0, 0.99, 1, 1.5, 2, 2.01], [-1, -1, 5, 5, 5, -1]),  # nothing before, nothing after
        ([(0, 1, 5), (2, 3, 6)], [1, 1.5, 2], [5, -1, 6]),  # a gap
        ([(0, 1, 5), (1, 2, 6)], [0.5, 1, 2], [5, 6, 6]),  # an onset belongs to what begins
        ([(0, 1, 5), (1, 2, None)], [0.5, 1, 2], [5, -1, -1]),
        ([(0, 10, 5), (2, 3, 6)], [1, 2.5, 3.5], [5, 6, 5]),  # one within another
        ([(0, 2, 5), (1, 3, 6)], [0.5, 1.5, 2.5], [5, 6, 6]),
        ([(0, None, 5), (1, None, 6)], [0.5, 1.5, 1e6], [5, 6, 6]),  # without offsets
        ([(1, 1, 5)], [0.5, 1, 1.5], [-1, -1, -1]),  # of no length
        ([], [0, 1], [-1, -1]),
    ],
)
def test_labels_over_time(segments, times, expected):
    track = track_of([(onset, offset, np.nan if value is None else value) for onset, offset, value in segments])
    np.testing.assert_array_equal(np.nan_to_num(track.at(np.array(times)), nan=-1), expected)


def test_onsets_at_the_times_of_frames():
    """As extract_pitch writes them, however the same time is computed."""
    seconds = [k * 256 / 48000 for k in range(1001)]
    track = track_of([(float(str(a)), float(str(b)), k) for k, (a, b) in enumerate(pairwise(seconds))])
    for times in (np.arange(1000) * 256 / 48000, np.arange(1000) * (256 / 48000), np.arange(1000) / (48000 / 256)):
        np.testing.assert_array_equal(track.at(times), np.arange(1000))


@pytest.mark.parametrize(
    ("track", "said"),
    [
        ("0,1\t0\n1;2\t1\n", "line 2: '1;2' is not an onset and an offset in seconds"),
        ("0,1,2\t0\n", "line 1: '0,1,2' is not an onset"),
        ("0,inf\t0\n", "line 1: '0,inf' is not an onset"),
        ("0,1\t0\n\n2,1\t0\n", "line 3: the segment 2,1 ends before it begins"),
        ("0,1\t1.5\n", r"line 1: '1\.5' is not the number of a class"),
    ],
)
def test_bad_tracks(tmp_path, track, said):
    folder = task(tmp_path, "t", "data/a.wav\tx\n", x=track)
    with pytest.raises(MetadataError, match=said) as caught:
        read(tmp_path, {"type": "int"})
    assert f"'{folder / 'tracks' / 'x.txt'}', line" in str(caught.value)


def test_unordered_and_shared_tracks(tmp_path):
    task(tmp_path, "t", "data/a.wav\tx\ndata/b.wav\tx\n", x="1,2\t1\n0,1.5\t0\n")
    found = read(tmp_path)
    for file in FILES[:2]:
        np.testing.assert_array_equal(found.at(file, np.array([0.5, 1.2, 1.7])), [0, 1, 1])
