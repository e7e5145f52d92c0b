"""What must be an error on the console and never a crash: malformed messages, broken files, and each crash that
users of nn~ 1.6 report (numbers are those of our list of its defects)."""

import os
import re
import subprocess

import numpy as np
import pytest
import torch
from patch import EXTERNALS, Patch
from test_messages import RATE, Talk

import nn_tilde

MALFORMED = [
    # wrong type
    "enable yes", "load", "load gain 5", "method 5", "bufsize big", "gpu maybe", "set 5 1", "set gain loud", "get 3",
    "set pair one 1", "set sound 5", "set sound missing", "set table missing", "late 3",
    "latency 3", "offline never", "track_buffers perhaps", "download 3", "download ircam/rave/isis 5", "remove 3",
    # wrong count
    "enable", "enable 1 2", "load a b c", "method", "method a b", "reload now", "reset now", "bufsize", "bufsize 1 2",
    "gpu", "set", "set gain", "set gain 1 2", "set pair 1", "set pair 1 one 2", "get", "get gain pair", "dump all",
    "stats all", "get_methods all", "get_attributes all", "latency tight tight", "late hold hold",
    "offline", "track_buffers", "download", "download a b c", "remove", "delete", "delete a b",
    "print_available_models all",
    # unknown names
    "load nowhere", "method nowhere", "set nowhere 1", "get nowhere", "late sometimes", "latency loose", "frobnicate",
    "frobnicate 1 2 3", "remove nowhere", "delete nowhere", "download nowhere", "download a/b", "download a/b/../c",
    "download ../../x/y/z", "download a/b/c ../evil",
    # huge and odd numbers
    "bufsize 1e+30", "set gain 1e+39", "set pair 1e+30 one", "load 1e+30", "set pair nan one", "bufsize 16777217000",
    # format strings and bytes
    "load %s%n%s", "method %n%n", "set %s%n 1", "get %n", "frob%n", "late %s", "load ünïcödé",
    # acceleration
    "accelerate perhaps", "accelerate 1 2", "precision 16", "precision double", "precision half half",
    "threads 0", "threads 3", "threads two", "threads 1 2",
    # a list and a symbol
    "list 1 2 3", "symbol hello", "list",
]  # fmt: skip


def test_every_malformed_message_is_an_error_that_names_the_object(pd, models, folder):
    talk = Talk("gain forward 256").constant(1)
    for message in MALFORMED:
        talk.patch.at(talk.time, f"nn-{MALFORMED.index(message)}", talk.patch.obj("print before"))
        talk.send(message)
    talk.send("set gain 0.5")
    samples = int((talk.time + 150) * RATE / 1000)
    talk.patch.record([(talk.nn, 0)], samples, talk.time + 200)
    ran = talk.run(pd, folder, models, ms=talk.time + 300, timeout=200)
    assert ran.status == 0, ran.console[-2000:]
    told = re.split(r"before: nn-(\d+)\n", ran.console)[1:]
    silent = [MALFORMED[int(i)] for i, text in zip(told[::2], told[1::2], strict=True) if "error: nn~: " not in text]
    assert silent == ["list"], "an empty list is a bang"
    for text in told[1::2]:
        assert all(line.startswith("error: nn~: ") for line in text.splitlines() if line.startswith("error"))
    assert (ran.audio()[0, -64:] == 0.5).all(), "the object must play on"


def test_malformed_messages_to_an_object_without_a_model(pd, models, folder):
    talk = Talk("")
    for message in [*MALFORMED, "set gain 1", "get gain", "reload", "reset", "dump", "latency", "bufsize 512", "gpu 1"]:
        talk.send(message)
    ran = talk.run(pd, folder, models, ms=talk.time + 100, timeout=200)
    assert ran.status == 0, ran.console[-2000:]
    assert ran.console.count("error: nn~: No model is loaded.") >= 6


ARGUMENTS = {
    "gain forward 1e+30": "at most 2^24",
    "gain forward nonsense": "a number of samples, not 'nonsense'",
    "-x gain": "no flag '-x'",
    "-b": "no flag '-b'",
    "-b 0 gain": "from 1 to 64, not '0'",
    "-b many gain": "not 'many'",
    "-accelerate": "no flag '-accelerate'",
    "-accelerate maybe gain": "from 0 to 1, not 'maybe'",
    "-precision": "no flag '-precision'",
    "-precision double gain": "exact, half or bf16, not 'double'",
    "void 0": "number of inlets is a whole number from 1",
    "void 1.5 1": "not '1.5'",
    "void 1 -2": "number of outlets",
    "void 1 1 lots": "a number of samples, not 'lots'",
    "5": "no model '5.ts'",
    "a": "no model 'a.ts'",
    ".ts": "no model '.ts",
    "nowhere": "no model 'nowhere.ts' beside the patch",
    "gain forward 256 more": "ignored",
    "%s%n": "no model '%s%n.ts'",
    "x" * 900: "cannot be that long",
}


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_creation_arguments_that_make_no_sense(one_pd, models, folder, arguments):
    ran = Talk(arguments).send("bang").run(one_pd, folder, models)
    assert ran.status == 0, ran.console
    assert any(ARGUMENTS[arguments] in error for error in ran.errors), ran.console


