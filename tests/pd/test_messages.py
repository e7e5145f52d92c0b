"""Every message of nn~, through a patch: what it does, and what comes out of the info outlet."""

import re
import shutil

import numpy as np
import pytest
from patch import Patch

RATE = 44100


class Talk:
    """A patch with one nn~, messages at times, and its info outlet printed."""

    def __init__(self, arguments: str, outs: int = 1, flags: str = ""):
        self.patch = Patch()
        self.nn = self.patch.obj(f"nn~ {flags} {arguments}".replace("  ", " "))
        printer = self.patch.obj("print info")
        self.patch.connect(self.nn, outs, printer, 0)
        self.time = 10

    def send(self, *messages: str) -> "Talk":
        for message in messages:
            self.patch.at(self.time, message, self.nn)
            self.time += 10
        return self

    def constant(self, value: float = 1, inlet: int = 0) -> "Talk":
        signal = self.patch.obj(f"sig~ {value}")
        self.patch.connect(signal, 0, self.nn, inlet)
        return self

    def run(self, pd, folder, models, **options):
        options.setdefault("ms", self.time + 100)
        return self.patch.run(pd, folder, paths=(models,), **options)


def test_bang_tells_what_patches_of_1_6_expect_in_their_order(pd, models, folder):
    ran = Talk("gain stereo 2048", outs=2).send("bang").run(pd, folder, models)
    assert ran.errors == []
    assert ran.printed("info") == [
        "loaded 1", "enabled 1", "gpu 0", f"model {models}/gain.ts",
        "methods forward running stereo encode rate", "method stereo", "attributes gain pair table sound",
        "bufsize 2048", "dim 2 2", "ratio 1 1",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", ["", "void", "void 1 1 512"])
def test_bang_without_a_model_says_so(pd, models, folder, arguments):
    """Once a null outlet (spec §8-18)."""
    ran = Talk(arguments).send("bang").run(pd, folder, models)
    assert ran.status == 0
    assert ran.printed("info") == ["loaded 0"]


def test_get_methods_and_attributes_and_dump(one_pd, models, folder):
    ran = Talk("gain").send("get_methods", "get_attributes", "dump").run(one_pd, folder, models)
    info = ran.printed("info")
    assert info[:2] == ["methods forward running stereo encode rate", "attributes gain pair table sound"]
    assert "method_params encode 1 1 3 256" in info
    assert "attribute_type pair int string" in info
    assert "latency 8128 184.308" in info
    assert "input dimension: 1" in ran.console
    assert "methods: forward running stereo encode rate" in ran.console


def test_set_and_get(pd, models, folder):
    ran = (
        Talk("gain")
        .send("get gain", "set gain 0.1", "get gain", "set pair 7 seven", "get pair")
        .run(pd, folder, models)
    )
    assert ran.errors == []
    assert ran.printed("info") == ["get gain 1", "get gain 0.1", "get pair 7 seven"]


def test_a_changed_attribute_is_heard(pd, models, folder):
    talk = Talk("gain forward 256").constant(1).send("set gain -0.375")
    talk.patch.record([(talk.nn, 0)], 4096, 300)
    ran = talk.run(pd, folder, models, ms=400)
    assert ran.audio()[0, -1] == -0.375


def test_enable_and_the_flag_to_start_disabled(pd, models, folder):
    talk = Talk("gain forward 256", flags="-d").constant(1).send("bang", "enable 1", "bang")
    talk.patch.at(150, "enable 0", talk.nn)
    talk.patch.record([(talk.nn, 0)], 8820, 400)
    ran = talk.run(pd, folder, models, ms=500)
    assert [line for line in ran.printed("info") if line.startswith("enabled")] == ["enabled 0", "enabled 1"]
    heard = ran.audio()[0]
    assert not heard[: int(0.018 * RATE)].any()
    assert heard[int(0.1 * RATE)] == 1
    assert heard[-1] == 0


def test_bufsize_keeps_what_was_set_and_goes_both_ways(pd, models, folder):
    talk = Talk("gain forward 1024").constant(1)
    talk.send("set gain 3", "latency", "bufsize 0", "latency", "bufsize 4000", "latency", "get gain")
    talk.patch.record([(talk.nn, 0)], 22050, 600)
    ran = talk.run(pd, folder, models, ms=700)
    assert ran.errors == []
    assert [line.split()[:2] for line in ran.printed("info")] == [
        ["latency", str(2 * 1024 - 64)], ["latency", str(256 - 64)], ["latency", str(2 * 4096 - 64)], ["get", "gain"],
    ]  # fmt: skip
    heard = ran.audio()[0]
    assert heard[-1] == 3
    assert ran.printed("info")[-1] == "get gain 3"
    sounding = heard[np.flatnonzero(heard)[0] :]
    assert np.abs(np.diff(sounding)).max() < 0.05, "a change of block clicked"


def test_a_block_that_the_model_cannot_run_is_raised_with_a_notice(one_pd, models, folder):
    ran = Talk("gain forward 100").send("bang").run(one_pd, folder, models)
    assert "bufsize 256" in ran.printed("info")
    assert "nn~: block 100 became 256" in ran.console


def test_load_crossfades_without_stopping_the_sound(pd, models, folder):
    talk = Talk("void 1 1 512").constant(1).send("load gain")
    talk.patch.at(100, "set gain 2", talk.nn)
    talk.patch.at(200, "load gain running", talk.nn)
    talk.patch.at(250, "bang", talk.nn)
    talk.patch.record([(talk.nn, 0)], 22050, 600)
    ran = talk.run(pd, folder, models, ms=700)
    assert ran.errors == []
    assert ran.printed("info")[:2] == ["loaded 1", "loaded 1"]
    assert "method running" in ran.printed("info")
    heard = ran.audio()[0]
    sounding = np.flatnonzero(heard == 1)
    assert sounding.size
    at = int(0.2 * RATE)
    assert heard[at : at + 2 * 512 - 128].min() == 2, "the old model must play until the new one is warm"
    assert heard[-1] > 1000, "the running sum of the new method"


def test_a_method_may_be_named_before_there_is_a_model(pd, models, folder):
    ran = Talk("void 2 2 512", outs=2).send("method stereo", "load gain", "bang").run(pd, folder, models)
    assert ran.errors == []
    assert "method stereo" in ran.printed("info")


def test_method_without_m_needs_enough_inlets(pd, models, folder):
    talk = Talk("gain forward 256").constant(1)
    ran = talk.send("method running", "bang", "method stereo", "bang").run(pd, folder, models)
    methods = [line for line in ran.printed("info") if line.startswith("method ")]
    assert methods == ["method running", "method running"]
    assert len(ran.errors) == 1
    assert "2 inputs and 2 outputs" in ran.errors[0]
    assert "[nn~ gain stereo]" in ran.errors[0]


def test_load_without_m_says_which_arguments_would_do(one_pd, models, folder):
    ran = Talk("void 1 1").send("load gain stereo", "bang").run(one_pd, folder, models)
    assert "[nn~ gain stereo] or [nn~ void 2 2]" in ran.errors[0]
    assert ran.printed("info") == ["loaded 0"]


def test_an_unknown_method_plays_forward_and_says_so(pd, models, folder):
    ran = Talk("gain sideways").send("bang", "method upside", "bang").run(pd, folder, models)
    assert [line for line in ran.printed("info") if line.startswith("method ")] == ["method forward"] * 2
    assert len(ran.errors) == 2
    assert "'sideways'" in ran.errors[0]
    assert "'upside'" in ran.errors[1]


def test_reload_takes_the_file_as_it_is_now(one_pd, models, demos, folder):
    """Another model under the same name, without the method that plays."""
    shutil.copy(models / "gain.ts", folder / "mine.ts")
    patch = Patch()
    nn = patch.obj("nn~ void 1 2")
    patch.connect(nn, 2, patch.obj("print info"), 0)
    patch.at(0, "load mine rate", nn)
    patch.at(1000, "reload, bang", nn)

    def replace(line: str) -> None:
        if "loaded 1" in line:
            shutil.copy(demos / "demo_attributes.ts", folder / "mine.new")
            (folder / "mine.new").rename(folder / "mine.ts")

    ran = patch.run(one_pd, folder, ms=20000, batch=False, quit_after="ratio 1 1", on_line=replace)
    assert "attributes attr_int attr_float attr_str attr_enum attr_bool attr_list" in ran.printed("info")
    assert "method forward" in ran.printed("info")
    assert "no method 'rate'" in ran.console


def test_reload_and_reset_begin_with_the_attributes_of_the_file(one_pd, models, folder):
    ran = (
        Talk("gain")
        .send("set gain 5", "reload", "get gain", "set gain 4", "reset", "get gain")
        .run(one_pd, folder, models)
    )
    assert ran.errors == []
    assert ran.printed("info") == ["loaded 1", "get gain 1", "get gain 1"]


@pytest.mark.parametrize("flag", ["-gpu", "-g"])
def test_gpu_falls_back_to_the_cpu_and_keeps_attributes(one_pd, models, folder, flag):
    ran = (
        Talk("gain", flags=flag)
        .send("set gain 5", "gpu 0", "get gain", "gpu 1", "get gain", "bang")
        .run(one_pd, folder, models)
    )
    assert ran.errors == []
    assert ran.printed("info")[:2] == ["get gain 5", "get gain 5"]
    assert re.search(r"nn~: the model runs on (cpu|cuda|mps)", ran.console)
    assert ("gpu 1" in ran.printed("info")) != ("no GPU that torch can use was found" in ran.console)


def test_latency_tight_and_standard(one_pd, models, folder):
    ran = (
        Talk("gain forward 4096")
        .send("latency", "latency tight", "latency standard", "bang")
        .run(one_pd, folder, models)
    )
    plain, tight, again = [int(line.split()[1]) for line in ran.printed("info") if line.startswith("latency")]
    assert plain == again == 2 * 4096 - 64
    assert 4096 <= tight < plain


def test_late_is_told_and_changed(one_pd, models, folder):
    ran = (
        Talk("gain")
        .send("late", "late hold", "late", "late bypass", "late", "late silence", "late")
        .run(one_pd, folder, models)
    )
    assert ran.printed("info") == ["late silence", "late hold", "late bypass", "late silence"]


def test_stats_count_blocks(one_pd, models, folder):
    talk = Talk("gain forward 256").constant(1)
    talk.patch.at(500, "stats", talk.nn)
    ran = talk.run(one_pd, folder, models, ms=600)
    stats = dict(line.split()[1:] for line in ran.printed("info"))
    assert 80 <= int(stats["blocks"]) <= 87
    assert stats["misses"] == stats["errors"] == stats["dropped"] == "0"
    assert 0 < float(stats["load_mean"]) <= float(stats["load_peak"])


def test_stats_begin_anew_when_they_have_been_told(one_pd, models, folder):
    talk = Talk("gain forward 256").constant(1)
    talk.patch.at(500, "stats, stats", talk.nn)
    ran = talk.run(one_pd, folder, models, ms=600)
    means = [float(line.split()[-1]) for line in ran.printed("info") if "load_mean" in line]
    assert means[0] > 0
    assert means[1] == 0


def test_bufsize_and_gpu_before_there_is_a_model(one_pd, models, folder):
    ran = Talk("void 1 1").send("bufsize 512", "gpu 1", "load gain forward", "bang").run(one_pd, folder, models)
    assert ran.errors == []
    assert "bufsize 512" in ran.printed("info")
    assert "the model runs on" in ran.console


def test_a_block_never_shrinks_by_itself(one_pd, demos, folder):
    talk = Talk("void 1 1 512").send("load features rms", "load effects thru", "bang", "bufsize 512", "bang")
    ran = talk.run(one_pd, folder, demos)
    assert [line for line in ran.printed("info") if line.startswith("bufsize")] == ["bufsize 1024"] * 2


def test_the_console_tells_which_versions_play(one_pd, models, folder):
    assert re.search(r"^nn~ \d+\.\d+\.\d+, torch 2\.13\.0$", Talk("").run(one_pd, folder, models).console, re.M)


def test_by_the_clock_a_load_goes_on_in_the_background_and_messages_keep_their_order(pd, models, folder):
    """`set` and `get` behind a `load` mean the model that is being loaded, not the one that plays."""
    talk = Talk("gain forward 256").constant(1)
    talk.send("offline 0")
    talk.patch.at(100, "load gain running, set gain 7, get gain, bang", talk.nn)
    ran = talk.run(pd, folder, models, ms=20000, batch=False, quit_after="ratio 1 1")
    assert ran.errors == []
    info = ran.printed("info")
    assert info[:2] == ["loaded 1", "get gain 7"]
    assert "method running" in info
