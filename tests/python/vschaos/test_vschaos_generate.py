"""`vschaos generate`: recordings through a model, curves in its latent space, labels, files, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import soundfile
import torch
from vschaos_runs import RATE, SHRUNK, instrument, run, tone

from nn_tilde.cli.lists import one_by_one
from nn_tilde.train import loop
from nn_tilde.vschaos import generate, labels, loading, trajectories
from nn_tilde.vschaos.cli import generate as cli
from nn_tilde.vschaos.cli.train import command as train_command
from nn_tilde.vschaos.render import decode, encode
from nn_tilde.vschaos.transforms import MODES


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """runs(name of a configuration) → a run, trained a few steps."""
    home, made = tmp_path_factory.mktemp("vschaos"), {}
    data = instrument(home / "data")
    instrument(home / "stereo", channels=2)

    def of(name: str, *words: str, root=data):
        key = (name, *words)
        if key not in made:
            fixed = ["--config-name", name, f"name={len(made)}", f"rundir={home / 'runs'}", f"data.dataset.root={root}"]
            fixed += ["--gpu", "-1", "--workers", "0", "--max_steps", "4", "--nolisten", "--noprogress"]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(loop, "write_report", lambda *_: None)
                run(train_command, *fixed, *SHRUNK, *words)
            made[key] = home / "runs" / str(len(made))
        return made[key]

    of.home = home
    return of


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def heard(path, rate=RATE):
    """[T, channels] of a file that is there, finite and not silent."""
    sound, found = soundfile.read(path, always_2d=True)
    assert found == rate
    assert np.isfinite(sound).all()
    assert 0.001 < np.abs(sound).max() <= 1
    return sound


def go(*words, code=0):
    return run(cli.group, *map(str, words), code=code)


def test_reconstruct(runs, here):
    """Files and folders in, one wav of the same length each; the level is that of the dataset."""
    (here / "more" / "deep").mkdir(parents=True)
    soundfile.write(here / "one.wav", tone(1), RATE)
    soundfile.write(here / "more" / "deep" / "long.flac", tone(2, 0.5), RATE)
    soundfile.write(here / "more" / "one.wav", tone(0, 0.2), 2 * RATE)  # another rate, and a name that is taken
    output = go("reconstruct", f"{runs('dgt_mid')}/", "--files", "one.wav", "more", "--out", "out/")
    folder = here / "out" / "reconstructions"
    assert sorted(p.name for p in folder.iterdir()) == ["long.wav", "one.wav", "one_2.wav"]
    assert len(output.splitlines()) == 3
    lengths = {name: len(heard(folder / f"{name}.wav")) for name in ("one", "one_2", "long")}
    assert sorted(lengths.values()) == [0.1 * RATE, 0.3 * RATE, 0.5 * RATE]
    assert soundfile.info(folder / "one.wav").subtype == "PCM_24"


def test_reconstruct_at_another_rate(runs, here):
    soundfile.write(here / "one.wav", tone(1), RATE)
    go("reconstruct", runs("dgt_mid"), "-f", "one.wav", "--sr", 16000, "--jitter", 0.5, "-o", "out")
    assert len(heard(here / "out" / "reconstructions" / "one_jitter=0.5.wav", 16000)) == 0.3 * 16000


def test_reconstruct_stereo(runs, here):
    words = "~data.transforms.pre_transforms.Mono", "model.channels=2"
    both = runs("dgt_mid", *words, root=runs.home / "stereo")
    soundfile.write(here / "one.wav", tone(1, channels=2), RATE)
    go("reconstruct", both, "-f", "one.wav", "--inversion", "keep_input")
    assert heard(here / "outs" / "reconstructions" / "one.wav").shape == (2400, 2)


@pytest.mark.parametrize("mode", MODES)
def test_every_inversion(runs, here, mode):
    loaded = loading.load(runs("dgt_mid"))
    soundfile.write(here / "one.wav", tone(1), RATE)
    made = generate.reconstruct(loaded, here / "one.wav", generate.Options(inversion=mode))
    assert made.sound.shape == (1, 2400)
    assert np.abs(made.sound).max() > 0.001


def test_modes_of_the_command_line():
    assert set(cli.MODES) == set(MODES)


def test_temperature_and_seed(runs, here):
    loaded = loading.load(runs("dgt_mid"))
    soundfile.write(here / "one.wav", tone(1), RATE)
    sounds = [
        generate.reconstruct(
            loaded, here / "one.wav", generate.Options(temperature=t, seed=seed, inversion="pghi")
        ).sound
        for t, seed in ((0, 0), (0, 0), (1, 0), (1, 0), (1, 1))
    ]
    assert np.array_equal(sounds[0], sounds[1])
    assert np.array_equal(sounds[2], sounds[3])
    assert not np.allclose(sounds[0], sounds[2])
    assert not np.allclose(sounds[3], sounds[4])
    go("reconstruct", runs("dgt_mid"), "-f", "one.wav", "--sample_latent", 1, "--inversion", "pghi")
    written = heard(here / "outs" / "reconstructions" / "one.wav")[:, 0]
    assert np.allclose(written, sounds[2][0] / max(1, np.abs(sounds[2]).max()), atol=1e-6)


def test_trajectories(runs, here):
    kinds = list(trajectories.CURVES)
    go("trajectories", runs("dgt_mid"), "--trajectories", *kinds, "-b", 2, "-s", 16, "--sr", RATE, "--out", "out/")
    folder = here / "out" / "trajectories"
    assert {p.name for p in folder.iterdir()} == {f"{kind}_{i}.wav" for kind in kinds for i in range(2)}
    for path in folder.iterdir():
        assert len(heard(path)) == 15 * 64


def test_trajectories_as_the_readme_says(runs, here):
    go(*f"trajectories {runs('dgt_low')} --trajectories sin random line --sr 44100 -b 3 -s 12 --out my_out/".split())
    names = {p.name for p in (here / "my_out" / "trajectories").iterdir()}
    assert names == {f"{kind}_{i}.wav" for kind in ("sin", "random", "line") for i in range(3)}


def test_labels_reach_the_decoder(runs, here):
    """The same curve sounds otherwise with another label; what was told is printed; the draws are of the seed."""
    told = runs("dgt_pitch_cond")

    def made(name, *words):
        output = go("trajectories", told, "--trajectories", "line", "-b", 1, "-s", 16, "--out", name, *words)
        return heard(here / name / "trajectories" / "line_0.wav"), output

    a, output = made("a", "--meta", "pitch", 1, "octave", 3)
    assert "(pitch 1, octave 3)" in output
    b, _ = made("b", "--meta", "pitch", "2", "octave", 3)
    assert np.abs(a - b).max() > 1e-3
    c, output = made("c")
    assert "pitch" in output  # at random
    assert np.array_equal(c, made("d")[0])


def test_predicted_labels_fill_in(runs):
    """A task with a predictor needs no label, and a label of --meta wins over what is predicted."""
    loaded = loading.load(runs("dgt_pitch_prediction"))
    features = loaded.transform(tone(1).T)
    z = encode(loaded.vae, features, {})
    guess = {task: label.numpy() for task, label in loaded.vae.predict(z).items()}
    y = decode(loaded.vae, z, {})
    assert np.array_equal(y, decode(loaded.vae, z, guess))
    other = {**guess, "pitch": (guess["pitch"] + 1) % 12}
    assert not np.allclose(y, decode(loaded.vae, z, other))
    assert labels.completed({}, loaded.config, np.random.default_rng(0)) == {}
    assert labels.completed({"pitch": 3.0}, loaded.config, np.random.default_rng(0)) == {"pitch": 3.0}


def test_long_recordings_go_in_parts(runs, monkeypatch):
    loaded = loading.load(runs("dgt_pitch_prediction"))
    features = np.random.default_rng(0).random((1, 50, 129), np.float32)
    told = {"pitch": np.arange(50) % 12}
    whole = decode(loaded.vae, encode(loaded.vae, features, told), told)
    monkeypatch.setattr("nn_tilde.vschaos.render.MOST", 7)
    assert np.allclose(whole, decode(loaded.vae, encode(loaded.vae, features, told), told), atol=1e-5)
    assert whole.shape == features.shape


def test_words_of_labels(runs):
    loaded = loading.load(runs("dgt_pitch_cond"))
    tasks = {"pitch": ("A", "A#", "B"), "octave": ("0", "1")}

    def parsed(*words):
        return labels.parse(words, loaded.config, tasks)

    assert parsed("pitch", "A#", "octave", "7") == {"pitch": 1.0, "octave": 7.0}
    assert math.isnan(parsed("pitch", "none")["pitch"])
    assert math.isnan(parsed("pitch", "-1")["pitch"])
    assert labels.said({"pitch": 1.0, "octave": 7.0}, tasks) == "pitch A#, octave 7"
    for words, said in [
        (("pitch",), "has no value"),
        (("vowel", "1"), "it has: pitch, octave"),
        (("pitch", "H"), "is not a class"),
        (("pitch", "12"), "0 to 11"),
        (("pitch", "1.5"), "0 to 11"),
    ]:
        with pytest.raises(ValueError, match=said):
            parsed(*words)


def curve(kind, batch=3, n=240, dim=4):
    return trajectories.make(kind, batch, n, dim, np.random.default_rng(0))


def test_shapes_of_curves():
    for kind in trajectories.CURVES:
        x = curve(kind)
        assert x.shape == (3, 240, 4)
        assert x.dtype == np.float32
        assert np.isfinite(x).all()
    square = curve("square")
    middle = (square.max(1, keepdims=True) + square.min(1, keepdims=True)) / 2
    signs = np.sign(square - middle)
    assert np.all(np.abs(np.diff(signs, axis=1)).sum(1) == 6)  # up and down in the middle, up, and no more: 2 periods
    assert np.allclose(signs.mean(1), 0)
    line = curve("line")
    assert np.allclose(np.diff(line, 2, axis=1), 0, atol=1e-5)
    assert np.allclose(np.linalg.norm(curve("ellipse"), axis=-1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(curve("circle"), axis=-1), 1, atol=1e-5)
    assert 0.18 < np.diff(curve("random"), axis=1).std() < 0.22
    periods = np.abs(np.fft.rfft(curve("sin") - curve("sin").mean(1, keepdims=True), axis=1)).argmax(1)
    assert np.all(periods == 2)
    radius = np.linalg.norm(curve("polar_line"), axis=-1)
    assert np.allclose(np.diff(radius, 2, axis=1), 0, atol=1e-5)


def test_curves_of_few_latents():
    for kind in trajectories.CURVES:
        needed = {"circle": 2, "helix": 3}.get(kind, 1)
        assert curve(kind, dim=needed).shape == (3, 240, needed)
        if needed > 1:
            with pytest.raises(ValueError, match=f"needs {needed} latents"):
                curve(kind, dim=needed - 1)


def test_lists_of_the_command_line():
    lists = {"files", "f", "meta"}
    assert one_by_one(["RUN", "--files", "a", "b", "--sr", "1"], lists) == [
        *("RUN", "--files", "a", "--files", "b", "--sr", "1")
    ]
    assert one_by_one(["--meta=a", "-1", "-f", "x"], lists) == ["--meta=a", "--meta", "-1", "-f", "x"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reconstruct", "RUN"), "--files"),
        (("reconstruct", "RUN", "-f", "nowhere.wav"), "'nowhere.wav'"),
        (("reconstruct", "RUN", "-f", "empty"), "no audio file"),
        (("reconstruct", "nowhere", "-f", "one.wav"), "no run"),
        (("reconstruct", "RUN", "-f", "one.wav", "--meta", "pitch", "1"), "none at all"),
        (("reconstruct", "RUN", "-f", "one.wav", "-n", "step_7"), "it has: best, last"),
        (("reconstruct", "RUN", "-f", "broken.wav"), "1 of 1 files"),
        (("trajectories", "RUN", "--trajectories", "sine"), "is it sin"),
        (("trajectories", "RUN", "--inversion", "keep_input"), "needs an input"),
        (("trajectories", "RUN", "--cuda", "97"), "no CUDA device 97"),
    ],
)
def test_what_is_refused(runs, here, words, said):
    (here / "empty").mkdir()
    (here / "broken.wav").write_bytes(b"RIFF, not really")
    soundfile.write(here / "one.wav", tone(1), RATE)
    output = go(*(runs("dgt_mid") if word == "RUN" else word for word in words), code=1)
    errors = [line for line in output.splitlines() if line.startswith("Error")]
    assert len(errors) == 1
    assert said in errors[0]


def test_nothing_is_louder_than_full_scale(here):
    loud = generate.Made(np.full((1, 10), 3.0, np.float32), RATE, {})
    generate.write(here / "a" / "loud.wav", loud)
    assert np.allclose(soundfile.read(here / "a" / "loud.wav")[0], 1, atol=1e-6)


def test_latents_are_where_the_encoder_puts_them(runs):
    loaded = loading.load(runs("dgt_mid"))
    features = loaded.transform(tone(1).T)
    expected = loaded.vae.posterior(torch.from_numpy(features[0]))[0]
    assert torch.allclose(encode(loaded.vae, features, {}), expected.detach(), atol=1e-6)
