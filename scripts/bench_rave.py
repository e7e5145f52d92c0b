"""How fast exported RAVEs play, on one core and through the host: ours against the conv1d form.

Builds both files of one network with random weights, checks that they sound the same, measures
`forward` in turn, and says where the time goes, all without acceleration (scripts/bench_acceleration.py has that).
Prints tables; asserts only the sound.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from rave_conv1d_form import Conv1dForm
from rich.console import Console
from rich.table import Table

import nn_tilde
from nn_tilde.bench import measure
from nn_tilde.nn.streaming_layers import GroupedTaps, Taps
from nn_tilde.rave.config import read
from nn_tilde.rave.export import build, export
from nn_tilde.rave.instrument import Instrument
from nn_tilde.rave.network import RAVE


def network(name: str) -> RAVE:
    torch.manual_seed(0)
    return RAVE(read([name], channels=1)).eval()


def difference(ours: Path, theirs: Path, form: Conv1dForm, ratio: int) -> float:
    """Largest difference of the outputs, relative to the peak, once both have heard enough.

    The conv1d form hears the recording later by part of a latent frame, so ours gets it later too.
    """
    part = form.late_in % ratio
    x = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 64 * ratio)).astype(np.float32)
    outputs = []
    for path, heard in ((ours, np.pad(x, ((0, 0), (part, 0)))[:, : x.shape[1]]), (theirs, x)):
        host = nn_tilde.Host(path, block=ratio, accelerate=False)
        host.set("deterministic", True)
        outputs.append(host.render(heard))
    # Rendering has taken the declared delays out; what remains is that part.
    a, b = outputs[0][:, part:], outputs[1][:, : x.shape[1] - part]
    inside = slice(32 * ratio, 48 * ratio)
    return float(np.abs(a[:, inside] - b[:, inside]).max() / np.abs(b[:, inside]).max())


def bandwidth() -> float:
    """Bytes per second of one thread reading memory that no cache holds."""
    weights, x = torch.randn(8192, 8192), torch.randn(8192)
    return weights.numel() * 4 / _fastest(lambda: torch.mv(weights, x))


def gemm() -> float:
    """Multiplications and additions per second of one thread in a large product."""
    a = torch.randn(1024, 1024)
    return 2 * 1024**3 / _fastest(lambda: torch.mm(a, a))


def _fastest(call, times: int = 80) -> float:
    taken = []
    with torch.inference_mode():
        for _ in range(times):
            begin = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begin)
    return min(taken)


def stages(instrument: Instrument, block: int, blocks: int = 25) -> dict[int, tuple[float, float, float]]:
    """By frames per block: bytes of weights, operations, seconds in its layers in the median block."""
    heard: list[dict[int, list[float]]] = []
    hooks = []

    def before(layer, inputs):
        layer.begin = time.perf_counter()

    def after(layer, inputs, output):
        row = heard[-1].setdefault(output.shape[1], [0.0, 0.0, 0.0])
        row[0] += 4 * layer.weight.numel()
        row[1] += 2 * layer.weight.numel() * output.shape[1]
        row[2] += time.perf_counter() - layer.begin

    for part in instrument.modules():
        if isinstance(part, Taps | GroupedTaps):
            hooks += [part.register_forward_pre_hook(before), part.register_forward_hook(after)]
    with torch.inference_mode():
        for _ in range(blocks):
            heard.append({})
            instrument(torch.randn(1, 1, block))
    for hook in hooks:
        hook.remove()
    rows = {}
    for frames, (size, operations, _) in sorted(heard[0].items()):
        rows[frames] = size, operations, statistics.median(table[frames][2] for table in heard)
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--models", nargs="+", default=["v2", "raspberry"])
    arguments.add_argument("--block", type=int, default=2048)
    arguments.add_argument("--rounds", type=int, default=21, help="short, so that a pair meets the same neighbours")
    arguments.add_argument("--count", type=int, default=12, help="blocks per round")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    console = Console()
    read_rate, gemm_rate = bandwidth(), gemm()
    console.print(f"one core reads {read_rate / 1e9:.1f} GB/s, multiplies {gemm_rate / 1e9:.0f} GFLOP/s")
    for name in given.models:
        rave = network(name)
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = Path(folder) / "ours.ts", Path(folder) / "conv1d.ts"
            done, form = export(rave, ours, streaming=True), Conv1dForm(rave)
            form.eval().export_to_ts(theirs, block=done.block)
            error = difference(ours, theirs, form, rave.ratio)
            if error > 1e-4:
                raise SystemExit(f"{name}: the two files sound different ({error:.1e}).")
            pairs = []
            for _ in range(given.rounds):
                timed = [measure(p, block=given.block, blocks=given.count, accelerate=False) for p in (theirs, ours)]
                pairs.append([timing.median for timing in timed])
        form_ms, our_ms = (min(column) for column in zip(*pairs, strict=True))
        ratios = statistics.quantiles((a / b for a, b in pairs), n=4)
        console.print(
            f"\n{name}, blocks of {given.block}: conv1d form {form_ms:.2f} ms, ours {our_ms:.2f} ms in the quietest "
            f"rounds; {ratios[1]:.2f}x as fast (quartiles {ratios[0]:.2f} and {ratios[2]:.2f} of {len(pairs)} pairs); "
            f"largest difference {error:.1e}"
        )
        table = Table("frames", "weights MB", "MFLOP", "layers ms", "memory ms", "GEMM ms")
        floor = 0.0
        rows = stages(build(rave), given.block)
        for frames, (size, operations, seconds) in rows.items():
            memory, products = size / read_rate * 1e3, operations / gemm_rate * 1e3
            floor += max(memory, products)
            cells = (size / 1e6, operations / 1e6, seconds * 1e3, memory, products)
            table.add_row(str(frames), *(f"{cell:.2f}" for cell in cells))
        console.print(table)
        inside = sum(row[2] for row in rows.values()) * 1e3
        console.print(f"in convolutions {inside:.2f} ms; floor of memory and GEMM, stage by stage, {floor:.2f} ms")


if __name__ == "__main__":
    main()
