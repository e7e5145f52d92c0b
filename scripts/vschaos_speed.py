"""How many times faster than real time nn~ plays a vschaos on one core, network and inversion together.

    python scripts/vschaos_speed.py [--configs dgt_high dgt_mag_precise] [--blocks 1024 4096] [--seconds 3] [--plain]

Networks of full size with random weights, exported and played by the host block by block. The time is the median of
the blocks', which one busy moment of a shared machine does not change. Prints a table; asserts nothing, for machines
are noisy.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from nn_tilde import Host
from nn_tilde.compare import measure_limits
from nn_tilde.vschaos.config import load, names
from nn_tilde.vschaos.export import Exported, export
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.transforms import LIVE_MODES, Transform

BAR = 20  # times real time that a block of dgt_high is to be


def write(name: str, path: Path) -> Exported:
    """The file of a configuration."""
    torch.manual_seed(0)
    config = load([name])
    transform = Transform(**config.frame.arguments)
    transform.fit([noise(1, config.data.dataset.sr)])
    return export(VAE(config).eval(), config, transform, path)


def noise(channels: int, samples: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, (channels, samples)).astype(np.float32)


def seconds_of(host: Host, seconds: float, rate: int) -> float:
    """Of one block, the median."""
    block = host.block
    x = noise(host.methods[host.method].in_channels, block)
    taken = []
    for i in range(max(10, round(seconds * rate / block)) + 5):
        begin = time.perf_counter()
        host.process(x)
        if i >= 5:  # warm
            taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--configs", nargs="+", default=["dgt_high"], choices=names(), metavar="NAME")
    arguments.add_argument("--blocks", nargs="+", type=int, default=[256, 1024, 4096], help="in samples")
    arguments.add_argument("--modes", nargs="+", default=["keep_input", "pghi"], choices=LIVE_MODES)
    arguments.add_argument("--seconds", type=float, default=2, help="of sound for each row")
    arguments.add_argument("--plain", action="store_true", help="without the host's own kernels")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    console = Console(width=110)
    limits = measure_limits()
    console.print(
        f"one core reads {limits.bytes_per_second / 1e9:.1f} GB/s, computes "
        f"{limits.operations_per_second / 1e9:.0f} GFLOP/s"
    )
    table = Table(title=f"`forward`, one core (bar: {BAR}×)", title_justify="left", box=SIMPLE_HEAD, padding=0)
    for i, column in enumerate(["network", "inversion", "block", "", "ms a block", "× real time"]):
        table.add_column(column, justify="left" if i in (0, 1, 3) else "right")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.configs:
            path = Path(folder) / f"{name}.ts"
            done = write(name, path)
            asked = sorted({max(block, done.hop) for block in given.blocks} | {done.block})
            for mode in given.modes:
                for block in asked:
                    host = Host(path, block=block, accelerate=not given.plain)
                    host.set("inversion_mode", mode)
                    taken = seconds_of(host, given.seconds, done.sample_rate)
                    advised = "advised" if host.block == done.block else ""
                    row = f"{taken * 1e3:.2f}", f"{host.block / done.sample_rate / taken:.1f}×"
                    table.add_row(name, mode, str(host.block), advised, *row)
    console.print(table)


if __name__ == "__main__":
    main()
