"""Cached frames: equal to the transform's, keyed by all that matters, whole whatever happens to their making."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import threading

import numpy as np
import pytest
from vschaos_recordings import HOP, RATE, Cut, Dies, build_and_die, dataset, ramp, task

from nn_tilde.audio.metadata import DatasetError
from nn_tilde.vschaos.data import Dataset, Frames, Piece
from nn_tilde.vschaos.data.cache import build_cache, cache_key

SOUNDS = {f"data/{i}.wav": ramp(3 + i, seed=i) for i in range(5)}


@pytest.fixture
def root(tmp_path):
    return dataset(tmp_path / "set", SOUNDS)


def expected(name):
    return SOUNDS[name].reshape(1, -1, HOP)


def check(frames, names=tuple(SOUNDS)):
    assert list(frames.spans) == list(names)
    assert len(frames) == sum(span.frames for span in frames.spans.values())
    for name in names:
        assert frames.spans[name].samples == SOUNDS[name].shape[1]
        np.testing.assert_array_equal(frames.read(name, 0, frames.spans[name].frames), expected(name))
    (cache,) = frames.folder.parent.iterdir()  # no lock, no remains of its making
    assert sorted(path.name for path in cache.iterdir()) == ["index.json", *(f"{name}.raw" for name in frames.arrays)]


class Calls(Cut):
    """Cut whose recordings are counted; ends as by Ctrl-C when it is given the last one."""

    def __init__(self, most=None):
        super().__init__()
        self._most = most

    def __call__(self, audio, sample_rate):
        if len(self.calls) == self._most:
            raise KeyboardInterrupt
        return super().__call__(audio, sample_rate)


class Gives(Cut):
    """Whatever a function makes of the audio and its frames."""

    def __init__(self, made):
        super().__init__()
        self._made = made

    def __call__(self, audio, sample_rate):
        return self._made(super().__call__(audio, sample_rate))


# Frames --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [0, 2])
def test_frames_are_those_of_the_transform(root, workers):
    seen = []
    found = Dataset.open(root, RATE)
    frames = found.cached(Cut(), workers=workers, watch=lambda done, total: seen.append((done, total)))
    check(frames)
    assert seen == [(i, 5) for i in range(6)]
    assert (frames.hop, frames.sample_rate, frames.main) == (HOP, RATE, "x")
    assert frames.folder.parent == root / "transforms"
    travelling = pickle.dumps(frames)
    check(pickle.loads(travelling))
    assert len(travelling) == len(pickle.dumps(Frames(frames.folder)))  # without what it has mapped
    again = Calls(0)
    check(found.cached(again))  # which is not called
    assert Dataset.open(root, RATE).recordings == found.recordings  # the cache is no part of the dataset


def test_parts_of_recordings(root):
    frames = Dataset.open(root, RATE).cached(Cut())
    name = "data/2.wav"
    np.testing.assert_array_equal(frames.read(name, 1, 2), expected(name)[:, 1:3])
    np.testing.assert_array_equal(frames.read(name, 4, 3), np.pad(expected(name)[:, 4:], ((0, 0), (0, 2), (0, 0))))
    np.testing.assert_array_equal(frames.read(name, 9, 1), np.zeros((1, 1, HOP)))
    np.testing.assert_allclose(frames.times(2, 3), [0.02, 0.03, 0.04])
    pieces = (Piece(name), Piece("data/0.wav", 0, 0.5), Piece("data/unknown.wav"))
    blocks = list(frames.blocks(pieces, most=2))
    assert [block.shape[1] for block in blocks] == [2, 2, 1, 1]
    np.testing.assert_array_equal(np.concatenate(blocks[:3], axis=1), expected(name))
    np.testing.assert_array_equal(blocks[3], expected("data/0.wav")[:, :1])


@pytest.mark.parametrize("channels", [1, 2])
def test_channels(tmp_path, channels):
    x = ramp(4, channels=2)
    dataset(tmp_path, {"data/a.wav": x})
    frames = Dataset.open(tmp_path, RATE, channels).cached(Cut())
    audio = x.mean(axis=0, keepdims=True) if channels == 1 else x
    read = frames.read("data/a.wav", 0, 4)
    np.testing.assert_allclose(read, audio.reshape(channels, 4, HOP), atol=1e-7)


def test_types_of_numbers(root):
    found = Dataset.open(root, RATE)
    half = found.cached(Cut(), dtype="float16")
    read = half.read("data/0.wav", 0, 3)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, expected("data/0.wav").astype(np.float16))
    assert (half.folder / "x.raw").stat().st_size == 2 * HOP * len(half)
    both = found.cached(
        Gives(lambda x: {"spectrum": x * 1j, "level": np.float64(x.mean(axis=2, keepdims=True))}), root / "two"
    )
    assert list(both.arrays) == ["spectrum", "level"]
    assert both.read("data/1.wav", 0, 4).dtype == np.complex64
    np.testing.assert_array_equal(both.read("data/1.wav", 0, 4), expected("data/1.wav") * np.complex64(1j))
    assert both.read("data/1.wav", 0, 4, "level").shape == (1, 4, 1)
    with pytest.raises(ValueError, match="dtype is float32 or float16, not int8"):
        found.cached(Cut(), dtype="int8")


def test_labels_at_the_times_of_frames(root):
    table = "data/0.wav\tx\ndata/1.wav\t2\ndata/2.wav\tnone\n"
    task(root, "t", table, x="0,0.01\t1\n0.01,0.02\tnone\n0.02,5\t0\n")
    frames = Dataset.open(root, RATE, tasks=["t"]).cached(Cut())
    assert frames.labels("data/0.wav", 0, 5)["t"].tolist() == [1, -1, 0, -1, -1]  # it has three frames
    assert frames.labels("data/0.wav", 2, 1)["t"].tolist() == [0]
    assert frames.labels("data/1.wav", 3, 2)["t"].tolist() == [2, -1]
    for name in ("data/2.wav", "data/3.wav"):
        assert frames.labels(name, 0, 2)["t"].tolist() == [-1, -1]


# Keys ----------------------------------------------------------------------------------------------------------------


def test_keys_differ_when_anything_does(root):
    found = Dataset.open(root, RATE)
    wide = Cut()
    wide.hop = 2 * HOP
    os.utime(root / "data" / "0.wav", ns=(1, 1))
    touched = Dataset.open(root, RATE)
    keys = [
        cache_key(found.recordings, found.form, Cut()),
        cache_key(found.recordings, found.form, Cut("other")),
        cache_key(found.recordings, found.form, wide),
        cache_key(found.recordings, found.form, Cut(), "float16"),
        cache_key(found.recordings[1:], found.form, Cut()),
        cache_key(touched.recordings, found.form, Cut()),
        *(
            cache_key(found.recordings, Dataset.open(root, rate, channels, **more).form, Cut())
            for rate, channels, more in ((500, 1, {}), (RATE, 2, {}), (RATE, 1, {"min_length": 5}))
        ),
    ]
    assert len(set(keys)) == len(keys)
    assert cache_key(found.recordings[::-1], found.form, Cut()) == keys[0]


def test_two_transforms_on_one_dataset(root):
    """The release named several caches alike, and took one for the other."""
    found = Dataset.open(root, RATE)
    one, two = found.cached(Cut("a")), found.cached(Gives(lambda x: 2 * x))
    for frames, factor in ((one, 1), (two, 2), (found.cached(Calls(0)), 2)):  # of Gives' key
        np.testing.assert_array_equal(frames.read("data/0.wav", 0, 3), factor * expected("data/0.wav"))


def test_a_changed_recording_is_read_again(root):
    found = Dataset.open(root, RATE)
    found.cached(Cut())
    dataset(root, {"data/0.wav": SOUNDS["data/1.wav"]})
    changed = Dataset.open(root, RATE).cached(Cut())
    np.testing.assert_array_equal(changed.read("data/0.wav", 0, 4), expected("data/1.wav"))


# Interruptions -------------------------------------------------------------------------------------------------------


def test_an_interrupted_build_goes_on(root):
    found, seen = Dataset.open(root, RATE), []
    with pytest.raises(KeyboardInterrupt):
        found.cached(Calls(3))
    (building,) = (root / "transforms").iterdir()
    assert building.suffix == ".building"
    rest = Calls()
    check(found.cached(rest, watch=lambda done, total: seen.append(done)))
    assert len(rest.calls) == 2
    assert seen == [3, 4, 5]


def _torn_line(folder):
    with open(folder / "journal.jsonl", "a") as file:
        file.write('{"name": "data/4.wa')
    with open(folder / "x.raw", "ab") as file:
        file.write(b"half a frame")


def _lost_frames(folder):
    os.truncate(folder / "x.raw", 8)


def _no_array(folder):
    (folder / "x.raw").unlink()


def _no_journal(folder):
    (folder / "journal.jsonl").unlink()


def _nonsense(folder):
    (folder / "journal.jsonl").write_text("[]\n")


def _parts(folder):
    (folder / "parts" / "0.x").write_bytes(b"of another time")


@pytest.mark.parametrize(
    ("damage", "left"),
    [(_torn_line, 2), (_parts, 2), (_lost_frames, 5), (_no_array, 5), (_no_journal, 5), (_nonsense, 5)],
)
def test_what_a_killed_build_left_is_used_or_thrown_away(root, damage, left):
    found = Dataset.open(root, RATE)
    with pytest.raises(KeyboardInterrupt):
        found.cached(Calls(3))
    damage(next((root / "transforms").iterdir()))
    rest = Calls()
    check(found.cached(rest))
    assert len(rest.calls) == left


def test_a_killed_process(root):
    process = multiprocessing.get_context("spawn").Process(
        target=build_and_die, args=(root, SOUNDS["data/3.wav"][0, 0])
    )
    process.start()
    process.join()
    assert process.exitcode == 9
    rest = Calls()
    check(Dataset.open(root, RATE).cached(rest))
    assert len(rest.calls) == 2


@pytest.mark.parametrize("damage", [_lost_frames, _no_array, lambda folder: (folder / "index.json").write_text("{}")])
def test_a_damaged_cache_is_made_again(root, damage):
    found = Dataset.open(root, RATE)
    folder = found.cached(Cut()).folder
    damage(folder)
    with pytest.raises(DatasetError, match=r"^The cache '.*' is damaged\.$"):
        Frames(folder)
    check(found.cached(Cut()))


def test_two_that_build_the_same(root):
    """The second waits for the first, and then has nothing to do."""
    found = Dataset.open(root, RATE)
    begun, called, go = threading.Event(), threading.Event(), threading.Event()

    class First(Cut):
        def __call__(self, audio, sample_rate):
            begun.set()
            assert go.wait(60)
            return super().__call__(audio, sample_rate)

    class Second(Cut):
        def __call__(self, audio, sample_rate):
            called.set()
            return super().__call__(audio, sample_rate)

    threads = [threading.Thread(target=found.cached, args=(each(),)) for each in (First, Second)]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    assert not called.wait(0.3)
    go.set()
    for thread in threads:
        thread.join()
    assert not called.is_set()
    check(found.cached(Calls(0)))


# Recordings that cannot be transformed -------------------------------------------------------------------------------


def _too_short(x):
    if x.shape[1] == 3:
        raise RuntimeError("Padding size should be less\nthan something.")
    return x


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (_too_short, "cannot be transformed (Padding size should be less)"),
        (lambda x: x if x.shape[1] > 3 else x[:, 3:], "cannot be transformed (it is too short for a frame)"),
        (lambda x: x / (x.shape[1] != 3), "cannot be transformed ('x' has values that are not finite as float32)"),
        (lambda x: x[0] if x.shape[1] == 3 else x, "cannot be transformed ('x' is float32 [3, 10], not numbers [ch"),
        (lambda x: {"../x" if x.shape[1] == 3 else "x": x}, "cannot be transformed (an array is called '../x')"),
        (lambda x: {} if x.shape[1] == 3 else x, "cannot be transformed (there is no array)"),
        (
            lambda x: {"x": x, "y": x[:, :-1]} if x.shape[1] == 3 else x,
            "cannot be transformed (the arrays have [2, 3] ",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_one_is_left_out_and_told(root, made, reason):
    found = Dataset.open(root, RATE)
    for _ in range(2):  # when the cache is there already, too
        frames = found.cached(Gives(made))
        check(frames, tuple(SOUNDS)[1:])
        (notice,) = frames.notices
        assert notice.startswith(f"Left out: 'data/0.wav' {reason}")
        assert notice.endswith(".")
        assert "\n" not in notice


def test_values_beyond_half_precision(root):
    with pytest.raises(DatasetError, match="'x' has values that are not finite as float16"):
        Dataset.open(root, RATE).cached(Gives(lambda x: x + 1e6), dtype="float16")


def test_one_that_kills_its_process(root):
    frames = Dataset.open(root, RATE).cached(Dies(SOUNDS["data/1.wav"][0, 0]), workers=2)
    check(frames, [name for name in SOUNDS if name != "data/1.wav"])
    assert frames.notices == ["Left out: 'data/1.wav' made its decoder crash."]


def test_none_that_can_be(root):
    with pytest.raises(DatasetError) as caught:
        Dataset.open(root, RATE).cached(Gives(lambda x: x[:, :0]))
    assert str(caught.value) == (
        "None of the 5 recordings can be transformed; the first, 'data/0.wav', cannot be transformed (it is too short "
        "for a frame)."
    )
    assert not list((root / "transforms").iterdir())


def test_frames_of_different_shapes(root):
    with pytest.raises(DatasetError, match=r"of x \[1, 10\] for 'data/0\.wav' and of x \[1, 6\] for 'data/3\.wav'\.$"):
        Dataset.open(root, RATE).cached(Gives(lambda x: x[..., : 6 if x.shape[1] == 6 else 10]))


def test_a_place_that_cannot_be_written_to(root, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=r"^'.*file/below' cannot be written to \(.*\)\.$"):
        Dataset.open(root, RATE).cached(Cut(), tmp_path / "file" / "below")


def test_the_index_says_what_it_is_of(root):
    found = Dataset.open(root, RATE, min_length=45)
    folder = build_cache(found.recordings, found.form, Cut("a text"), root / "here")
    index = json.loads((folder / "index.json").read_text())
    assert index["transform"] == "a text"
    assert (index["sample_rate"], index["hop"], index["channels"], index["min_length"]) == (RATE, HOP, 1, 45)
    assert index["recordings"][0] == ["data/0.wav", 0, 4, 45]
