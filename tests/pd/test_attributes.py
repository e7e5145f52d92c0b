"""Attributes of every type, set from a patch; buffers and tensors from Pd's arrays."""

import numpy as np
import pytest
import torch
from test_messages import RATE, Talk

import nn_tilde


def level(talk: Talk, pd, folder, models, ms=400, outs=1, last=64):
    """Runs and returns the last samples of each outlet."""
    samples = int((ms - 50) * RATE / 1000)
    talk.patch.record([(talk.nn, o) for o in range(outs)], samples, ms)
    ran = talk.run(pd, folder, models, ms=ms + 100)
    return ran, ran.audio()[:, -last:]


def test_every_type_of_value(pd, demos, folder):
    talk = Talk("demo_attributes forward 256", outs=2)
    talk.send("set attr_int -7", "get attr_int", "set attr_float 0.1234567", "set attr_str pear", "get attr_str")
    talk.send("set attr_bool 1", "get attr_bool", "set attr_bool 0", "get attr_bool", "set attr_bool true")
    talk.send("get attr_bool", "set attr_bool false", "get attr_bool", "set attr_enum goose", "get attr_enum")
    talk.send("set attr_list 3 you 0.5 0", "get attr_list", "set attr_str 5", "get attr_str")
    ran, heard = level(talk, pd, folder, demos, ms=500, outs=2)
    assert ran.errors == []
    assert ran.printed("info") == [
        "get attr_int -7", "get attr_str pear", "get attr_bool 1", "get attr_bool 0", "get attr_bool 1",
        "get attr_bool 0", "get attr_enum goose", "get attr_list 3 you 0.5 0", "get attr_str 5",
    ]  # fmt: skip
    assert (heard[0] == -7).all()
    assert (heard[1] == np.float32(0.1234567)).all(), "digits were lost"


def test_a_setter_that_refuses_is_told(one_pd, demos, folder):
    ran = Talk("demo_attributes", outs=2).send("set attr_enum ufo", "get attr_enum").run(one_pd, folder, demos)
    assert ran.printed("info") == ["get attr_enum horse"]
    assert "refused these values for 'attr_enum'" in ran.errors[0]


def test_a_tensor_from_an_array(pd, models, folder):
    talk = Talk("gain forward 256")
    talk.patch.array("numbers", 5)
    talk.patch.at(1, "numbers 1 0.5")
    talk.send("set table numbers", "get table", "set table 3", "get table")
    ran = talk.run(pd, folder, models)
    assert ran.errors == []
    assert ran.printed("info") == ["get table 0 0.5 0 0 0", "get table 3"]


def test_the_samples_of_a_tensor_arrive(one_pd, demos, folder):
    """wavetable.ts plays its tensor at the phase that comes in."""
    talk = Talk("wavetable forward 256").constant(0.5)
    talk.patch.array("wave", 4)
    talk.patch.at(1, "wave 0 0.25 0.25 0.25 0.25")
    talk.send("set wavetable wave")
    ran, heard = level(talk, one_pd, folder, demos)
    assert ran.errors == []
    assert (heard == 0.25).all()


@pytest.mark.parametrize("method", ["loudness", "shape", "get_sr"])
def test_a_buffer_from_an_array_at_first_load(pd, demos, folder, method):
    """Buffers once worked only after a `reload` (spec §8-1)."""
    outs = 2 if method == "shape" else 1
    talk = Talk(f"demo_buffers {method} 256", outs=outs)
    talk.patch.array("sound", 100)
    talk.patch.at(1, "sound const -0.5")
    talk.send("set buf sound")
    ran, heard = level(talk, pd, folder, demos, outs=outs)
    assert ran.errors == []
    expected = {"loudness": [0.5], "shape": [1, 100], "get_sr": [RATE]}[method]
    np.testing.assert_allclose(heard[:, -1], expected, rtol=1e-6)


def test_several_arrays_are_the_channels_of_one_buffer(pd, demos, folder):
    talk = Talk("demo_buffers shape 256", outs=2)
    for name in ("left", "middle", "right"):
        talk.patch.array(name, 200)
    talk.send("set buf left middle right")
    ran, heard = level(talk, pd, folder, demos, outs=2)
    assert ran.errors == []
    assert heard[:, -1].tolist() == [3, 200]


def test_channels_of_different_lengths_are_refused(one_pd, demos, folder):
    talk = Talk("demo_buffers shape 256", outs=2)
    talk.patch.array("left", 200)
    talk.patch.array("right", 100)
    ran = talk.send("set buf left right").run(one_pd, folder, demos)
    assert "'left' has 200 samples and 'right' has 100" in ran.errors[0]


