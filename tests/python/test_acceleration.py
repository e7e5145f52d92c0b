"""Acceleration as its users see it: arguments, environment, command line, and the comparison with the plain model."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner

import nn_tilde
from nn_tilde import Error, Host
from nn_tilde.check import check_model
from nn_tilde.cli import cli
from nn_tilde.compare import Comparer, compare, measure_limits, memory

FURTHEST = {"exact": 1e-4, "half": 1e-2, "bf16": 1e-1}  # largest error over the peak


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """`nntilde` in a process of its own, with nothing of ours in its environment but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NN_TILDE_")}
    command = [sys.executable, "-c", "from nn_tilde.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env={**clean, **environment})


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max() / np.abs(other).max())


@pytest.mark.parametrize("precision", FURTHEST)
def test_convolutions_are_accelerated_and_sound_the_same(stack, noise, precision):
    plain = Host(stack, block=512, accelerate=False)
    fast = Host(stack, block=512, accelerate=True, precision=precision)
    assert not plain.accelerated
    assert fast.accelerated
    assert (plain.accelerate, fast.accelerate, fast.precision) == (False, True, precision)
    assert fast.remarks == ""
    audio = noise(1, 8192)
    assert apart(fast.render(audio), plain.render(audio)) < FURTHEST[precision]
    assert apart(fast.process(audio), plain.process(audio)) < FURTHEST[precision]


@pytest.mark.parametrize("precision", FURTHEST)
def test_two_threads_make_the_same_samples_as_one(stack, noise, precision):
    audio = noise(1, 8192)
    hosts = [Host(stack, block=512, accelerate=True, precision=precision, threads=n) for n in (1, 2)]
    assert [host.threads for host in hosts] == [1, 2]
    for play in (Host.process, Host.render):
        one, two = (play(host, audio) for host in hosts)
        np.testing.assert_array_equal(one, two)
    expected = hosts[0].render(audio)
    hosts[0].threads = 2
    assert hosts[0].threads == 2
    np.testing.assert_array_equal(hosts[0].render(audio), expected)
    with pytest.raises(Error, match="1 or 2 threads, not 3"):
        hosts[0].threads = 3
    with pytest.raises(Error, match="1 or 2 threads, not 0"):
        Host(stack, threads=0)


def test_what_has_nothing_to_accelerate_is_left_alone(gain):
    host = Host(gain, accelerate=True)
    assert host.accelerate
    assert not host.accelerated
    assert host.acceleration_remark == ""


def test_assignment_changes_it_and_keeps_what_was_set(stack, gain, noise):
    audio = noise(1, 4096)
    host = Host(stack, block=512, accelerate=True, precision="exact")
    host.set("gain", 0.5)
    expected = host.render(audio)
    for precision in ("half", "bf16", "exact"):
        host.precision = precision
        assert host.precision == precision
        assert host.get("gain") == 0.5
        assert apart(host.render(audio), expected) < FURTHEST[precision]
    host.accelerate = False
    assert not host.accelerated
    assert host.get("gain") == 0.5
    assert apart(host.render(audio), expected) < FURTHEST["exact"]
    host.accelerate = True
    assert host.accelerated


def test_a_change_while_it_plays_is_not_heard(gain):
    host = Host(gain, block=256, accelerate=True)
    host.set("gain", 0.75)
    ones = np.ones((1, 8192), np.float32)
    heard = [host.process(ones)]
    for change in ({"accelerate": False}, {"precision": "half"}, {"accelerate": True}):
        for name, value in change.items():
            setattr(host, name, value)
        heard.append(host.process(ones))
    sound = np.concatenate(heard, axis=1)[0, host.latency + 1024 :]
    assert np.allclose(sound, 0.75, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"precision": "double"}, "exact, half or bf16, not 'double'"),
        ({"precision": 16}, "exact, half or bf16, not '16'"),
        ({"precision": ""}, "exact, half or bf16, not ''"),
        ({"accelerate": "yes"}, "True or False, not 'yes'"),
        ({"accelerate": 2}, "True or False, not 2"),
    ],
)
def test_wrong_values_are_one_sentence_and_change_nothing(gain, arguments, sentence):
    with pytest.raises(Error, match=sentence):
        Host(gain, **arguments)
    host = Host(gain, accelerate=True, precision="half")
    for name, value in arguments.items():
        with pytest.raises(Error, match=sentence):
            setattr(host, name, value)
    assert (host.accelerate, host.precision) == (True, "half")


