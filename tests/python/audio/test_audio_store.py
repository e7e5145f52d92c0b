"""The store of ours: every sample of every recording once, whatever interrupted its writing."""

import os
import pickle
import re

import numpy as np
import pytest
import torch
from audio_files import content, sound, write

from nn_tilde.audio import AudioError
from nn_tilde.audio.dataset import Recordings, open_dataset, split
from nn_tilde.audio.index import read_index
from nn_tilde.audio.metadata import DatasetError, Metadata, read_metadata
from nn_tilde.audio.preprocess import preprocess
from nn_tilde.audio.store import StoreWriter

pytestmark = pytest.mark.usefixtures("in_this_process")


def settings(**changed):
    return Metadata(**{"channels": 1, "lazy": False, "sr": 44100, "format": "store", "num_signal": 4096, **changed})


@pytest.fixture
def sounds(tmp_path):
    """Four recordings: a long one, a short one, one of another rate, one in stereo."""
    folder = tmp_path / "sounds"
    return [
        write(folder / "a.wav", sound(1.0, seed=1)),
        write(folder / "b.wav", sound(0.01, seed=2)),
        write(folder / "c.flac", sound(0.5, 48000, seed=3), 48000),
        write(folder / "d.wav", sound(0.3, channels=2, seed=4)),
    ]


class Counting(Recordings):
    """Recording r holds 1000 r, 1000 r + 1, …"""

    def _fill(self, recording, first, out):
        out[:] = 1000 * recording + first + np.arange(out.shape[1])


@pytest.mark.parametrize("window", [1, 7, 10, 100, 1000])
def test_items_divide_recordings_evenly_and_lose_nothing(window):
    lengths = [1, 5, 10, 14, 16, 99, 100, 151, 999]
    store = Counting(lengths, settings(), window)
    seen = np.concatenate([store.read(i, 0, store.length(i))[0] for i in range(len(store))])
    np.testing.assert_array_equal(seen, np.concatenate([1000 * r + np.arange(n) for r, n in enumerate(lengths)]))
    pieces = [store.length(i) for i in range(len(store))]
    whole = Counting([n for n in lengths if n >= window], settings(), window)
    assert all(2 / 3 * window - 1 <= whole.length(i) <= 4 / 3 * window + 1 for i in range(len(whole)))
    assert sum(pieces) == sum(lengths)
    with pytest.raises(IndexError):
        store.length(len(store))


def test_past_the_end_of_an_item_there_are_zeros():
    store = Counting([20], settings(), 10)
    assert store.read(0, 8, 4).tolist() == [[8, 9, 0, 0]]
    assert store.read(1, 12, 3).tolist() == [[0, 0, 0]]


def test_sixteen_bit_files_come_back_bit_for_bit(tmp_path, sounds):
    import soundfile

    preprocess(sounds, tmp_path / "set", settings(channels=2))
    store = open_dataset(tmp_path / "set", n_signal=10**6)
    assert (store.channels, store.sampling_rate, store.lazy, len(store)) == (2, 44100, False, 4)
    a, _ = soundfile.read(sounds[0], dtype="float32", always_2d=True)
    d, _ = soundfile.read(sounds[3], dtype="float32", always_2d=True)
    np.testing.assert_array_equal(store.read(0, 0, 44100), np.concatenate([a, a], 1).T)
    np.testing.assert_array_equal(store.read(3, 100, 5000), d[100:5100].T)
    assert store.length(1) == 441
    assert store.length(2) == pytest.approx(22050, abs=1)
    assert store.seconds == pytest.approx(1.81, abs=1e-3)


def test_loud_samples_are_clipped_not_wrapped(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "x.wav", np.array([0.5, 1.0, 1.5, -1.0, -3.0]), 44100, subtype="FLOAT")
    report = preprocess([tmp_path / "x.wav"], tmp_path / "set", settings())
    got = open_dataset(tmp_path / "set").read(0, 0, 5)[0]
    np.testing.assert_allclose(got, [0.5, 1, 1, -1, -1], atol=1e-4)
    assert report.clipped == [str(tmp_path / "x.wav")]


def test_metadata_has_the_keys_of_the_release(tmp_path, sounds):
    preprocess(sounds, tmp_path / "set", settings(lazy=True))
    text = (tmp_path / "set" / "metadata.yaml").read_text().splitlines()
    assert {"channels: 1", "lazy: true", "sr: 44100", "complete: true"} <= set(text)
    assert read_metadata(tmp_path / "set").n_seconds == pytest.approx(1.81, abs=1e-3)


def test_lazy_items_are_cut_from_the_files(tmp_path, sounds):
    preprocess(sounds, tmp_path / "eager", settings(channels=2))
    preprocess(sounds, tmp_path / "lazy", settings(channels=2, lazy=True))
    eager, lazy = open_dataset(tmp_path / "eager"), open_dataset(tmp_path / "lazy")
    assert lazy.lazy
    assert len(lazy) == len(eager)
    for item in range(len(eager)):
        n = min(lazy.length(item), eager.length(item))
        np.testing.assert_allclose(lazy.read(item, 10, n - 20), eager.read(item, 10, n - 20), atol=4e-3)
    assert not (tmp_path / "lazy" / "audio.pcm").exists()
    sounds[0].unlink()
    with pytest.raises(ValueError, match=r"a\.wav' does not exist"):
        lazy.read(0, 0, 100)