@pytest.mark.parametrize("track", [0, 1])
def test_tracked_arrays_are_followed(pd, demos, folder, track):
    talk = Talk("demo_buffers loudness 256")
    talk.patch.array("sound", 2048)
    talk.patch.at(1, "sound const 0.5")
    talk.send(f"track_buffers {track}", "set buf sound")
    talk.patch.at(100, "sound const 0.25")
    ran, heard = level(talk, pd, folder, demos)
    assert ran.errors == []
    assert heard[0, -1] == (0.25 if track else 0.5)


def test_a_tracked_array_may_be_resized_and_a_single_sample_counts(one_pd, demos, folder):
    talk = Talk("demo_buffers shape 256", outs=2)
    talk.patch.array("sound", 2000)
    talk.send("track_buffers 1", "set buf sound")
    talk.patch.at(100, "sound resize 70")
    _, heard = level(talk, one_pd, folder, demos, outs=2)
    assert heard[:, -1].tolist() == [1, 70]

    talk = Talk("demo_buffers loudness 256")
    talk.patch.array("sound", 2000)
    talk.send("track_buffers 1", "set buf sound")
    talk.patch.at(100, "sound 1999 1")
    _, heard = level(talk, one_pd, folder, demos)
    np.testing.assert_allclose(heard[0, -1], np.sqrt(1 / 2000), rtol=1e-6)


def test_a_tracked_array_that_goes_and_comes_back(one_pd, demos, folder):
    talk = Talk("demo_buffers loudness 256")
    talk.patch.lines.append("#N canvas 0 0 300 200 pool 0;\n#X restore 10 10 pd pool;")
    talk.patch.at(1, "pd-pool obj 10 10 table sound 100")
    talk.patch.at(5, "sound const 0.5")
    talk.send("track_buffers 1", "set buf sound")
    talk.patch.at(200, "pd-pool clear")
    talk.patch.at(400, "pd-pool obj 10 10 table sound 100")
    talk.patch.at(410, "sound const 0.125")
    ran, heard = level(talk, one_pd, folder, demos, ms=700, last=25000)
    assert "array 'sound' is gone" in ran.console
    levels = [float(v) for i, v in enumerate(heard[0]) if i == 0 or v != heard[0, i - 1]]
    assert [round(v, 6) for v in levels if v in (0, 0.5, 0.125)][-3:] == [0.5, 0, 0.125]


def test_two_objects_of_one_model_have_attributes_of_their_own(one_pd, models, folder):
    talk = Talk("gain forward 256").constant(1)
    other = talk.patch.obj("nn~ gain forward 256")
    signal = talk.patch.obj("sig~ 1")
    talk.patch.connect(signal, 0, other, 0)
    talk.send("set gain 2")
    talk.patch.at(10, "set gain 3", other)
    talk.patch.record([(talk.nn, 0), (other, 0)], 8192, 300)
    heard = talk.run(one_pd, folder, models, ms=400).audio()
    assert heard[:, -1].tolist() == [2, 3]


def test_a_buffer_stays_when_the_block_changes_and_goes_with_a_load(one_pd, demos, folder):
    talk = Talk("demo_buffers shape 256", outs=2)
    talk.patch.array("sound", 100)
    talk.send("set buf sound", "bufsize 1024")
    _, heard = level(talk, one_pd, folder, demos, outs=2)
    assert heard[:, -1].tolist() == [1, 100]
    talk = Talk("demo_buffers shape 256", outs=2)
    talk.patch.array("sound", 100)
    talk.send("track_buffers 1", "set buf sound", "load demo_buffers shape")
    talk.patch.at(150, "sound 5 1")  # what a model before it was given is not followed any more
    _, heard = level(talk, one_pd, folder, demos, outs=2)
    assert heard[:, -1].tolist() == [0, 0]


def test_the_samples_of_a_tracked_array_are_those_of_the_end(one_pd, demos, folder):
    """A tensor and a buffer that change while a block is computed arrive whole."""
    talk = Talk("demo_buffers loudness 256")
    talk.patch.array("sound", 2048)
    talk.send("track_buffers 1", "set buf sound")
    for i in range(20):
        talk.patch.at(100 + 3.7 * i, f"sound const {i / 20}")
    ran, heard = level(talk, one_pd, folder, demos)
    assert ran.errors == []
    np.testing.assert_allclose(heard[0, -1], 19 / 20, rtol=1e-5)


@pytest.fixture(scope="module")
def two_buffers(tmp_path_factory):
    """Folder with two.ts: a number between two buffers, and the frames of both as signals."""
    folder = tmp_path_factory.mktemp("two")

    class Two(nn_tilde.Module):
        def __init__(self):
            super().__init__(RATE)
            self.register_attribute("mixed", [nn_tilde.Buffer(), 2.0, nn_tilde.Buffer()])
            self.register_attribute("limited", 1.0)
            self.register_method("forward", 1, 1, 4, 1)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            first, second = self.mixed[0].value, self.mixed[2].value
            a = float(first.square().sum()) if self.mixed[0].has_value else -1.0
            b = float(second.square().sum()) if self.mixed[2].has_value else -1.0
            channels = float(first.shape[0]) if self.mixed[0].has_value else -1.0
            ones = torch.ones_like(x)
            return torch.cat([ones * a, ones * b, ones * channels, ones * self.mixed[1]], 1)

        @torch.jit.export
        def set_limited(self, value: float) -> int:
            if value > 10:
                return -1
            self.limited = (value,)
            return 0

    Two().export_to_ts(str(folder / "two.ts"))
    return folder


