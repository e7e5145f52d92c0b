"""Pictures of recordings beside their reconstructions."""

from __future__ import annotations

import numpy as np
import soundfile
from matplotlib.image import imread
from rave_runs import call, network, run_folder, tone

from nn_tilde.rave.resynth import comparison, excerpts, save


def test_excerpts_are_the_same_stretch(tmp_path):
    sound = tone(2.0, 8000)
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / name, sound, 8000, subtype="FLOAT")
    sounds, rate = excerpts((tmp_path / "a.wav", tmp_path / "b.wav"), 0.5, 1.0)
    assert rate == 8000
    for heard in sounds:
        np.testing.assert_array_equal(heard, sound[4000:12000, 0])
    assert len(excerpts((tmp_path / "a.wav", tmp_path / "b.wav"), 9.0, 1.0)[0][0]) == 1


def test_what_differs_is_seen(tmp_path):
    """The right half shows the second sound: silence there is dark, the sound is not."""
    sound = tone(0.5)[:, 0]

    def brightness(second: np.ndarray) -> tuple[float, float]:
        save(tmp_path / "a.png", comparison([sound, second], 44100, "title"))
        picture = imread(tmp_path / "a.png")[..., :3].mean(-1)
        lower = picture[picture.shape[0] * 6 // 10 : picture.shape[0] * 8 // 10]
        width = lower.shape[1]
        return lower[:, width * 2 // 10 : width * 4 // 10].mean(), lower[:, width * 6 // 10 : width * 8 // 10].mean()

    same, silent = brightness(sound), brightness(0 * sound)
    assert abs(same[0] - same[1]) < 0.02
    assert silent[1] < 0.7 * silent[0]


def test_the_command(tmp_path):
    run_folder(tmp_path / "run", network(["raspberry"]))
    (tmp_path / "in" / "sub").mkdir(parents=True)
    soundfile.write(tmp_path / "in/sub/a.flac", tone(0.5, 48000, 2), 48000)
    done = call("resynth", "run", "in", "--out", "out", "--seconds", 0.3, cwd=tmp_path)
    assert soundfile.info(tmp_path / "out/sub/a.flac").frames == 24000
    assert (tmp_path / "out/sub/a.flac.png").read_bytes().startswith(b"\x89PNG")
    assert done.stdout.count("\n") == 2
    for odd in ("--start", "--seconds"):
        assert "numbers of seconds" in call("resynth", "run", "in", odd, "nan", cwd=tmp_path, code=1).stderr
