"""What sounds in Pd is, sample by sample, what the headless host computes."""

import numpy as np
import pytest
from patch import Patch

import nn_tilde

RATE = 44100


def headless(path, method, audio, block, vector, before=()):
    host = nn_tilde.Host(path, method, block, vector=vector, threaded=block != 0, sample_rate=RATE)
    for name, *values in before:
        host.set(name, *values)
    host.get("gain") if before else None
    return host.process(audio), host.latency


def play(pd, folder, models, arguments, channels, outs, vector, blocks=6, block=2048, message=None):
    """Noise through [nn~ arguments] at a block~ size; returns its input and output."""
    inside, whole = Patch(), Patch()
    inside.obj(f"block~ {vector}")
    nn = inside.obj(f"nn~ {arguments}")
    ins = [inside.obj("noise~") for _ in range(channels)]
    for i, source in enumerate(ins):
        inside.connect(source, 0, nn, i)
    if message:
        inside.at(0, message, nn)
    samples = -(-blocks * max(block, vector) // vector) * vector
    ms = 1000 * samples / RATE + 100
    inside.record([(i, 0) for i in ins] + [(nn, o) for o in range(outs)], samples, ms)
    inside.at(ms - 50, "latency", nn)
    printer = inside.obj("print info")
    inside.connect(nn, outs, printer, 0)
    whole.sub(inside)
    ran = whole.run(pd, folder, ms=ms + 50, paths=(models,))
    assert ran.status == 0, ran.console
    assert ran.errors == []
    audio = ran.audio()
    latency = int(ran.printed("info")[-1].split()[1])
    return audio[:channels], audio[channels:], latency


@pytest.mark.parametrize("vector", [1, 16, 64, 128, 512, 2048, 4096, 8192])
def test_mono_at_every_block_size(pd, models, folder, vector):
    heard_in, heard, latency = play(pd, folder, models, "gain running 1024", 1, 1, vector, block=1024)
    expected, exact = headless(models / "gain.ts", "running", heard_in, 1024, vector)
    assert latency == exact
    assert np.abs(heard_in).max() > 0.5
    np.testing.assert_array_equal(heard, expected)
    assert not heard[:, :latency].any()
    assert heard[:, latency : latency + 64].all()
