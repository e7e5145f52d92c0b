"""Windows of recordings and parameters; primers; conditioning."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest
import soundfile
import torch
from mtcrnn_files import noise, recording, tone
from scipy.interpolate import interp1d
from torch.utils.data import DataLoader

from nn_tilde.audio import AudioError
from nn_tilde.audio.metadata import DatasetError
from nn_tilde.mtcrnn import mulaw
from nn_tilde.mtcrnn.data import Windows, conditioning, primer
from nn_tilde.mtcrnn.data.shuffling import shuffled
from nn_tilde.mtcrnn.params import ParamsError
from nn_tilde.mtcrnn.tier import Tier

PARAMS = ("rmse", "pitch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three recordings of 0.5, 0.3 and 0.2 s, the last in a folder of its own."""
    top = tmp_path_factory.mktemp("data")
    for number, (name, seconds) in enumerate((("a.wav", 0.5), ("b.wav", 0.3), ("deep/c.wav", 0.2))):
        times = np.linspace(0, seconds, 9)
        curves = {
            "rate": ([0, seconds], [0.1 * number, 0.1 * number + 1]),
            "rmse": (times, np.sin(3 * times) + number),
            "pitch": (times, np.cos(5 * times)),
        }
        recording(top / name, noise(seconds, seed=number), **curves)
    return top


def samples_of(path):
    return soundfile.read(path, dtype="float32")[0]


def curve(path, name, at):
    from nn_tilde.mtcrnn.params import read_params

    entry = read_params(path.with_suffix(".params"))[name]
    return interp1d(entry["times"], entry["values"], fill_value="extrapolate")(at)


