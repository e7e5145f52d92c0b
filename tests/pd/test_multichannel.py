"""Multichannel signals (Pd ≥ 0.54): -m, batches with -b, both together, and the refusal of an older Pd."""

import numpy as np
import pytest
import torch
from patch import Patch

import nn_tilde

RATE = 44100


def feed(patch: Patch, channels: int) -> int:
    """Different noise in each channel of one signal."""
    snake = patch.obj(f"snake~ in {channels}")
    sources = [patch.obj("noise~") for _ in range(channels)]
    for i, source in enumerate(sources):
        patch.connect(source, 0, snake, i)
    return snake


def taken(patch: Patch, source: int, outlet: int, channels: int) -> list[tuple[int, int]]:
    snake = patch.obj(f"snake~ out {channels}")
    patch.connect(source, outlet, snake, 0)
    return [(snake, i) for i in range(channels)]


@pytest.fixture(scope="module")
def mixers(tmp_path_factory):
    """Folder with models that show which channel arrives where."""
    folder = tmp_path_factory.mktemp("mixers")

    class Reverse(nn_tilde.Module):
        def __init__(self, ins: int, outs: int):
            super().__init__(RATE)
            self.outs = outs
            self.register_method("forward", ins, 1, outs, 1)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            return x.flip(1)[:, : self.outs]

    for ins, outs in ((4, 3), (4, 4), (1, 1)):
        Reverse(ins, outs).export_to_ts(str(folder / f"reverse{ins}{outs}.ts"))
    return folder


def constants(patch: Patch, values: list[float]) -> int:
    snake = patch.obj(f"snake~ in {len(values)}")
    for i, value in enumerate(values):
        patch.connect(patch.obj(f"sig~ {value}"), 0, snake, i)
    return snake


@pytest.mark.parametrize(
    ("arguments", "given", "expected"),
    [
        ("-m reverse43", [[1, 2, 3, 4]], [[4, 3, 2]]),
        ("-m reverse44", [[1, 2, 3]], [[1, 3, 2, 1]]),
        ("-b 4 reverse11", [[1, 2, 3]], [[1, 2, 3, 0]]),
        ("-m -b 3 reverse44", [[1], [1, 2, 3], [1, 2, 3, 4]], [[1, 1, 1, 1], [1, 3, 2, 1], [4, 3, 2, 1]]),
    ],
)
def test_inputs_are_read_before_pd_makes_outputs_of_their_memory(newer_pd, mixers, folder, arguments, given, expected):
    patch = Patch()
    # Signals that come and go, so that Pd has memory of every size to hand out again.
    other = constants(patch, [77, 77, 77, 77])
    patch.connect(other, 0, patch.obj("snake~ out 4"), 0)
    nn = patch.obj(f"nn~ {arguments} forward 256")
    for i, values in enumerate(given):
        patch.connect(constants(patch, values), 0, nn, i)
    outputs = [pair for i, values in enumerate(expected) for pair in taken(patch, nn, i, len(values))]
    patch.record(outputs, 4096, 300)
    ran = patch.run(newer_pd, folder, ms=400, paths=(mixers,))
    assert ran.errors == []
    assert ran.audio()[:, -1].tolist() == [value for values in expected for value in values]


def test_a_model_with_fewer_channels_does_not_cut_the_others_off(newer_pd, mixers, folder):
    patch = Patch()
    nn = patch.obj("nn~ -m reverse44 forward 512")
    patch.connect(constants(patch, [1, 2, 3, 4]), 0, nn, 0)
    patch.at(200, "load reverse11", nn)
    patch.at(600, "load reverse43", nn)
    patch.record(taken(patch, nn, 0, 4), 44100, 1100)
    ran = patch.run(newer_pd, folder, ms=1200, paths=(mixers,))
    assert ran.errors == []
    audio = ran.audio()
    assert audio[:, int(0.19 * RATE)].tolist() == [4, 3, 2, 1]
    assert audio[:, int(0.59 * RATE)].tolist() == [1, 0, 0, 0]
    assert audio[:, -1].tolist() == [4, 3, 2, 0]
    sounding = audio[:, 2000:]
    assert np.abs(np.diff(sounding)).max() < 0.1


