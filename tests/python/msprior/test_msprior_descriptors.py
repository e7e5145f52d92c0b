"""Descriptors: what is measured, and plug-ins of users."""

import zlib

import numpy as np
import pytest
import torch

from nn_tilde.msprior.descriptors import OURS, Descriptor, DescriptorError, load, register
from nn_tilde.msprior.descriptors.beats import track
from nn_tilde.msprior.descriptors.spectral import a_weighting

RATE = 22050


def sine(hertz, seconds=1.0, level=0.5):
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def noise(seconds=1.0, level=0.1):
    return level * np.random.default_rng(0).standard_normal(round(seconds * RATE)).astype(np.float32)


def measure(name, x, frames=40):
    (descriptor,) = load([name])
    (found,) = descriptor([x], ["sound.wav"], RATE, [frames])
    assert found.shape == (frames, 1)
    assert found.dtype == np.float32
    return found[:, 0]


class Const(Descriptor):
    """Gives what it was told, to all sounds."""

    def __init__(self, value, **fields):
        super().__init__(**{"name": "const", **fields})
        self.value = value

    def example(self, audio, path):
        return self.value


def of(value, frames=6, **fields):
    return Const(value, **fields)([np.zeros(100, np.float32)], ["a.wav"], RATE, [frames])[0]


# What is measured.


def test_a_weighting_is_that_of_the_standard():
    hertz = 10 ** np.array([1.5, 2.0, 3.0, 3.4, 4.0])  # called 31.5, 100, 1000, 2500, 10000
    decibels = 20 * np.log10(a_weighting(hertz))
    np.testing.assert_allclose(decibels, [-39.4, -19.1, 0.0, 1.3, -2.5], atol=0.06)  # table 3 of IEC 61672-1
    assert a_weighting(np.zeros(1))[0] == 0


def test_loudness():
    quiet, loud, deep = (measure("loudness", x) for x in (sine(1000, level=0.01), sine(1000), sine(60)))
    assert (loud > 2 * quiet).all()
    assert np.median(loud) > 3 * np.median(deep)
    assert (measure("loudness", 0 * quiet.repeat(600)) == 0).all()


def test_centroid():
    np.testing.assert_allclose(measure("centroid", sine(2000))[5:-5], 2000, rtol=0.01)
    assert 4000 < np.median(measure("centroid", noise())) < 7000
    assert (measure("centroid", np.zeros(RATE, np.float32)) == 1).all()


def test_centroid_follows_a_change_in_time():
    x = np.concatenate([sine(500), sine(4000)])
    found = measure("centroid", x, 80)
    assert (found[1:38] < 600).all()
    assert (found[42:] > 3800).all()


def test_spectral_entropy():
    hiss, tone = measure("spectral_entropy", noise()), measure("spectral_entropy", sine(1000))
    assert 0.9 < hiss.min() <= hiss.max() <= 1
    assert 0 <= tone[5:-5].max() < 0.3
    assert (measure("spectral_entropy", np.zeros(RATE, np.float32)) == 0).all()


def clicks(bpm, first, seconds, accent=1):
    x = np.zeros(round(seconds * RATE), np.float32)
    burst = (np.hanning(300) * np.random.default_rng(1).standard_normal(300)).astype(np.float32)
    for i, at in enumerate(np.arange(first, seconds - 0.05, 60 / bpm)):
        x[round(at * RATE) :][:300] += burst * (1 if i % accent == 0 else 0.4)
    return x


@pytest.mark.parametrize(("bpm", "first"), [(120, 0.13), (97, 0.4)])
def test_sync_is_a_saw_between_the_beats(bpm, first):
    frames = 1000
    found = measure("sync", clicks(bpm, first, 10) + noise(10, 0.003), frames)
    times = (np.arange(frames) + 0.5) / 100
    beat = 60 / bpm
    inside = (times > first) & (times < 10 - 2 * beat)
    off = found - (times - first) / beat
    off = off - np.rint(off)  # a phase is a circle
    assert np.abs(off[inside]).max() < 0.025 / beat
    assert 0 <= found.min() <= found.max() < 1
    falls = np.diff(times[1:][np.diff(found) < -0.5])
    np.testing.assert_allclose(falls, beat, atol=0.035)


@pytest.mark.parametrize("x", [np.zeros(8 * RATE, np.float32), noise(8), sine(440, 8), noise(0.2), np.zeros(1, "f4")])
def test_sync_without_a_beat_is_zero(x):
    assert (measure("sync", x) == 0).all()