def test_what_cannot_be_decoded_of_a_lazy_file_is_silence_once_aloud(tmp_path, caplog):
    path = write(tmp_path / "x.flac", sound(3.0))
    preprocess([path], tmp_path / "set", settings(lazy=True, num_signal=8192))
    damaged = bytearray(path.read_bytes())
    for at in range(len(damaged) // 2, len(damaged), 50):
        damaged[at] ^= 255
    path.write_bytes(damaged)
    store = open_dataset(tmp_path / "set")
    assert store.read(0, 0, 8192).any()
    for _ in range(2):
        assert not store.read(len(store) - 1, 0, 8192).any()
    assert caplog.text.count("silence") == 1
    path.unlink()
    with pytest.raises(AudioError, match="does not exist"):
        store.read(0, 0, 8192)


def test_a_dataset_travels_to_other_processes(tmp_path, sounds):
    preprocess(sounds, tmp_path / "set", settings())
    store = open_dataset(tmp_path / "set")
    first = store.read(0, 0, 1000)
    sent = pickle.dumps(store)
    assert len(sent) < 5000  # no audio in it
    np.testing.assert_array_equal(pickle.loads(sent).read(0, 0, 1000), first)


def test_the_same_call_again_adds_only_what_is_new(tmp_path, sounds):
    preprocess(sounds[:2], tmp_path / "set", settings())
    before = (tmp_path / "set" / "audio.pcm").read_bytes()
    report = preprocess(sounds, tmp_path / "set", settings())
    assert (report.kept, report.recordings) == (2, 4)
    assert (tmp_path / "set" / "audio.pcm").read_bytes().startswith(before)
    preprocess(sounds, tmp_path / "at once", settings())
    assert content(tmp_path / "set") == content(tmp_path / "at once")
    write(sounds[1], sound(0.02))
    assert preprocess(sounds, tmp_path / "set", settings()).changed == [str(sounds[1])]


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_what_a_killed_writer_left_is_cut_off(tmp_path, sounds, keep):
    """Samples without a line, and half a line: as after a kill between any two writes."""
    preprocess(sounds, tmp_path / "whole", settings())
    folder = tmp_path / "set"
    preprocess(sounds, folder, settings())
    lines = (folder / "index.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "index.jsonl").write_bytes(b"".join(lines[:keep]) + lines[keep][:20])
    (folder / "audio.pcm").write_bytes((folder / "audio.pcm").read_bytes() + b"torn")
    assert len(read_index(folder)) == keep
    assert len(open_dataset(folder, 10**6)) == keep
    preprocess(sounds, folder, settings())
    assert content(folder) == content(tmp_path / "whole")


def test_samples_are_on_disk_before_the_index_speaks_of_them(tmp_path, sounds, monkeypatch):
    """A power cut between any two writes loses nothing that the index knows."""
    folder, order = tmp_path / "set", []
    fsync = os.fsync

    def watched(descriptor):
        order.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    if not os.path.exists("/proc/self/fd"):
        pytest.skip("needs to see which file is meant")
    monkeypatch.setattr(os, "fsync", watched)
    preprocess(sounds, folder, settings())
    assert order[:2] == ["audio.pcm", "index.jsonl"]
    assert order[0::2] == ["audio.pcm"] * (len(order) // 2)


def test_a_full_disk_is_a_sentence_that_names_the_folder(tmp_path, sounds, monkeypatch):
    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(StoreWriter, "sync", full)
    with pytest.raises(DatasetError, match=r"set' cannot be written to \(No space left on device\)"):
        preprocess(sounds, tmp_path / "set", settings())


def test_an_interrupted_dataset_can_be_used_and_says_so(tmp_path, sounds, caplog):
    preprocess(sounds, tmp_path / "set", settings())
    path = tmp_path / "set" / "metadata.yaml"
    path.write_text(path.read_text().replace("complete: true", "complete: false"))
    assert len(open_dataset(tmp_path / "set"))
    assert "incomplete" in caplog.text


def test_what_is_no_dataset_is_refused_in_a_sentence(tmp_path, sounds):
    for path, words in [
        (tmp_path / "nowhere", "There is no dataset at"),
        (tmp_path / "sounds", "give it to rave preprocess"),
        (sounds[0], "is not a dataset"),
    ]:
        with pytest.raises(DatasetError, match=words):
            open_dataset(path)
    preprocess(sounds, tmp_path / "set", settings())
    (tmp_path / "set" / "audio.pcm").write_bytes(b"")
    with pytest.raises(DatasetError, match="damaged"):
        open_dataset(tmp_path / "set")
    stated = (tmp_path / "set" / "metadata.yaml").read_text()
    for wrong in (
        "][",
        "[]",
        stated.replace("channels: 1", "channels: 0"),
        stated.replace("channels: 1", "channels: two"),
        stated.replace("sr: 44100", "sr: -1"),
        stated.replace("sr: 44100", "sr: null"),
    ):
        assert wrong != stated
        (tmp_path / "set" / "metadata.yaml").write_text(wrong)
        with pytest.raises(DatasetError, match=r"damaged|no data"):
            open_dataset(tmp_path / "set")
    (tmp_path / "set" / "metadata.yaml").write_text(stated)
    index = (tmp_path / "set" / "index.jsonl").read_text()
    for wrong in ('"frames": "a"', '"frames": -1', '"frames": null'):
        (tmp_path / "set" / "index.jsonl").write_text(re.sub(r'"frames": \d+', wrong, index))
        with pytest.raises(DatasetError, match="damaged"):
            open_dataset(tmp_path / "set")


@pytest.mark.parametrize("items", [1, 2, 49, 50, 1000, 60000])
def test_split_is_the_one_of_the_release(items):
    store = range(items)
    train, val = split(store)
    wanted = max(1, int(0.98 * items))
    wanted = items - min(1000, items - wanted)
    if items > 1:
        a, b = torch.utils.data.random_split(store, [wanted, items - wanted], torch.Generator().manual_seed(42))
        assert (train, val) == (list(a.indices), list(b.indices))
    else:
        assert (train, val) == ([0], [0])
    assert split(store, seed=1) != split(store, seed=2) or items < 3
