"""Pitch by pYIN: how exact, where there is none, and that it follows one voice."""

from __future__ import annotations

import numpy as np
import pytest

from nn_tilde.audio import pyin
from nn_tilde.audio.pyin import track, track_at

RATE = 16000


def tone(hertz, seconds=0.5, harmonics=range(1, 16), rate=RATE):
    """float32 [T] of a frequency, or one for each sample; harmonics sound as 1/k where there is room for them."""
    hertz = np.broadcast_to(np.asarray(hertz, float), (round(seconds * rate),))
    turns = np.cumsum(hertz) / rate
    heard = [k for k in harmonics if k * hertz.max() < 0.45 * rate]
    return (0.2 * sum(np.sin(2 * np.pi * (k * turns + 0.1 * k * k)) / k for k in heard)).astype(np.float32)


def noise(seconds, level, seed=0):
    return (level * np.random.default_rng(seed).standard_normal(round(seconds * RATE))).astype(np.float32)


def noisy(x, decibels):
    return x + noise(len(x) / RATE, np.sqrt(np.mean(np.square(x))) * 10 ** (-decibels / 20))


def cents(pitch, hertz):
    return 1200 * np.log2(pitch.hertz / hertz)


@pytest.mark.parametrize("hertz", [55, 82.4, 110, 233.1, 440, 987.8, 1567.98])
@pytest.mark.parametrize("harmonics", [range(1, 2), range(1, 16), range(2, 7)], ids=["sine", "saw", "no fundamental"])
@pytest.mark.parametrize("rate", [16000, 44100])
def test_steady_tones(hertz, harmonics, rate):
    found = track(tone(hertz, 0.3, harmonics, rate), rate)
    inner = slice(5, -5)
    np.testing.assert_allclose(cents(found, hertz)[inner], 0, atol=1.5)
    assert found.confidence[inner].min() > 0.9


@pytest.mark.parametrize("hertz", [110, 220, 880])
def test_vibrato(hertz):
    """Half a semitone to either side, six times a second; a pitch that came late or early would be wrong by more."""
    moving = hertz * 2 ** (50 / 1200 * np.sin(2 * np.pi * 6 * np.arange(RATE) / RATE))
    found = track(tone(moving, 1, range(1, 9)), RATE)
    error = cents(found, moving[np.minimum(np.rint(found.times * RATE).astype(int), RATE - 1)])[5:-5]
    assert abs(np.median(error)) < 3
    assert np.percentile(np.abs(error), 90) < 12


def test_a_glide_over_three_octaves():
    moving = 110 * 8 ** (np.arange(2 * RATE) / (2 * RATE))
    found = track(tone(moving, 2, range(1, 6)), RATE)
    at = np.minimum(np.rint(found.times * RATE).astype(int), 2 * RATE - 1)
    assert np.abs(cents(found, moving[at])[5:-5]).max() < 20


@pytest.mark.parametrize("decibels", [20, 10])
@pytest.mark.parametrize("hertz", [58.3, 146.8, 622.3, 1244.5])
@pytest.mark.parametrize("harmonics", [range(1, 2), range(1, 16), range(2, 7)], ids=["sine", "saw", "no fundamental"])
def test_tones_in_noise(decibels, hertz, harmonics):
    """Of a low sine the dip is wide, and noise breaks it into many."""
    error = np.abs(cents(track(noisy(tone(hertz, 0.5, harmonics), decibels), RATE), hertz)[5:-5])
    assert np.mean(error < 50) > 0.95
    assert np.nanmedian(error) < (8 if decibels == 20 else 25)


def test_where_there_is_no_voice():
    assert np.isnan(track(np.zeros(RATE, np.float32), RATE).hertz).all()
    hiss = track(noise(2, 0.1), RATE)
    assert np.isnan(hiss.hertz).mean() > 0.85
    assert np.median(hiss.confidence) < 0.1
    gap = np.concatenate([tone(220, 0.4), np.zeros(6400, np.float32), tone(330, 0.4)])
    found = track(gap, RATE, hop=0.002)
    silent = (found.times > 0.43) & (found.times < 0.77)
    assert np.isnan(found.hertz[silent]).all()
    for hertz, inside in ((220, (found.times > 0.02) & (found.times < 0.38)), (330, found.times > 0.82)):
        np.testing.assert_allclose(cents(found, hertz)[inside][:-15], 0, atol=5)
    heard = found.hertz[~np.isnan(found.hertz)]
    assert (np.minimum(abs(heard - 220), abs(heard - 330)) < 5).all()


