"""A small thing to train, and a program that trains it: `python toy_training.py FOLDER [--steps …]`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

from nn_tilde.train.devices import make_fabric
from nn_tilde.train.loop import fit
from nn_tilde.train.run import Run
from nn_tilde.train.settings import Settings
from nn_tilde.train.task import Evaluation, Sound, Task

SIZE = 7


class Items:
    """Examples of y = A x with noise from (seed, epoch, index); `trace` is a file of what was read."""

    def __init__(self, seed: int):
        self.seed = seed

    def __len__(self) -> int:
        return SIZE

    def __getitem__(self, key):
        random = np.random.default_rng((self.seed, *key))
        return random.standard_normal(5).astype(np.float32)


class ValidationItems:
    def __init__(self, size: int = 5):
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index):
        return np.full(5, index / 10, np.float32)


class Toy(Task):
    """A linear map with batch statistics, dropout-like noise and two optimizers taking turns.

    until: steps after which the first process has had enough.
    """

    def __init__(self, seed: int, sleep: float = 0.0, trace: Path | None = None, until: int | None = None):
        torch.manual_seed(seed)
        self.module = torch.nn.Sequential(torch.nn.Linear(5, 5), torch.nn.BatchNorm1d(5), torch.nn.Linear(5, 5))
        self.optimizers = [torch.optim.Adam(part.parameters(), 1e-2) for part in (self.module[:2], self.module[2:])]
        self.schedulers = [torch.optim.lr_scheduler.LinearLR(self.optimizers[0], 1.0, 0.1, total_iters=20)]
        self.items, self.validation_items = Items(seed), ValidationItems()
        self.sleep, self.trace, self.counter, self.until = sleep, trace, 0, until

    def _loss(self, x: torch.Tensor) -> torch.Tensor:
        return (self.module(x) - x.flip(-1)).square().mean()

    def step(self, batch, step):
        if self.trace is not None:
            with open(f"{self.trace}.{os.environ.get('LOCAL_RANK', 0)}", "a") as file:
                file.write(f"{step} {batch.sum().item():.6f}\n")
        loss = self._loss(batch + 0.1 * torch.randn_like(batch))
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[step % 2].step()
        self.schedulers[0].step()
        self.counter += 1
        if self.counter == self.until and os.environ.get("LOCAL_RANK", "0") == "0":
            self.ending = f"Enough after {self.counter}."
        time.sleep(self.sleep)
        return {"loss": loss.detach(), ("even" if step % 2 == 0 else "odd"): loss.detach()}

    def validate(self, batch):
        return {"validation": self._loss(batch)}

    def summarize(self, step, gather):
        from nn_tilde.train.figures import pixels, spectrograms

        count = float(sum(gather(1)))
        tone = np.sin(np.arange(4000) / 5)[None].astype(np.float32)
        pair = spectrograms([[("original", tone[0]), ("reconstruction", 0.5 * tone[0])]], 8000)
        return Evaluation({"processes": count}, [Sound("example", tone, 8000)], {"pair": pixels(pair)})

    def phase(self, step):
        return int(step > 10)

    def state_dict(self):
        return {"counter": self.counter}

    def load_state_dict(self, state):
        self.counter = state["counter"]

    def annotate(self, checkpoint, step):
        checkpoint["callbacks"]["WarmupCallback"] = {"training_steps": step}


def train(folder: Path, steps: int = 24, devices: int = 1, *, sleep=0.0, trace=None, until=None, begin=None, **options):
    """One session, as a command line would have it; returns the task."""
    torch.set_num_threads(1)
    options = {"val_every": 6, "save_every": 10, "log_every": 3, "seed": 1, "progress": False} | options
    settings = Settings(max_steps=steps, batch=4, **options)
    settings.check()
    run = Run(folder, "toy", "size = 5\n", {"seed": settings.seed}, settings.smoke_test)
    run.check()
    fabric = make_fabric(gpu=(-1,), devices=devices)
    fabric.launch()
    resume = fabric.broadcast(run.last if run.resumes else begin)
    task = Toy(settings.seed, sleep, trace, until)
    task.finished = fit(task, run, settings, fabric, resume)
    if trace is not None:
        state = {name: value.tolist() for name, value in task.module.state_dict().items()}
        Path(f"{trace}.{fabric.local_rank}.weights").write_text(repr(state))
    return task


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--sleep", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--devices", type=int, default=1)
    parser.add_argument("--ema", type=float)
    parser.add_argument("--until", type=int)
    parser.add_argument("--trace", type=Path)
    arguments = vars(parser.parse_args())
    sys.exit(0 if train(**arguments).finished else 130)
