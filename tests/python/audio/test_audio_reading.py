"""Files of every format are read whole, in blocks and in excerpts, and say what is wrong with them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from audio_files import AV, SOUNDFILE, alike, sound, write

from nn_tilde.audio import AudioError, blocks, find_audio, probe, read_audio, read_excerpt


@pytest.mark.parametrize("suffix", SOUNDFILE + AV)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_of_any_format_is_what_was_written(tmp_path, suffix, channels):
    rate = 48000
    x = sound(2.0, rate, channels)
    path = write(tmp_path / f"x.{suffix}", x, rate)
    got, got_rate = read_audio(path)
    assert got_rate == rate
    assert got.dtype == np.float32
    assert got.shape[0] == channels
    assert abs(got.shape[1] - x.shape[1]) <= 3000  # codecs pad
    # The delay of an encoder that its container does not tell is the file's.
    lag = max(range(-2200, 2201, 1), key=lambda d: float(np.dot(_shift(got, d)[0, 3000:9000], x[0, 3000:9000])))
    assert alike(_shift(got, lag)[:, 3000:90000], x[:, 3000:90000]) > 0.9
    if suffix not in ("aac", "mkv", "mp3", "opus"):
        assert lag == 0
    assert probe(path).channels == channels
    assert probe(path).rate == rate


def _shift(x, d):
    return np.roll(x, -d, axis=1)


@pytest.mark.parametrize("suffix", SOUNDFILE)
@pytest.mark.parametrize("rate", [44100, 48000, 22050, 16000, 11025, 44056])
def test_an_excerpt_is_a_cut_of_the_whole(tmp_path, suffix, rate):
    path = write(tmp_path / f"x.{suffix}", sound(3.0, 48000, 2), 48000)
    whole, _ = read_audio(path, rate)
    n = whole.shape[1]
    for start, frames in [(0, 1000), (1, 77), (n // 3, n // 3), (n - 700, 500), (n - 40000, 39000)]:
        if start < 0:
            continue
        cut = read_excerpt(path, start, frames, rate, 2)
        assert cut.shape == (2, frames)
        np.testing.assert_allclose(cut, whole[:, start : start + frames], atol=2e-5)


@pytest.mark.parametrize("suffix", AV)
def test_an_excerpt_of_what_pyav_reads_is_where_it_should_be(tmp_path, suffix):
    path = write(tmp_path / f"x.{suffix}", sound(3.0), 44100)
    whole, _ = read_audio(path)
    for start in [0, 500, 10000, 60000, 100000]:
        cut = read_excerpt(path, start, 8192, 44100, 1)
        # mkv counts in milliseconds
        shifts = range(-45, 46) if suffix == "mkv" else [0]
        assert max(alike(cut, whole[:, max(start + s, 0) :]) for s in shifts) > 0.99


def test_past_the_end_there_are_zeros(tmp_path):
    for suffix in ("wav", "ogg", "m4a"):
        path = write(tmp_path / f"x.{suffix}", sound(1.0))
        whole, _ = read_audio(path)
        n = whole.shape[1]
        cut = read_excerpt(path, n - 100, 300, 44100, 1)
        np.testing.assert_allclose(cut[:, :100], whole[:, -100:], atol=0.05 if suffix == "m4a" else 0)
        assert not cut[:, 100:].any()
        assert not read_excerpt(path, n + 5000, 300, 44100, 1).any()


@pytest.mark.parametrize("frames", [1, 1000, 65536, 10**6])
@pytest.mark.parametrize("rate", [None, 32000])
def test_blocks_of_any_size_are_the_whole(tmp_path, frames, rate):
    x = sound(0.05 if frames == 1 else 2.0, 44100, 2)
    path = write(tmp_path / "x.wav", x)
    whole, _ = read_audio(path, rate)
    pieces = list(blocks(path, frames, rate))
    assert all(piece.shape[1] == frames for piece in pieces[:-1])
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)


def test_another_rate_keeps_pitch_and_length(tmp_path):
    t = np.arange(96000) / 48000
    path = write(tmp_path / "x.wav", np.sin(2 * np.pi * 1000 * t)[None].astype(np.float32) / 2, 48000)
    for rate in (44100, 8000, 192000, 47999):
        x, _ = read_audio(path, rate)
        assert x.shape[1] == pytest.approx(2 * rate, abs=1)
        wanted = np.sin(2 * np.pi * 1000 * np.arange(x.shape[1]) / rate) / 2
        middle = slice(rate // 10, -rate // 10)
        np.testing.assert_allclose(x[0, middle], wanted[middle], atol=2e-4)


def test_channels_are_the_first_ones_or_repeated(tmp_path):
    x = sound(0.1, channels=3)
    path = write(tmp_path / "x.flac", x)
    whole, _ = read_audio(path)
    for channels, rows in [(1, [0]), (2, [0, 1]), (5, [0, 1, 2, 0, 1])]:
        np.testing.assert_array_equal(read_audio(path, channels=channels)[0], whole[rows])


def test_values_that_are_no_numbers_become_silence(tmp_path):
    x = sound(0.1)
    x[0, 100:200] = np.nan
    soundfile.write(tmp_path / "x.wav", x.T, 44100, subtype="FLOAT")
    assert not read_audio(tmp_path / "x.wav")[0][0, 100:200].any()


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_an_infinite_sample_does_not_spread(tmp_path, value):
    x = sound(1.0)
    y = x.copy()
    y[0, 20000] = value
    soundfile.write(tmp_path / "y.wav", y.T, 44100, subtype="FLOAT")
    for heard in (
        read_audio(tmp_path / "y.wav", 48000)[0],
        read_excerpt(tmp_path / "y.wav", 0, 48000, 48000, 1),
    ):
        assert np.abs(heard).max() < 1


def test_a_name_that_is_no_utf8(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    try:
        path.touch()
    except OSError:
        pytest.skip("this disk has no such names")
    os.replace(write(tmp_path / "x.wav", sound(0.1)), path)
    assert find_audio([tmp_path]) == [path]
    assert probe(path).frames == 4410
    assert read_audio(path)[0].shape == (1, 4410)


def test_a_long_file_is_read_in_constant_memory(tmp_path):
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 44100, 2) as file:
        second = sound(1.0, channels=2).T
        for _ in range(600):
            file.write(second)
    code = (
        "import resource, sys; from nn_tilde.audio import blocks\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "held = blocks(sys.argv[1], 65536, 48000); next(held); before = peak()\n"
        "print(sum(b.shape[1] for b in held), peak() - before)"
    )
    out = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, timeout=100)
    frames, grown = map(int, out.stdout.split())
    assert frames + 65536 == pytest.approx(600 * 48000, abs=1)
    assert grown < 16 * 1024  # KiB; the file is 230 MB of floats


def test_reading_audio_needs_no_torch():
    code = (
        "import sys, nn_tilde.audio, nn_tilde.audio.crops, nn_tilde.audio.preprocess; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("name", ["x.wav", "x.mp3", "x.m4a", "x.flac", "x.unknown"])
def test_a_bad_file_is_named_with_a_reason(tmp_path, name):
    (tmp_path / name).write_bytes(b"no sound in here" * 1000)
    with pytest.raises(AudioError, match=f"{name}' cannot be read") as caught:
        read_audio(tmp_path / name)
    assert "does not exist" not in str(caught.value)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(AudioError, match=f"{name}' is empty"):
        probe(tmp_path / name)
    (tmp_path / name).unlink()
    with pytest.raises(AudioError, match=f"{name}' does not exist"):
        read_excerpt(tmp_path / name, 0, 10, 44100, 1)


def test_a_film_without_sound_says_so(tmp_path):
    import av

    with av.open(str(tmp_path / "x.mp4"), "w") as out:
        stream = out.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")))
        out.mux(stream.encode(None))
    with pytest.raises(AudioError, match="holds no audio"):
        probe(tmp_path / "x.mp4")


def test_a_damaged_wav_gives_what_it_holds(tmp_path):
    path = write(tmp_path / "x.wav", sound(1.0))
    path.write_bytes(path.read_bytes()[:20044])
    assert read_audio(path)[0].shape == (1, 10000)


def test_find_audio(tmp_path):
    names = ["b/Deep/x.WAV", "a.flac", "b/y.Mp3", "b/film.MP4", "not.txt", "b/.hidden.wav", ".trash/z.wav", "b/._x.wav"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    os.symlink(tmp_path, tmp_path / "b" / "loop")
    found = [path.relative_to(tmp_path).as_posix() for path in find_audio([tmp_path])]
    assert found == ["a.flac", "b/Deep/x.WAV", "b/film.MP4", "b/y.Mp3"]
    assert find_audio([tmp_path, tmp_path / "b"]) == find_audio([tmp_path])
    assert [path.name for path in find_audio([tmp_path], ["wav", ".MP3"])] == ["x.WAV", "y.Mp3"]
    assert find_audio([tmp_path / "not.txt"]) == [tmp_path / "not.txt"]
    with pytest.raises(FileNotFoundError):
        find_audio([tmp_path / "nowhere"])
