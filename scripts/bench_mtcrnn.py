"""The native step of recurrent networks beside the loop in PyTorch: one core, the same network, paired in one run.

    python scripts/bench_mtcrnn.py [--nets 256x4 800x3] [--rounds 15] [--markdown]
    python scripts/bench_mtcrnn.py --model_dir RUN      # what rounding to 8 bits does to a trained model

Networks have random weights; "times" are ratios of medians, "real time" values made a second over those of the tier.
"GB/s" is how fast weights are read, beside what one core reads at most from memory; what fits into the second cache may
be faster than that. Asserts nothing, for machines are noisy.
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
from rich.progress import track
from rich.table import Table

from nn_tilde import Host
from nn_tilde.compare import measure_limits
from nn_tilde.mtcrnn.export import export
from nn_tilde.mtcrnn.generate import random_primer
from nn_tilde.mtcrnn.networks import Network, build
from nn_tilde.mtcrnn.plan import plan_of
from nn_tilde.mtcrnn.sampling import Sampler
from nn_tilde.mtcrnn.sizes import Sizes
from nn_tilde.mtcrnn.stepper import NativeStepper, TorchStepper
from nn_tilde.mtcrnn.tier import Tier

PARAMS = tuple(f"mfcc{i}" for i in range(13))
TIERS = {
    "256x4": Tier(prop=("rate",)),
    "800x3": Tier(prop=PARAMS),
    "300x3": Tier(generate=("rmse", "centroid", "pitch"), prop=("fill",), sample_rate=125),
    "500x3": Tier(generate=PARAMS, prop=("rmse", "centroid", "pitch"), sample_rate=500),
}
STEPS = {"loop": 40, "other": 200}


class Timed:
    """A stepper at work on one sequence."""

    def __init__(self, stepper, tier: Tier, steps: int):
        self.stepper, self.steps = stepper, steps
        self.given = np.full((1, steps, tier.cond_size), 0.5, np.float32)
        stepper.prime(random_primer(tier, 1, 1, 0))

    def __call__(self) -> float:
        begun = time.perf_counter()
        self.stepper.run(self.steps, self.given)
        return (time.perf_counter() - begun) / self.steps


class Hosted:
    """The exported file, live in the host."""

    def __init__(self, network: Network, tier: Tier, folder: Path):
        export([(network, tier)], folder / "file.ts", host_rate=tier.sample_rate)
        self.host = Host(folder / "file.ts", block=1024 if tier.audio else 1)
        self.x = np.full((max(tier.cond_size, 1), 4096 if tier.audio else 200), 0.5, np.float32)

    def __call__(self) -> float:
        begun = time.perf_counter()
        self.host.process(self.x)
        return (time.perf_counter() - begun) / self.x.shape[1]


def measure(name: str, rounds: int, folder: Path) -> list[list[str]]:
    width, layers = map(int, name.split("x"))
    tier, network = TIERS[name], build(TIERS[name], Sizes(0, width, layers))
    sampler = Sampler(tier, network.kind)
    native = {p: NativeStepper(plan_of(network, tier, p), sampler, 0) for p in ("int8", "exact")}
    ways = {"loop in PyTorch": Timed(TorchStepper(network, sampler, 0), tier, STEPS["loop"])}
    ways |= {f"native, {p}": Timed(stepper, tier, STEPS["other"]) for p, stepper in native.items()}
    ways["exported, int8, in the host"] = Hosted(network, tier, folder)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for way in ways.values():
        way()
    for _ in track(range(rounds), name, console=Console(stderr=True)):
        for way, run in ways.items():
            times[way].append(run())
    rows, slow = [], statistics.median(times["loop in PyTorch"])
    for way, taken in times.items():
        median = statistics.median(taken)
        read = native["int8" if "int8" in way else "exact"].core.bytes
        row = [name, way, f"{median * 1e6:.0f}", f"{slow / median:.1f}", f"{1 / median / tier.sample_rate:.2f}"]
        rows.append([*row, f"{read / 1e6:.1f}", f"{read / median / 1e9:.0f}"])
    return rows


def rounding(model_dir: str, console: Console) -> None:
    """Likelihood of windows of the QuickStart data under the model, with all its weights and with those of 8 bits."""
    from nn_tilde.mtcrnn import mulaw
    from nn_tilde.mtcrnn.chain import load_chain
    from nn_tilde.mtcrnn.losses import step_losses
    from nn_tilde.mtcrnn.pops import RATES, pops

    stage = load_chain(model_dir, 0, [])[0]
    tier, losses = stage.tier, {}
    for precision in ("exact", "int8"):
        stepper = NativeStepper(plan_of(stage.network, tier, precision), Sampler(tier, stage.network.kind), 0)
        total = []
        for rate in track(RATES[::2], precision, console=Console(stderr=True)):
            index = mulaw.encode(pops(rate, 0.5, tier.sample_rate, seed=99), tier.mulaw_channels)
            x = np.concatenate([mulaw.as_input(index, tier.mulaw_channels), np.full((len(index), 1), rate)], 1)
            stepper.prime(x[None, :1])
            outputs = np.stack([stepper.core.outputs(row[None].astype(np.float32)) for row in x[:-1]], 1)
            total.append(
                step_losses("categorical", torch.from_numpy(outputs), torch.from_numpy(index[None, 1:])).mean()
            )
        losses[precision] = float(torch.stack(total).mean())
    console.print(f"nats a sample: {losses['exact']:.4f} exact, {losses['int8']:.4f} with weights of 8 bits")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", nargs="+", default=list(TIERS), choices=list(TIERS))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--model_dir")
    options = parser.parse_args()
    torch.set_num_threads(1)
    console = Console(width=130)
    if options.model_dir:
        rounding(options.model_dir, console)
        return
    columns = ("net", "", "µs a step", "times", "real time", "MB a step", "GB/s")
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for name in options.nets for row in measure(name, options.rounds, Path(folder))]
    console.print(f"one core reads {measure_limits().bytes_per_second / 1e9:.1f} GB/s from memory")
    if options.markdown:
        for row in (columns, ["---"] * len(columns), *rows):
            print("| " + " | ".join(row) + " |")
        return
    table = Table(*columns, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
