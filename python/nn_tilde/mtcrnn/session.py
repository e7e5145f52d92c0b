"""One call of `mtcrnn train`: everything that can be wrong is found before anything long begins."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from ..audio.files import AudioError
from ..audio.metadata import DatasetError
from ..cli.progress import counting
from ..train.checkpoint import CheckpointError, Diverged, duplicate
from ..train.data import DataError
from ..train.devices import is_first_process, launch, make_fabric
from ..train.loop import fit
from ..train.run import Run, RunError
from ..train.settings import Settings
from . import checkpoints
from .data import Windows
from .flags import Given, recipe_of, settle
from .items import StatefulItems, TrainingItems, ValidationItems, walks
from .log import TrainingLog
from .sizes import Sizes
from .task import Recipe, TierTask
from .tier import Tier

# What a run under a given name must not change; the rest of the command may.
IDENTITY = ("data_dir", "param_dir", "batch_size", "seed", "val_share", "stateful", "loss")


@dataclass(frozen=True)
class Plan:
    """A checked command. resume: a checkpoint of the trunk; adopt: weights to go on from without one; start: their
    step."""

    flags: dict[str, Any]
    tier: Tier
    sizes: Sizes
    recipe: Recipe
    settings: Settings
    run: Run
    resume: Path | None = None
    adopt: checkpoints.Saved | None = None
    start: int = 0


def run_session(flags: dict[str, Any], given: Given) -> None:
    """Trains as the flags of `mtcrnn train` say. Raises ClickException, one sentence; exits 130 when stopped.

    given: names of the flags that the command line has, the others being defaults.
    """
    first = is_first_process()
    if not first:
        logging.disable(logging.WARNING)  # one process speaks
    try:
        plan = make_plan(flags, given)
        fabric = make_fabric(flags["gpu"], flags["devices"], flags["nodes"], flags["strategy"])
        if first:
            plan.run.claim()
        finished = train(plan, fabric)
    except RunError as error:
        raise click.ClickException(_in_our_flags(str(error))) from error
    except (ValueError, AudioError, DatasetError, DataError, CheckpointError, Diverged, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    if not finished and first:
        again = f"--model_dir {plan.run.folder / 'model'}" if flags["model_dir"] else "the same command"
        say(f"Stopped; {again} goes on ({plan.run.folder}).")
        sys.exit(130)


def say(line: str) -> None:
    if is_first_process():
        click.echo(line, err=True)


def _in_our_flags(sentence: str) -> str:
    """The trunk speaks of --name."""
    sentence = sentence.partition(", or say --ckpt")[0].rstrip(".") + "."
    return sentence.replace(" or --out_path", "").replace("--name", "--output_dir")


def run_folder(output_dir: str) -> Path:
    """output/<output_dir>, as users find their runs; an absolute path and one into output/ stay as they are."""
    path = Path(output_dir)
    return path if path.parts[:1] == checkpoints.OUTPUT.parts else checkpoints.OUTPUT / path


def make_plan(flags: dict[str, Any], given: Given) -> Plan:
    """Reads and checks all that the flags name, but for the data."""
    folder = run_folder(flags["output_dir"])
    saved = None
    if flags["model_dir"]:
        saved = checkpoints.read(checkpoints.find(flags["model_dir"], flags["step"]))
    elif flags["step"]:
        raise ValueError("--step names a model in --model_dir, which is not given.")
    tier, sizes, remarks = settle(flags, given, saved)
    for line in remarks:
        say(line)
    start = saved.step or flags["step"] if saved else 0
    recipe = recipe_of(flags, start + flags["num_steps"])
    recipe.check(tier, sizes)
    settings = Settings(
        max_steps=recipe.total,
        val_every=flags["val_every"] or flags["checkpoint"],
        save_every=flags["checkpoint"],
        batch=flags["batch_size"],
        workers=flags["workers"],
        seed=flags["seed"],
        log_every=min(50, flags["checkpoint"]),
        progress=flags["progress"],
    )
    settings.check()
    identity = {key: flags[key] for key in IDENTITY}
    for key in ("data_dir", "param_dir"):
        identity[key] = flags[key] and str(Path(flags[key]).absolute())
    run = Run(folder, "mtcrnn", config_text(tier, sizes), identity)
    run.check(lenient=saved is not None)
    plan = Plan(flags, tier, sizes, recipe, settings, run)
    if saved is None:
        return replace(plan, resume=run.last if run.resumes else None)
    exact = _exact(saved, start)
    return replace(plan, resume=exact, adopt=None if exact else saved, start=start)


def _exact(saved: checkpoints.Saved, step: int) -> Path | None:
    """The trunk's checkpoint of the step that a model file of ours holds."""
    if saved.path.suffix == ".ckpt":
        return saved.path
    folder = saved.path.parent.parent / "checkpoints"
    path = folder / f"step_{step}.ckpt"
    return path if saved.tier is not None and path.exists() else None


def config_text(tier: Tier, sizes: Sizes) -> str:
    """config.gin of a run: what its network is."""
    return "".join(
        f"{type(each).__name__}.{name} = {value!r}\n" for each in (tier, sizes) for name, value in vars(each).items()
    )


def train(plan: Plan, fabric) -> bool:
    """Reads the data, builds the network and trains on the devices of `fabric`; False when asked to stop."""
    flags, tier, run = plan.flags, plan.tier, plan.run
    begin = plan.start if plan.resume is None else checkpoints.read(plan.resume).step
    if begin >= plan.recipe.total:
        say(f"The run '{run.folder}' has its {begin} steps; a larger --num_steps goes on.")
        return True
    if flags["stateful"] and fabric.world_size > 1:
        raise ValueError("--stateful carries the state of each row on, which works in one process only.")
    shown = flags["progress"] and is_first_process() and sys.stderr.isatty()
    with counting("reading recordings") if shown else nullcontext() as watch:
        windows = Windows.open(tier, flags["data_dir"], flags["param_dir"], flags["seed"], watch)
    for notice in windows.notices:
        say(notice)
    training, apart = windows.split(flags["val_share"])
    batch = plan.settings.batch
    say(f"Total steps in 1 epoch is {training.steps(batch * fabric.world_size)} ({len(training)} windows).")
    if apart is None:
        say("No windows are kept apart to validate with.")
    items = StatefulItems(training, walks(training), batch) if flags["stateful"] else TrainingItems(training)
    launch(fabric)
    first = fabric.is_global_zero
    resume = fabric.broadcast(plan.resume)
    log = TrainingLog(run.folder / "log", begin, plan.recipe.total) if first else None
    task = TierTask(
        *(tier, plan.sizes, plan.recipe, items, ValidationItems(apart), fabric.device),
        folder=run.folder / "model",
        save_every=plan.settings.save_every,
        seed=flags["seed"],
        listen=flags["listen"],
        log=log,
    )
    if plan.adopt is not None:
        checkpoints.adopt(task.module, plan.adopt)
        say(f"Weights of '{plan.adopt.path}'; the optimiser begins anew.")
    if log:
        log.begin(flags, repr(task.module), training.steps(batch * fabric.world_size))
    try:
        finished = fit(task, run, plan.settings, fabric, resume, plan.start)
        if task.done and first:
            say(f"Model: {task.save_model(task.done)}")
            if not run.step_checkpoint(task.done).exists():
                duplicate(run.last, run.step_checkpoint(task.done))
    finally:
        if log:
            log.end()
    if finished:
        say(f"Done: {run.folder / 'report.html'}")
    return finished
