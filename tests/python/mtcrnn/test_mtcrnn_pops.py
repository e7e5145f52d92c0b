"""The QuickStart data, and onsets counted in it."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from mtcrnn_files import quick

from nn_tilde.mtcrnn import mulaw
from nn_tilde.mtcrnn.data import Windows
from nn_tilde.mtcrnn.onsets import onset_rate, onsets
from nn_tilde.mtcrnn.params import paramManager, read_params
from nn_tilde.mtcrnn.pops import RATES, make, pops, pops_per_second
from nn_tilde.mtcrnn.tier import Tier


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("quick") / "RegularPopsRandomPitch_16k"
    quick("pops", top)
    return top


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files(folder):
    names = sorted(path.name for path in folder.iterdir())
    stems = [f"RegularPopRandomPitch_r00.{tenth}0" for tenth in range(10)] + ["RegularPopRandomPitch_r01.00"]
    assert names == sorted(stem + suffix for stem in stems for suffix in (".wav", ".params"))
    for stem, rate in zip(stems, RATES, strict=True):
        info = soundfile.info(folder / f"{stem}.wav")
        assert (info.samplerate, info.channels, info.subtype, info.frames) == (16000, 1, "PCM_16", 160000)
        assert read_params(folder / f"{stem}.params") == {
            "meta": {"filename": f"{stem}.wav"},
            "rate": {
                "times": [0, 10],
                "values": [rate, rate],
                "units": "norm",
                "nvals": 11,
                "minval": 0,
                "maxval": 1,
                "origUnits": "rate pow(2,n), n=[2,5]",
                "origMinval": 2,
                "origMaxval": 5,
            },
        }
    assert [round(rate, 6) for rate in RATES] == [tenth / 10 for tenth in range(11)]
    assert (pops_per_second(0), pops_per_second(1)) == (4, 32)
    assert paramManager(folder, folder).checkIntegrity()


def test_they_train_as_the_originals(folder):
    tier = Tier(prop=("rate",), seq_len=256)
    windows = Windows.open(tier, folder, folder)
    assert windows.steps(128) == pytest.approx(13750, rel=0.01)
    assert windows.notices == []
    inputs, _ = windows[0, 0]
    assert inputs.shape == (256, 2)


@pytest.mark.parametrize("rate", RATES)
def test_the_rate_is_heard(folder, rate):
    sound, sample_rate = soundfile.read(folder / f"RegularPopRandomPitch_r{rate:05.2f}.wav")
    wanted = pops_per_second(rate)
    assert len(onsets(sound, sample_rate)) == pytest.approx(10 * wanted, abs=1)
    at, rates = onset_rate(sound, sample_rate)
    assert len(at) == len(rates) == 19
    np.testing.assert_allclose(rates, wanted, rtol=0.01)
    assert np.abs(sound).max() < 1
    assert np.abs(sound).max() > 0.3


@pytest.mark.parametrize("rate", [0.0, 0.35, 0.7, 1.0])
@pytest.mark.parametrize("sample_rate", [8000, 16000, 44100])
@pytest.mark.parametrize("level", [1.0, 0.05])
def test_the_rate_is_heard_as_a_model_would_play_it(rate, sample_rate, level):
    """With the errors of mu-law, noise 40 dB below the peaks, and at other levels."""
    sound = pops(rate, 4, sample_rate, seed=3)
    sound = mulaw.decode(mulaw.encode(sound)) + 0.006 * np.random.default_rng(0).standard_normal(len(sound))
    _, rates = onset_rate(level * sound, sample_rate)
    np.testing.assert_allclose(rates, pops_per_second(rate), rtol=0.05)


def test_a_rate_that_changes_is_followed():
    sound = np.concatenate([pops(rate, 2) for rate in (0.0, 1.0, 0.5)])
    at, rates = onset_rate(sound, 16000)
    for first, rate in ((0, 0.0), (2, 1.0), (4, 0.5)):
        inside = rates[(at > first + 0.6) & (at < first + 1.4)]
        np.testing.assert_allclose(inside, pops_per_second(rate), rtol=0.05)


def test_what_has_no_onsets():
    steady = np.sin(0.1 * np.arange(32000))
    for sound in (np.zeros(32000), np.zeros(0), np.zeros(10), steady, np.random.default_rng(0).standard_normal(32000)):
        assert len(onsets(sound, 16000)) == 0
    assert onset_rate(np.zeros(0), 16000)[1].size == 0
    np.testing.assert_array_equal(onset_rate(np.zeros(32000), 16000)[1], [0, 0, 0])


def test_onsets_are_where_they_are():
    sound = np.zeros(16000)
    places = [0.1, 0.25, 0.5, 0.8]
    for place in places:
        first = round(place * 16000)
        sound[first : first + 300] = np.random.default_rng(0).standard_normal(300) * np.exp(-np.arange(300) / 60)
    np.testing.assert_allclose(onsets(sound, 16000), places, atol=0.006)


def test_the_seed_decides(folder, tmp_path):
    make(tmp_path / "same", seconds=10)
    assert content(tmp_path / "same") == content(folder)
    make(tmp_path / "one", rates=(0.5,), seconds=0.5, seed=1)
    make(tmp_path / "two", rates=(0.5,), seconds=0.5, seed=2)
    one, two = content(tmp_path / "one"), content(tmp_path / "two")
    assert one["RegularPopRandomPitch_r00.50.params"] == two["RegularPopRandomPitch_r00.50.params"]
    assert one["RegularPopRandomPitch_r00.50.wav"] != two["RegularPopRandomPitch_r00.50.wav"]


def test_pitches_differ():
    """From pop to pop, as the name says."""
    sound = pops(0.0, 10)
    first = [round(at * 16000) for at in onsets(sound, 16000)]
    peaks = [np.abs(np.fft.rfft(sound[at : at + 800] * np.hanning(800), 8192)).argmax() * 16000 / 8192 for at in first]
    assert len({round(peak, -1) for peak in peaks}) > 30
    assert 200 < min(peaks) < 600 < 1500 < max(peaks) < 3300


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "a").touch()
    assert "is a file" in quick("pops", tmp_path / "a", code=1)
