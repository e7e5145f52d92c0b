"""What sounds in Pd is, sample by sample, what the headless host computes."""

import numpy as np
import pytest
import torch
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
    samples = -(-blocks * max(block, vector, 256) // vector) * vector
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


@pytest.mark.parametrize("vector", [1, 16, 64, 128, 512, 2048, 4096, 8192, 32768])
def test_mono_at_every_block_size(pd, models, folder, vector):
    heard_in, heard, latency = play(pd, folder, models, "gain running 1024", 1, 1, vector, block=1024)
    expected, exact = headless(models / "gain.ts", "running", heard_in, 1024, vector)
    assert latency == exact
    assert np.abs(heard_in).max() > 0.5
    np.testing.assert_array_equal(heard, expected)
    assert not heard[:, :latency].any()
    assert heard[:, latency : latency + 64].all()


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Folder with wide.ts: 4 inputs, 8 outputs, ratio 1 and 512."""
    folder = tmp_path_factory.mktemp("wide")

    class Wide(nn_tilde.Module):
        def __init__(self):
            super().__init__(RATE)
            self.register_method("forward", 4, 1, 8, 1)
            self.register_method("slow", 4, 512, 8, 512)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            return torch.cat([x, -2.0 * x], 1)

        @torch.jit.export
        def slow(self, x: torch.Tensor):
            return torch.cat([x.cumsum(-1), x], 1)

    Wide().export_to_ts(str(folder / "wide.ts"))
    return folder


@pytest.mark.parametrize("method", ["forward", "slow"])
@pytest.mark.parametrize("block", [0, 2048])
@pytest.mark.parametrize("vector", [64, 256, 2048])
def test_four_inputs_and_eight_outputs(pd, wide, folder, method, block, vector):
    heard_in, heard, latency = play(pd, folder, wide, f"wide {method} {block}", 4, 8, vector)
    expected, exact = headless(wide / "wide.ts", method, heard_in, block, vector)
    assert latency == exact
    np.testing.assert_array_equal(heard, expected)
    assert all(row[latency:].any() for row in heard)


@pytest.mark.parametrize("block", [64, 128, 256, 512, 1024, 2048, 4096])
def test_every_block_reports_its_exact_latency(one_pd, models, folder, block):
    """[nn~ model forward 8192] and the like once kept the rings of 4096 samples (spec §8-16)."""
    heard_in, heard, latency = play(one_pd, folder, models, f"gain forward {block}", 1, 1, 64, block=block)
    np.testing.assert_array_equal(heard[0, latency:], heard_in[0, : heard_in.shape[1] - latency])
    assert latency == max(2 * max(block, 256) - 64, 0)


def test_overlap(pd, models, folder):
    """An overlapping subpatch hands each sample over several times, at a rate that many times higher."""
    inside, whole = Patch(), Patch()
    inside.obj("block~ 512 4")
    nn, source = inside.obj("nn~ gain running 512"), inside.obj("noise~")
    inside.connect(source, 0, nn, 0)
    inside.record([(source, 0), (nn, 0)], 8192, 500)
    whole.sub(inside)
    ran = whole.run(pd, folder, ms=600, paths=(models,))
    assert ran.errors == []
    heard_in, heard = ran.audio()
    expected, _ = headless(models / "gain.ts", "running", heard_in[None], 512, 512)
    np.testing.assert_array_equal(heard, expected[0])


def test_switch_off_and_on(pd, models, folder):
    """A switched-off subpatch rests, and goes on where it was."""
    inside, whole = Patch(), Patch()
    nn, source, switch = inside.obj("nn~ gain running 256"), inside.obj("noise~"), inside.obj("switch~ 64")
    inside.connect(source, 0, nn, 0)
    inside.record([(source, 0), (nn, 0)], 8192, 900)
    inside.at(0, "1", switch)
    inside.at(50, "0", switch)
    inside.at(300, "1", switch)
    whole.sub(inside)
    ran = whole.run(pd, folder, ms=1000, paths=(models,))
    heard_in, heard = ran.audio()
    expected, _ = headless(models / "gain.ts", "running", heard_in[None], 256, 64)
    np.testing.assert_array_equal(heard, expected[0])
    assert heard[-1] != 0


@pytest.mark.parametrize(("upsampling", "overlap"), [(1, 1), (1, 4), (2, 1)])
def test_the_model_is_told_the_rate_of_what_it_hears(pd, models, folder, upsampling, overlap):
    inside, whole = Patch(), Patch()
    inside.obj(f"block~ 512 {overlap} {upsampling}")
    nn = inside.obj("nn~ gain rate 512")
    inside.record([(nn, 0)], 8192, 500)
    whole.sub(inside)
    ran = whole.run(pd, folder, ms=600, paths=(models,))
    expected = RATE * upsampling if pd.multichannel else RATE  # an older Pd does not tell the two apart
    assert ran.audio()[0, -1] == expected


def test_another_rate_than_the_models_is_told(one_pd, models, folder):
    patch = Patch()
    nn = patch.obj("nn~ gain rate 512")
    patch.record([(nn, 0)], 8192, 500)
    ran = patch.run(one_pd, folder, ms=600, paths=(models,), options=("-r", "48000"))
    assert "made for 44100 Hz, and Pd runs at 48000 Hz: it sounds transposed" in ran.console
    assert ran.audio()[0, -1] == 48000


def test_outlets_that_the_model_does_not_fill_are_silent(pd, models, folder):
    """Pd hands out memory with old samples in it."""
    patch = Patch()
    objects = [patch.obj("nn~ void 1 3 512"), patch.obj("nn~ gain forward 512"), patch.obj("nn~")]
    if pd.multichannel:
        objects += [patch.obj("nn~ -m void"), patch.obj("nn~ -b 2 void 1 1")]
    loud = patch.obj("noise~")
    for nn in objects:
        patch.connect(loud, 0, nn, 0)
    patch.at(0, "load gain forward", objects[0])
    patch.record([(objects[0], 1), (objects[0], 2), *((nn, 0) for nn in objects[2:])], 4096, 300)
    ran = patch.run(pd, folder, ms=400, paths=(models,))
    assert ran.errors == []
    assert not ran.audio().any()


@pytest.mark.parametrize("late", ["silence", "hold", "bypass"])
def test_late_blocks_are_heard_as_asked(one_pd, models, folder, late):
    """-batch told to be live leaves a model no time: blocks are late or dropped."""
    patch = Patch()
    nn = patch.obj("nn~ gain forward 1024")
    patch.connect(patch.obj("sig~ 0.5"), 0, nn, 0)
    patch.at(0, f"late {late}, set gain 100", nn)
    patch.at(500, "offline 0", nn)
    patch.record([(nn, 0)], 400000, 10000)
    ran = patch.run(one_pd, folder, ms=10100, paths=(models,))
    heard = ran.audio()[0]
    assert heard[20000] == 50
    instead = heard[40000:] == {"silence": 0, "hold": 50, "bypass": 0.5}[late]
    assert np.count_nonzero(instead) > 1000
    other = [value for name, value in (("silence", 0), ("bypass", 0.5)) if name != late]
    assert not np.isin(heard[40000:], other).any()
