"""From flags to Lightning Fabric: which devices, how many processes, which launcher."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from lightning.fabric import Fabric


class DeviceError(ValueError):
    """The wanted devices are not there; one sentence."""


def make_fabric(gpu: Sequence[int] = (), devices: int | None = None, nodes: int = 1, strategy: str = "auto") -> Fabric:
    """Fabric, not yet launched.

    gpu: CUDA ids, (-1,) the CPU, () the best there is; devices: processes per node; strategy: "auto" or "ddp".
    Under torchrun the number of processes and nodes is the one torchrun was started with.
    """
    if "LOCAL_WORLD_SIZE" in os.environ:
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        nodes = max(1, int(os.environ["WORLD_SIZE"]) // devices)
    if devices is not None and devices < 1:
        raise DeviceError(f"--devices must be at least 1, not {devices}.")
    if nodes < 1:
        raise DeviceError(f"--nodes must be at least 1, not {nodes}.")
    accelerator, chosen = _choose(tuple(gpu), devices)
    count = chosen if isinstance(chosen, int) else len(chosen)
    if accelerator == "mps" and count * nodes > 1:
        raise DeviceError("Apple GPUs train in one process; leave --devices and --nodes out.")
    if strategy == "auto" and count * nodes > 1:
        strategy = "ddp"
    if accelerator == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32 where 32 bits are asked for, as is usual in audio
        torch.backends.cudnn.benchmark = True

    from lightning.fabric import Fabric

    return Fabric(accelerator=accelerator, devices=chosen, num_nodes=nodes, strategy=strategy)


def launch(fabric: Fabric) -> None:
    """Starts the other processes and waits for them; Ctrl-C and SIGTERM end that at once.

    Torch waits for machines that are not there for half an hour, and Python hears no signal meanwhile.
    """
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        fabric.launch()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_first_process() -> bool:
    """Whether this process speaks and writes; known before Fabric is launched."""
    return int(os.environ.get("RANK", 0)) == 0 and all(
        int(os.environ.get(name, 0)) == 0 for name in ("LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
    )


def _choose(gpu: tuple[int, ...], devices: int | None) -> tuple[str, int | list[int]]:
    if -1 in gpu:
        if len(gpu) > 1:
            raise DeviceError("--gpu -1 means the CPU and goes with no other --gpu.")
        return "cpu", devices or 1
    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if gpu:
        missing = [i for i in gpu if not 0 <= i < cuda]
        if missing:
            seen = f"there are {cuda}, numbered from 0" if cuda else "there is none"
            raise DeviceError(f"There is no CUDA device {missing[0]} ({seen}); --gpu -1 trains on the CPU.")
        if devices not in (None, len(gpu)):
            raise DeviceError(f"--devices {devices} and {len(gpu)} --gpu contradict each other; give one of the two.")
        return "cuda", list(gpu)
    if cuda:
        if devices is None:
            free = [torch.cuda.mem_get_info(i)[0] for i in range(cuda)] if cuda > 1 else [0]
            return "cuda", [free.index(max(free))]
        if devices > cuda:
            raise DeviceError(f"--devices {devices} were asked for and there are {cuda}.")
        return "cuda", devices
    if torch.backends.mps.is_available():
        return "mps", devices or 1
    return "cpu", devices or 1
