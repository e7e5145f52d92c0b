"""The training loop."""

from __future__ import annotations

import math
import sys
import time
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from . import checkpoint
from .board import Board
from .data import StepBatches, batch_size, step_seed, training_batches, usable_workers, validation_batches
from .distributed import distribute, gather, part, share
from .ema import Average
from .metrics import History, Meter
from .progress import Display
from .report import write_report
from .run import Run
from .settings import Settings
from .stopping import Stopper
from .task import Evaluation, Task

if TYPE_CHECKING:
    from lightning.fabric import Fabric

TRAINING, VALIDATION = 0, 1  # kinds of random numbers
REPORT_EVERY = 60.0  # seconds


def fit(
    task: Task,
    run: Run,
    settings: Settings,
    fabric: Fabric,
    resume: Path | None = None,
    start: int = 0,
    averages: dict[str, torch.Tensor] | None = None,
) -> bool:
    """Trains `task` in `run` up to `settings.max_steps`, or to an end of its own (`Task.ending`, `settings.patience`);
    returns False when it was asked to stop earlier.

    fabric: launched; the task's module and optimizers are on its device. resume: a checkpoint of ours to go
    on from; otherwise the task's present state counts as having seen `start` steps, with these averages of weights.
    Raises CheckpointError, Diverged.
    """
    trainer = _Trainer(task, run, settings, fabric)
    if resume is not None:
        trainer.restore(resume)
    else:
        trainer.step = start
        if trainer.average is not None and averages:
            trainer.average.load_state_dict(averages)
    if trainer.step >= settings.max_steps:
        trainer.say(f"The run has its {trainer.step} steps; a larger --max_steps goes on.")
        return True
    if trainer.impatient:
        trainer.say(f"The run has ended at step {trainer.step}; a larger --early_stopping goes on, as does 0.")
        return True
    if trainer.step:
        trainer.say(f"Going on from step {trainer.step}.")
    if trainer.first:  # only now that the checkpoint has been seen to fit
        run.begin([Path(sys.argv[0]).name, *sys.argv[1:]], trainer.step)
    return trainer.train()


