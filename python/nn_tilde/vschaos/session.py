"""One call of `vschaos train`: everything that can be wrong is found before anything long begins."""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ..audio.files import AudioError
from ..audio.metadata import DatasetError
from ..train.checkpoint import CheckpointError, Diverged
from ..train.checkpoint import load as load_checkpoint
from ..train.data import DataError
from ..train.devices import is_first_process, launch, make_fabric
from ..train.loop import fit
from ..train.run import Run, RunError
from ..train.settings import Settings
from . import adoption, config, loading
from .config import Config
from .listening import Examples
from .loading import Tasks
from .plan import Plan, make_plan, warm_up_remark
from .sounds import Sounds, items_of, open_sounds, read, say, show, workers_of
from .task import SpectraTask, Spread

BETWEEN = 500  # steps between validations, at least, where nobody says how many
KEPT = 10  # validations from one checkpoint that is kept to the next


def run_session(words: Sequence[str], flags: Mapping[str, Any]) -> None:
    """Trains as the words and flags of `vschaos train` say. ClickException, one sentence; exits 130 when stopped."""
    first = is_first_process()
    if not first:
        logging.disable(logging.WARNING)  # one process speaks
    try:
        plan = make_plan(words, flags)
        for line in plan.remarks:
            say(line)
        adopted = adoption.check(plan.config.config_checkpoint)
        fabric = make_fabric(plan.gpus(), plan.devices(), flags["nodes"], flags["strategy"])
        sounds = open_sounds(plan)
        if plan.config.check:
            show(plan, sounds)
            return
        run = make_run(plan, sounds)
        if first:
            run.claim()
        finished = train(plan, sounds, run, fabric, adopted)
    except RunError as error:
        raise click.ClickException(_in_our_words(str(error))) from error
    except (ValueError, AudioError, DatasetError, DataError, CheckpointError, Diverged, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    if not finished and first:
        say(f"Stopped; the same command goes on ({run.folder}).")
        sys.exit(130)


def _in_our_words(sentence: str) -> str:
    """The trunk speaks of flags that are words here."""
    sentence = sentence.partition(", or say --ckpt")[0].rstrip(".") + "."
    return sentence.replace(" or --out_path", " or rundir").replace("--name", "name").replace("--root", "root")


def make_run(plan: Plan, sounds: Sounds) -> Run:
    """Raises RunError for a folder that holds something else."""
    identity = {"root": str(plan.root.absolute())}
    run = Run(plan.folder, "vschaos", config.text(plan.stored(sounds.config)), identity)
    run.check()
    return run


def train(plan: Plan, sounds: Sounds, run: Run, fabric: Any, adopted: tuple[Path, list[str]] | None) -> bool:
    """Reads the data, builds the networks and trains on the devices of `fabric`; False when asked to stop."""
    c, flags = sounds.config, plan.flags
    split = sounds.dataset.split(c.seed, run.folder)
    for notice in split.notices:
        say(notice)
    begin = 0
    if run.resumes:  # what the weights were trained with stays, whatever became of the dataset
        state = load_checkpoint(run.last)
        begin, about = state["global_step"], loading.entry(state, run.last)
        plan.transform.load_state_dict(about["transform"])
        check_classes(about["tasks"], sounds.tasks)
    frames = read(plan, sounds, split)
    items, valid = items_of(plan, frames, split)
    batch = c.data.loader.batch_size
    epoch = math.ceil(len(items) / (batch * fabric.world_size))
    settings = make_settings(plan, c, epoch)
    if begin >= settings.max_steps:
        say(f"The run has its {begin} steps; a larger pl_trainer.max_epochs or --max_steps goes on.")
        return True
    say(f"{items.total} frames to train with, {valid.total} to validate; an epoch is {epoch} steps.")
    if remark := warm_up_remark(c, settings.max_steps, epoch):
        say(remark)
    launch(fabric)
    first = fabric.is_global_zero
    if first:
        describe(run.folder, plan, sounds)
    picture = c.callbacks.get("AudioReconstructionMonitor", {}).get("plot", True)
    examples = Examples(frames, split.valid, plan.transform, picture) if first and flags["listen"] else None
    task = SpectraTask(
        *(plan.stored(c), plan.transform, sounds.tasks, items, Spread(valid, valid.total), fabric.device),
        epoch_steps=epoch,
        clip=plan.trainer("gradient_clip_val"),
        examples=examples,
    )
    resume = fabric.broadcast(run.last if run.resumes else None)
    if adopted and resume is None:
        say(adoption.adopt(task.module, *adopted))
    finished = fit(task, run, settings, fabric, resume)
    if finished and first:
        say(f"Done: {run.folder / 'report.html'}")
    return finished


def check_classes(before: Tasks, now: Tasks) -> None:
    """Raises DatasetError when a class has another number than the weights were trained with: names that have no
    classes.txt are numbered in their order, in which a new one may come first."""
    for task, names in now.items():
        old = before.get(task) or ()
        for number, name in enumerate(names or ()):
            if name in old and (number >= len(old) or old[number] != name):
                raise DatasetError(
                    f"'{name}' is class {number} of '{task}' now, but {old.index(name)} in the run: "
                    f"metadata/{task}/classes.txt can number them as before."
                )


def make_settings(plan: Plan, c: Config, epoch: int) -> Settings:
    flags = plan.flags
    every = flags["val_every"]
    if every is None:
        said = plan.trainer("check_val_every_n_epoch")
        every = said * epoch if said else math.ceil(BETWEEN / epoch) * epoch
    settings = Settings(
        max_steps=plan.steps(epoch),
        val_every=every,
        save_every=flags["save_every"] or KEPT * every,
        batch=c.data.loader.batch_size,
        workers=workers_of(plan),
        seed=c.seed,
        log_every=min(50, every),
        progress=flags["progress"],
    )
    settings.check()
    return settings


def describe(folder: Path, plan: Plan, sounds: Sounds) -> None:
    """transform.json and tasks.json, for whoever reads a run without torch; checkpoints hold the same."""
    about = loading.described(plan.stored(sounds.config), plan.transform, sounds.tasks)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("transform", "tasks"):
        (folder / f"{name}.json").write_text(json.dumps(about[name], indent=1), encoding="utf-8")