SAY = "import sys, nn_tilde; h = nn_tilde.Host(sys.argv[1]); print(h.accelerate, h.precision, '|', h.remarks)"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "True exact |"),
        ({"NN_TILDE_ACCELERATE": "0"}, "False exact |"),
        ({"NN_TILDE_ACCELERATE": "1", "NN_TILDE_PRECISION": "half"}, "True half |"),
        ({"NN_TILDE_PRECISION": "bf16"}, "True bf16 |"),
        ({"NN_TILDE_PRECISION": "fp8"}, "True exact | NN_TILDE_PRECISION is exact, half or bf16, not 'fp8'."),
        ({"NN_TILDE_ACCELERATE": "maybe"}, "True exact | NN_TILDE_ACCELERATE is 0 or 1, not 'maybe'."),
    ],
)
def test_the_environment_has_the_defaults(gain, environment, said):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NN_TILDE_")}
    command = [sys.executable, "-c", SAY, gain]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**clean, **environment})
    assert done.stdout.strip() == said, done.stderr


def test_arguments_win_over_the_environment(gain, monkeypatch):
    code = (
        "import sys, nn_tilde; h = nn_tilde.Host(sys.argv[1], accelerate=True, precision='exact'); print(h.precision)"
    )
    environment = {**os.environ, "NN_TILDE_PRECISION": "half", "NN_TILDE_ACCELERATE": "0"}
    done = subprocess.run([sys.executable, "-c", code, gain], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "exact", done.stderr


def test_check_finds_no_problem_in_an_accelerated_model(stack):
    assert [finding for finding in check_model(stack) if finding.kind == "problem"] == []


# On the command line.


@pytest.mark.parametrize("options", [["--no-accelerate"], ["--precision", "half"], ["--accelerate"]])
def test_render_takes_the_options(stack, noise, tmp_path, options):
    source, target = tmp_path / "in.wav", tmp_path / "out.wav"
    soundfile.write(source, noise(1, 8000).T, 44100, subtype="FLOAT")
    result = CliRunner().invoke(cli, ["render", str(stack), str(source), "-o", str(target), *options])
    assert result.exit_code == 0, result.output
    expected = Host(stack, accelerate=False).render(noise(1, 8000))
    heard = soundfile.read(target, dtype="float32", always_2d=True)[0].T
    assert apart(heard, expected) < FURTHEST["bf16"]  # which the environment may ask for


def test_a_bad_environment_is_a_note_of_render(gain, noise, tmp_path):
    soundfile.write(tmp_path / "in.wav", noise(1, 1000).T, 44100)
    done = run("render", gain, tmp_path / "in.wav", NN_TILDE_PRECISION="fp8")
    assert done.returncode == 0
    assert done.stderr.count("NN_TILDE_PRECISION is exact, half or bf16, not 'fp8'.") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["render", "{model}", "x.wav", "--precision", "double"], "'double' is not one of"),
        (["bench", "{model}", "--precision", "exact", "--precision", "half"], "Several methods or precisions"),
        (["bench", "{model}", "--out", "somewhere"], "--out is for --compare"),
        (["bench", "{model}", "--compare", "--device", "gpu"], "on the CPU"),
        (["bench", "{model}", "--compare", "--method", "sing"], "no method 'sing'"),
        (["bench", "{model}", "--compare", "--plot", "x.foo"], "A picture ends in"),
        (["bench", "{model}", "--compare", "--blocks", "many"], "--blocks takes numbers"),
    ],
)
def test_nonsense_is_one_sentence(gain, arguments, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*(argument.format(model=gain) for argument in arguments))
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_bench_takes_the_options(stack):
    done = run("bench", stack, "--blocks", "512", "--count", 3, "--no-accelerate", "--precision", "half", "--json")
    assert done.returncode == 0, done.stderr
    assert [row["block"] for row in json.loads(done.stdout)] == [512]


