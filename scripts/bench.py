"""What the host costs on top of a model: three model sizes, four block sizes, measured in turn.

Prints a table, writes bench-out/host_overhead.{json,png}. Asserts nothing: machines are noisy.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path

import torch
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from rich.table import Table

import nn_tilde
from nn_tilde.bench import measure

SIZES = {"small": (16, 4), "middle": (64, 8), "large": (256, 8)}  # channels, layers
BLOCKS = (512, 1024, 2048, 4096)


class Stack(nn_tilde.Module):
    """Frames of 64 samples through a stack of cached convolutions, as streaming models are made."""

    def __init__(self, channels: int, layers: int):
        super().__init__()
        self.into = torch.nn.Conv1d(1, channels, 64, stride=64)
        self.layers = torch.nn.ModuleList(torch.nn.Conv1d(channels, channels, 3) for _ in range(layers))
        self.out = torch.nn.ConvTranspose1d(channels, 1, 64, stride=64)
        self.register_buffer("past", torch.zeros(layers, 1, channels, 2))
        self.register_method("forward", 1, 1, 1, 1, test_buffer_size=512)

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        h = self.into(x[:1])
        for i, layer in enumerate(self.layers):
            joined = torch.cat([self.past[i], h], -1)
            self.past[i] = joined[..., -2:]
            h = torch.nn.functional.leaky_relu(layer(joined), 0.2)
        return self.out(h).expand(x.size(0), 1, -1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path("bench-out"))
    arguments.add_argument("--count", type=int, default=300, help="blocks per row")
    given = arguments.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        jobs = [(name, block) for name in SIZES for block in BLOCKS]
        for name, block in track(jobs, description="measuring"):
            path = Path(folder) / f"{name}.ts"
            if not path.exists():
                torch.manual_seed(0)
                Stack(*SIZES[name]).export_to_ts(str(path))
            rows.append((name, measure(path, block=block, blocks=given.count, sample_rate=48000)))

    table = Table(title="host path against the bare TorchScript call, medians of pairs, vector 64")
    for column in ("model", "block", "host ms", "bare ms", "host adds µs", "of the call", "bound"):
        table.add_column(column, justify="right")
    for name, t in rows:
        allowed = max(20.0, 30 * t.bare)  # 3 % of the call or 20 µs
        verdict = "within" if t.overhead * 1e3 < allowed else "ABOVE"
        share = f"{t.overhead / t.bare * 100:.1f} %"
        added = f"{t.overhead * 1e3:.1f}"
        table.add_row(name, str(t.block), f"{t.median:.3f}", f"{t.bare:.3f}", added, share, verdict)
    Console().print(table)

    given.out.mkdir(parents=True, exist_ok=True)
    record = [{"model": name, **dataclasses.asdict(t)} for name, t in rows]
    (given.out / "host_overhead.json").write_text(json.dumps(record, indent=2))
    _draw(given.out / "host_overhead.png", rows)
    print(given.out / "host_overhead.png")


def _draw(path: Path, rows: list) -> None:
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name in SIZES:
        mine = [t for model, t in rows if model == name]
        axes.plot([t.block for t in mine], [t.overhead * 1e3 for t in mine], "o-", label=name)
    axes.axhline(20, color="tab:red", linewidth=0.8, label="20 µs")
    axes.set_xscale("log", base=2)
    axes.set_xticks(BLOCKS, [str(b) for b in BLOCKS])
    axes.set(xlabel="block [samples]", ylabel="host adds [µs per block]", title="Host path minus bare call")
    axes.legend()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
