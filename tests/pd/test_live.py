"""By the clock: what takes long happens beside the audio. Nothing here measures time; the order of events tells."""

from pathlib import Path

import pytest
import torch
from patch import Patch

import nn_tilde

RATE = 44100


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """Folder with slow.ts: a block takes a second or more, warm-up included; and stuck.ts: it never returns."""
    folder = tmp_path_factory.mktemp("slow")

    class Slow(nn_tilde.Module):
        def __init__(self, rounds: int):
            super().__init__(RATE)
            self.rounds = rounds
            self.register_attribute("gain", 1.0)
            self.register_method("forward", 1, 1, 1, 1, test_method=False)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            square = torch.eye(300)
            at = 0
            while at != self.rounds:
                square = torch.mm(square, square)
                at += 1
            return x * square[0, 0] * self.gain[0]

    # Not export_to_ts, which tries the model.
    for name, rounds in (("slow", 1500), ("stuck", -1)):
        torch.jit.script(Slow(rounds).eval()).save(str(folder / f"{name}.ts"))
    return folder


def live(arguments: str, outs: int = 1) -> tuple[Patch, int]:
    patch = Patch()
    nn = patch.obj(f"nn~ {arguments}")
    patch.connect(nn, outs, patch.obj("print info"), 0)
    patch.connect(patch.obj("sig~ 1"), 0, nn, 0)
    return patch, nn


def events(patch: Patch, *times: float) -> None:
    """[print event] prints the times, when they come."""
    printer = patch.obj("print event")
    for ms in times:
        patch.at(ms, f"{ms:g}", printer)


def test_pd_goes_on_while_a_model_loads(pd, models, slow, folder):
    patch, nn = live("gain forward 4096")
    events(patch, 110, 150, 200, 300)
    patch.at(100, "load slow, set gain 0.5, get gain", nn)
    ran = patch.run(pd, folder, ms=20000, paths=(models, slow), batch=False, quit_after="get gain 0.5")
    assert ran.status == 0
    lines = [line for line in ran.console.splitlines() if line.startswith(("event", "info"))]
    assert lines == ["event: 110", "event: 150", "event: 200", "event: 300", "info: loaded 1", "info: get gain 0.5"]


def test_a_model_that_is_too_slow_stops_nothing_and_is_told(one_pd, slow, folder):
    patch, nn = live("slow forward 256")
    patch.at(0, "offline 0", nn)
    events(patch, 10, 20, 30)
    ran = patch.run(one_pd, folder, ms=60000, paths=(slow,), batch=False, quit_after="not ready in time")
    assert ran.status == 0
    assert ran.printed("event") == ["10", "20", "30"]
    assert "not ready in time" in ran.console


def test_quitting_and_closing_while_a_model_is_stuck(one_pd, models, slow, folder):
    """It never returns: the load neither holds up Pd, nor the deletion of its object, nor the end of the process."""
    patch = Patch()
    patch.lines.append(
        "#N canvas 0 0 300 200 pool 0;\n#X obj 10 10 r go;\n#X obj 10 40 nn~ gain;\n"
        "#X connect 0 0 1 0;\n#X restore 10 10 pd pool;"
    )
    patch.at(60, "go load stuck")
    patch.at(300, "pd-pool clear")
    events(patch, 200, 400)
    ran = patch.run(one_pd, folder, ms=500, paths=(models, slow), batch=False, timeout=20)
    assert ran.status == 0
    assert ran.printed("event") == ["200", "400"]
    assert ran.errors == []


def test_only_the_last_of_several_hasty_loads_is_heard(one_pd, models, demos, folder):
    patch, nn = live("void 2 2 512", outs=2)
    patch.at(100, "load gain, load effects thru, load gain running, load gain rate, bang", nn)
    ran = patch.run(one_pd, folder, ms=20000, paths=(models, demos), batch=False, quit_after="ratio 1 1")
    assert ran.errors == []
    assert ran.printed("info").count("loaded 1") == 5
    assert "method rate" in ran.printed("info")


def test_making_an_object_does_not_wait_for_the_warm_up(one_pd, slow, folder):
    patch = Patch()
    patch.lines.append("#N canvas 0 0 300 200 pool 0;\n#X restore 10 10 pd pool;")
    making = ["obj 10 10 r go", "obj 10 40 nn~ slow", "obj 10 80 print info", "connect 0 0 1 0", "connect 1 1 2 0"]
    patch.at(50, " \\, ".join(f"pd-pool {line}" if i == 0 else line for i, line in enumerate(making)))
    patch.at(51, "go bang")
    events(patch, 60, 100)
    ran = patch.run(one_pd, folder, ms=20000, paths=(slow,), batch=False, quit_after="loaded 1")
    lines = [line for line in ran.console.splitlines() if line.startswith(("event", "info"))]
    assert lines[:3] == ["event: 60", "event: 100", "info: loaded 1"]


