"""nn_tilde.Host from a user's side."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nn_tilde
from nn_tilde import Error, Host


def stream(host: Host, audio: np.ndarray, sizes: list[int]) -> np.ndarray:
    """`audio` through `host.process` in portions of `sizes`, repeated."""
    out, at, turn = [], 0, 0
    while at < audio.shape[-1]:
        n = sizes[turn % len(sizes)]
        out.append(host.process(audio[..., at : at + n]))
        at, turn = at + n, turn + 1
    return np.concatenate(out, -1)


def test_info_lists_what_the_file_offers(gain):
    host = Host(gain)
    assert list(host.methods) == ["forward", "running", "stereo", "encode", "rate"]
    assert host.methods["encode"].out_ratio == 256
    assert host.attributes["pair"].types == ["int", "string"]
    assert host.buffers == ["sound#0"]
    assert host.info.metadata["torch"].startswith("2.13")
    assert host.path == gain.resolve()
    assert host.remarks == ""


@pytest.mark.parametrize("block", [None, 0, 100, 256, 1000, 8192])
@pytest.mark.parametrize("threaded", [False, True])
@pytest.mark.parametrize("vector", [None, 64, 48])
def test_streaming_is_the_input_at_the_reported_latency(gain, noise, block, threaded, vector):
    host = Host(gain, block=block, threaded=threaded, vector=vector)
    audio = noise(1, 48 * 64 * 10)
    out = stream(host, audio, [48 * 64])
    latency = host.latency
    assert np.array_equal(out[:, latency:], audio[:, : audio.shape[1] - latency])
    assert not out[:, :latency].any()


def test_latency_formulas(gain):
    assert Host(gain, block=2048, threaded=True, vector=64).latency == 2 * 2048 - 64
    assert Host(gain, block=2048, vector=64).latency == 2048 - 64
    assert Host(gain, block=2048, vector=2048).latency == 0
    tight = Host(gain, block=8192, threaded=True, vector=64, tight=True).latency
    assert 8192 <= tight < 2 * 8192 - 64


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 8192), min_size=1, max_size=8),
    method=st.sampled_from(["running", "encode"]),
)
def test_streaming_does_not_depend_on_the_split(gain, noise, sizes, method):
    audio = noise(1, 20_000)
    whole = stream(Host(gain, method, block=512), audio, [64])
    split = stream(Host(gain, method, block=512), audio, sizes)
    assert np.array_equal(whole, split)


@pytest.mark.parametrize("samples", [0, 1, 255, 4096, 70_001])
@pytest.mark.parametrize("method", ["forward", "running"])
def test_render_is_aligned_and_as_long_as_the_input(gain, noise, samples, method):
    audio = noise(1, samples)
    out = Host(gain, method).render(audio)
    expected = audio if method == "forward" else np.cumsum(audio, -1, dtype=np.float64)
    assert out.shape == audio.shape
    assert out.dtype == np.float32
    assert np.allclose(out, expected, atol=1e-2)


def test_render_removes_the_delay_that_the_model_declares(tmp_path, noise):
    class Late(nn_tilde.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("line", torch.zeros(64, 1, 100))
            self.register_method("forward", 1, 1, 1, 1, delay=100)

        def forward(self, x: torch.Tensor):
            joined = torch.cat([self.line[: x.size(0)], x], -1)
            self.line[: x.size(0)] = joined[..., -100:]
            return joined[..., : x.size(-1)]

    path = tmp_path / "late.ts"
    Late().export_to_ts(str(path))
    audio = noise(1, 5000)
    host = Host(path, block=512, vector=64)
    assert host.latency == 512 - 64 + 100
    assert np.array_equal(host.render(audio), audio)


def test_batches_have_a_state_each(gain, noise):
    audio = noise(3, 4096)[:, None, :]  # [batch, channel, samples]
    together = Host(gain, "running", batch=3).render(audio)
    for example in range(3):
        alone = Host(gain, "running").render(audio[example])
        assert np.array_equal(together[example], alone)
    live = Host(gain, "running", batch=3, vector=4096)
    assert np.array_equal(live.process(audio), together)


def test_attributes_of_every_type(gain, noise):
    host = Host(gain)
    assert host.get("gain") == 1.0
    host.set("gain", 0.5)
    assert host.get("gain") == 0.5
    host.set("pair", "7", "seven")  # text that reads as a number is a number
    assert host.get("pair") == (7, "seven")
    host.set("table", np.arange(6).reshape(2, 3))
    assert np.array_equal(host.get("table"), np.arange(6, dtype=np.float32).reshape(2, 3))
    assert host.get("sound") == "Buffer(empty)"
    host.set("sound", noise(2, 300))
    assert "[2, 300]" in host.get("sound")
    host.clear_buffer("sound#0")
    assert host.get("sound") == "Buffer(empty)"
    host.set_buffer("sound#0", noise(1, 10), 48000)
    assert "48000" in host.get("sound")
    audio = noise(1, 1000)
    assert np.array_equal(host.render(audio), audio * np.float32(0.5))  # rendering knows the settings
    host.reset()
    assert host.get("gain") == 1.0
    assert np.array_equal(host.render(audio), audio)


def test_sample_rate_arrives_on_the_first_load_and_when_it_changes(gain):
    silence = np.zeros((1, 256), np.float32)
    host = Host(gain, "rate", block=256, vector=256, sample_rate=48000)
    assert host.process(silence)[0, -1] == 48000
    host.set_sample_rate(96000)
    assert host.process(silence)[0, -1] == 96000
    assert host.render(silence)[0, -1] == 96000


def test_method_can_change_under_audio(gain, noise):
    host = Host(gain, block=1024, vector=1024)
    audio = noise(1, 4096)
    host.process(audio)
    host.method = "rate"
    heard = host.process(audio)
    assert host.method == "rate"
    assert (heard[0, 1024:] == 44100).all()
    assert np.abs(np.diff(heard[0, :1024])).max() < 44100 * 0.02  # no click, however large the step


def test_load_crossfades_and_keeps_playing(gain, tmp_path, noise):
    host = Host(gain, block=256, vector=64)
    audio = np.ones((1, 64 * 100), np.float32)
    host.process(audio)
    host.load(gain, "rate")
    heard = host.process(audio)
    assert heard[0, 0] == 1
    assert heard[0, -1] == 44100
    with pytest.raises(Error, match="does not exist"):
        host.load(tmp_path / "nothing.ts")
    assert host.process(audio)[0, -1] == 44100


def test_reload_takes_the_file_as_it_is_now(gain, tmp_path):
    import shutil

    path = tmp_path / "changing.ts"
    shutil.copy(gain, path)
    host = Host(path, block=64, vector=64)
    host.set("gain", 3.0)
    ones = np.ones((1, 64 * 20), np.float32)
    assert host.process(ones)[0, -1] == 3
    host.reload()
    assert host.process(ones)[0, -1] == 1


@pytest.mark.parametrize(
    ("audio", "sentence"),
    [
        ([0.0, 1.0], "numpy array, not list"),
        (np.zeros((1, 8)), "float32, not float64"),
        (np.zeros((1, 8), np.int16), "float32, not int16"),
        (np.zeros(8, np.float32), r"\[1, samples\], not \[8\]"),
        (np.zeros((2, 8), np.float32), r"\[1, samples\], not \[2, 8\]"),
        (np.zeros((1, 1, 8), np.float32), r"\[1, samples\], not \[1, 1, 8\]"),
    ],
)
@pytest.mark.parametrize("call", ["process", "render"])
def test_wrong_audio_is_refused_with_a_sentence(gain, audio, sentence, call):
    with pytest.raises(Error, match=sentence):
        getattr(Host(gain), call)(audio)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"method": "sing"}, "no method 'sing'; it has forward"),
        ({"batch": 0}, "1 to 1024"),
        ({"device": "toaster"}, "no device"),
        ({"late": "never"}, "silence, hold or bypass"),
        ({"vector": 70000}, "1 to 65536"),
        ({"sample_rate": 0}, "above 0"),
        ({"block": -1}, "0 to 2\\^24"),
        ({"block": 1 << 25}, "2\\^24"),
    ],
)
def test_wrong_arguments_are_refused_with_a_sentence(gain, arguments, sentence):
    with pytest.raises(Error, match=sentence):
        Host(gain, **arguments)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (("gain",), "takes 1 value, not 0"),
        (("gain", 1, 2), "takes 1 value, not 2"),
        (("gain", "loud"), "takes a number"),
        (("gain", None), "takes a float, not NoneType"),
        (("pair", 1.5, "x"), "whole number"),
        (("colour", 1), "no attribute 'colour'"),
        (("sound", "x"), "array of numbers"),
    ],
)
def test_wrong_attribute_values_are_refused_with_a_sentence(gain, values, sentence):
    with pytest.raises(Error, match=sentence):
        Host(gain).set(*values)


def test_a_fixed_vector_is_a_promise(gain):
    with pytest.raises(Error, match="not a multiple of the vector, 64"):
        Host(gain, vector=64).process(np.zeros((1, 100), np.float32))


def test_views_and_odd_strides_are_read_rightly(gain, noise):
    audio = noise(1, 4000)
    host = Host(gain)
    assert np.array_equal(host.render(audio[:, ::2]), audio[:, ::2])
    assert np.array_equal(host.render(np.asfortranarray(audio)), audio)
    assert np.array_equal(Host(gain, "stereo").render(np.vstack([audio, -audio])), np.vstack([-audio, audio]))


def test_python_runs_while_audio_is_rendered(gain, noise):
    """The GIL is released: another thread gets on while a long call is under way."""
    host = Host(gain, "running", block=256)
    audio = noise(1, 3_000_000)
    turns, done = 0, threading.Event()

    def work():
        host.process(audio)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    while not done.is_set():
        turns += 1
        time.sleep(0)
    worker.join()
    assert turns > 10


def test_late_blocks_in_real_time_are_counted_and_told(tmp_path):
    class Slow(nn_tilde.Module):
        def __init__(self):
            super().__init__()
            self.register_method("forward", 1, 1, 1, 1)

        def forward(self, x: torch.Tensor):
            y = torch.ones(300, 300)
            for _ in range(100):
                y = torch.mm(y, y) / 300
            return x + y[0, 0] * 0

    path = tmp_path / "slow.ts"
    Slow().export_to_ts(str(path))
    audio = np.ones((1, 64 * 400), np.float32)
    live = Host(path, block=64, vector=64, threaded=True, realtime=True)
    live.process(audio)
    assert live.stats()["misses"] > 0
    assert any("not ready in time" in line for line in live.messages())
    patient = Host(path, block=4096, vector=64, threaded=True)
    out = patient.process(audio)
    assert patient.stats()["misses"] == 0
    assert (out[0, patient.latency :] == 1).all()
