"""Crops: exactly as long as asked for, at the model's rate, and the same for the same seed, epoch and item."""

import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from audio_files import alike, sound

from nn_tilde.audio import transforms
from nn_tilde.audio.crops import Crops
from nn_tilde.audio.dataset import Dataset
from nn_tilde.audio.resampling import read_resampled, resampled_length


class Memory(Dataset):
    """Items from memory."""

    lazy = False

    def __init__(self, *items, rate=44100):
        self.items, self.channels, self.sampling_rate = items, items[0].shape[0], rate

    def __len__(self):
        return len(self.items)

    def length(self, item):
        return self.items[item].shape[1]

    def read(self, item, start, frames):
        got = self.items[item][:, start : start + frames]
        return np.pad(got, ((0, 0), (0, frames - got.shape[1])))


class Tag:
    """An augmentation that shows when it is called."""

    def __init__(self, factor, offset):
        self.factor, self.offset = factor, offset

    def __call__(self, x, rng, rate):
        return x * self.factor + self.offset


def tone(hertz, seconds=1.0, rate=44100):
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)[None].astype(np.float32)


def pitch(x, rate=44100):
    return np.argmax(np.abs(np.fft.rfft(x[0] * np.hanning(x.shape[1])))) * rate / x.shape[1]


PLAIN = {"phase_mangle": False}


def test_a_crop_depends_on_seed_epoch_and_item_alone():
    store = Memory(sound(1.0), sound(1.0, seed=1))
    make = lambda seed: Crops(store, 4096, seed=seed, rand_pitch=(0.5, 2))  # noqa: E731
    a, b = make(0), make(0)
    for _ in range(3):  # whatever was asked for before
        a(5, 1)
    first = a(3, 1)
    np.testing.assert_array_equal(first, b(3, 1))
    np.testing.assert_array_equal(first, pickle.loads(pickle.dumps(a))(3, 1))
    for other in (make(1)(3, 1), a(4, 1), a(3, 0)):
        assert alike(first, other) < 0.9


def test_another_process_cuts_the_same():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_audio_crops import *\n"
        "print(float(np.abs(Crops(Memory(sound(1.0)), 4096, seed=7)(2, 0)).sum()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, __file__.rsplit("/", 1)[0]], capture_output=True, text=True, timeout=100
    )
    assert float(run.stdout) == float(np.abs(Crops(Memory(sound(1.0)), 4096, seed=7)(2, 0)).sum()), run.stderr


@pytest.mark.parametrize("stored", [44100, 48000, 22050, 44056])
@pytest.mark.parametrize("model", [44100, 48000, 16000])
@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.0])
def test_a_crop_is_always_so_long(stored, model, seconds):
    store = Memory(sound(seconds, stored, 2), rate=stored)
    crops = Crops(store, 5000, sampling_rate=model, rand_pitch=(0.6, 1.7), normalize=True, derivative=True)
    for epoch in range(4):
        x = crops(epoch, 0)
        assert x.shape == (2, 5000)
        assert x.dtype == np.float32
        assert x.flags["C_CONTIGUOUS"]
        assert np.isfinite(x).all()
    assert crops.validation(0).shape == (2, 5000)