def test_arrays_are_shared_out_between_the_buffers_of_an_attribute(one_pd, two_buffers, folder):
    talk = Talk("two forward 256", outs=4)
    for name in ("a", "b", "c", "d"):
        talk.patch.array(name, 10)
        talk.patch.at(1, f"{name} const {ord(name) - 96}")
    talk.send("set mixed a b 7 c d", "set mixed a b 7")
    ran, heard = level(talk, one_pd, folder, two_buffers, outs=4)
    np.testing.assert_allclose(heard[:, -1], [10 * (1 + 4), 10 * (9 + 16), 2, 7], rtol=1e-6)
    assert len(ran.errors) == 1, "a number where an array belongs"


@pytest.mark.parametrize("which", ["a", "b"])
def test_every_tracked_array_is_followed_however_long(one_pd, two_buffers, folder, which):
    talk = Talk("two forward 256", outs=4)
    for name in ("a", "b"):
        talk.patch.array(name, 60000)
    talk.send("track_buffers 1", "set mixed a 7 b")
    talk.patch.at(300, f"{which} 59999 2")
    ran, heard = level(talk, one_pd, folder, two_buffers, outs=4, ms=1500)
    assert ran.errors == []
    assert heard[:2, -1].tolist() == ([4, 0] if which == "a" else [0, 4])


def test_what_the_model_refused_does_not_replace_what_it_took(one_pd, two_buffers, folder):
    talk = Talk("two forward 256", outs=4)
    talk.send("set limited 5", "set limited 99", "bufsize 512", "get limited")
    ran = talk.run(one_pd, folder, two_buffers)
    assert ran.printed("info") == ["get limited 5"]
    assert len(ran.errors) == 1


def test_the_rest_of_an_attribute_stays_when_an_array_goes_and_comes_back(one_pd, two_buffers, folder):
    talk = Talk("two forward 256", outs=4)
    talk.patch.array("b", 10)
    talk.patch.lines.append("#N canvas 0 0 300 200 pool 0;\n#X restore 10 10 pd pool;")
    talk.patch.at(1, "pd-pool obj 10 10 table a 10")
    talk.patch.at(5, "a const 2")
    talk.send("track_buffers 1", "set mixed a 7 b")
    talk.patch.at(200, "pd-pool clear")
    talk.patch.at(300, "bufsize 512", talk.nn)
    talk.patch.record([(talk.nn, o) for o in range(4)], 30000, 1300, name="gone")
    talk.patch.at(800, "pd-pool obj 10 10 table a 10")
    talk.patch.at(805, "a const 3")
    talk.patch.at(900, "bufsize 256", talk.nn)
    ran, heard = level(talk, one_pd, folder, two_buffers, outs=4, ms=1400)
    assert ran.audio("gone")[:, -1].tolist() == [-1, 0, -1, 7]
    assert heard[:, -1].tolist() == [90, 0, 1, 7]


def test_reset_ends_the_following_of_arrays(one_pd, demos, folder):
    talk = Talk("demo_buffers loudness 256")
    talk.patch.array("sound", 2048)
    talk.patch.at(1, "sound const 0.5")
    talk.send("track_buffers 1", "set buf sound", "reset")
    talk.patch.at(100, "sound const 0.25")
    ran, heard = level(talk, one_pd, folder, demos)
    assert ran.errors == []
    assert heard[0, -1] == 0


def test_a_slider_into_an_int_and_a_number_into_a_word(pd, demos, folder):
    talk = Talk("demo_attributes forward 256", outs=2)
    talk.send(
        "set attr_int 3.9", "get attr_int", "set attr_int -3.9", "get attr_int", "set attr_str 0.1", "get attr_str"
    )
    ran = talk.run(pd, folder, demos)
    assert ran.errors == []
    assert ran.printed("info") == ["get attr_int 3", "get attr_int -3", "get attr_str 0.1"]


@pytest.mark.parametrize("dsp", [True, False])
@pytest.mark.parametrize("block", [0, 256])
def test_a_refusal_is_told_also_while_no_audio_runs(one_pd, two_buffers, folder, block, dsp):
    ran = Talk(f"two forward {block}", outs=4).send("set limited 99").run(one_pd, folder, two_buffers, dsp=dsp)
    assert len(ran.errors) == 1
    assert "refused these values for 'limited'" in ran.errors[0]
