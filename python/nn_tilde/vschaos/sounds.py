"""The recordings of a training: opened, split, as frames; and what `+check=1` says of them."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import click

from ..audio.metadata import DatasetError
from ..cli.progress import counting
from ..train.data import StepBatches, usable_workers
from ..train.devices import is_first_process
from . import config
from .config import Config
from .data import Dataset, FrameItems, Frames, Split
from .data.task import CATEGORICAL
from .loading import Tasks
from .plan import Plan

WORKERS = 8  # processes that read, where nobody says how many


@dataclass(frozen=True)
class Sounds:
    """A dataset that is opened, and the configuration completed by what it holds."""

    dataset: Dataset
    config: Config
    tasks: Tasks


def say(line: str) -> None:
    if is_first_process():
        click.echo(line, err=True)


@contextmanager
def watched(what: str, plan: Plan) -> Iterator[Any]:
    """A bar on a terminal; gives watch(done, total)."""
    if plan.flags["progress"] and is_first_process() and sys.stderr.isatty():
        with counting(what) as watch:
            yield watch
    else:
        yield lambda done, total: None


def open_sounds(plan: Plan) -> Sounds:
    """Headers of recordings and their labels. Raises DatasetError, ConfigError."""
    settings = plan.config.data.dataset
    for task in [task for task in plan.config.model.tasks if task in ("pitch", "octave")]:
        if plan.root.is_dir() and not (plan.root / "metadata" / task / "metadata.txt").exists():
            name = settings.metadata_callbacks.get(task, {}).get("name") or ""
            if "read_folder" not in str(name):
                raise DatasetError(
                    f"The model needs labels of '{task}', which '{plan.root}' has not: "
                    f"`vschaos extract_pitch {plan.root}` finds them."
                )
    with watched("looking", plan) as watch:
        dataset = Dataset.open(
            plan.root,
            settings.sr,
            plan.channels,
            tasks=plan.config.model.tasks,
            callbacks=settings.metadata_callbacks,
            n_files=settings.n_files,
            min_length=settings.min_length,
            target_length=settings.target_length,
            watch=watch,
        )
    for notice in dataset.notices:
        say(notice)
    model = plan.config.model
    # Whole numbers that the configuration reads as float are classes where the model wants some, as in vschaos2.
    labels = {name: task.counted() if model.categorical(name) else task for name, task in dataset.tasks.items()}
    dataset = replace(dataset, tasks=labels)
    tasks = {name: task.classes if task.kind == CATEGORICAL else None for name, task in labels.items()}
    counts = {name: None if classes is None else len(classes) for name, classes in tasks.items()}
    return Sounds(dataset, config.with_tasks(plan.config, counts), tasks)


def workers_of(plan: Plan) -> int:
    said = plan.flags["workers"] if plan.flags["workers"] is not None else plan.config.data.loader.num_workers
    return usable_workers(WORKERS if said is None else said)


def read(plan: Plan, sounds: Sounds, split: Split) -> Frames:
    """The frames of the dataset, from the cache; the transform's statistics are those of what trains."""
    workers = workers_of(plan)
    workers = workers if len(sounds.dataset.recordings) >= 2 * workers else 0  # a process takes seconds to begin
    with watched("transforming", plan) as watch:
        frames = sounds.dataset.cached(plan.transform.unscaled(), workers=workers, watch=watch)
    for notice in frames.notices:
        say(notice)
    if not plan.transform.fitted:
        plan.transform.fit_features(frames.blocks(split.train))
    return frames


def items_of(plan: Plan, frames: Frames, split: Split) -> tuple[FrameItems, FrameItems]:
    """(what trains, what validates). Raises DatasetError when there is too little."""
    items = FrameItems(frames, split.train, seed=plan.config.seed)
    valid = FrameItems(frames, split.valid, mode="regular")
    if items.total < 2 or not valid.total:
        raise DatasetError(f"'{plan.root}' has too little sound to train and to validate with.")
    return items, valid


def show(plan: Plan, sounds: Sounds) -> None:
    """`+check=1`: what would be trained, and on what."""
    click.echo(config.describe(sounds.config))
    split = sounds.dataset.split(plan.config.seed)
    frames = read(plan, sounds, split)
    items, _ = items_of(plan, frames, split)
    count = plan.config.data.loader.batch_size
    batch = [items[key] for key in StepBatches(len(items), count, plan.config.seed).keys(0)]
    x = plan.transform.scale(batch[0]["x"].numpy())
    seconds = items.total * frames.hop / frames.sample_rate
    click.echo(f"\nrecordings {len(frames.spans)}, of which {len(split.train)} train and {len(split.valid)} validate")
    click.echo(f"training   {items.total} frames ({seconds:.3g} s), {math.ceil(len(items) / count)} batches an epoch")
    click.echo(f"a batch    x {[count, *x.shape]}, the first from {x.min():.3g} to {x.max():.3g}")
    for task, classes in sounds.tasks.items():
        labels = [item["labels"][task].item() for item in batch]
        known = [label for label in labels if label == label and (classes is None or label >= 0)]
        kinds = f"{len(classes)} classes" if classes is not None else "continuous"
        click.echo(f"           {task}: {kinds}, {len(known)} of {count} frames have a label, as {known[:8]}")
