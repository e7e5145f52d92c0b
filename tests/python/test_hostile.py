"""Files made to do harm: each is one sentence, and the next file loads."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
import threading
import zipfile
from io import BytesIO

import numpy as np
import pytest
import torch

from nn_tilde import Error, Host

CODE = """
import sys
from nn_tilde import Error, Host
try:
    Host(sys.argv[1], warm_up_limit=2)
    print("loaded")
except Error as error:
    print(error)
"""


def outcome(path) -> str:
    """What loading says, in a process of its own: a crash would be seen."""
    done = subprocess.run([sys.executable, "-c", CODE, path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def rewritten(source, target, edit, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
    return target


def code(edit):
    return lambda name, content: edit(content) if name.endswith(".py") else content


def test_a_model_zipped_again_still_loads(gain, tmp_path):
    assert outcome(rewritten(gain, tmp_path / "again.ts", lambda name, content: content)) == "loaded"


@pytest.mark.parametrize(
    "edit",
    [
        code(lambda c: c.replace(b"return ", b"return " + b"(" * 300_000, 1)),
        code(lambda c: c + b"\n" + b"\n".join(b"  " * n + b"if True:" for n in range(3000))),
        code(lambda c: c.replace(b"return ", b"return " + b"not " * 300_000, 1)),
        code(lambda c: c.replace(b"return ", b"return " + b"-" * 300_000, 1)),
        lambda n, c: b"\x80\x02)" + b"\x85" * 3_000_000 + b"." if n.endswith("constants.pkl") else c,
        lambda n, c: b"\x80\x02" + b"]" * 300_000 + b"a" * 299_999 + b"." if n.endswith("data.pkl") else c,
    ],
    ids=["brackets", "blocks", "not", "minus", "tuples", "lists"],
)
def test_deep_nesting_is_refused(gain, tmp_path, edit):
    assert "deeper than any model" in outcome(rewritten(gain, tmp_path / "deep.ts", edit))


def test_brackets_in_text_are_no_nesting(tmp_path):
    bare = type("Bare", (torch.nn.Module,), {})()
    bare.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
    module = torch.jit.script(bare)
    module.define("def forward(self, x: Tensor):\n    return x\ndef smile(self):\n    return '" + ":(" * 5000 + "'\n")
    module.save(str(tmp_path / "sad.ts"))
    assert outcome(tmp_path / "sad.ts") == "loaded"


def test_an_archive_hidden_in_a_comment_is_not_loaded(gain, tmp_path):
    """Readers differ in which end record they take; then one archive is checked and another loaded."""
    plain = rewritten(gain, tmp_path / "plain.ts", lambda n, c: c, zipfile.ZIP_STORED).read_bytes()
    hidden = BytesIO(plain)
    inner = bytearray(hidden.getvalue())
    end = inner.rindex(b"PK\5\6")
    inner[end + 20 : end + 22] = struct.pack("<H", 7)
    outer = bytearray(plain)
    end = outer.rindex(b"PK\5\6")
    outer[end + 20 : end + 22] = struct.pack("<H", min(len(inner), 65535))
    path = tmp_path / "two_faced.ts"
    path.write_bytes(bytes(outer) + bytes(inner)[:65535])
    assert "loaded" not in outcome(path)


def test_a_name_with_dots_is_no_way_out_of_a_folder(gain, tmp_path):
    with zipfile.ZipFile(gain) as old, zipfile.ZipFile(tmp_path / "dots.ts", "w") as new:
        for name in old.namelist():
            new.writestr("my..model/" + name.split("/", 1)[1], old.read(name))
    assert outcome(tmp_path / "dots.ts") == "loaded"
    with zipfile.ZipFile(gain) as old, zipfile.ZipFile(tmp_path / "out.ts", "w") as new:
        for name in old.namelist():
            new.writestr("../" + name, old.read(name))
    assert "unsafe name" in outcome(tmp_path / "out.ts")


@pytest.mark.parametrize("method", ["get_attributes", "get_speed", "set_sample_rate", "forward"])
def test_code_that_never_returns_is_told_and_holds_nobody_up(gain, tmp_path, method):
    start = "    t = torch.ones([1])\n"
    endless = "    while bool((t > 0).any()):\n        t = t * 1.0\n"
    bodies = {
        "get_attributes": ("", "    return ['speed'] * int(t)\n"),
        "get_speed": ("", "    return float(t)\n"),
        "set_speed": (", v: float", "    return int(t) - 1\n"),
        "set_sample_rate": (", sr: int", "    return int(t) - 1\n"),
        "forward": (", x: Tensor", "    return x * t\n"),
    }
    bare = type("Bare", (torch.nn.Module,), {})()
    bare.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
    bare.register_buffer("speed_params", torch.tensor([2]))
    module = torch.jit.script(bare)
    for name, (parameters, body) in bodies.items():
        module.define(f"def {name}(self{parameters}):\n{start}{endless if name == method else ''}{body}")
    path = tmp_path / "endless.ts"
    module.save(str(path))
    if method == "get_attributes":
        # Asked while loading, which has five minutes for slow disks: another load must not wait for it.
        other = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, threading, nn_tilde\n"
                "threading.Thread(target=nn_tilde.Host, args=(sys.argv[1],), daemon=True).start()\n"
                "nn_tilde.Host(sys.argv[2])\nprint('loaded', flush=True)",
                path,
                gain,
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (other.stdout.strip(), other.returncode) == ("loaded", 0)
        return
    assert "did not return within 2 s" in outcome(path)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc tells the exit status at the end")
@pytest.mark.parametrize("stuck", [True, False])
def test_a_process_ends_with_its_own_status_and_destroys_nothing_under_a_running_model(gain, tmp_path, stuck):
    """What is to be destroyed at exit, earlier than our library, is stood for by a call of abort()."""
    bare = type("Bare", (torch.nn.Module,), {})()
    bare.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
    module = torch.jit.script(bare)
    module.define("def forward(self, x: Tensor):\n    while x.dim() > 0:\n        x = x * 1.0\n    return x\n")
    module.save(str(tmp_path / "endless.ts"))
    script = (
        "import ctypes, sys\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.__cxa_atexit(libc.abort, None, None)\n"
        "from nn_tilde import Error, Host\n"
        "try:\n    Host(sys.argv[1], warm_up_limit=0.2)\nexcept Error:\n    pass\n"
        "sys.exit(3)\n"
    )
    path = tmp_path / "endless.ts" if stuck else gain
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, timeout=60)
    assert done.returncode == (3 if stuck else -signal.SIGABRT)


def test_two_threads_on_one_object_are_told(gain):
    host = Host(gain, "running", block=256)
    long, short = np.zeros((1, 2_000_000), np.float32), np.zeros((1, 64), np.float32)
    told = []

    def play():
        try:
            host.process(long)
        except Error as error:
            told.append(str(error))

    for _ in range(20):  # until the two have met
        threads = [threading.Thread(target=play) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if told:
            break
    assert len(told) == 1  # the other one has played
    assert "Another thread" in told[0]
    assert host.process(short).shape == (1, 64)
