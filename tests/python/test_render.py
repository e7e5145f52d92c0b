"""Rendering files, from Python and from the command line."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from nn_tilde import Error, Host
from nn_tilde.cli import cli


@pytest.fixture
def wav(tmp_path, noise):
    def make(name="in.wav", channels=1, samples=30_000, rate=44100, subtype="PCM_16"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, noise(channels, samples).T, rate, subtype=subtype)
        return path

    return make


def nntilde(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from nn_tilde.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("rate", [8000, 48000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_a_file_keeps_rate_depth_channels_and_every_sample(gain, wav, subtype, rate, channels):
    source = wav(channels=channels, rate=rate, subtype=subtype)
    target = Host(gain).render(source)
    assert target == source.with_name("in.gain.wav")
    before, after = soundfile.info(source), soundfile.info(target)
    assert (after.samplerate, after.subtype, after.frames) == (
        before.samplerate,
        before.subtype,
        before.frames,
    )
    assert np.array_equal(soundfile.read(source)[0], soundfile.read(target)[0])


def test_channels_of_a_file_and_of_a_method(gain, wav):
    stereo = Host(gain, "stereo")
    two = wav("two.wav", channels=2)
    assert np.array_equal(soundfile.read(stereo.render(two))[0], soundfile.read(two)[0][:, ::-1])
    mono = wav("mono.wav")
    assert soundfile.info(stereo.render(mono)).channels == 2  # mono goes to both
    with pytest.raises(Error, match="has 3 channels, and method 'stereo' takes 2"):
        stereo.render(wav("three.wav", channels=3))


def test_containers(gain, wav, tmp_path):
    source = wav()
    for name in ("out.flac", "out.aiff", "out.ogg", "out.mp3"):
        target = Host(gain).render(source, tmp_path / name)
        assert abs(soundfile.info(target).frames - 30_000) < 3000  # lossy ones pad
    with pytest.raises(Error, match="no ending of an audio format"):
        Host(gain).render(source, tmp_path / "out.xyz")


def test_bad_files_are_one_sentence_and_leave_nothing(gain, wav, tmp_path):
    host = Host(gain)
    (tmp_path / "text.wav").write_text("not audio")
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 1)), 44100)
    for name, sentence in [
        ("missing.wav", "does not exist"),
        ("text.wav", "not an audio file"),
        ("empty.wav", "is empty"),
    ]:
        with pytest.raises(Error, match=sentence):
            host.render(tmp_path / name, tmp_path / "out" / "x.wav")
    with pytest.raises(Error, match="over itself"):
        host.render(wav(), tmp_path / "in.wav")
    assert not list(tmp_path.glob("**/*.part"))


def test_an_interrupted_rendering_leaves_the_old_file(gain, wav, tmp_path):
    target = tmp_path / "out.wav"
    target.write_bytes(b"precious")

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Host(gain).render(wav(), target, progress=stop)
    assert target.read_bytes() == b"precious"
    assert not list(tmp_path.glob(".*part"))


def test_progress_ends_at_the_end(gain, wav, noise):
    seen = []
    Host(gain).render(wav(samples=200_000), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (200_000, 200_000)
    assert len(seen) > 2
    Host(gain).render(noise(1, 100), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (100, 100)


def test_a_long_file_takes_constant_memory(gain, tmp_path):
    """Ten minutes are 100 MB of samples; rendering grows by a fraction of that."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 44100, 1, "PCM_16") as file:
        for _ in range(600):
            file.write(np.zeros(44100, np.int16))
    Host(gain).render(path, tmp_path / "warm.wav")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Host(gain).render(path, tmp_path / "out.wav")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def test_render_command_over_files_and_folders(gain, wav, tmp_path):
    wav("songs/a.wav")
    wav("songs/deep/b.flac", channels=2)
    single = wav("c.wav")
    out = tmp_path / "out"
    result = CliRunner().invoke(cli, ["render", str(gain), str(tmp_path / "songs"), str(single), "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.*")) == [
        "a.wav",
        "c.wav",
        "deep/b.flac",
    ]


def test_render_command_options(gain, wav, tmp_path):
    source, target = wav(), tmp_path / "half.wav"
    done = nntilde("render", gain, source, "-o", target, "--set", "gain=0.5", "--set", "pair=3,x", "--depth", "float")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(target)
    assert "100%" in done.stderr  # the bar
    assert soundfile.info(target).subtype == "FLOAT"
    assert np.allclose(soundfile.read(target)[0], soundfile.read(source)[0] * 0.5, atol=1e-7)