def test_a_throw_in_dsp_leaves_pd_running(newer_pd, models, folder):
    """Outputs without memory were used by the next object."""
    inside, whole = Patch(), Patch()
    inside.obj("block~ 64 1 256")  # 11.3 MHz
    nn, after = inside.obj("nn~ gain forward 256"), inside.obj("*~ 1")
    inside.connect(nn, 0, after, 0)
    whole.sub(inside)
    ran = whole.run(newer_pd, folder, ms=100, paths=(models,))
    assert ran.status == 0
    assert any("10,000,000 Hz" in error for error in ran.errors)


def test_an_older_pd_says_why_not(pd, models, folder):
    patch = Patch()
    patch.obj("nn~ -m gain stereo")
    patch.obj("nn~ -b 2 gain")
    ran = patch.run(pd, folder, ms=100, paths=(models,))
    assert ran.status == 0
    if pd.multichannel:
        assert ran.errors == []
        return
    assert "nn~: -m needs the multichannel signals of Pd 0.54 or later; this is Pd 0.53" in ran.errors[0]
    assert any("-b needs" in error for error in ran.errors)


@pytest.mark.parametrize("vector", [64, 256, 1024, 2048])
def test_m_is_one_signal_with_the_channels_of_the_model(newer_pd, models, folder, vector):
    inside, whole = Patch(), Patch()
    inside.obj(f"block~ {vector}")
    nn, source = inside.obj("nn~ -m gain stereo 512"), feed(inside, 2)
    inside.connect(source, 0, nn, 0)
    samples = 8192
    inside.record([*taken(inside, source, 0, 2), *taken(inside, nn, 0, 2)], samples, 400)
    whole.sub(inside)
    ran = whole.run(newer_pd, folder, ms=500, paths=(models,))
    assert ran.errors == []
    audio = ran.audio()
    host = nn_tilde.Host(models / "gain.ts", "stereo", 512, vector=vector, threaded=True)
    np.testing.assert_array_equal(audio[2:], host.process(audio[:2]))
    assert audio[3].any()


def test_m_repeats_channels_that_are_missing(newer_pd, models, folder):
    """Channel i of the model comes from channel i mod n of the signal."""
    patch = Patch()
    nn, source = patch.obj("nn~ -m gain stereo 512"), patch.obj("noise~")
    patch.connect(source, 0, nn, 0)
    patch.record(taken(patch, nn, 0, 2), 4096, 300)
    audio = patch.run(newer_pd, folder, ms=400, paths=(models,)).audio()
    np.testing.assert_array_equal(audio[0], audio[1])
    assert audio[0].any()


def test_m_recounts_its_channels_when_the_method_or_the_model_changes(newer_pd, models, demos, folder):
    patch = Patch()
    nn, source = patch.obj("nn~ -m gain encode 2048"), patch.obj("noise~")
    counter, printer = patch.obj("snake~ out 4"), patch.obj("print info")
    patch.connect(source, 0, nn, 0)
    patch.connect(nn, 0, counter, 0)
    patch.connect(nn, 1, printer, 0)
    for ms, message in ((100, "method stereo"), (300, "load demo_mc channel"), (700, "load gain")):
        patch.at(ms, message, nn)
        patch.at(ms + 50, "bang", nn)
    patch.record([(counter, i) for i in range(4)], 44100, 1100)
    ran = patch.run(newer_pd, folder, ms=1200, paths=(models, demos))
    assert ran.errors == []
    assert "no method 'channel'; it has forward, running, stereo, encode, rate: forward plays" in ran.console
    assert [line for line in ran.printed("info") if line.startswith("dim")] == ["dim 2 2", "dim 3 3", "dim 1 1"]
    audio = ran.audio()
    at = int(0.65 * RATE)
    assert audio[:, at].tolist() == [0, 1, 2, 0], "demo_mc's channels"
    assert audio[0, -1] != 0
    assert not audio[1:, -64:].any()


def test_a_void_object_with_m_takes_any_model(newer_pd, demos, folder):
    patch = Patch()
    nn = patch.obj("nn~ -m void")
    patch.at(50, "load demo_mc channel", nn)
    patch.record(taken(patch, nn, 0, 3), 39000, 900)
    ran = patch.run(newer_pd, folder, ms=1000, paths=(demos,))
    assert ran.errors == []
    assert ran.audio()[:, -1].tolist() == [0, 1, 2]


