"""Crops of frames as training and validation take them."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader
from vschaos_recordings import HOP, RATE, Cut, dataset, ramp, task

from nn_tilde.train.data import StepBatches, batch_size, training_batches, validation_batches
from nn_tilde.vschaos.data import Dataset, FrameItems, Piece, windows

COUNTS = {"data/a.wav": 23, "data/b.wav": 10, "data/c.wav": 2}
SOUNDS = {name: ramp(count, seed=count, channels=2) for name, count in COUNTS.items()}
WHOLE = tuple(Piece(name) for name in SOUNDS)


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    root = dataset(tmp_path_factory.mktemp("set"), SOUNDS)
    task(root, "class", "data/a.wav\tx\ndata/b.wav\t2\n", x="0,0.05\t0\n0.1,0.23\t1\n")
    task(root, "level", "data/a.wav\t0.5\ndata/c.wav\tnone\n")
    return Dataset.open(root, RATE, 2, tasks=["class", "level"]).cached(Cut())


def content(name, first, count):
    return torch.from_numpy(SOUNDS[name].reshape(2, -1, HOP)[:, first : first + count])


@pytest.mark.parametrize("mode", ["random", "regular"])
def test_single_frames_are_all_frames_once(frames, mode):
    items = frames.items(WHOLE, 1, 3, mode=mode)
    assert isinstance(items, FrameItems)
    assert len(items) == 35
    for keys in (range(35), ((4, index) for index in range(35))):
        places = [items.place(key) for key in keys]
        assert sorted(places) == [(name, k, k + 1) for name, count in COUNTS.items() for k in range(count)]
    x = items[24]["x"]
    assert x.dtype == torch.float32
    assert torch.equal(x, content("data/b.wav", 1, 1))


def test_items_are_what_their_place_says(frames):
    items = frames.items(WHOLE, 4, 1)
    for key in itertools.chain(range(items.total), ((2, index) for index in range(len(items)))):
        name, first, last = items.place(key)
        item = items[key]
        count = last - first
        assert count == 4 or (name, first, last) == ("data/c.wav", 0, 2)
        assert torch.equal(item["x"][:, :count], content(name, first, count))
        assert item["x"].shape == (2, 4, HOP)
        for task_name, dtype in (("class", torch.int64), ("level", torch.float32)):
            labels = item["labels"][task_name]
            assert (labels.dtype, labels.shape) == (dtype, (4,))
            expected = frames.tasks[task_name].at(name, np.arange(first, last) / 100)
            np.testing.assert_array_equal(labels[:count], expected)


def test_short_pieces_end_in_silence_without_labels(frames):
    item = frames.items([Piece("data/b.wav", 0.8, 1)], 5)[0, 0]
    assert torch.equal(item["x"][:, :2], content("data/b.wav", 8, 2))
    assert not item["x"][:, 2:].any()
    assert item["labels"]["class"].tolist() == [2, 2, -1, -1, -1]
    assert item["labels"]["level"].isnan().all()
    # What follows a piece that trains may be there to validate.
    item = frames.items([Piece("data/b.wav", 0, 0.2)], 5)[0, 0]
    assert torch.equal(item["x"][:, :2], content("data/b.wav", 0, 2))
    assert not item["x"][:, 2:].any()
    assert item["labels"]["class"].tolist() == [2, 2, -1, -1, -1]


@pytest.mark.parametrize("length", [1, 2, 3, 5, 7, 23, 40])
def test_regular_crops_cover_everything(frames, length):
    items = frames.items(WHOLE, length, mode="regular")
    seen = {
        (name, k) for key in range(len(items)) for name, first, last in [items.place(key)] for k in range(first, last)
    }
    assert len(seen) == 35
    assert len(items) == sum(-(-count // length) for count in COUNTS.values())
    assert [items.place((7, index)) for index in range(len(items))] == [items.place(i) for i in range(len(items))]


def test_random_crops(frames):
    items, same, other = (frames.items(WHOLE[:1], 5, seed) for seed in (1, 1, 2))
    keys = [(epoch, index) for epoch in range(40) for index in range(len(items))]
    places = [items.place(key) for key in keys]
    assert [same.place(key) for key in keys[::-1]] == places[::-1]  # whatever was asked for before
    assert [other.place(key) for key in keys] != places
    assert all(last - first == 5 and first >= 0 and last <= 23 for _, first, last in places)
    assert {first for _, first, _ in places} == set(range(19))
    assert items.place((0, 2)) != items.place((1, 2)) or items.place((0, 2)) != items.place((2, 2))
    for index in range(len(items)):
        assert items.place(index) == frames.items(WHOLE[:1], 5, mode="regular").place(index)


def test_crops_stay_within_their_piece(frames):
    train, valid = Piece("data/a.wav", 0, 0.8), Piece("data/a.wav", 0.8, 1)
    for piece, low, high in ((train, 0, 18), (valid, 18, 23)):
        items = frames.items([piece], 4, 0)
        places = [items.place((epoch, index)) for epoch in range(20) for index in range(len(items))]
        assert min(first for _, first, _ in places) == low
        assert max(last for _, _, last in places) == high


def test_beginnings(frames):
    items = frames.items(WHOLE, 4, mode="start")
    assert [items.place((9, index)) for index in range(len(items))] == [
        ("data/a.wav", 0, 4),
        ("data/b.wav", 0, 4),
        ("data/c.wav", 0, 2),
    ]


def test_more_crops_than_are_shuffled_at_once(frames, monkeypatch):
    monkeypatch.setattr(windows, "LARGEST_PACK", 8)
    items = frames.items(WHOLE, 1, 5)
    assert (len(items), items.total) == (8, 35)
    places = [items.place(divmod(number, 8)) for number in range(70)]
    for whole in (places[:35], places[35:]):
        assert len(set(whole)) == 35
    assert places[:35] != places[35:]
    for epoch in range(8):  # of 23, 10 and 2 frames
        assert Counter(items.place((epoch, index))[0] for index in range(8))["data/a.wav"] in (4, 5, 6)


def test_items_that_cannot_be(frames):
    for options, said in (
        ({"length": 0}, "at least 1 frame, not 0"),
        ({"mode": "any"}, "mode is random, regular, start, not any"),
    ):
        with pytest.raises(ValueError, match=said):
            frames.items(WHOLE, **options)
    nothing = frames.items(())
    assert len(nothing) == 0
    items = frames.items(WHOLE)
    for key in (35, -1, (0, 35), (0, -1)):
        with pytest.raises(IndexError):
            items[key]
    with pytest.raises(IndexError):
        nothing[0, 0]


@pytest.mark.parametrize("workers", [0, 1])
def test_the_trunk_takes_them(frames, workers):
    items = frames.items(WHOLE, 4, 1)
    batches = training_batches(items, StepBatches(len(items), 6, seed=0), workers, pin=False)
    batch = next(batches)
    batches.close()
    assert batch_size(batch) == 6
    assert batch["x"].shape == (6, 2, 4, HOP)
    assert batch["labels"]["class"].shape == batch["labels"]["level"].shape == (6, 4)
    keys = StepBatches(len(items), 6, seed=0).keys(0)
    for row, key in enumerate(keys):
        assert torch.equal(batch["x"][row], items[key]["x"])
        assert torch.equal(batch["labels"]["class"][row], items[key]["labels"]["class"])
    total = sum(map(batch_size, validation_batches(items, 4, 0, False, 0, 1)))
    assert total == len(items)


def test_without_tasks(frames, tmp_path):
    root = dataset(tmp_path, {"data/a.wav": ramp(3)})
    items = Dataset.open(root, RATE).cached(Cut()).items([Piece("data/a.wav")])
    (batch,) = DataLoader(items, 3)
    assert batch["labels"] == {}
    assert batch["x"].shape == (3, 1, 1, HOP)


def test_several_arrays_go_together(tmp_path):
    class Two(Cut):
        def __call__(self, audio, sample_rate):
            x = super().__call__(audio, sample_rate)
            return {"spectrum": x * (1 + 1j), "level": x[..., :1]}

    root = dataset(tmp_path, {"data/a.wav": ramp(6)})
    items = Dataset.open(root, RATE).cached(Two()).items([Piece("data/a.wav")], 4, 2)
    item = items[3, 1]
    assert (item["spectrum"].dtype, item["spectrum"].shape) == (torch.complex64, (1, 4, HOP))
    assert torch.equal(item["spectrum"].real[..., :1], item["level"])
