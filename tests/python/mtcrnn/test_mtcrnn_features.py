"""Parameters measured from sounds, and the `mtcrnn params` commands."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from mtcrnn_files import noise, quick, recording, tone
from PIL import Image

from nn_tilde.mtcrnn.features import NAMES, extract
from nn_tilde.mtcrnn.params import read_params


def feature(x, name, rate=62.5):
    return extract(x, [name], lambda _: rate)[name]


def test_level():
    x = np.concatenate([np.zeros(16000), 0.5 * tone(200, 1) / np.std(tone(200, 1)), np.zeros(16000)])
    level = feature(x, "rmse", 16)
    at = dict(zip(level.times.round(4), level.values, strict=True))
    assert len(level.times) == 49
    assert at[0.5] == at[2.5] == 0
    assert at[1.5] == pytest.approx(0.5, rel=0.01)
    assert at[1.0] == pytest.approx(0.5 / np.sqrt(2), rel=0.02)  # half of the frame


@pytest.mark.parametrize("hertz", [100, 440, 3000, 7000])
def test_brightness_of_a_sine(hertz):
    x = np.sin(2 * np.pi * hertz * np.arange(16000) / 16000)
    middle = feature(x, "centroid").values[5:-5]
    np.testing.assert_allclose(middle, np.log1p(hertz) / np.log1p(8000), atol=0.01)
    assert (feature(np.zeros(8000), "centroid").values == 0).all()


@pytest.mark.parametrize("note", [36, 45.3, 57, 69, 81.7, 93])
def test_pitch(note):
    x = tone(440 * 2 ** ((note - 69) / 12), 0.5)
    np.testing.assert_allclose(127 * feature(x, "pitch").values[4:-4], note, atol=0.05 if note < 90 else 0.2)


def test_pitch_where_there_is_none():
    gap = np.concatenate([tone(220, 0.4), np.zeros(6400), tone(440, 0.4)])
    notes = 127 * feature(gap, "pitch").values
    assert np.interp(0.6, np.linspace(0, 1.2, len(notes)), notes) == pytest.approx(63, abs=1)  # on the way
    assert (feature(np.zeros(8000), "pitch").values == 0).all()
    steps = 127 * feature(noise(1), "pitch").values
    assert np.isfinite(steps).all()


def test_cepstrum():
    """Louder is only the first coefficient; a low tone slopes down, noise with its wider bands up."""
    loud, soft = ({n: f.values for n, f in extract(gain * noise(0.5), NAMES[4:]).items()} for gain in (1, 0.5))
    np.testing.assert_allclose(loud["mfcc0"] - soft["mfcc0"], 20 * np.log10(2) * np.sqrt(40), rtol=1e-3)
    for name in NAMES[5:]:
        np.testing.assert_allclose(loud[name], soft[name], atol=0.05)
    low = extract(tone(220, 0.5), ["mfcc1"])["mfcc1"].values
    assert loud["mfcc1"].mean() < 0 < low.mean()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("rate", "samples"), [(16, 16000), (62.5, 12345), (125, 1000), (500, 1), (1, 300)])
def test_values_and_times(name, rate, samples):
    found = feature(noise(samples / 16000), name, rate)
    seconds = samples / 16000
    assert len(found.times) == len(found.values)
    assert (found.times[0], found.times[-1]) == (0, seconds)
    assert np.isfinite(found.values).all()
    if name != "fill":
        assert len(found.times) == max(round(seconds * rate), 1) + 1


def test_a_folder(tmp_path):
    recording(tmp_path / "in" / "a.wav", np.stack([tone(110, 1, 44100)] * 2, 1), 44100, depth=([0, 1], [0, 1]))
    recording(tmp_path / "in" / "deep" / "b.flac", noise(0.7))
    said = quick("params", "extract", tmp_path / "in", "--param_dir", tmp_path / "out")
    assert str(tmp_path / "out" / "deep" / "b.params") in said
    both = [read_params(tmp_path / "out" / name) for name in ("a.params", "deep/b.params")]
    for params in both:
        assert list(params) == ["meta", *NAMES]
        for name in NAMES:
            assert 0 <= min(params[name]["values"]) <= max(params[name]["values"]) <= 1
            assert len(params[name]["times"]) == len(params[name]["values"])
    for name in NAMES[4:]:  # from 0 to 1 over both of them
        assert min(min(params[name]["values"]) for params in both) == pytest.approx(0, abs=1e-9)
        assert max(max(params[name]["values"]) for params in both) == pytest.approx(1)
        assert both[0][name]["origMinval"] == both[1][name]["origMinval"] < both[0][name]["origMaxval"]
    assert (len(both[0]["rmse"]["times"]), len(both[0]["pitch"]["times"])) == (17, 68)
    assert both[0]["fill"]["times"] == [0, 1]
    listed = quick("params", "list", tmp_path / "out").splitlines()
    assert [line.split()[0] for line in listed] == list(NAMES)
    assert "in 2 files, 12 to 17 points, 0 to 1 s" in listed[0]
    assert "MIDI note number: 0.0 to 127.0" in listed[2]
    assert "2 recording(s), each with" in quick("params", "check", tmp_path / "in", "--param_dir", tmp_path / "out")


def test_beside_what_is_there(tmp_path):
    path = recording(tmp_path / "a.wav", noise(0.5), depth=([0, 1], [0.25, 0.5]))
    before = read_params(path.with_suffix(".params"))
    said = quick("params", "extract", path, "--prop", "rmse", "--prop", "mfcc", "--rate", 10, "--rate", "rmse=100")
    assert said.splitlines()[-1] == str(path.with_suffix(".params"))
    after = read_params(path.with_suffix(".params"))
    assert list(after) == ["meta", "depth", "rmse", *NAMES[4:]]
    assert {name: after[name] for name in before} == before
    assert (len(after["rmse"]["times"]), len(after["mfcc3"]["times"])) == (51, 6)
    content = path.with_suffix(".params").read_bytes()
    assert "has 'rmse' already; --overwrite" in quick("params", "extract", path, "--prop", "rmse", code=1)
    assert path.with_suffix(".params").read_bytes() == content
    quick("params", "extract", "--data_dir", path, "--prop", "rmse", "fill", "--overwrite")
    assert "Which recordings?" in quick("params", "extract", path, "--data_dir", path, code=2)
    assert "Which recordings?" in quick("params", "check", code=2)
    assert read_params(path.with_suffix(".params"))["fill"]["values"] == [0, 1]
    assert len(read_params(path.with_suffix(".params"))["rmse"]["times"]) == 9


def test_files_that_cannot_be_measured(tmp_path):
    recording(tmp_path / "a.wav", noise(0.1))
    recording(tmp_path / "empty.wav", np.zeros(0, np.float32))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    said = quick("params", "extract", tmp_path, "--prop", "fill", code=1)
    assert "empty.wav' holds no samples" in said
    assert "broken.wav' cannot be read" in said
    assert "2 of 3 files could not be used" in said
    assert (tmp_path / "a.params").exists()
    assert not (tmp_path / "empty.params").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("extract", "none"), "there is no such file or folder"),
        (("extract", ".", "--prop", "loudness"), "'loudness' cannot be extracted"),
        (("extract", ".", "--rate", "loudness=3"), "--rate names 'loudness'"),
        (("extract", "."), "There is no audio file in '.'"),
        (("check", "."), "There is no audio file"),
        (("plot", "."), "There is no audio file"),
        (("list", "."), "There is no .params file"),
        (("list", "broken.txt.params"), "No such file"),
    ],
)
def test_what_cannot_be_done(tmp_path, words, sentence):
    code = "from nn_tilde.mtcrnn.cli import main; main()"
    line = [sys.executable, "-c", code, "params", *words]
    if words[0] != "extract" or "--prop" not in words:
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    else:
        assert sentence in quick("params", *words, code=1)


@pytest.mark.parametrize("rate", ["0", "fast", "rmse=", "20000"])
def test_rates_that_are_none(rate):
    assert "--rate" in quick("params", "extract", ".", "--rate", rate, code=2)


def test_check_finds_everything(tmp_path):
    recording(tmp_path / "good.wav", noise(0.1), rate=([0, 1], [0, 1]))
    recording(tmp_path / "alone.wav", noise(0.1))
    recording(tmp_path / "other.wav", noise(0.1), depth=([0, 1], [0, 1]))
    recording(tmp_path / "broken.wav", noise(0.1))
    (tmp_path / "broken.params").write_text("{")
    (tmp_path / "stray.params").write_text(json.dumps({"meta": {}}))
    bad = {"meta": {}, "rate": {"times": [0, 1], "values": [0]}, "depth": {"times": [0, 1], "values": [0, 0]}}
    recording(tmp_path / "bad.wav", noise(0.1))
    (tmp_path / "bad.params").write_text(json.dumps(bad))
    said = quick("params", "check", tmp_path, "--prop", "fill", code=1)
    for sentence in (
        "alone.wav' has no parameter file",
        "broken.params' is not a parameter file",
        "stray.params' belongs to no recording",
        "good.params' has no parameter 'depth'",
        "other.params' has no parameter 'rate'",
        "good.params' has no parameter 'fill'",
        "Parameter 'rate' of",
        "2 times and 1 values",
        "9 problems found",
    ):
        assert sentence in said


def test_pictures(tmp_path):
    recording(tmp_path / "in" / "a.wav", noise(0.3, channels=2), rate=([0, 0.3], [0, 1]), depth=([0, 0.1], [1, 1]))
    recording(tmp_path / "in" / "deep" / "$b$.wav", noise(0.001), rate=([0, 0.3], [0, 1]))
    said = quick("params", "plot", tmp_path / "in", "--out", tmp_path / "out")
    sizes = []
    for name in ("a.png", "deep/$b$.png"):
        path = tmp_path / "out" / name
        assert str(path) in said
        with Image.open(path) as image:
            assert image.format == "PNG"
            sizes.append(image.size[1])
            assert np.asarray(image.convert("L")).std() > 5
    assert sizes[0] > sizes[1]  # a row for each parameter
    recording(tmp_path / "in" / "c.wav", noise(0.1))
    assert "c.wav' has no parameter file" in quick("params", "plot", tmp_path / "in", "--out", tmp_path / "out", code=1)


def test_help_needs_no_torch():
    code = (
        "import sys; from nn_tilde.mtcrnn.cli import cli\n"
        "for words in (['--help'], ['params', '--help'], ['params', 'extract', '--help'], ['condition', '--help'],"
        " ['pops', '--help']):\n"
        "    cli(words, standalone_mode=False)\n"
        "assert not {'torch', 'lightning', 'numpy', 'scipy', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