# Items ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_memory", [1 << 26, 0])
@pytest.mark.parametrize("onehot", [False, True])
@pytest.mark.parametrize("prop", [(), ("rate",), ("pitch", "rate")])
def test_audio_items(folder, onehot, prop, in_memory):
    tier = Tier(prop=prop, seq_len=100, stride=37, onehot=onehot)
    windows = Windows.open(tier, folder, folder, in_memory=in_memory)
    for index in (0, 1, len(windows) // 2, len(windows) - 1):
        found, start = windows.place(index)
        inputs, target = windows[index]
        classes = mulaw.encode(samples_of(found.path)[start : start + 101])
        assert inputs.shape == (100, tier.input_size)
        assert (inputs.dtype, target.dtype) == (torch.float32, torch.int64)
        np.testing.assert_array_equal(target, classes[1:])
        np.testing.assert_array_equal(mulaw.from_input(inputs[:, : tier.gen_size], onehot=onehot), classes[:-1])
        at = np.linspace(start / 16000, (start + 100) / 16000, 100)
        for column, name in enumerate(prop):
            np.testing.assert_allclose(inputs[:, tier.gen_size + column], curve(found.path, name, at), atol=1e-6)


@pytest.mark.parametrize("prop", [(), ("rate",)])
@pytest.mark.parametrize("rate", [125, 500])
def test_parameter_items(folder, prop, rate):
    tier = Tier(generate=PARAMS, prop=prop, sample_rate=rate, seq_len=20)
    windows = Windows.open(tier, folder, folder)
    for index in (0, len(windows) // 2, len(windows) - 1):
        found, start = windows.place(index)
        inputs, target = windows[index]
        assert inputs.shape == (20, 2 + len(prop))
        assert target.shape == (20, 2)
        assert (inputs.dtype, target.dtype) == (torch.float32, torch.float32)
        at = (start + np.arange(21)) / rate
        assert at[-1] <= found.seconds
        for column, name in enumerate((*PARAMS, *prop)):
            expected = curve(found.path, name, at)
            np.testing.assert_allclose(inputs[:, column], expected[:-1], atol=1e-6)
            if column < 2:
                np.testing.assert_allclose(target[:, column], expected[1:], atol=1e-6)


@pytest.mark.parametrize("stride", [1, 7, 64])
def test_every_window_that_fits_and_none_that_does_not(folder, stride):
    tier = Tier(seq_len=255, stride=stride)
    windows = Windows.open(tier, folder)
    expected = [
        (name, start)
        for name, length in (("a.wav", 8000), ("b.wav", 4800), ("c.wav", 3200))
        for start in range(0, length - 255, stride)
    ]
    assert len(windows) == len(expected)
    assert windows.steps(16) == -(-len(expected) // 16)
    places = [windows.place(index) for index in range(len(windows))]
    assert [(found.path.name, start) for found, start in places] == expected
    assert [len(r) for r in windows.ranges] == list(Counter(name for name, _ in expected).values())
    assert windows.place(-1)[1] == expected[-1][1]
    for key in (len(windows), (0, len(windows)), (0, -1)):
        with pytest.raises(IndexError):
            windows.place(key)


# Order ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 16, 17, 1000, 4097])
def test_an_epoch_has_every_window_once(size):
    for seed, epoch in ((0, 0), (0, 1), (7, 0)):
        assert sorted(shuffled(i, size, seed, epoch) for i in range(size)) == list(range(size))


def test_orders_differ_and_look_random():
    size = 5000
    orders = {key: np.array([shuffled(i, size, *key) for i in range(size)]) for key in ((0, 0), (0, 1), (1, 0))}
    for order in orders.values():
        assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.05
        assert abs(np.corrcoef(order, np.arange(size))[0, 1]) < 0.05
        assert (order != np.arange(size)).mean() > 0.99
    assert (orders[0, 0] == orders[0, 1]).mean() < 0.01
    assert (orders[0, 0] == orders[1, 0]).mean() < 0.01


def test_a_run_goes_on_with_the_same_windows(folder):
    tier = Tier(prop=("rate",), seq_len=64, stride=10)
    keys = [(epoch, index) for epoch in (0, 3) for index in range(20)]
    one, other = (Windows.open(tier, folder, seed=5) for _ in range(2))
    for key in keys[::-1]:
        other[key]  # what was asked for before does not matter
    for key in keys:
        for a, b in zip(one[key], other[key], strict=True):
            assert torch.equal(a, b)
    later = Windows.open(tier, folder, seed=6)
    assert any(not torch.equal(one[key][0], later[key][0]) for key in keys)


def test_it_works_with_a_loader_and_travels(folder):
    windows = pickle.loads(pickle.dumps(Windows.open(Tier(prop=("rate",), seq_len=64, stride=100), folder)))
    inputs, target = next(iter(DataLoader(windows, 16)))
    assert inputs.shape == (16, 64, 2)
    assert target.shape == (16, 64)


@pytest.mark.parametrize("fraction", [0.05, 0.25])
def test_what_validates_is_not_trained_on(folder, fraction):
    tier = Tier(seq_len=255)
    training, validation = Windows.open(tier, folder).split(fraction)
    assert training.tier == tier
    assert {segment.recording.path.name for segment in validation.segments} == {"a.wav", "b.wav", "c.wav"}
    last = {}
    for index in range(len(training)):
        found, start = training.place(index)
        last[found.path] = max(last.get(found.path, 0), start + 256)
    for index in range(len(validation)):
        found, start = validation.place(index)
        assert start >= last[found.path]
        assert start + 256 <= found.length
        assert len(validation[index][1]) == 255
    assert sum(s.last - s.first for s in validation.segments) >= fraction * 16000


def test_recordings_too_short_to_divide(folder):
    whole = Windows.open(Tier(seq_len=2000), folder)
    training, validation = whole.split(0.1)
    assert {segment.recording.path.name for segment in validation.segments} == {"a.wav", "b.wav"}
    assert training.segments[-1] == whole.segments[-1]
    assert whole.split(0)[1] is None
    assert len(whole.split(0)[0]) == len(whole)
    assert Windows.open(Tier(seq_len=4500), folder).split(0.1)[1] is None


# Files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_memory", [1 << 26, 0])
@pytest.mark.parametrize(("suffix", "channels", "rate"), [("flac", 2, 48000), ("wav", 6, 8000), ("ogg", 1, 44100)])
def test_any_rate_and_channels(tmp_path, suffix, channels, rate, in_memory):
    sound = tone(220, 0.5, rate)
    wide = np.stack([sound * (2 if channel == 0 else 0) for channel in range(channels)], axis=1)
    soundfile.write(tmp_path / f"a.{suffix}", wide / (2 if channels == 1 else 1), rate)
    recording(tmp_path / "b.wav", tone(220, 0.5))
    windows = Windows.open(Tier(seq_len=400), tmp_path, in_memory=in_memory)
    converted = windows.index.recordings[0].read(1000, 6000, 16000)
    reference = tone(220, 0.5)[1000:7000] * (2 / channels if channels > 1 else 1)
    assert np.corrcoef(converted, reference)[0, 1] > 0.99
    assert np.std(converted) == pytest.approx(np.std(reference), rel=0.05)
    said = "\n".join(windows.notices)
    assert said.count("1 of 2 recordings is converted to 16000 Hz") == 1
    assert ("mixed to one channel" in said) == (channels > 1)


def test_files_left_out_are_named(folder, tmp_path):
    recording(tmp_path / "long.wav", noise(0.2))
    recording(tmp_path / "exactly.wav", noise(257 / 16000))
    recording(tmp_path / "short.wav", noise(256 / 16000))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    windows = Windows.open(Tier(seq_len=256), tmp_path)
    assert [found.path.name for found in windows.index.recordings] == ["exactly.wav", "long.wav"]
    assert any("broken.wav' cannot be read" in notice for notice in windows.notices)
    assert any("short.wav' (0.016 s)" in notice and "257 values at 16000 Hz" in notice for notice in windows.notices)
    with pytest.raises(DatasetError, match=r"a window needs 160001 values .*; "):
        Windows.open(Tier(seq_len=160000), tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="There is no audio file"):
        Windows.open(Tier(), tmp_path / "empty")
    with pytest.raises(FileNotFoundError):
        Windows.open(Tier(), tmp_path / "nowhere")
    (tmp_path / "empty" / "bad.wav").write_bytes(b"no sound")
    with pytest.raises(DatasetError, match=r"none can be read; '.*bad\.wav' cannot be read"):
        Windows.open(Tier(), tmp_path / "empty")


def test_missing_parameters_are_errors(folder, tmp_path):
    with pytest.raises(ParamsError, match=r"a\.params' has no parameter 'depth'; it has rate, rmse, pitch\.$"):
        Windows.open(Tier(prop=("rate", "depth"), seq_len=64), folder)
    recording(tmp_path / "a.wav", noise(0.1))
    with pytest.raises(ParamsError, match=r"a\.wav' has no parameter file '.*a\.params'\.$"):
        Windows.open(Tier(prop=("rate",), seq_len=64), tmp_path)
    assert len(Windows.open(Tier(seq_len=64), tmp_path))  # which needs none


def test_the_index_counts_files(folder):
    seen = []
    Windows.open(Tier(seq_len=64), folder, watch=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (6, 6)
    assert seen == sorted(seen)


# Generation ----------------------------------------------------------------------------------------------------------


def test_a_primer_from_a_place(folder):
    tier = Tier(prop=("rate",), seq_len=64)
    path = folder / "deep" / "c.wav"
    out = primer(tier, 300, file=path, start=0.05, data_dir=folder, param_dir=folder, batch=2)
    assert out.shape == (2, 300, 2)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out[0], out[1])
    np.testing.assert_array_equal(mulaw.from_input(out[0, :, :1]), mulaw.encode(samples_of(path)[800:1100]))
    np.testing.assert_allclose(out[0, :, 1], curve(path, "rate", np.linspace(0.05, 0.05 + 300 / 16000, 300)), atol=1e-6)
    assert primer(tier, 3200, file=path).shape == (1, 3200, 2)
    for options in ({"start": 0.19}, {"start": -1}):
        with pytest.raises(DatasetError, match=r"has 0\.2 s; 0\.01875 s from"):
            primer(tier, 300, file=path, **options)
    with pytest.raises(AudioError):
        primer(tier, 300, file=folder / "none.wav")


def test_a_primer_of_parameters_is_a_window(folder):
    tier = Tier(generate=PARAMS, prop=("rate",), sample_rate=500, seq_len=30)
    windows = Windows.open(tier, folder)
    out = primer(tier, 30, file=folder / "a.wav", start=11 / 500)
    np.testing.assert_allclose(out[0], windows[11][0], atol=1e-6)


@pytest.mark.parametrize("length", [100, 4000, 8000])
def test_a_primer_from_anywhere(folder, length):
    tier = Tier(prop=("rate",), seq_len=16)
    out = primer(tier, length, data_dir=folder, param_dir=folder, seed=3, batch=3)
    assert out.shape == (3, length, 2)
    np.testing.assert_array_equal(out, primer(tier, length, data_dir=folder, param_dir=folder, seed=3, batch=3))
    np.testing.assert_array_equal(out[:1], primer(tier, length, data_dir=folder, seed=3))
    if length < 8000:
        assert not np.array_equal(out[0], out[1])
        assert not np.array_equal(out, primer(tier, length, data_dir=folder, seed=4, batch=3))


def test_primers_that_cannot_be(folder):
    with pytest.raises(DatasetError, match=r"the 8001 values \(0\.5001 s\) to begin with; the longest has 0\.5 s"):
        primer(Tier(), 8001, data_dir=folder)
    with pytest.raises(ParamsError, match="no parameter 'depth'"):
        primer(Tier(prop=("depth",)), 10, data_dir=folder)
    with pytest.raises(ValueError, match="a recording or a folder"):
        primer(Tier(), 10)
    with pytest.raises(ValueError, match="at least 1"):
        primer(Tier(), 0, data_dir=folder)


@pytest.mark.parametrize("external_sr", [100, 125, 16000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_conditioning(tmp_path, external_sr, dtype):
    tier = Tier(prop=("a", "b"), sample_rate=500)
    array = np.random.default_rng(0).random((2, 50, 2)).astype(dtype)
    np.save(tmp_path / "c.npy", array)
    own = 500 * 50 // external_sr
    out = conditioning(tmp_path / "c.npy", external_sr, tier, own + 30, batch=2)
    assert out.shape == (2, own + 30, 2)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out[:, 0], array[:, 0], atol=1e-6)
    np.testing.assert_array_equal(
        out[:, max(own, 1) :], np.repeat(out[:, max(own, 1) - 1 :][:, :1], own + 30 - max(own, 1), 1)
    )
    if own > 1:
        np.testing.assert_allclose(out[:, own - 1], array[:, -1], atol=1e-6)
    np.testing.assert_array_equal(conditioning(array, external_sr, tier, 1, 2), out[:, :1])


def test_conditioning_of_fewer_dimensions():
    tier = Tier(prop=("a",), sample_rate=10)
    ramp = np.linspace(0, 1, 5)
    one = conditioning(ramp, 10, tier, 5)
    np.testing.assert_allclose(one[0, :, 0], ramp)
    np.testing.assert_array_equal(conditioning(ramp[:, None], 10, tier, 5, batch=3), np.repeat(one, 3, 0))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((1, 5, 3)), r"is \[1, 5, 3\]; the model takes 2 feature\(s\): a, b"),
        (np.zeros((3, 5, 2)), "a batch of 3, and 2 are generated"),
        (np.zeros((2, 0, 2)), r"\[2, 0, 2\]; it has to be \[batch"),
        (np.zeros((1, 1, 1, 1)), "has to be"),
        (np.float64(3), "has to be"),
        (np.full((1, 5, 2), np.nan), "not finite"),
        (np.array([["x"]]), "does not hold numbers"),
    ],
)
def test_conditioning_that_is_none(array, words):
    with pytest.raises(ValueError, match=words):
        conditioning(array, 100, Tier(prop=("a", "b")), 10, batch=2)


def test_conditioning_files_that_are_none(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"hello")
    np.save(tmp_path / "b.npy", np.array([{}]), allow_pickle=True)
    for name in ("a.npy", "b.npy"):
        with pytest.raises(ValueError, match=r"is not a \.npy file of numbers"):
            conditioning(tmp_path / name, 100, Tier(prop=("a",)), 10)
    with pytest.raises(FileNotFoundError):
        conditioning(tmp_path / "c.npy", 100, Tier(prop=("a",)), 10)
    with pytest.raises(ValueError, match="--external_sr must be above 0"):
        conditioning(np.zeros((1, 5, 1)), 0, Tier(prop=("a",)), 10)