def test_beats_go_on_from_piece_to_piece():
    x = clicks(110, 0.2, 40)
    (sync,) = load(["sync"])
    whole = measure("sync", x, 4000)
    begin = 25 * RATE - sync.context // RATE * RATE
    piece = measure("sync", x[begin:], round((len(x) - begin) / RATE * 100))
    off = piece[-1500:-100] - whole[-1500:-100]
    assert np.abs(off - np.rint(off)).max() < 0.06


def test_beats_go_on_where_one_is_missing():
    strength = np.zeros(600)
    strength[20::50] = 1
    strength[270] = 0
    np.testing.assert_array_equal(track(strength, 50.0), np.arange(20, 600, 50))


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("samples", [1, 50, 3000])
def test_short_sounds_have_values_too(name, samples):
    assert np.isfinite(measure(name, noise()[:samples], 3)).all()


def test_long_sounds_are_measured_in_parts_that_do_not_show():
    once = measure("loudness", sine(500, 60.0), 100)
    np.testing.assert_allclose(once[2:-2], once[50], rtol=1e-3)


# Plug-ins.


def test_ours_are_found_with_and_without_the_prefix():
    assert tuple(d.name for d in load(["descriptors.all"])) == OURS
    assert tuple(d.name for d in load(["all", "loudness"])) == OURS
    assert [d.name for d in load(["sync", "descriptors.loudness", "sync"])] == ["sync", "loudness"]
    assert load([]) == []


MODULE = """
import numpy as np
from nn_tilde.msprior.descriptors import Descriptor, register

@register
class Peak(Descriptor):
    name = "{0}_peak"
    mode = "static"

    def example(self, audio, path):
        return np.abs(audio).max()

class Folder(Descriptor):
    def batch(self, audio, paths):
        return [path.split("/")[0] for path in paths]

register(Folder("{0}_folder", mode="static", dtype=str))
register(Descriptor("{0}_unused"))
"""


def test_a_module_of_the_user_registers_by_being_named(tmp_path, monkeypatch):
    package = tmp_path / "descriptors"  # as in the original's repository
    package.mkdir()
    (package / "mine_for_test.py").write_text(MODULE.format("mine"))
    monkeypatch.chdir(tmp_path)
    name = "descriptors.mine_for_test"
    peak, folder, unused = load([name])
    assert [d.name for d in load([name])] == ["mine_peak", "mine_folder", "mine_unused"]  # a second time too
    sounds, paths = [sine(100), sine(200, level=0.25)], ["a/1.wav", "b/2.wav"]
    np.testing.assert_allclose(peak(sounds, paths, RATE, [4, 4]), [[0.5], [0.25]], atol=1e-3)
    assert folder(sounds, paths, RATE, [4, 4]) == ["a", "b"]
    with pytest.raises(DescriptorError, match=r"^The descriptor 'mine_unused' has neither `example` nor `batch`\.$"):
        unused(sounds, paths, RATE, [4, 4])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The module '{0}' registers no descriptor."),
        ("import nothing_like_it", "The module '{0}' needs the module 'nothing_like_it', which is not installed."),
        ("1 / 0", "The module '{0}' cannot be imported (division by zero)."),
        ("def", "The module '{0}' cannot be imported (invalid syntax"),
        ("raise OSError('two\\nlines')", "The module '{0}' cannot be imported (two lines)."),
        ("raise OSError", "The module '{0}' cannot be imported (OSError)."),
    ],
)
def test_modules_that_do_not_help(tmp_path, monkeypatch, text, sentence):
    name = f"odd_module_{zlib.crc32(text.encode())}"
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DescriptorError) as caught:
        load([name])
    assert str(caught.value).startswith(sentence.format(name))


def test_unknown_names_are_one_sentence():
    with pytest.raises(DescriptorError, match=r"There is no .* module 'descriptors\.chords'; of ours"):
        load(["descriptors.chords"])
    for odd in ("", "..up", "a/b.py"):
        with pytest.raises(DescriptorError, match=rf"'{odd}'( is neither a descriptor nor|; of ours)"):
            load([odd])


def test_two_of_one_name_are_refused():
    class Other(Descriptor):
        name = "loudness"

    load(["loudness"])
    with pytest.raises(DescriptorError, match="There are two descriptors 'loudness'"):
        register(Other)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "rave"}, "needs a name"),
        ({"name": "a/b"}, "needs a name"),
        ({"mode": "moving"}, "has mode 'moving'; static or dynamic there are"),
        ({"resampling_mode": "cubic"}, "has resampling_mode 'cubic'"),
        ({"ratio": 0, "resample": False}, "ratio is a whole number from 1"),
        ({"ratio": 4}, "has resample and ratio 4"),
        ({"kind": "tokens", "resampling_mode": "linear"}, "makes tokens"),
        ({"dtype": str}, "is dynamic, and texts are static"),
    ],
)
def test_fields_that_do_not_go(fields, says):
    with pytest.raises(DescriptorError, match=says):
        Const(0, **fields)


