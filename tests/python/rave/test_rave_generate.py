"""Recordings through trained runs and instruments: which files, how long, how late, in which format."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import torch
import torch.nn.functional as F
from rave_runs import call, network, quick, run_folder, tone

from nn_tilde.rave import chunked
from nn_tilde.rave.export import export
from nn_tilde.rave.generate import InstrumentPlayer, NetworkPlayer, generate, rate_inside
from nn_tilde.rave.loading import load
from nn_tilde.rave.recordings import jobs

STACKS = [
    ["v1"],
    ["v2"],
    ["v2", "causal"],
    ["v1", "causal"],
    ["live"],
    ["v2_nopqmf"],
    ["discrete"],
    ["v3"],
    ["hybrid"],
    ["v2_with_augs"],
]


@pytest.mark.parametrize("configs", STACKS, ids="+".join)
def test_in_chunks_equals_in_one_piece(configs):
    rave = network(configs)
    if rave.decoder.noise is not None:
        rave.warmed_up = False  # no noise, which is random
    size, context = chunked.frame_size(rave), chunked.find_context(rave)
    x = 0.3 * torch.randn(2, 1, 70 * 2048 + 777)
    with torch.no_grad():
        whole = rave(F.pad(x, (0, -x.shape[-1] % size)))
    stages = [*chunked.encoder(rave, context).stages, *chunked.decoder(rave, context).stages]
    pieces = list(chunked.stream(chunked.Chain(stages), x.split(5000, -1), size, 12 * 2048))
    assert len(pieces) > 3
    assert whole.abs().max() > 1e-3
    torch.testing.assert_close(torch.cat(pieces, -1), whole, rtol=0, atol=1e-4 * whole.abs().max().item())


def test_less_context_would_be_heard():
    rave = network(["v2"])
    size, context = chunked.frame_size(rave), chunked.find_context(rave)
    x = 0.3 * torch.randn(1, 1, 60 * 2048)
    with torch.no_grad():
        whole = rave.encode(x)
    for less in ((1, 0), (0, 1)):
        narrow = tuple(frames - drop for frames, drop in zip(context.encoder, less, strict=True))
        stage = chunked.encoder(rave, context._replace(encoder=narrow))
        pieces = torch.cat(list(chunked.stream(stage, [x], size, 12 * 2048)), -1)
        assert (pieces - whole).abs().max() > 0


def test_the_targets_mirror_the_folders(tmp_path):
    for name in ("in/a.wav", "in/sub/b.wav", "other/a.wav", "in/notes.txt", "in/.hidden.wav"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    out = tmp_path / "out"

    def targets(*paths: str) -> list[str]:
        return sorted(str(target.relative_to(out)) for _, target in jobs([tmp_path / path for path in paths], out))

    assert targets("in") == ["a.wav", "sub/b.wav"]
    assert targets("in", "other") == ["in/a.wav", "in/sub/b.wav", "other/a.wav"]
    assert targets("in/a.wav", "other/a.wav") == ["a-2.wav", "a.wav"]
    assert targets("in/../in/sub/b.wav") == ["b.wav"]
    out.mkdir()
    with pytest.raises(ValueError, match="no audio files"):
        jobs([out], out)
    with pytest.raises(FileNotFoundError):
        jobs([tmp_path / "none"], out)


def test_no_source_is_written_over(tmp_path):
    (tmp_path / "a.wav").touch()
    (tmp_path / "a.m4a").touch()
    (tmp_path / "link.wav").symlink_to(tmp_path / "a.wav")
    pairs = jobs([tmp_path], tmp_path)
    sources = {source.resolve() for source, _ in pairs}
    targets = [target.resolve() for _, target in pairs]
    assert not sources & set(targets)
    assert len(set(targets)) == len(pairs) == 3


def test_what_an_earlier_run_left_is_no_source(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "a.wav").touch()
    (tmp_path / "out" / "a.wav").touch()
    assert [source.name for source, _ in jobs([tmp_path], tmp_path / "out")] == ["a.wav"]
    assert len(jobs([tmp_path / "out"], tmp_path / "out")) == 1


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 44100, 1, "PCM_24"),
        ("b.flac", 48000, 2, "PCM_16"),
        ("c.wav", 22050, 1, "FLOAT"),
        ("d.ogg", 44100, 1, "VORBIS"),
        ("e.aiff", 96000, 2, "PCM_16"),
    ],
)
def test_length_rate_and_format_stay(tmp_path, name, rate, channels, subtype):
    source, target = tmp_path / name, tmp_path / "out" / name
    soundfile.write(source, tone(0.7, rate, channels), rate, subtype=subtype)
    written = generate(NetworkPlayer(network(["raspberry"])), source, target)
    about, before = soundfile.info(target), soundfile.info(source)
    assert (about.samplerate, about.channels, about.subtype) == (rate, channels, subtype)
    assert about.frames == before.frames
    assert written.peak > 0


def test_what_cannot_be_written_becomes_wav(tmp_path):
    sound = tone(0.5, 44100, 2)
    with av.open(str(tmp_path / "a.m4a"), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), format="fltp", layout="stereo")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    ((source, target),) = jobs([tmp_path / "a.m4a"], tmp_path / "out")
    assert target.name == "a.wav"
    generate(NetworkPlayer(network(["raspberry"])), source, target)
    about = soundfile.info(target)
    assert (about.samplerate, about.channels, about.subtype) == (44100, 2, "PCM_16")
    assert abs(about.frames - len(sound)) < 3000  # as many as the codec gives back


def test_runs_of_the_release(tmp_path, fixtures):
    """Against what the release itself made of the input, in one piece."""
    golden = np.load(fixtures / "rave" / "v2cap16_causal" / "io.npz")
    scale = np.abs(golden["audio"]).max()
    player = NetworkPlayer(load(fixtures / "rave" / "v2cap16_causal"), block=8192)
    made = np.concatenate(list(player.play(iter(np.split(golden["x"][0], 16, 1)), 1)), 1)
    np.testing.assert_allclose(made, golden["audio"][0], atol=1e-4 * scale)


def test_the_rate_of_another_exporters_file(tmp_path):
    class Plain(torch.nn.Module):
        def __init__(self, rate: int):
            super().__init__()
            self.sr = rate

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    for rate, expected in ((48000, 48000), (-1, None)):
        torch.jit.script(Plain(rate)).save(str(tmp_path / "m.ts"))
        assert rate_inside(tmp_path / "m.ts") == expected


def test_each_channel_is_rendered_by_itself(tmp_path):
    rave = network(["v2"])
    sound = tone(0.5, channels=2)
    player = NetworkPlayer(rave)
    outputs = []
    for name, samples in (("both", sound), ("left", sound[:, 0]), ("right", sound[:, 1])):
        soundfile.write(tmp_path / f"{name}.wav", samples, 44100, subtype="FLOAT")
        generate(player, tmp_path / f"{name}.wav", tmp_path / f"{name}_out.wav")
        outputs.append(soundfile.read(tmp_path / f"{name}_out.wav", always_2d=True)[0])
    both, left, right = outputs
    assert np.abs(both).max() > 1e-3
    np.testing.assert_allclose(both, np.concatenate([left, right], 1), atol=1e-5)
    assert not np.allclose(left, right, atol=1e-3)


def test_a_stereo_model_hears_mono_on_both_sides(tmp_path):
    rave = network(["v2"], channels=2)
    soundfile.write(tmp_path / "a.wav", tone(0.3), 44100)
    generate(NetworkPlayer(rave), tmp_path / "a.wav", tmp_path / "b.wav")
    assert soundfile.info(tmp_path / "b.wav").channels == 2
    soundfile.write(tmp_path / "three.wav", tone(0.3, channels=3), 44100)
    with pytest.raises(ValueError, match="3 channels"):
        generate(NetworkPlayer(rave), tmp_path / "three.wav", tmp_path / "b.wav")


def test_an_instrument_at_another_rate_is_aligned(tmp_path, gain):
    sound = tone(1.0, 48000, 2)
    soundfile.write(tmp_path / "a.wav", sound, 48000, subtype="FLOAT")
    player = InstrumentPlayer(gain)
    assert player.rate == 44100
    generate(player, tmp_path / "a.wav", tmp_path / "b.wav")
    rendered, rate = soundfile.read(tmp_path / "b.wav")
    assert (rate, rendered.shape) == (48000, sound.shape)
    error = rendered[2000:-2000] - sound[2000:-2000]
    assert np.abs(error).max() < 0.03  # the noise above the model's band is gone
    assert np.abs(error).mean() < 0.004


@pytest.mark.parametrize("stack", ["v2", "live"])
def test_as_its_streaming_export_plays(tmp_path, monkeypatch, stack):
    """Latency removed, the stream is the network, once the start has passed."""
    monkeypatch.chdir(tmp_path)
    run_folder(tmp_path / "run", network(stack.split()))
    soundfile.write("a.wav", tone(4.0), 44100, subtype="FLOAT")
    quick("generate", "run", "a.wav", "--out", "whole", "--nosample")
    quick("generate", "run", "a.wav", "--out", "stream", "--stream", "--nosample")
    whole, stream = (soundfile.read(f"{folder}/a.wav")[0] for folder in ("whole", "stream"))
    inner = slice(2 * 44100, 3 * 44100)
    np.testing.assert_allclose(stream[inner], whole[inner], atol=1e-4 * max(1, np.abs(whole).max()))


def test_an_instrument_plays_means_unless_told(tmp_path):
    export(network(["v2"]), tmp_path / "m.ts", latent_size=4)
    soundfile.write(tmp_path / "a.wav", tone(0.5), 44100)
    sounds = []
    for sample in (False, False, True):
        generate(InstrumentPlayer(tmp_path / "m.ts", sample), tmp_path / "a.wav", tmp_path / "b.wav")
        sounds.append(soundfile.read(tmp_path / "b.wav")[0])
    np.testing.assert_array_equal(sounds[0], sounds[1])
    assert np.abs(sounds[2] - sounds[0]).max() > 1e-3


def test_the_outcome_does_not_depend_on_chunk_size(tmp_path):
    rave = network(["v2"])
    soundfile.write(tmp_path / "a.wav", tone(2.0), 44100)
    sounds = []
    for block in (1, 30_000, None):
        generate(NetworkPlayer(rave, block=block), tmp_path / "a.wav", tmp_path / "b.wav")
        sounds.append(soundfile.read(tmp_path / "b.wav")[0])
    np.testing.assert_allclose(sounds[0], sounds[2], atol=4e-5)
    np.testing.assert_allclose(sounds[1], sounds[2], atol=4e-5)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return run_folder(tmp_path_factory.mktemp("runs") / "small", network(["raspberry"]))


def test_the_readmes_command(tmp_path, run):
    (tmp_path / "path_1" / "sub").mkdir(parents=True)
    for name in ("path_1/a.wav", "path_1/sub/b.wav", "path_2.wav"):
        soundfile.write(tmp_path / name, tone(0.2), 44100)
    before = (tmp_path / "path_2.wav").read_bytes()
    (tmp_path / "path_1" / "bad.wav").write_text("no sound")
    (tmp_path / "model_path").symlink_to(run)
    done = call("generate", "model_path", "path_1", "path_2.wav", "--out", "out_path", cwd=tmp_path, code=1)
    assert "bad.wav" in done.stderr
    assert "1 of 4 files" in done.stderr
    found = sorted(str(path.relative_to(tmp_path / "out_path")) for path in (tmp_path / "out_path").rglob("*.wav"))
    assert found == ["path_1/a.wav", "path_1/sub/b.wav", "path_2.wav"]
    assert (tmp_path / "path_2.wav").read_bytes() == before
    assert soundfile.info(tmp_path / "out_path/path_2.wav").frames == 8820


def test_the_flags_of_the_release(tmp_path, run, gain, monkeypatch):
    soundfile.write(tmp_path / "a.wav", tone(0.2), 44100)
    model = run / "checkpoints" / "last.ckpt"
    line = ["--model", model, "--input", tmp_path / "a.wav", "--out_path", "o", "--name", "n", "--chunk_size", "4096"]
    monkeypatch.chdir(tmp_path)
    quick("generate", *line, "--gpu", "-1")
    assert (tmp_path / "o/n/a.wav").exists()
    quick("generate", "--model", gain, "--input", tmp_path)
    assert (tmp_path / "generations/a.wav").exists()
    assert (tmp_path / "generations/o/n/a.wav").exists()


REFUSALS = [
    ("none.ts a.wav", "There is no model at 'none.ts'."),
    ("a.wav a.wav", "'a.wav' is not a readable checkpoint"),
    ("{run} none.wav", "There is no file or folder 'none.wav'."),
    ("{run} a.wav --out a.wav", "'a.wav' is a file"),
    ("{run} a.wav --name ../elsewhere", "--name is the name of a folder in --out"),
    ("{run} empty", "There are no audio files at 'empty'."),
]


def test_a_name_that_is_no_utf8(tmp_path, run):
    path = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    try:
        with open(path, "wb") as file:
            soundfile.write(file, tone(0.1), 44100, format="WAV")
    except OSError:
        pytest.skip("this disk has no such names")
    done = call("generate", run, tmp_path, "--out", "out", cwd=tmp_path)
    assert "out" in done.stdout
    assert [os.fsencode(name) for name in os.listdir(tmp_path / "out")] == [b"caf\xe9.wav"]


@pytest.mark.parametrize(("line", "sentence"), REFUSALS)
def test_refusals_are_one_sentence(tmp_path, run, line, sentence, monkeypatch):
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / "a.wav", tone(0.2), 44100)
    (tmp_path / "empty").mkdir()
    said = quick("generate", *line.format(run=run).split(), code=1)
    assert sentence in said
    assert len(said.strip().splitlines()) == 1