class _Trainer:
    def __init__(self, task: Task, run: Run, settings: Settings, fabric: Fabric):
        self.task, self.run, self.settings, self.fabric = task, run, settings, fabric
        self.first = fabric.is_global_zero
        distribute(task, fabric)
        self.average = Average(task.module, settings.ema) if settings.ema else None
        self.meter, self.history = Meter(fabric), History()
        self.step, self.best, self.phase = 0, math.inf, 0
        self.stale = 0  # validations since the best
        self.evaluation: Evaluation | None = None
        self.reported = time.monotonic()
        self.workers = usable_workers(settings.workers)
        self.pin = fabric.device.type == "cuda"

    def say(self, line: str) -> None:
        if self.first:
            print(line, file=sys.stderr, flush=True)

    def restore(self, path: Path) -> None:
        state = checkpoint.load(path)
        own = checkpoint.restore(self.task, state, self.average)
        self.step, self.best, self.phase = state["global_step"], own["best"], own["phase"]
        self.stale = own.get("stale", 0)
        if not path.resolve().is_relative_to(self.run.folder.resolve()):
            self.best, self.stale = math.inf, 0  # best.ckpt is this run's
        self.history.load_state_dict(own["history"])

    @property
    def impatient(self) -> bool:
        return self.settings.patience is not None and self.stale >= self.settings.patience

    def train(self) -> bool:
        settings, fabric, task = self.settings, self.fabric, self.task
        self.board = Board(self.run.folder, self.step) if self.first else None
        if self.board:
            self.board.text("config", self.run.config)
        batches = training_batches(task.items, self._sampler(), self.workers, self.pin)
        task.module.train()
        total = self.step + 1 if settings.smoke_test else settings.max_steps
        showing = Display(total, self.step, settings.progress, self.first)
        with closing(batches), Stopper() as stop, showing as self.display, self.board or nullcontext():
            stopped, ending = False, None
            while self.step < total and not stopped and ending is None:
                self.update(fabric.to_device(next(batches)), self.step)
                self.step += 1
                if self.average is not None:
                    self.average.update()
                self.display.advance()
                at_validation = self.step % settings.val_every == 0 or self.step == total
                at_log = at_validation or self.step % settings.log_every == 0
                if at_log or fabric.world_size == 1:
                    stopped, ending = stop.agreed(fabric), fabric.broadcast(task.ending)
                    at_validation |= ending is not None
                if at_log or at_validation:
                    self.log()
                if at_validation and not stopped:
                    self.validate()
                    if ending is None and self.impatient:
                        ending = f"No better validation in {self.stale}: training ends at step {self.step}."
                if at_validation or stopped or self.step % settings.save_every == 0:
                    self.save()
            if ending is not None and not stopped:
                self.display.say(ending)
            if settings.smoke_test and not stopped:
                for step in settings.trial_steps:
                    self.update(fabric.to_device(next(batches)), step)
        if self.first:
            write_report(self.run, self.step, self.history, self.evaluation)
        part(fabric)
        return not stopped

    def update(self, batch, step: int) -> None:
        torch.manual_seed(step_seed(self.settings.seed, step, self.fabric.global_rank, TRAINING))
        self.meter.add(self.task.step(batch, step))
        if self.fabric.world_size > 1:
            share(self.task.module.buffers())

    def log(self) -> None:
        values = self.meter.fetch()
        if self.board:
            self.board.scalars(self.step, values)
        self.history.add(self.step, values)
        self.display.losses(values)

    def validate(self) -> None:
        """Averages, pictures and sounds over the validation set; the best weights of the phase are kept."""
        task, fabric, settings = self.task, self.fabric, self.settings
        # The same draws at every validation.
        torch.manual_seed(step_seed(settings.seed, 0, fabric.global_rank, VALIDATION))
        items = validation_batches(
            task.validation_items, settings.batch, self.workers, self.pin, fabric.global_rank, fabric.world_size
        )
        meter = Meter(fabric)
        task.module.eval()
        with torch.no_grad(), closing(items), self.average.in_use() if self.average else nullcontext():
            for batch in items:
                meter.add(task.validate(fabric.to_device(batch)), weight=batch_size(batch))
                if settings.smoke_test:
                    break
            values = meter.fetch()
            self.evaluation = task.summarize(self.step, partial(gather, self.fabric))
        task.module.train()
        phase = task.phase(self.step)
        if phase != self.phase:  # e.g. reconstruction alone measures lower than what sounds better
            self.phase, self.best, self.stale = phase, math.inf, 0
        improved = values.get("validation", math.inf) < self.best
        if improved:
            self.best, self.stale = values["validation"], 0
        elif "validation" in values:
            self.stale += 1
        self.history.add(self.step, values | self.evaluation.scalars)
        if self.board:
            self.board.scalars(self.step, values)
            self.board.evaluation(self.step, self.evaluation)
        for line in self.evaluation.remarks:
            self.display.say(line)
        self.display.say(f"step {self.step}: " + ", ".join(f"{k} {v:.4g}" for k, v in values.items()))
        if improved:
            self.save(best=True)

    def save(self, best: bool = False) -> None:
        """last.ckpt, step_<n>.ckpt when due, and the report; or best.ckpt."""
        checkpoint.check_finite(self.task.module, self.step)
        if self.first:
            own = {
                "epoch": self._sampler().keys(self.step)[0][0],
                "best": self.best,
                "phase": self.phase,
                "stale": self.stale,
                "seed": self.settings.seed,
                "history": self.history.state_dict(),
            }
            state = checkpoint.collect(self.task, self.step, self.average, own)
            if best:
                checkpoint.save(self.run.best, state)
            else:
                checkpoint.save(self.run.last, state)
                if self.step % self.settings.save_every == 0:
                    checkpoint.duplicate(self.run.last, self.run.step_checkpoint(self.step))
                self.report()
        self.fabric.barrier()

    def report(self) -> None:
        """The page, not oftener than one would look at it."""
        if time.monotonic() - self.reported >= REPORT_EVERY:
            write_report(self.run, self.step, self.history, self.evaluation)
            self.reported = time.monotonic()

    def _sampler(self) -> StepBatches:
        f, s = self.fabric, self.settings
        return StepBatches(len(self.task.items), s.batch, s.seed, self.step, f.global_rank, f.world_size)