# The call.


def test_values_are_brought_to_the_latent_frames():
    np.testing.assert_array_equal(of([1, 2, 3])[:, 0], [1, 1, 2, 2, 3, 3])
    np.testing.assert_allclose(of([1.0, 3.0], 4, resampling_mode="linear")[:, 0], [1, 1.5, 2.5, 3])
    np.testing.assert_array_equal(of([1, 2, 3, 4, 5, 6], 2)[:, 0], [2, 5])
    wide = of([[1, 10], [2, 20]], 4)
    np.testing.assert_array_equal(wide, [[1, 10], [1, 10], [2, 20], [2, 20]])


def test_values_at_a_rate_of_their_own():
    found = of([5, 6, 7], 9, resample=False, ratio=4, dtype=np.int64, num_tokens=8)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found[:, 0], [5, 6, 7])
    np.testing.assert_array_equal(of([5, 6, 7], 8, resample=False, ratio=4)[:, 0], [5, 6])
    np.testing.assert_array_equal(of([5, 6], 9, resample=False, ratio=4)[:, 0], [5, 6, 6])
    with pytest.raises(DescriptorError, match="'const' gave 2 values instead of 10, one each 4 latent frames"):
        of([5, 6], 40, resample=False, ratio=4)


def test_static_values():
    assert of("drums", mode="static", dtype=str) == "drums"
    np.testing.assert_array_equal(of(3, mode="static"), [3])
    np.testing.assert_array_equal(of([3, 4], mode="static"), [3, 4])


def test_what_is_no_number_becomes_zero():
    np.testing.assert_array_equal(of([np.nan, np.inf, 1.0], 3)[:, 0], [0, 0, 1])


def test_tensors_are_welcome():
    np.testing.assert_array_equal(of(torch.tensor([1.0, 2.0], requires_grad=True), 2)[:, 0], [1, 2])


@pytest.mark.parametrize(
    ("value", "fields", "says"),
    [
        (np.zeros((2, 3, 4)), {}, r"gave numbers of shape \[2, 3, 4\]"),
        (np.zeros((0, 3)), {}, r"gave numbers of shape \[0, 3\] instead of \[values\] or \[values, width\]"),
        (5.0, {}, r"shape \[\]|shape \[1\]|instead of"),
        (["a", "b"], {}, "gave a list, in which there are not only numbers"),
        (None, {}, "gave a NoneType|instead of"),
        ([[1, 2], [3]], {}, "not only numbers"),
        (np.zeros((2, 2)), {"mode": "static"}, "more than 1 dimensions"),
        ([-1], {"kind": "tokens"}, "gave the token -1"),
        ([8], {"kind": "tokens", "num_tokens": 8}, "gave the token 8, which is not one of its 8"),
    ],
)
def test_results_that_cannot_be_used_are_refused(value, fields, says):
    with pytest.raises(DescriptorError, match=f"^The descriptor 'const' .*({says})") as caught:
        of(value, **fields)
    assert str(caught.value).count(".") <= 2


def test_a_plug_in_that_fails_is_named_with_the_recording():
    class Failing(Descriptor):
        def example(self, audio, path):
            return {}["key"]

    with pytest.raises(DescriptorError, match=r"^The descriptor 'failing' failed on 'a.wav' \('key'\)\.$"):
        Failing("failing")([np.zeros(5, np.float32)], ["a.wav"], RATE, [1])


def test_a_batch_must_answer_for_every_sound():
    class Lazy(Descriptor):
        def batch(self, audio, paths):
            return [1.0]

    with pytest.raises(DescriptorError, match="gave 1 results for 2 sounds"):
        Lazy("lazy", mode="static")([np.zeros(5, np.float32)] * 2, ["a", "b"], RATE, [1, 1])


@pytest.mark.parametrize("parallel", [False, True])
def test_sounds_come_at_the_rate_that_was_asked_for(parallel):
    class Length(Descriptor):
        def example(self, audio, path):
            return [len(audio), self.rate]

    for wanted, expected in ((None, RATE), (11025, 11025)):
        length = Length("length", mode="static", sampling_rate=wanted, parallel=parallel)
        found = length([sine(100), sine(100, 2.0)], ["a", "b"], RATE, [1, 1])
        np.testing.assert_allclose(found, [[expected, expected], [2 * expected, expected]])
