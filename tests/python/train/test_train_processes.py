"""Training as programs: killed ones, stopped ones, two at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from test_train_loop import assert_equal_states, load
from toy_training import train

from nn_tilde.train import devices
from nn_tilde.train.devices import DeviceError, make_fabric

PROGRAM = Path(__file__).with_name("toy_training.py")


def program(folder, *options, launcher=()) -> list[str]:
    return [sys.executable, *launcher, str(PROGRAM), str(folder), *options]


def environment() -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("LOCAL_RANK", "RANK", "WORLD_SIZE", "NODE_RANK")}
    return clean | {"OMP_NUM_THREADS": "1"}


def start(folder, *options):
    """In a group of its own, which its workers belong to."""
    return subprocess.Popen(
        program(folder, *options), env=environment(), stderr=subprocess.DEVNULL, start_new_session=True
    )


def finish(folder, *options, launcher=()):
    done = subprocess.run(
        program(folder, *options, launcher=launcher), env=environment(), timeout=120, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def wait_for(path: Path, process: subprocess.Popen) -> None:
    for _ in range(1200):
        if path.exists():
            return
        assert process.poll() is None, "the program has ended"
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_killed_and_started_again(tmp_path, workers):
    process = start(tmp_path / "killed", "--sleep", "0.2", "--workers", workers, "--ema", "0.9")
    wait_for(tmp_path / "killed" / "checkpoints" / "last.ckpt", process)
    process.kill()
    process.wait()
    assert load(tmp_path / "killed")["global_step"] in (6, 12)
    finish(tmp_path / "killed", "--workers", workers, "--ema", "0.9")
    train(tmp_path / "whole", ema=0.9)
    assert_equal_states(load(tmp_path / "killed"), load(tmp_path / "whole"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_saves(tmp_path, number):
    process = start(tmp_path / "a", "--sleep", "0.2", "--workers", "1")
    wait_for(tmp_path / "a" / "checkpoints" / "last.ckpt", process)
    os.killpg(process.pid, number)  # as a terminal or a batch system does
    assert process.wait(60) == 130
    assert 6 <= load(tmp_path / "a")["global_step"] < 24
    finish(tmp_path / "a")
    train(tmp_path / "whole")
    assert_weights_equal(load(tmp_path / "a"), load(tmp_path / "whole"))


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_waiting_for_machines_that_do_not_come_can_be_stopped():
    code = """
import signal
signal.signal(signal.SIGTERM, signal.default_int_handler)  # as every command line of ours
from nn_tilde.train.devices import launch, make_fabric
fabric = make_fabric((-1,), nodes=2)
print("waiting", flush=True)
launch(fabric)
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"waiting\n"
        time.sleep(2)
        process.terminate()
        try:
            assert process.wait(20) != 0
        finally:
            process.kill()


def assert_weights_equal(a, b):
    for key, value in a["state_dict"].items():
        assert torch.equal(value, b["state_dict"][key]), key


TORCHRUN = ("-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A run of two processes, with what each has read and what it ended with."""
    folder = tmp_path_factory.mktemp("pair")
    finish(folder / "a", "--trace", str(folder / "trace"), "--devices", "2")
    return folder


def assert_one_model(folder):
    data = [(folder / f"trace.{rank}").read_text().splitlines() for rank in (0, 1)]
    assert len(data[0]) == len(data[1]) == 24
    assert not set(data[0]) & set(data[1])  # the same steps, other examples
    weights = [(folder / f"trace.{rank}.weights").read_text() for rank in (0, 1)]
    assert weights[0] == weights[1]
    assert load(folder / "a")["nn_tilde"]["history"]["processes"]["values"][-1] == 2


def test_two_processes_train_one_model(pair):
    assert_one_model(pair)


def test_the_first_process_ends_both(tmp_path):
    finish(tmp_path / "a", "--devices", "2", "--until", "4")
    assert load(tmp_path / "a")["global_step"] == 6  # of the next log


def test_torchrun(tmp_path):
    finish(tmp_path / "a", "--trace", str(tmp_path / "trace"), launcher=TORCHRUN)
    assert_one_model(tmp_path)


def test_two_processes_resume(pair, tmp_path):
    finish(tmp_path / "parts", "--devices", "2", "--steps", "9")
    finish(tmp_path / "parts", "--devices", "2")
    assert_weights_equal(load(pair / "a"), load(tmp_path / "parts"))


def test_averaged_gradients_are_those_of_the_whole_batch(tmp_path):
    """Two processes with half of the examples each make the step of one process with all of them."""
    script = tmp_path / "step.py"
    script.write_text(
        """
import sys
import torch
from nn_tilde.train.devices import make_fabric
from nn_tilde.train.distributed import distribute, part
from toy_training import Toy

fabric = make_fabric((-1,), devices=2)
fabric.launch()
task = Toy(seed=fabric.global_rank)  # unequal starts
task.module[1].eval()
distribute(task, fabric)
x = torch.arange(40.0).reshape(8, 5) / 40
share = x[fabric.global_rank :: 2]
task._loss(share).backward()
for optimizer in task.optimizers:
    optimizer.step()
if fabric.is_global_zero:
    torch.save(task.module.state_dict(), sys.argv[1])
part(fabric)
"""
    )
    clean = environment() | {"PYTHONPATH": str(PROGRAM.parent)}
    command = [sys.executable, str(script), str(tmp_path / "two.pt")]
    subprocess.run(command, env=clean, check=True, timeout=120, stderr=subprocess.DEVNULL)
    from toy_training import Toy

    task = Toy(seed=0)
    task.module[1].eval()
    task._loss(torch.arange(40.0).reshape(8, 5) / 40).backward()
    for optimizer in task.optimizers:
        optimizer.step()
    for key, value in torch.load(tmp_path / "two.pt").items():
        assert torch.allclose(value, task.module.state_dict()[key], atol=1e-6), key


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"gpu": (0,)}, "There is no CUDA device 0 (there is none); --gpu -1 trains on the CPU."),
        ({"gpu": (-1, 0)}, "goes with no other"),
        ({"devices": 0}, "--devices must be at least 1"),
        ({"nodes": 0}, "--nodes must be at least 1"),
    ],
)
def test_devices_that_are_not_there(arguments, words, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError) as error:
        make_fabric(**arguments)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("free", "gpu", "count", "chosen"),
    [
        ([5], (), None, ("cuda", [0])),
        ([5, 9, 2], (), None, ("cuda", [1])),
        ([5, 9, 2], (0, 2), None, ("cuda", [0, 2])),
        ([5, 9, 2], (), 3, ("cuda", 3)),
        ([5, 9, 2], (-1,), None, ("cpu", 1)),
    ],
)
def test_choice_among_gpus(free, gpu, count, chosen, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(free))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda i: (free[i], 10))
    assert devices._choose(gpu, count) == chosen


def test_the_process_that_speaks(monkeypatch):
    for name in ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    assert devices.is_first_process()
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert not devices.is_first_process()
