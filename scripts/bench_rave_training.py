"""Training steps per second: the release's step as it is described, and ours, on the same weights and data.

Both take turns, so that what else the machine does meets both. Prints a row a phase, and in the second one a row
for either kind of step too: steps a second, their ratio (the median over the turns), and how far the weights are
apart after as many updates as were timed, at most over all tensors: ‖ours − theirs‖ / ‖theirs‖, in float32, beside
the same for the release's step against itself on sounds louder by one rounding step, which is what rounding alone
does. One thread on a CPU is timed by what it used of the processor, all else by the clock on the wall.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings

import torch
from release_step import ReleaseStep, release_form
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from nn_tilde.rave.config import read
from nn_tilde.rave.losses import check_n_signal
from nn_tilde.rave.network import RAVE, attach_discriminator
from nn_tilde.rave.update import Updates


def sound(config, batch: int, n_signal: int, step: int) -> torch.Tensor:
    """Decaying chords and a little noise: [batch, channels, n_signal]."""
    torch.manual_seed(1000 + step)
    time_ = torch.arange(n_signal) / config.sampling_rate
    pitch = 110 * 2 ** (torch.rand(batch, config.n_channels, 4, 1) * 3)
    chord = torch.sin(2 * torch.pi * pitch * time_).mean(2) * torch.exp(-time_ * 2)
    return 0.5 * chord + 0.003 * torch.randn(batch, config.n_channels, n_signal)


def timed(stepper, x: torch.Tensor, step: int) -> float:
    """Seconds of one update; its random numbers depend on the step alone."""
    clock = time.process_time if alone(x.device) else time.perf_counter
    torch.manual_seed(step)
    if x.is_cuda:
        torch.cuda.synchronize()
    start = clock()
    stepper.step(x, step)
    if x.is_cuda:
        torch.cuda.synchronize()
    return clock() - start


def alone(device: torch.device) -> bool:
    """Whether all work is that of one thread of a processor."""
    return device.type == "cpu" and torch.get_num_threads() == 1


def speeds(turns: list[list[tuple[float, float]]]) -> list[str]:
    """Cells of turns, each of several (seconds of the release's step, of ours): both rates, and their ratio."""
    means = [[statistics.fmean(column) for column in zip(*turn, strict=True)] for turn in turns]
    theirs, ours = (statistics.median(column) for column in zip(*means, strict=True))
    ratio = statistics.median(a / b for a, b in means)
    return [f"{1 / theirs:.2f}", f"{1 / ours:.2f}", f"{ratio:.2f}"]


def apart(a: torch.nn.Module, b: torch.nn.Module) -> float:
    """Largest relative distance of equally named parameters."""
    others = dict(b.named_parameters())
    pairs = [(p.detach(), others[name].detach()) for name, p in a.named_parameters()]
    return max(float((p - q).norm() / q.norm().clamp(min=1e-12)) for p, q in pairs)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--config", action="append", help="configurations to stack (v2)")
    arguments.add_argument("--capacity", type=int, default=32, help="of network and discriminator; 0: as configured")
    arguments.add_argument("--batch", type=int, default=1)
    arguments.add_argument("--n_signal", type=int, default=131072)
    arguments.add_argument("--steps", type=int, default=8, help="timed updates a phase, after as many untimed")
    arguments.add_argument("--threads", type=int, default=1, help="0: as torch chooses")
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--half", action="store_true", help="ours with convolutions in bfloat16")
    arguments.add_argument("--compile", action="store_true", help="ours through torch.compile")
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    if given.threads:
        torch.set_num_threads(given.threads)
    config = read(given.config or ["v2"], channels=1).replace(recipe="release")
    if given.capacity:
        config = config.replace(capacity=given.capacity, discriminator_capacity=given.capacity)
    check_n_signal(config, given.n_signal)

    device = torch.device(given.device)
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    if alone(device):
        name = "one thread, its processor time"
    table = Table("phase", "release, steps/s", "ours, steps/s", "ratio", "weights apart", "by rounding", title=name)
    table.columns[0].no_wrap = True
    with Progress(transient=True) as progress:
        job = progress.add_task("measuring", total=2 * 2 * given.steps)
        for phase in (1, 2):
            settings = config.replace(phase_1_duration=0 if phase == 2 else config.phase_1_duration)
            torch.manual_seed(0)
            rave = attach_discriminator(RAVE(settings)).train().to(device)
            theirs = ReleaseStep(release_form(rave))
            shaken = ReleaseStep(release_form(rave))
            ours = Updates(rave, half=given.half, compiled=given.compile)
            seconds: list[tuple[float, float]] = []
            for step in range(2 * given.steps):
                x = sound(settings, given.batch, given.n_signal, step).to(device)
                pair = [timed(theirs, x, step), timed(ours, x, step)] if step % 2 else []
                if not pair:
                    pair = [timed(ours, x, step), timed(theirs, x, step)][::-1]
                if step < given.steps:
                    timed(shaken, x * (1 + 2**-23), step)
                if step == given.steps - 1:
                    difference, rounding = apart(rave, theirs.rave), apart(shaken.rave, theirs.rave)
                if step >= given.steps:
                    seconds.append((pair[0], pair[1]))
                progress.advance(job)
            every = settings.update_discriminator_every if phase == 2 else 1
            # A whole cycle of generator and discriminator steps is one turn.
            cycles = [seconds[i : i + every] for i in range(0, len(seconds) - every + 1, every)] or [seconds]
            table.add_row(str(phase), *speeds(cycles), f"{difference:.1e}", f"{rounding:.1e}")
            if phase == 2:
                kinds: dict[str, list[list[tuple[float, float]]]] = {"discriminator": [], "generator": []}
                for step, pair in enumerate(seconds, given.steps):
                    kinds["generator" if step % every else "discriminator"].append([pair])
                for kind, turns in kinds.items():
                    if turns:
                        table.add_row(f"  {kind}", *speeds(turns))
    Console().print(table)


if __name__ == "__main__":
    main()