def test_offline_is_told_and_then_a_load_is_waited_for(one_pd, models, slow, folder):
    patch, nn = live("void 1 1")
    events(patch, 120)
    patch.at(50, "offline 1, load slow", nn)
    ran = patch.run(one_pd, folder, ms=200, paths=(models, slow), batch=False)
    lines = [line for line in ran.console.splitlines() if line.startswith(("event", "info: loaded"))]
    assert lines == ["info: loaded 1", "event: 120"]


@pytest.mark.parametrize("device", [True, False])
def test_into_a_device_late_blocks_are_late_and_without_one_they_are_waited_for(one_pd, slow, folder, device):
    """ALSA's null device takes samples at once, so that a model of a second a block cannot keep up."""
    patch, nn = live("void 1 1 4096")
    patch.at(100, "load slow", nn)
    loaded, bang = patch.obj("route loaded"), patch.obj("bang")
    patch.connect(nn, 1, loaded, 0)
    patch.chain(loaded, bang, patch.obj(f"delay {60000 if device else 400}"), patch.msg("stats"), nn)
    ran = patch.run(
        one_pd, folder, ms=1e9, paths=(slow,), batch=False, device=device, quit_after="load_peak", timeout=60
    )
    stats = dict(line.split()[1:] for line in ran.printed("info") if line.startswith("stats"))
    assert (int(stats["misses"]) > 0, int(stats["waits"]) > 0) == (device, not device), ran.console


def test_with_the_audio_off_a_load_is_in_the_background_too(one_pd, models, slow, folder):
    """Pd closes its device then; who edits a patch must not wait for that."""
    patch, nn = live("gain forward 4096")
    events(patch, 60, 100)
    patch.at(50, "load slow", nn)
    patch.at(50, "bang", nn)
    ran = patch.run(one_pd, folder, ms=20000, paths=(models, slow), batch=False, dsp=False, quit_after="ratio 1 1")
    lines = [line for line in ran.console.splitlines() if line.startswith(("event", "info: model"))]
    assert lines == ["event: 60", "event: 100", f"info: model {slow}/slow.ts"]


def test_hundreds_of_questions_hold_nothing_up(one_pd, models, folder):
    """Each `get` was a job of its own, a few milliseconds long, and a patch may ask faster than that."""
    patch, nn = live("gain forward 256")
    patch.at(100, ", ".join(["get gain"] * 500 + ["set gain 2"] + ["get gain"] * 500), nn)
    patch.at(1500, "bang", nn)
    ran = patch.run(one_pd, folder, ms=20000, paths=(models,), batch=False, quit_after="ratio 1 1")
    assert ran.errors == []
    answers = [line for line in ran.printed("info") if line.startswith("get")]
    assert answers == ["get gain 1"] * 500 + ["get gain 2"] * 500


def test_bursts_longer_than_a_block_get_advice(one_pd, models, folder):
    """-batch computes all there is in one go; told to be live, a model gets no time."""
    patch = Patch()
    nn = patch.obj("nn~ gain forward 256")
    patch.connect(patch.obj("sig~ 1"), 0, nn, 0)
    patch.at(10, "offline 0", nn)
    ran = patch.run(one_pd, folder, ms=20000, paths=(models,))
    assert "samples at once, more than a block of 256: send [bufsize " in ran.console


def test_no_thread_of_ours_is_as_urgent_as_the_audio(one_pd, models, slow, folder):
    """Threads inherit real-time priority: loads would take the processor from Pd, and stuck models for good."""
    seen: list[tuple[int, int]] = []  # (policy, priority) of each thread while a model loads, main first

    def look(line: str) -> None:
        if line == "event: 400\n":
            for task in sorted(Path(f"/proc/{patch.process.pid}/task").iterdir(), key=lambda path: int(path.name)):
                fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
                seen.append((int(fields[38]), int(fields[37])))

    patch, nn = live("gain forward 256")
    patch.at(100, "load stuck", nn)
    events(patch, 400, 500)
    ran = patch.run(
        one_pd, folder, ms=600, paths=(models, slow), batch=False, options=("-rt",), on_line=look, timeout=30
    )
    assert ran.printed("event") == ["400", "500"]
    if seen[0][0] not in (1, 2):
        pytest.skip("this machine gives Pd no real-time priority")
    assert len(seen) >= 4, "main, worker, job and model"
    assert (0, 0) in seen
    assert all(policy == 0 or priority < seen[0][1] for policy, priority in seen[1:]), seen


def test_changes_do_not_wait_for_answers_and_keep_their_order(one_pd, models, folder):
    patch, nn = live("gain forward 256")
    patch.at(200, "set gain 2, get gain, reset, set gain 3, get gain, bang", nn)
    ran = patch.run(one_pd, folder, ms=20000, paths=(models,), batch=False, quit_after="ratio 1 1")
    assert ran.printed("info")[:3] == ["get gain 2", "get gain 3", "loaded 1"]