def test_creation_arguments_that_are_merely_short(one_pd, models, folder):
    """A block size without a method, a negative one, `.ts` given."""
    for arguments, expected in (("gain 512", 512), ("gain forward -1", 256), ("gain.ts forward 512", 512)):
        ran = Talk(arguments).send("bang").run(one_pd, folder, models)
        assert ran.errors == []
        assert f"bufsize {expected}" in ran.printed("info")


BROKEN = {
    "empty": b"",
    "short": b"PK",
    "text": b"<html>404 not found</html>",
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("broken")
    models = request.getfixturevalue("models")
    whole = (models / "gain.ts").read_bytes()
    for name, data in {
        **BROKEN,
        "cut": whole[: len(whole) // 2],
        "flipped": whole[:5000] + b"x" + whole[5001:],
    }.items():
        (folder / f"{name}.ts").write_bytes(data)
    (folder / "folder.ts").mkdir()

    class NoMethods(torch.nn.Module):
        def forward(self, x: torch.Tensor):
            return x

    torch.jit.script(NoMethods()).save(str(folder / "methodless.ts"))
    return folder


@pytest.mark.parametrize("name", ["empty", "short", "text", "cut", "flipped", "methodless", "folder"])
def test_8_15_a_broken_file_is_an_error_not_the_end_of_pd(pd, models, broken, folder, name):
    talk = Talk(name).constant(1).send("bang", f"load {name}", "reload", "bang")
    other = talk.patch.obj("nn~ gain forward 256")
    talk.patch.at(30, f"load {name}", other)
    talk.patch.connect(talk.patch.obj("sig~ 1"), 0, other, 0)
    talk.patch.record([(talk.nn, 0), (other, 0)], 8192, 300)
    ran = talk.patch.run(pd, folder, ms=400, paths=(models, broken))
    assert ran.status == 0, ran.console
    assert ran.printed("info") == ["loaded 0", "loaded 0"]
    assert len(ran.errors) == 4
    assert all(error.startswith("nn~: ") for error in ran.errors)
    heard = ran.audio()
    assert not heard[0].any()
    assert heard[1, -1] == 1, "a failed load must leave the model that plays"


def test_8_15_reload_without_a_model(one_pd, models, folder):
    ran = Talk("void").send("reload").run(one_pd, folder, models)
    assert ran.status == 0
    assert ran.errors == ["nn~: No model is loaded."]


def test_8_16_mono_models_at_blocks_above_and_below_4096(pd, models, folder):
    """Rings were made for 1×1 at 4096 samples and kept: an overflow above, wrong latency below."""
    talk = Talk("gain forward 16384").constant(1)
    talk.send("bufsize 512", "bufsize 8192", "method rate", "load gain forward", "bufsize 256", "latency")
    talk.patch.record([(talk.nn, 0)], 22050, 600)
    ran = talk.run(pd, folder, models, ms=700)
    assert ran.status == 0
    assert ran.errors == []
    assert ran.printed("info")[-1].split()[1] == str(2 * 256 - 64)
    assert ran.audio()[0, -1] == 1


def create_and_delete(rounds: int, arguments: str, period: float = 20) -> Patch:
    patch = Patch()
    patch.lines.append("#N canvas 0 0 300 200 pool 0;\n#X restore 10 10 pd pool;")
    for i in range(rounds):
        patch.at(20 + period * i, f"pd-pool obj 10 10 nn~ {arguments}")
        patch.at(20 + period * (i + 0.5), "pd-pool clear")
    return patch


@pytest.mark.parametrize("batch", [True, False], ids=["rendering", "live"])
def test_8_17_deleting_an_object_that_computes(one_pd, models, folder, batch):
    """No free function: the worker ran on in freed memory, and the model stayed for good."""
    ran = create_and_delete(40, "gain running 256").run(one_pd, folder, ms=900, paths=(models,), batch=batch)
    assert ran.status == 0, ran.console
    assert ran.errors == []


def test_8_17_deleting_an_object_that_loads(one_pd, models, folder):
    patch = Patch()
    for i in range(20):
        patch.lines.append(
            f"#N canvas 0 0 300 200 pool{i} 0;\n#X obj 10 10 r go{i};\n#X obj 10 40 nn~ void 2 2 512;\n"
            f"#X connect 0 0 1 0;\n#X restore 10 10 pd pool{i};"
        )
        patch.at(20 + 10 * i, f"go{i} offline 0")
        patch.at(21 + 10 * i, f"go{i} load gain stereo")
        patch.at(22 + 10 * i, f"pd-pool{i} clear")
    ran = patch.run(one_pd, folder, ms=600, paths=(models,), batch=False)
    assert ran.status == 0, ran.console
    assert ran.errors == []


def test_8_18_messages_that_were_null_pointers(pd, models, folder):
    ran = Talk("").send("bang", "set 1 2", "set 0.5 hello", "load a", "load ab").run(pd, folder, models)
    assert ran.status == 0
    assert ran.printed("info") == ["loaded 0"]
    assert len(ran.errors) == 4


def test_8_18_a_hub_that_is_not_there(one_pd, models, folder):
    talk = Talk("").send("print_available_models", "download a/b/c")
    ran = talk.run(one_pd, folder, models, ms=3000, batch=False, environment={"NN_HUB_ROOT": "http://127.0.0.1:9/"})
    assert ran.status == 0
    assert len(ran.errors) == 2
    assert all(error.startswith("nn~: ") for error in ran.errors)


def test_8_19_no_thread_is_made_for_a_block(one_pd, models, folder):
    """A thread was made and joined for every block, on the audio thread."""
    patch = Talk("gain running 64").constant(1).patch
    patch.at(0, "pd dsp 1")
    patch.at(4000, "pd quit")
    (folder / "patch.pd").write_text(patch.text())
    command = [
        one_pd.program,
        "-nogui",
        "-stderr",
        "-noprefs",
        "-nosound",
        "-path",
        str(EXTERNALS),
        "-path",
        str(models),
    ]
    with subprocess.Popen([*command, str(folder / "patch.pd")], stderr=subprocess.DEVNULL) as running:
        seen: list[set[str]] = []
        while running.poll() is None:
            try:
                seen.append(set(os.listdir(f"/proc/{running.pid}/task")))
            except OSError:
                break
            try:
                running.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
    assert len(seen) > 40
    assert set.union(*seen[30:-5]) == seen[30], "threads came or went while 690 blocks a second were computed"


def test_8_20_text_of_a_model_is_never_a_format(pd, folder, tmp_path):
    class Rude(nn_tilde.Module):
        def __init__(self):
            super().__init__(RATE)
            self.register_method("forward", 1, 1, 1, 1, test_method=False)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            if bool((x == 1).any()):
                raise RuntimeError("%s%n%s%n never a format")
            return x

    Rude().export_to_ts(str(tmp_path / "rude.ts"))
    talk = Talk("rude forward 64").constant(1)
    talk.patch.record([(talk.nn, 0)], 4096, 300)
    ran = talk.run(pd, folder, tmp_path, ms=400)
    assert ran.status == 0
    assert len(ran.errors) == 1, "one line, however many blocks fail"
    assert "%s%n%s%n never a format" in ran.errors[0]
    assert not ran.audio().any()


def test_8_21_a_block_shorter_than_the_vector_loses_nothing(pd, models, folder):
    """V > N processed the last N of V samples; ratio-1 models with bufsize 0 gave one sample per vector."""
    inside, whole = Patch(), Patch()
    inside.obj("block~ 1024")
    source, nn, other = inside.obj("noise~"), inside.obj("nn~ gain forward 256"), inside.obj("nn~ gain forward 0")
    inside.connect(source, 0, nn, 0)
    inside.connect(source, 0, other, 0)
    inside.record([(source, 0), (nn, 0), (other, 0)], 8192, 300)
    whole.sub(inside)
    ran = whole.run(pd, folder, ms=400, paths=(models,))
    assert ran.errors == []
    dry, threaded, plain = ran.audio()
    np.testing.assert_array_equal(plain, dry)
    late = 256 + 1024 - 256
    np.testing.assert_array_equal(threaded[late:], dry[:-late])


def test_8_21_the_external_asks_for_no_symbol_that_hosts_of_pd_may_hide(one_pd):
    """garray_class is missing inside plugdata; signal_setmultiout before Pd 0.54."""
    for binary in (path for path in EXTERNALS.glob("nn*") if path.suffix != ".pd"):
        names = subprocess.run(
            ["nm", "-D", "--undefined-only", binary], capture_output=True, text=True, check=True
        ).stdout
        for symbol in ("garray_class", "signal_setmultiout", "audio_isopen", "pd_queue_mess"):
            assert symbol not in names, f"{binary.name} needs {symbol}"