def test_clipping_is_told(gain, wav, tmp_path):
    done = nntilde("render", gain, wav(), "-o", tmp_path / "loud.wav", "--set", "gain=4")
    assert done.returncode == 0
    assert "clips" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "gain"], "--set takes NAME=VALUE"),
        (["--set", "gain=loud"], "takes a number"),
        (["--set", "volume=1"], "no attribute 'volume'"),
        (["--method", "sing"], "no method 'sing'"),
        (["--buffer", "sound=nothing.wav"], "a file that exists"),
        (["-o", "out.xyz"], "no ending of an audio format"),
    ],
)
def test_render_command_refuses_with_one_sentence_before_work(gain, wav, arguments, sentence):
    done = nntilde("render", gain, wav(), *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_two_inputs_for_one_output_are_refused(gain, wav, tmp_path):
    done = nntilde("render", gain, wav("a/x.wav"), wav("b/x.wav"), "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "Two inputs" in done.stderr


def test_info_command(gain):
    done = nntilde("info", gain, "--json")
    shown = json.loads(done.stdout)
    assert shown["methods"]["encode"]["out_ratio"] == 256
    assert shown["attributes"]["pair"]["types"] == ["int", "string"]
    assert "forward" in nntilde("info", gain).stdout


def test_bench_command_prints_and_draws(gain, tmp_path):
    done = nntilde("bench", gain, "--blocks", "512,1024", "--count", 5, "--plot", tmp_path / "b.png", "--json")
    assert done.returncode == 0, done.stderr
    assert [row["block"] for row in json.loads(done.stdout)] == [512, 1024]
    assert (tmp_path / "b.png").stat().st_size > 1000


def test_doctor_command_finds_this_machine_well():
    done = nntilde("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout


def test_help_answers_without_torch():
    code = (
        "import sys, nn_tilde.cli\n"
        "try: nn_tilde.cli.main()\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules and 'rich' not in sys.modules"
    )
    for arguments in (
        ["--help"],
        ["render", "--help"],
        ["info", "--help"],
        ["check", "--help"],
        ["bench", "--help"],
    ):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "Usage" in done.stdout


def test_models_are_found_out_of_other_folders(gain, wav, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from nn_tilde.cli import main; main()",
            "info",
            os.path.relpath(gain, tmp_path),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_check_command_exits_with_one_through_the_installed_script(gain, tmp_path):
    (tmp_path / "junk.ts").write_bytes(b"junk")
    assert nntilde("check", tmp_path / "junk.ts").returncode == 1
    assert nntilde("check", gain).returncode == 0


def test_codecs_stay_within_their_container(gain, noise, tmp_path):
    soundfile.write(tmp_path / "in.mp3", noise(1, 44100).T, 44100)
    target = Host(gain).render(tmp_path / "in.mp3", tmp_path / "out.wav")
    assert soundfile.info(target).subtype == "PCM_16"
    soundfile.write(tmp_path / "in.wav", noise(1, 48000).T, 48000)
    assert soundfile.info(Host(gain).render(tmp_path / "in.wav", tmp_path / "out.opus")).subtype == "OPUS"


@pytest.mark.parametrize(
    ("channels", "rate", "out"), [(9, 44100, "x.mp3"), (9, 44100, "x.flac"), (1, 192000, "x.mp3"), (1, 44100, "x.opus")]
)
def test_what_a_format_cannot_hold_is_told_before_any_file_is_written(gain, wav, tmp_path, channels, rate, out):
    first, odd = wav("a/first.wav"), wav("b/odd.wav", channels=channels, rate=rate)
    done = nntilde("render", gain, odd, "-o", tmp_path / out)
    assert done.returncode == 1
    assert "cannot hold" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / out).exists()
    assert first.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["render", "{model}", "{wav}", "-o", "{wav}/x.wav"],
        ["render", "{model}", "{wav}", "-o", "/proc/nowhere/x.wav"],
        ["render", "{model}", "{wav}", "-o", "n" * 300 + ".wav"],
        ["render", "{model}", "{wav}", "-o", "{folder}"],
        ["render", "{model}", "{wav}", "--set", "gain=nan"],
        ["render", "{model}", "{wav}", "--set", "gain="],
        ["render", "{model}", "{wav}", "--block", "4294967296"],
        ["render", "{model}", "{wav}", "--block", "-1"],
        ["bench", "{model}", "--count", "0"],
        ["bench", "{model}", "--rate", "0"],
        ["bench", "{model}", "--blocks", "99999999999"],
        ["bench", "{model}", "--plot", "x.foo"],
        ["bench", "{model}", "--plot", "/proc/x.png"],
    ],
)
def test_nonsense_is_one_sentence(gain, wav, tmp_path, arguments):
    (tmp_path / "folder.wav").mkdir()
    places = {"model": gain, "wav": wav(), "folder": tmp_path / "folder.wav" / ".." / "folder.wav"}
    filled = [argument.format(**places) for argument in arguments]
    done = nntilde(*filled)
    if "{folder}" in arguments:
        assert done.returncode == 0  # a folder is a place for the output
        return
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_folder_rendered_twice_leaves_its_own_outputs_alone(gain, wav, tmp_path):
    wav("songs/a.wav")
    for _ in range(2):
        assert nntilde("render", gain, tmp_path / "songs").returncode == 0
    assert sorted(p.name for p in (tmp_path / "songs").iterdir()) == ["a.gain.wav", "a.wav"]


def test_a_rendering_that_is_ended_leaves_nothing_half_written(gain, tmp_path):
    import signal

    with soundfile.SoundFile(tmp_path / "long.wav", "w", 44100, 1, "PCM_16") as file:
        for _ in range(3000):
            file.write(np.zeros(44100, np.int16))
    command = [sys.executable, "-c", "from nn_tilde.cli import main; main()", "render", gain, tmp_path / "long.wav"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        part = tmp_path / ".long.gain.wav.part"
        while not part.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 130
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".wav" or "gain" in p.name] == []
