"""What is set on a Host: what renderings start from, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import nn_tilde
from nn_tilde import Error, Host


def test_rendering_starts_from_what_was_set_last(gain, noise):
    host = Host(gain, sample_rate=44100)
    sound = noise(1, 100)
    host.set("sound", sound)
    host.set_buffer("sound#0", sound, 22050)
    renderer = host.renderer(sample_rate=8000)
    assert "22050" in renderer.get("sound")[0]
    host.set("sound", sound)
    assert "44100" in host.renderer(sample_rate=8000).get("sound")[0]  # the host's rate, not the file's
    host.clear_buffer("sound#0")
    assert host.renderer(sample_rate=8000).get("sound")[0] == "Buffer(empty)"
    table = np.zeros(2, np.float32)
    host.set("table", table)
    table[:] = 5
    assert not host.renderer(sample_rate=8000).get("table")[0].any()


def test_what_the_model_refuses_stays_out_of_renderings(tmp_path, noise):
    class Picky(nn_tilde.Module):
        def __init__(self):
            super().__init__()
            self.register_attribute("bits", 8)
            self.register_method("forward", 1, 1, 1, 1)

        @torch.jit.export
        def set_bits(self, bits: int) -> int:
            if bits > 16:
                return -1
            self.bits = (bits,)
            return 0

        def forward(self, x: torch.Tensor):
            return x * self.bits[0]

    Picky().export_to_ts(tmp_path / "picky.ts")
    host = Host(tmp_path / "picky.ts")
    host.set("bits", 99)
    assert host.get("bits") == 8
    assert any("refused" in line for line in host.messages())
    audio = noise(1, 10)
    assert np.array_equal(host.render(audio), audio * 8)


def test_render_follows_the_method(gain, noise):
    host = Host(gain)
    host.method = "rate"
    assert (host.render(noise(1, 10)) == 44100).all()
    host.method = "stereo"
    audio = noise(2, 10)
    assert np.array_equal(host.render(audio), audio[::-1])


def test_no_samples_are_no_error(gain):
    assert Host(gain).process(np.zeros((1, 0), np.float32)).shape == (1, 0)
    assert Host(gain, batch=2).render(np.zeros((2, 1, 0), np.float32)).shape == (2, 1, 0)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), 0, -1, 1e300])
def test_nonsense_rates_and_limits_are_refused_and_change_nothing(gain, noise, rate):
    host = Host(gain)
    with pytest.raises(Error, match="sample rate"):
        host.set_sample_rate(rate)
    with pytest.raises(Error, match="sample rate"):
        Host(gain, sample_rate=rate)
    assert host.render(noise(1, 10)).shape == (1, 10)
    Host(gain, warm_up_limit=float("inf"))
    with pytest.raises(Error, match="time limit"):
        Host(gain, warm_up_limit=0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e39, 10**400, 1 + 2j, "", " "])
def test_values_that_are_no_numbers_are_refused(gain, value):
    with pytest.raises(Error, match="gain"):
        Host(gain).set("gain", value)