def test_b_runs_parallel_voices_through_one_model(newer_pd, models, folder):
    """The layout of mc.nn~: a signal per channel of the model, with a channel per voice."""
    patch = Patch()
    nn = patch.obj("nn~ -b 3 gain stereo 512")
    first, second = feed(patch, 3), feed(patch, 2)  # the third voice has no right channel
    patch.connect(first, 0, nn, 0)
    patch.connect(second, 0, nn, 1)
    outputs = taken(patch, nn, 0, 3) + taken(patch, nn, 1, 3)
    patch.record(taken(patch, first, 0, 3) + taken(patch, second, 0, 2) + outputs, 8192, 400)
    ran = patch.run(newer_pd, folder, ms=500, paths=(models,))
    assert ran.errors == []
    audio = ran.audio()
    voices = np.zeros((3, 2, audio.shape[1]), np.float32)
    voices[:, 0], voices[:2, 1] = audio[:3], audio[3:5]
    host = nn_tilde.Host(models / "gain.ts", "stereo", 512, vector=64, threaded=True, batch=3)
    expected = host.process(voices)
    np.testing.assert_array_equal(audio[5:8], expected[:, 0])
    np.testing.assert_array_equal(audio[8:], expected[:, 1])


def test_voices_have_states_of_their_own(newer_pd, models, folder):
    patch = Patch()
    nn, source = patch.obj("nn~ -b 2 gain running 256"), feed(patch, 2)
    patch.connect(source, 0, nn, 0)
    patch.record(taken(patch, source, 0, 2) + taken(patch, nn, 0, 2), 8192, 400)
    audio = patch.run(newer_pd, folder, ms=500, paths=(models,)).audio()
    for voice in range(2):
        host = nn_tilde.Host(models / "gain.ts", "running", 256, vector=64, threaded=True)
        np.testing.assert_allclose(audio[2 + voice], host.process(audio[voice : voice + 1])[0], atol=1e-4)


def test_m_with_b_is_a_signal_per_voice(newer_pd, demos, folder):
    """The layout of mcs.nn~."""
    patch = Patch()
    nn = patch.obj("nn~ -m -b 2 demo_mc batch")
    outputs = taken(patch, nn, 0, 3) + taken(patch, nn, 1, 3)
    patch.at(200, "stats", nn)
    patch.record(outputs, 22050, 600)
    ran = patch.run(newer_pd, folder, ms=700, paths=(demos,))
    assert ran.errors == []
    assert ran.audio()[:, -1].tolist() == [0, 0, 0, 1, 1, 1]


def test_without_flags_the_first_channel_counts_and_outlets_are_single(newer_pd, models, folder):
    patch = Patch()
    nn, source = patch.obj("nn~ gain forward 256"), feed(patch, 2)
    patch.connect(source, 0, nn, 0)
    patch.record(taken(patch, source, 0, 2) + taken(patch, nn, 0, 2), 4096, 300)
    audio = patch.run(newer_pd, folder, ms=400, paths=(models,)).audio()
    np.testing.assert_array_equal(audio[2, 448:], audio[0, :-448])
    assert not audio[3].any()


def test_m_goes_round_the_channels_there_are(newer_pd, demos, folder):
    patch = Patch()
    nn, source = patch.obj("nn~ -m demo_mc identity 2048"), feed(patch, 2)
    patch.connect(source, 0, nn, 0)
    patch.record(taken(patch, source, 0, 2) + taken(patch, nn, 0, 3), 16384, 500)
    audio = patch.run(newer_pd, folder, ms=600, paths=(demos,)).audio()
    latency = 2 * 2048 - 64
    for out, channel in enumerate((0, 1, 0)):
        held = audio[channel, 2047 : 16384 - latency : 2048]  # the last sample of each group, held
        np.testing.assert_array_equal(audio[2 + out, latency + 10 :: 2048][:5], held[:5])


@pytest.mark.parametrize("vector", [128, 1024])
def test_b_at_other_block_sizes(newer_pd, models, folder, vector):
    inside, whole = Patch(), Patch()
    inside.obj(f"block~ {vector}")
    nn, source = inside.obj("nn~ -b 2 gain running 512"), feed(inside, 2)
    inside.connect(source, 0, nn, 0)
    inside.record(taken(inside, source, 0, 2) + taken(inside, nn, 0, 2), 8192, 400)
    whole.sub(inside)
    audio = whole.run(newer_pd, folder, ms=500, paths=(models,)).audio()
    host = nn_tilde.Host(models / "gain.ts", "running", 512, vector=vector, threaded=True, batch=2)
    np.testing.assert_array_equal(audio[2:], host.process(np.ascontiguousarray(audio[:2, None]))[:, 0])
