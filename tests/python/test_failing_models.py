"""Models that fail, refuse or change on disk: one sentence each, and whatever can go on does."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile
import torch

from nn_tilde import Error, Host
from nn_tilde.check import check_model

ONES = np.ones((1, 64 * 20), np.float32)
FAILS = "def forward(self, x: Tensor):\n    assert float(x.abs().max()) == 0.0, 'no sound please'\n    return x\n"
PICKY = "def forward(self, x: Tensor):\n    assert float(x.max()) < 5.0, 'too loud'\n    return x\n"


def save(path, *methods, buffers=None, **params):
    bare = type("Bare", (torch.nn.Module,), {})()
    for name, numbers in {"forward": [1, 1, 1, 1], **params}.items():
        bare.register_buffer(f"{name}_params", torch.tensor(numbers))
    for name, value in (buffers or {}).items():
        bare.register_buffer(name, value)
    module = torch.jit.script(bare)
    for code in methods:
        module.define(code)
    module.save(str(path))
    return path


def nntilde(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from nn_tilde.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_rendering_in_which_every_block_fails_is_an_error_and_no_file(tmp_path):
    path = save(tmp_path / "fails.ts", FAILS)
    soundfile.write(tmp_path / "in.wav", ONES.T * 0.5, 44100)
    host = Host(path, block=64)
    with pytest.raises(Error, match="no sound please"):
        host.render(ONES)
    with pytest.raises(Error, match="no sound please"):
        host.render(tmp_path / "in.wav", tmp_path / "out.wav")
    done = nntilde("render", path, tmp_path / "in.wav", "--out", tmp_path / "out.wav")
    assert done.returncode == 1
    assert "no sound please" in done.stderr
    assert not (tmp_path / "out.wav").exists()


def test_a_rendering_in_which_a_block_fails_goes_on_and_tells(tmp_path):
    audio = ONES.copy()
    audio[0, 64 * 5] = 9
    host = Host(save(tmp_path / "picky.ts", PICKY), block=64)
    out = host.render(audio)
    (line,) = host.messages()
    assert "too loud" in line
    assert host.messages() == []
    assert (out[0, 64 * 12 :] == 1).all()
    assert np.isfinite(out).all()


@pytest.mark.parametrize(
    ("setter", "remark"),
    [
        ("def set_sample_rate(self, sr: int) -> int:\n    return -1\n", "refused the sample rate"),
        ("def set_sample_rate(self, sr: int) -> int:\n    assert False, 'no rate'\n    return 0\n", "no rate"),
        ("def set_sample_rate(self) -> int:\n    return 0\n", "takes no rate"),
        ("def set_sample_rate(self, sr: float) -> int:\n    self.rate.fill_(sr)\n    return 0\n", ""),
    ],
)
def test_a_model_that_does_not_take_the_sample_rate_plays(tmp_path, setter, remark):
    forward = "def forward(self, x: Tensor):\n    return x + self.rate\n"
    host = Host(save(tmp_path / "rate.ts", forward, setter, buffers={"rate": torch.zeros(1)}), block=64, vector=64)
    assert remark in host.remarks
    assert bool(remark) == bool(host.remarks)
    assert host.process(ONES)[0, -1] == (1 if remark else 44101)


def test_what_is_loaded_is_rendered_whatever_became_of_the_file(gain, tmp_path):
    path = tmp_path / "model.ts"
    path.write_bytes(gain.read_bytes())
    host = Host(path)
    host.set("gain", 2.0)
    save(tmp_path / "other.ts", "def forward(self, x: Tensor):\n    return x * 0\n").replace(path)
    assert (host.render(ONES) == 2).all()
    path.unlink()
    assert (host.render(ONES) == 2).all()


def test_no_number_in_is_silence_and_does_not_stay(tmp_path):
    feedback = "def forward(self, x: Tensor):\n    self.y = 0.5 * self.y + x.mean()\n    return x * 0 + self.y\n"
    path = save(tmp_path / "feedback.ts", feedback, buffers={"y": torch.zeros(1)})
    host = Host(path, block=64, vector=64)
    bad = ONES.copy()
    bad[0, [3, 70, 200]] = np.nan, np.inf, -np.inf
    host.process(bad)
    assert host.process(ONES)[0, -1] == pytest.approx(2, abs=1e-3)
    assert host.messages() == []


def test_attributes_are_read_while_another_thread_plays(gain):
    host = Host(gain, block=64)
    stop = threading.Event()
    reads = []

    def read():
        while not stop.is_set():
            reads.append(host.get("gain"))

    reader = threading.Thread(target=read)
    reader.start()
    ones = np.ones((1, 64_000), np.float32)
    heard = [host.process(ones) for _ in range(5)]
    stop.set()
    reader.join()
    assert set(reads) == {1.0}
    whole = np.concatenate(heard, axis=1)[0]
    assert (whole[host.latency :] == 1).all()
    assert host.stats()["dropped"] == 0


def test_a_method_of_other_channels_is_not_played_live(gain):
    host = Host(gain)
    host.method = "stereo"
    with pytest.raises(Error, match="2 inputs and 2 outputs"):
        host.process(np.ones((1, 64), np.float32))
    assert (host.render(np.ones((2, 64), np.float32)) == 1).all()


def test_the_method_asked_for_is_told_at_once_and_survives_a_reload(gain):
    host = Host(gain, block=64, vector=64)
    host.method = "rate"
    host._core.reload()
    assert host._core.method == "rate"
    assert host.process(ONES)[0, -1] == 44100


def test_bench_of_a_model_that_fails_is_one_sentence_and_leaves_no_picture(tmp_path):
    path = save(tmp_path / "fails.ts", FAILS)
    for model in (path, tmp_path / "nothing.ts"):
        done = nntilde("bench", model, "--plot", tmp_path / "load.png", "--count", 2)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "load.png").exists()
    assert nntilde("bench", path, "--rate", "nan").returncode == 1


@pytest.mark.parametrize(
    ("methods", "sentence"),
    [
        ((), "no set_buffer_attribute"),
        (
            ("def set_buffer_attribute(self, n: str, x: Tensor, sr: int) -> int:\n    return -1\n",),
            "takes no audio of 1 to 65536 frames",
        ),
        (
            ("def set_buffer_attribute(self, n: str, x: Tensor, sr: int) -> int:\n    return 0\n",),
            "cannot be emptied",
        ),
    ],
)
def test_check_tries_the_buffers(tmp_path, methods, sentence):
    path = save(
        tmp_path / "buffers.ts",
        "def forward(self, x: Tensor):\n    return x\n",
        "def get_attributes(self):\n    return ['buf']\n",
        "def get_buffer_attributes(self):\n    return ['buf#0', 'nonsense#7']\n",
        "def get_buf(self):\n    return ('Buffer(empty)',)\n",
        "def set_buf(self, key: str):\n    return 0\n",
        *methods,
        buf=[5],
    )
    problems = [finding.text for finding in check_model(path) if finding.kind == "problem"]
    assert any(sentence in text for text in problems), problems
    assert any("'nonsense#7' is left out" in text for text in problems)


def test_check_goes_on_with_the_next_file(gain, tmp_path):
    endless = save(tmp_path / "endless.ts", "def forward(self, x: Tensor):\n    return x[:, 5]\n")
    done = nntilde("check", endless, gain)
    assert done.returncode == 1
    assert f"{gain}: no problem" in done.stdout


@pytest.mark.parametrize(
    "call",
    [
        lambda host: host.clear_buffer("zz"),
        lambda host: host.set_buffer("sound#0", ONES, -5),
        lambda host: host.render(ONES, out="x.wav"),
        lambda host: Host(host.path, vector=64.0),
        lambda host: Host(host.path, batch="a"),
        lambda host: Host(host.path, block="a"),
    ],
)
def test_nonsense_is_one_sentence(gain, call):
    with pytest.raises(Error) as told:
        call(Host(gain))
    assert "\n" not in str(told.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc tells the exit status at the end")
def test_a_process_ends_though_one_thread_is_in_a_model_and_another_waits_for_input(tmp_path):
    path = save(tmp_path / "endless.ts", "def forward(self, x: Tensor):\n    while x.dim() > 0:\n        x = x * 1.0\n")
    script = (
        "import ctypes, sys, threading\n"
        "from nn_tilde import Error, Host\n"
        "libc = ctypes.CDLL(None)\n"
        "threading.Thread(target=libc.getchar, daemon=True).start()\n"
        "try:\n    Host(sys.argv[1], warm_up_limit=0.2)\nexcept Error:\n    pass\n"
        "sys.exit(3)\n"
    )
    command = [sys.executable, "-c", script, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.wait(timeout=30) == 3  # stdin stays open meanwhile