def test_what_does_not_change_pitch():
    x = tone(196, 0.4)
    plain = track(x, RATE)
    for other in (1e-4 * x, x + 0.5, -x, np.float64(x)):
        np.testing.assert_allclose(track(other, RATE).hertz, plain.hertz, rtol=1e-4)


def test_times():
    found = track(tone(220, 0.5), RATE, hop=0.02)
    np.testing.assert_allclose(found.times, 0.02 * np.arange(26))
    assert len(found.hertz) == len(found.confidence) == 26
    assert all(len(part) == 0 for part in track(np.zeros(0, np.float32), RATE))
    assert [len(part) for part in track(np.ones(1, np.float32), RATE)] == [1, 1, 1]
    times = np.linspace(0, 0.5, 7)  # far apart
    hertz, _ = track_at(tone(220, 0.5), times, RATE)
    np.testing.assert_allclose(hertz[1:-1], 220, rtol=1e-3)


def test_limits():
    x = tone(300, 0.3)
    assert np.isnan(track(x, RATE, lowest=400, highest=900).hertz[5:-5]).all()
    np.testing.assert_allclose(track(x, RATE, 290, 310).hertz[5:-5], 300, rtol=1e-3)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"lowest": 0}, "above 0"),
        ({"lowest": 500, "highest": 400}, "below the highest"),
        ({"highest": 4001}, "4000 Hz"),
        ({"hop": 0}, "hop"),
    ],
)
def test_what_cannot_be_tracked(limits, said):
    with pytest.raises(ValueError, match=said):
        track(np.zeros(100, np.float32), RATE, **limits)
    with pytest.raises(ValueError, match="one dimension"):
        track(np.zeros((2, 100), np.float32), RATE)


def test_thresholds_are_a_distribution():
    """Beta(2, 18), by its density."""
    s = np.linspace(0, 1, 20001)
    density = s * (1 - s) ** 17 * 18 * 19
    np.testing.assert_allclose(pyin._thresholds_under(s), np.cumsum(density) * s[1], atol=1e-3)


def observed(rows, bins=120):
    """Frames of {bin: probability}."""
    probability = np.zeros((len(rows), bins), np.float32)
    for i, row in enumerate(rows):
        for column, value in row.items():
            probability[i, column] = value
    return pyin._Observed(probability, probability)


def test_the_likeliest_way_is_smooth():
    """An octave below is likelier for a moment, and a frame lacks any candidate that is likely."""
    steady, lower = {80: 0.5, 20: 0.3}, {80: 0.3, 20: 0.6}
    frames = [steady] * 8 + [lower] * 2 + [steady] * 8 + [{80: 0.002}] + [steady] * 8
    [(_, path)] = pyin._follow(iter([observed(frames)]), 0.01)
    assert (path == 80).all()
    [(_, path)] = pyin._follow(iter([observed([{80: 0.9}] * 5 + [{}] * 5 + [{20: 0.9}] * 5)]), 0.01)
    assert (path[:5] == 80).all()
    assert (path[5:10] >= 120).all()  # unvoiced
    assert (path[10:] == 20).all()


def test_a_block_is_decided_by_the_next():
    doubt, sure = {80: 0.45, 20: 0.5}, {80: 0.5, 20: 0.001}
    blocks = [observed([doubt] * 6), observed([doubt] * 2 + [sure] * 6)]
    paths = [path for _, path in pyin._follow(iter(blocks), 0.001)]
    assert [len(path) for path in paths] == [6, 8]
    assert (np.concatenate(paths) == 80).all()


def test_blocks_are_not_heard(monkeypatch):
    """The way through the sound is that of one block, however many there are."""
    x = noisy(np.concatenate([tone(220, 0.5), tone(247, 0.4), np.zeros(3200, np.float32), tone(110, 0.5)]), 15)
    whole = track(x, RATE)
    monkeypatch.setattr(pyin, "_BLOCK", 25)
    parts = track(x, RATE)
    np.testing.assert_allclose(parts.hertz, whole.hertz, rtol=1e-5)
    np.testing.assert_allclose(parts.confidence, whole.confidence, atol=1e-4)
