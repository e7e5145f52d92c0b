"""Augmentations do what they say, and nothing to the crop they are given."""

import numpy as np
import pytest
from audio_files import sound

from nn_tilde.audio.augment import AUGMENTATIONS, build
from nn_tilde.audio.compand import Curve, compand, follow

RATE = 44100


def rng(seed=0):
    return np.random.default_rng(seed)


def one(name, **arguments):
    return build([(name, arguments)])[0]


def db(value):
    return 20 * np.log10(value)


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("frames", [1, 100, 5000])
def test_shape_and_type_stay_and_the_input_too(name, frames):
    kind = AUGMENTATIONS[name]
    for seed in range(6):
        x = sound(frames / RATE, channels=2, seed=seed)
        before = x.copy()
        out = kind()(x, rng(seed), RATE)
        assert out.shape == x.shape
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(out, kind()(x, rng(seed), RATE))
        assert not kind()(np.zeros_like(x), rng(seed), RATE).any()


@pytest.mark.parametrize("name", [name for name in AUGMENTATIONS if name.startswith(("Random", "Freq"))])
def test_probability(name):
    x = sound(0.2)
    never = [one(name, prob=0.0)(x, rng(seed), RATE) for seed in range(10)]
    assert all(np.array_equal(out, x) for out in never)
    changed = sum(not np.array_equal(one(name, prob=0.5)(x, rng(seed), RATE), x) for seed in range(60))
    assert 12 < changed < 48
    assert not np.array_equal(one(name, prob=1.0)(x, rng(3), RATE), x)


def test_mute_by_default_mutes_a_tenth():
    muted = sum(not one("RandomMute")(sound(0.01), rng(seed), RATE).any() for seed in range(400))
    assert 20 < muted < 65


def test_gain_is_really_applied():
    x = sound(0.1, level=0.1)
    gains = [db(np.abs(one("RandomGain", prob=1)(x, rng(s), RATE)).max() / np.abs(x).max()) for s in range(100)]
    assert -6 <= min(gains) < -4
    assert 1 < max(gains) <= 3.0001


def test_gain_is_limited_to_full_scale():
    x = sound(0.1, level=0.9)
    for seed in range(20):
        limited = one("RandomGain", prob=1, gain_range=[3, 6])(x, rng(seed), RATE)
        assert np.abs(limited).max() == pytest.approx(1, abs=1e-6)
        free = one("RandomGain", prob=1, gain_range=[3, 6], limit=False)(x, rng(seed), RATE)
        assert np.abs(free).max() > 1.2


@pytest.mark.parametrize("amp", [-60.0, -50.0, -20.0, -5.0])
def test_compress_brings_the_threshold_to_the_level_drawn(amp):
    """A steady level of −40 dB, after the attack; a square wave, whose level is its amplitude."""
    x = np.full((1, 2 * RATE), 10 ** (-40 / 20), np.float32)
    x[:, ::2] *= -1
    out = one("RandomCompress", prob=1, amp_range=(amp, amp))(x, rng(), RATE)
    gained = db(np.abs(out[0, -100:]).mean()) + 40
    knee = abs(Curve(((-80, -80), (-40, amp)), 6.0).gain_db(np.array([-40.0]))[0] - (amp + 40))
    assert gained == pytest.approx(amp + 40, abs=knee + 0.05)
    assert knee <= 3.5


def test_compress_leaves_full_scale_and_the_floor():
    for level in (0.0, -90.0):
        x = np.full((1, 3 * RATE), 10 ** (level / 20), np.float32)
        out = one("RandomCompress", prob=1, amp_range=(-20, -20))(x, rng(), RATE)
        assert db(out[0, -1]) == pytest.approx(level, abs=0.1)


def test_curve():
    curve = Curve.parse("6:-70,-60,-20 ")
    assert curve.points == ((-70, -70), (-60, -20), (0, 0))
    assert curve.knee == 6
    levels = np.array([-100, -76, -65, -40, -20, -10, 0, 10.0])
    # −65 is in the middle of a segment of 10 dB, whose knees end there.
    np.testing.assert_allclose(curve.gain_db(levels), [0, 0, 20, 80 / 3, 40 / 3, 20 / 3, 0, 0], atol=1e-9)
    assert Curve.parse("-30,-15,-10,-8", gain=-3).gain_db(np.array([-30.0]))[0] == pytest.approx(12, abs=0.01)
    # Rounded corners: the slope has no jump.
    fine = curve.gain_db(np.arange(-90, 0, 0.001))
    assert np.abs(np.diff(fine, 2)).max() < 2e-6
    for wrong in ("a,b", "-20,-30,-30,-10", "1,2", ""):
        with pytest.raises(ValueError, match="no compand curve"):
            Curve.parse(wrong)


