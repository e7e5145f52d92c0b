"""Latents of recordings: those of the network, those of the export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
import torch.nn.functional as F
from rave_runs import call, network, quick, run_folder, tone

from nn_tilde.audio import AudioError
from nn_tilde.rave.encode import LatentReader, save
from nn_tilde.rave.export import build
from nn_tilde.rave.spaces import build_space


def written(folder: Path, seconds: float = 1.5, rate: int = 44100, channels: int = 1) -> tuple[Path, torch.Tensor]:
    """A file, and its samples [channels, 1, T]."""
    sound = tone(seconds, rate, channels)
    soundfile.write(folder / "a.wav", sound, rate, subtype="FLOAT")
    return folder / "a.wav", torch.from_numpy(sound.T.copy())[:, None]


@pytest.mark.parametrize("stack", ["v2", "v1 causal", "live", "discrete", "v2 wasserstein", "hybrid"])
def test_raw_latents_are_the_means(tmp_path, stack):
    rave = network(stack.split())
    source, x = written(tmp_path)
    z = LatentReader(rave, None, block=8192).read(source)
    with torch.no_grad():
        expected = rave.encode(F.pad(x, (0, -x.shape[-1] % rave.ratio)))[0, : rave.latent_size].numpy()
    assert z.shape == (8, -(-x.shape[-1] // rave.ratio))
    assert z.dtype == np.float32
    np.testing.assert_allclose(z, expected, atol=1e-4)


@pytest.mark.parametrize("stack", ["v2", "discrete", "v2 spherical"])
def test_the_others_are_those_of_the_export(tmp_path, stack):
    rave = network(stack.split())
    source, x = written(tmp_path)
    instrument = build(rave, streaming=False)
    instrument.set_deterministic(True)
    with torch.no_grad():
        expected = instrument.encode(F.pad(x, (0, -x.shape[-1] % rave.ratio)))[0].numpy()
    z = LatentReader(rave, build_space(rave, 0.95, None)).read(source)
    np.testing.assert_allclose(z, expected, atol=1e-4)
    assert len(z) < rave.latent_size or stack == "discrete"


def test_sampled_latents_vary(tmp_path):
    rave = network(["v2"])
    source, _ = written(tmp_path)
    reader = LatentReader(rave, None, sample=True)
    first, second = reader.read(source), reader.read(source)
    assert 0.1 < np.abs(first - second).mean() < 3


def test_channels_are_voices_of_a_mono_model(tmp_path):
    source, _ = written(tmp_path, channels=2)
    z = LatentReader(network(["v2"]), None).read(source)
    assert z.shape[:2] == (2, 8)
    assert LatentReader(network(["v2"], channels=2), None).read(source).shape[0] == 8


def test_another_rate_is_converted(tmp_path):
    source, x = written(tmp_path, 1.0, 48000)
    z = LatentReader(network(["v2"]), None).read(source)
    assert z.shape[1] == -(-round(x.shape[-1] * 44100 / 48000) // 2048)


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_folder(tmp_path / "run", network(["raspberry"]))
    (tmp_path / "in" / "sub").mkdir(parents=True)
    soundfile.write("in/sub/a.flac", tone(0.5), 44100)
    (tmp_path / "in/bad.wav").write_text("no sound")
    done = call("encode", "run", "in", "--out", "out", cwd=tmp_path, code=1)
    assert "1 of 2 files" in done.stderr
    assert np.load("out/sub/a.npy").shape == (5, 11)
    quick("encode", "run", "in/sub", "--out", "raw", "--raw")
    assert np.load("raw/a.npy").shape == (8, 11)
    quick("encode", "--model", "run", "--input", "in/sub/a.flac", "--out_path", "two", "--latent_size", 2)
    assert np.load("two/a.npy").shape == (2, 11)
    assert "between 1 and 8" in quick("encode", "run", "in/sub", "--latent_size", 9, code=1)
    (tmp_path / "m.ts").touch()
    assert "method encode" in quick("encode", "m.ts", "in/sub", code=1)


def test_a_name_may_be_as_long_as_a_name_may_be(tmp_path):
    target = tmp_path / f"{'x' * 251}.npy"
    save(target, np.ones(4))
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    np.testing.assert_array_equal(np.load(target), np.ones(4))


def test_a_full_disk_leaves_nothing_of_the_file(tmp_path, monkeypatch):
    def full(file, z):
        file.write(b"half")
        raise OSError("2155 requested and 992 written")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(AudioError, match=r"x\.npy' cannot be written \(is the disk full\?\)"):
        save(tmp_path / "x.npy", np.zeros(4))
    assert not list(tmp_path.iterdir())