def test_compare_prints_and_draws(stack, tmp_path):
    arguments = ["bench", stack, "--compare", "--block", 512, "--count", 4, "--out", tmp_path / "new"]
    done = run(*arguments, "--precision", "half")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().endswith("stack-compare.png")
    assert (tmp_path / "new/stack-compare.png").stat().st_size > 1000
    assert "GFLOP/s" in done.stdout
    done = run(*arguments, "--block", 1024, "--json", "--precision", "exact")
    told = json.loads(done.stdout)
    assert [(row["method"], row["block"], row["precision"]) for row in told["rows"]] == [
        ("forward", 512, "exact"),
        ("forward", 1024, "exact"),
    ]
    for row in told["rows"]:
        assert row["accelerated_layers"]
        assert 0 <= row["error"] < FURTHEST["exact"]
        assert row["snr"] is None or row["snr"] > 80  # none: no difference
        assert 0 < row["plain"]["median"] <= row["plain"]["p99"]
        assert row["ratio"] == pytest.approx(row["plain"]["median"] / row["accelerated"]["median"])
    assert all(value > 0 for value in told["limits"].values())


def test_compare_of_a_model_without_layers_says_that_both_are_the_same(gain, tmp_path):
    done = run("bench", gain, "--compare", "--method", "running", "--method", "encode", "--block", 512, "--count", 2,
               "--precision", "exact", "--out", tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "both sides are the same" in done.stdout


# In Python.


def test_blocks_are_the_smallest_and_those_that_fit(stack, gain):
    assert Comparer(gain).blocks((100, 256, 1024)) == [256, 1024]
    assert Comparer(gain).blocks() == [256, 2048, 8192]


def test_both_run_on_from_the_same_state_with_the_same_random_numbers(tmp_path):
    class Chance(nn_tilde.Module):
        def __init__(self):
            super().__init__(44100)
            self.register_buffer("walk", torch.zeros(1))
            self.register_method("forward", 1, 1, 1, 1)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            self.walk += torch.randn(1)
            return x + torch.randn_like(x) + self.walk

    Chance().export_to_ts(tmp_path / "chance.ts")
    seen = []
    row = Comparer(tmp_path / "chance.ts").row("forward", 512, count=20, progress=lambda *done: seen.append(done))
    assert row.error == 0
    assert row.snr == math.inf
    assert seen[-1] == (20, 20)
    assert len(seen) > 1


def test_what_cannot_be_compared_is_one_sentence(gain, tmp_path):
    both = Comparer(gain)
    with pytest.raises(Error, match="no method 'sing'"):
        both.row("sing", 512)
    with pytest.raises(Error, match="256"):
        both.row("encode", 100)
    with pytest.raises(Error, match="nowhere"):
        Comparer(tmp_path / "nowhere.ts")

    class Fails(nn_tilde.Module):
        def __init__(self):
            super().__init__(44100)
            self.register_buffer("calls", torch.zeros(1))
            self.register_method("forward", 1, 1, 1, 1)
            self.register_method("other", 1, 1, 1, 1)

        @torch.jit.export
        def forward(self, x: torch.Tensor):
            self.calls += 1
            if int(self.calls) > 14:
                raise RuntimeError("no such note")
            return x

        @torch.jit.export
        def other(self, x: torch.Tensor):
            return x

    Fails().export_to_ts(tmp_path / "fails.ts")
    told: list[str] = []
    rows = list(compare(tmp_path / "fails.ts", blocks=(512,), precisions=("exact",), count=16, failed=told.append))
    assert [row.method for row in rows] == ["other"]
    assert len(told) == 1
    assert "no such note" in told[0]


def test_memory_is_told_where_the_system_tells(stack):
    used = memory(stack)
    if os.path.exists("/proc/self/status"):
        weights = sum(p.numel() for p in torch.jit.load(str(stack)).parameters()) * 4
        assert used.plain > weights / 2
        assert used.accelerated > weights / 2


def test_limits_are_those_of_a_machine():
    limits = measure_limits()
    assert 1e8 < limits.bytes_per_second < 1e13
    assert 1e8 < limits.operations_per_second < 1e13