def test_the_level_follows_with_attack_and_decay():
    step = np.concatenate([np.ones(RATE), np.zeros(RATE)])
    level = follow(step, RATE, 0.1, 0.2, initial=0.0)
    assert level[round(0.1 * RATE) - 1] == pytest.approx(1 - np.exp(-1), abs=1e-3)
    assert level[RATE + round(0.2 * RATE) - 1] == pytest.approx(level[RATE - 1] * np.exp(-1), abs=1e-3)
    assert follow(step, RATE, 0.0, 0.2)[0] == 1
    # The linear filter and the recursion agree.
    x = np.abs(sound(0.2)[0])
    np.testing.assert_allclose(follow(x, RATE, 0.1, 0.1), follow(x, RATE, 0.1, 0.1 + 1e-9), atol=1e-6)


def test_channels_are_companded_together():
    x = np.stack([np.full(RATE, 0.5), np.full(RATE, 0.01)]).astype(np.float32)
    out = compand(x, RATE, Curve(((-80, -80), (-40, -10)), 6.0))
    np.testing.assert_allclose(out[1] / out[0], 0.02, rtol=1e-5)


def test_a_gain_table_is_as_good_as_the_curve():
    curve = Curve.parse("6:-80,-40,-15")
    x = np.full((1, 2000), 0.03, np.float32)
    exact = 10 ** (curve.gain_db(20 * np.log10(follow(x[0], RATE, 0, 0))) / 20)
    np.testing.assert_allclose(compand(x, RATE, curve, 0, 0)[0] / x[0], exact, rtol=1e-4)


def test_masking_removes_a_band_and_nothing_else():
    x = sound(1.0)
    for seed in range(8):
        out = one("FrequencyMasking", prob=1)(x, rng(seed), RATE)
        gone = np.abs(np.fft.rfft((x - out)[0]))
        total = np.abs(np.fft.rfft(x[0]))
        touched = np.nonzero(gone > 1e-3 * total.max())[0]
        assert len(touched) == 0 or touched[-1] - touched[0] < 84 * RATE / 4096
    masked = one("FrequencyMasking", prob=1, max_size=1)(x, rng(), RATE)  # a band of no bins
    np.testing.assert_allclose(masked, x, atol=1e-5)


def test_extras():
    impulse = np.zeros((1, RATE), np.float32)
    impulse[0, 0] = 1
    echo = one("RandomDelay", prob=1)(impulse, rng(), RATE)
    assert np.count_nonzero(echo) == 2
    spectrum = db(np.abs(np.fft.rfft(one("RandomEQ", prob=1, bands=1)(impulse, rng(), RATE))))
    assert 0.5 < np.abs(spectrum).max() <= 9.1
    assert np.abs(one("RandomDistort", prob=1)(sound(0.1, level=1.0), rng(), RATE)).max() == pytest.approx(1, abs=1e-5)


def test_build_keeps_order_and_refuses_what_it_does_not_know():
    built = build([("RandomMute", {"prob": 0.2}), ("RandomGain", {})])
    assert [type(b).__name__ for b in built] == ["RandomMute", "RandomGain"]
    assert built[0].prob == 0.2
    for wanted, words in [
        (("Reverb", {}), "There is no augmentation 'Reverb'"),
        (("RandomMute", {"wet": 1}), "RandomMute takes prob, not 'wet'"),
        (("RandomGain", {"gain_range": 3}), "gain_range takes two numbers"),
        (("RandomCompress", {"amp_range": [0, -60]}), "lower number first"),
        (("Compress", {"time": "0.1"}), "attack and decay"),
        (("Compress", {"lookup": "x"}), "no compand curve"),
    ]:
        with pytest.raises(ValueError, match=words):
            build([wanted])