@pytest.mark.parametrize(("source", "target"), [(44100, 48000), (48000, 44100), (44100, 11025), (7, 5), (44056, 44100)])
def test_a_converted_excerpt_is_a_cut_of_the_converted_whole(source, target):
    import soxr

    x = sound(1.0, 44100, 2)
    store = Memory(x)
    whole = soxr.resample(x.T, source, target).T
    n = resampled_length(44100, source, target)
    for start, frames in [(0, 100), (1, 999), (n // 3, 5000), (n - 1200, 1200)]:
        cut = read_resampled(lambda a, b: store.read(0, a, b), source, target, start, frames)
        np.testing.assert_allclose(cut, whole[:, start : start + frames], atol=1e-5)


def test_every_place_of_an_item_is_cut():
    """The first and the last as well."""
    x = np.arange(1, 6, dtype=np.float32)[None]
    crops = Crops(Memory(x), 3, **PLAIN)
    starts = {round(float(crops(epoch, 0)[0, 0])) for epoch in range(60)}
    assert starts == {1, 2, 3}


def test_a_short_item_lies_anywhere_in_silence():
    x = np.ones((1, 10), np.float32)
    crops = Crops(Memory(x), 13, **PLAIN)
    seen = {tuple(np.rint(crops(epoch, 0)[0]).astype(int)) for epoch in range(80)}
    assert seen == {(0,) * k + (1,) * 10 + (0,) * (3 - k) for k in range(4)}


def test_channels_are_the_first_or_all_in_turn(caplog):
    x = sound(0.5, channels=2)
    store = Memory(x)
    for channels, rows in [(1, [0]), (2, [0, 1]), (5, [0, 1, 0, 1, 0]), (None, [0, 1])]:
        crop = Crops(store, 22050, channels=channels).validation(0)
        np.testing.assert_array_equal(crop, x[rows])
    assert caplog.text.count("repeated") == 1


def test_speed_changes_pitch():
    store = Memory(tone(1000, 4.0))
    crops = Crops(store, 22050, rand_pitch=(0.5, 2.0), **PLAIN)
    found = [pitch(crops(epoch, 0)) for epoch in range(60)]
    assert min(found) == pytest.approx(500, rel=0.1)
    assert max(found) == pytest.approx(2000, rel=0.1)
    unchanged = sum(abs(hertz - 1000) < 3 for hertz in found)
    assert 15 < unchanged < 50  # half of them, and the ones that are drawn so
    # Never faster than leaves a whole crop.
    short = Crops(Memory(tone(1000, 0.6)), 22050, rand_pitch=(1.0, 2.0), **PLAIN)
    for epoch in range(20):
        assert np.abs(short(epoch, 0)[0, -30:]).max() > 0.5


def test_conversion_keeps_pitch():
    crops = Crops(Memory(tone(1000, 2.0, 48000), rate=48000), 22050, sampling_rate=44100, **PLAIN)
    assert pitch(crops(0, 0)) == pytest.approx(1000, abs=3)


def test_the_order_of_what_happens():
    """Levels before augmentations, which come in the order given."""
    store = Memory(np.full((1, 100), 0.25, np.float32))
    augmented = Crops(store, 50, normalize=True, augmentations=[Tag(2, 0), Tag(1, 1)], **PLAIN)(0, 0)
    np.testing.assert_allclose(augmented, 3, atol=1e-3)
    turned = Crops(store, 50, normalize=True, augmentations=[Tag(1, 1), Tag(2, 0)], **PLAIN)(0, 0)
    np.testing.assert_allclose(turned, 4, atol=1e-3)


def test_validation_is_the_same_middle_with_nothing_added():
    x = sound(1.0)
    crops = Crops(Memory(x), 1000, augmentations=[Tag(0, 0)], rand_pitch=(0.5, 0.6))
    np.testing.assert_array_equal(crops.validation(0), x[:, 21550:22550])
    assert Crops(Memory(x), 1000, normalize=True).validation(0).max() <= 1


def test_mangled_phases_keep_magnitudes():
    impulse = np.zeros((2, 44100), np.float32)
    impulse[:, 100] = 1
    for seed in range(5):
        rng = np.random.default_rng(seed)
        out = transforms.mangle_phase(impulse, rng, 44100)
        np.testing.assert_allclose(np.abs(np.fft.rfft(out)), 1, atol=1e-4)
        assert np.abs(out - impulse).max() > 0.005
        np.testing.assert_array_equal(out[0], out[1])
    mangled = sum(alike(Crops(Memory(sound(0.1)), 4410)(e, 0), sound(0.1)) < 0.999 for e in range(100))
    assert 65 < mangled < 95


def test_the_frequency_of_the_pole_follows_the_rate():
    """The phase turns fastest at the pole: between 20 and 2000 Hz at any rate."""
    for rate in (16000, 96000):
        impulse = np.zeros((1, rate), np.float32)
        impulse[0, 0] = 1
        for seed in range(20):
            out = transforms.mangle_phase(impulse, np.random.default_rng(seed), rate)
            turn = -np.diff(np.unwrap(np.angle(np.fft.rfft(out[0]))))
            assert 0 <= np.argmax(turn) <= 2010


def test_dequantisation_has_no_offset():
    x = np.zeros((2, 100000), np.float32)
    noise = transforms.dequantize(x, np.random.default_rng(0))
    assert noise.dtype == np.float32
    assert np.abs(noise).max() <= 2.0**-17
    assert abs(noise.mean()) < 2.0**-17 / 100
    assert noise.std() == pytest.approx(2.0**-16 / np.sqrt(12), rel=0.02)


def test_normalisation_is_limited():
    np.testing.assert_allclose(np.abs(transforms.normalize(sound(0.1, level=0.2))).max(), 1, rtol=1e-6)
    np.testing.assert_allclose(np.abs(transforms.normalize(sound(0.1, level=1.5))).max(), 1, rtol=1e-6)
    quiet = sound(0.1, level=0.001)
    np.testing.assert_allclose(transforms.normalize(quiet), quiet * 10**1.5, rtol=1e-5)
    assert not transforms.normalize(np.zeros((1, 10), np.float32)).any()


def test_the_integral_undoes_the_derivative():
    x = tone(440)
    back = transforms.integrate(transforms.derivative(x), 44100)
    assert alike(back[:, 4410:], x[:, 4410:]) > 0.99
    np.testing.assert_allclose(transforms.derivative(np.array([[1, 3, 2]], np.float32)), [[0.5, 1, -0.5]])


@pytest.mark.parametrize("wrong", [{"n_signal": 0}, {"rand_pitch": (2, 1)}, {"rand_pitch": (0, 1)}])
def test_arguments_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Crops(Memory(sound(0.1)), **{"n_signal": 10, **wrong})


def test_speeds_are_fractions_of_small_numbers():
    crops = Crops(Memory(sound(1.0)), 1000, rand_pitch=(0.9, 1.1))
    speeds = {crops._speed(0, np.random.default_rng(i)) for i in range(50)}
    assert len(speeds) > 5
    assert all(Fraction(9, 10) <= s <= Fraction(11, 10) and max(s.numerator, s.denominator) < 20 for s in speeds)
