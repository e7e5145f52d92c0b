"""One call of `rave train`: everything that can be wrong is found before anything long begins."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from ..audio.dataset import Dataset, open_dataset
from ..audio.files import AudioError
from ..audio.metadata import DatasetError
from ..train.data import DataError
from ..train.devices import is_first_process, launch, make_fabric
from ..train.run import Run
from ..train.settings import Settings
from .config import Config, read, read_augmentations, read_run
from .gin_names import gin_text
from .loading import find_checkpoint, find_config, fit, read_checkpoint, tidy
from .losses import check_n_signal
from .train_data import Data, DataFlags, open_data

# What a run under a given name must not change; the rest of the command may.
IDENTITY = (
    *("db_path", "val_db_path", "n_signal", "normalize", "derivative", "rand_pitch"),
    *("batch", "seed", "ema", "freeze_encoder"),
)


@dataclass(frozen=True)
class Plan:
    """A checked command."""

    flags: dict[str, Any]
    config: Config
    data: Data
    settings: Settings
    run: Run
    inside: Path | None  # checkpoint of this very run to go back to
    foreign: Path | None  # checkpoint of another run to go on from
    transfer: Path | None


def run_session(**flags) -> None:
    """Trains as the flags of `rave train` say. Raises ClickException, one sentence; exits 130 when stopped."""
    first = is_first_process()
    if not first:
        logging.disable(logging.WARNING)  # one process speaks
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    try:
        plan = make_plan(flags)
        fabric = make_fabric(flags["gpu"], flags["devices"], flags["nodes"], flags["strategy"])
        if first:
            plan.run.claim()
    except ValueError as error:  # ConfigError, DatasetError, RunError, DeviceError
        raise click.ClickException(str(error)) from error
    if first:
        describe(plan)
    try:
        finished = train(plan, fabric)
    except (AudioError, DatasetError, DataError) as error:  # a disk that was taken out, a server that left
        raise click.ClickException(str(error)) from error
    if not finished:
        say_first(fabric, f"Stopped; the same command goes on ({plan.run.folder}).")
        sys.exit(130)
    say_first(fabric, f"Done: {plan.run.folder / 'report.html'}")


def say(line: str) -> None:
    click.echo(line, err=True)


def say_first(fabric, line: str) -> None:
    if fabric.is_global_zero:
        say(line)


def check_name(name: str) -> None:
    """Raises ValueError unless a run so named is a folder of its own in --out_path."""
    if name in ("", "..") or Path(name).name != name:
        raise ValueError(f"--name is the name of a folder in --out_path, not '{name}'.")


def make_plan(flags: dict[str, Any]) -> Plan:
    """Reads and checks all that the flags name."""
    check_name(flags["name"])
    if flags["ckpt"] and flags["transfer"]:
        raise ValueError("--ckpt goes on with a run and --transfer begins one; give one of the two.")
    transfer = find_checkpoint(flags["transfer"]) if flags["transfer"] else None
    folder = Path(flags["out_path"]) / flags["name"]
    ckpt = _ckpt(flags["ckpt"], folder)
    inside = ckpt if ckpt is not None and ckpt.is_relative_to(folder.resolve()) else None
    store = open_dataset(flags["db_path"], flags["n_signal"])
    config = _config(flags, ckpt, store)
    check_n_signal(config, flags["n_signal"])
    data_flags = DataFlags(
        **{key: flags[key] for key in ("db_path", "val_db_path", "n_signal", "seed", "normalize", "derivative")},
        rand_pitch=flags["rand_pitch"],
    )
    data = open_data(store, config, data_flags)
    settings = Settings(
        **{key: flags[key] for key in ("max_steps", "val_every", "save_every", "batch", "workers", "seed", "ema")},
        progress=flags["progress"],
        smoke_test=flags["smoke_test"],
    )
    settings.check()
    identity = {key: flags[key] for key in IDENTITY}
    identity |= {key: _absolute(flags[key]) for key in ("db_path", "val_db_path")}
    run = Run(folder, "rave", gin_text(config), identity, flags["smoke_test"])
    if flags["smoke_test"] and run.resumes:
        raise ValueError(f"'{folder}' holds a run; give the smoke test a --name of its own.")
    run.check(lenient=inside is not None)
    foreign = ckpt if inside is None and not run.resumes else None
    return Plan(flags, config, data, settings, run, inside, foreign, None if run.resumes else transfer)


def _absolute(path: str | None) -> str | None:
    return path if path is None or path.startswith(("http://", "https://")) else str(Path(path).absolute())


def _ckpt(path: str | None, folder: Path) -> Path | None:
    """The file that --ckpt means: for a run of ours its last one."""
    if path is None:
        return None
    last = Path(path) / "checkpoints" / "last.ckpt"
    return (last if last.exists() else find_checkpoint(path)).resolve()


def _config(flags: dict[str, Any], ckpt: Path | None, store: Dataset) -> Config:
    """The model: of --config, or of the run that --ckpt names."""
    if ckpt is not None and not flags["config"]:
        config = read_run(find_config(ckpt), flags["override"])
        config = fit(config, tidy(read_checkpoint(ckpt)["state_dict"]))
        if flags["augment"]:
            config = replace(config, augmentations=[])  # those of the command instead
        if flags["channels"] not in (0, config.n_channels):
            raise ValueError(f"The checkpoint has {config.n_channels} channel(s), not {flags['channels']}.")
    else:
        config = read(flags["config"] or ("v2",), flags["override"], channels=flags["channels"] or store.channels)
    if flags["recipe"]:
        config = config.replace(recipe=flags["recipe"])
    if flags["augment"]:
        config = replace(config, augmentations=[*config.augmentations, *read_augmentations(flags["augment"])])
    if config.n_channels > store.channels:
        raise ValueError(
            f"The dataset has {store.channels} channel(s) and the model {config.n_channels}: "
            f"preprocess it with --channels {config.n_channels}, or train with --channels {store.channels}."
        )
    return config


def describe(plan: Plan) -> None:
    """What is about to be trained, and what may surprise."""
    config, training = plan.config, plan.data.training
    rate, stored = config.sampling_rate, training.crops.store.sampling_rate
    say(
        f"Train set: {len(training)} examples, validation set: {len(plan.data.validation)}; "
        f"{config.n_channels} channel(s), {config.ratio} samples per latent frame ({rate / config.ratio:.1f} a second)."
    )
    if stored != rate:
        say(
            f"The dataset has {stored} Hz and the model {rate} Hz: audio is converted "
            f"(--override SAMPLING_RATE={stored} makes a model of that rate)."
        )
    if len(training) < plan.settings.batch:
        say(f"A batch of {plan.settings.batch} takes several crops of each of the {len(training)} examples.")
    if plan.flags["freeze_encoder"] and not (plan.transfer or plan.foreign or plan.run.resumes):
        say("The encoder stays as chance made it: --freeze_encoder without --transfer or --ckpt.")
    if plan.settings.smoke_test:
        say("Smoke test: one batch of each kind.")


def train(plan: Plan, fabric) -> bool:
    """Builds and trains on the devices of `fabric`; False when asked to stop."""
    from ..train.checkpoint import CheckpointError, Diverged
    from ..train.loop import fit as fit_task
    from .config import ConfigError
    from .train import RaveTask

    launch(fabric)
    run, flags = plan.run, plan.flags
    resume, foreign = fabric.broadcast((plan.inside or (run.last if run.resumes else None), plan.foreign))
    try:
        task = RaveTask(
            plan.config,
            plan.data,
            fabric.device,
            seed=flags["seed"],
            first=fabric.is_global_zero,
            derivative=flags["derivative"],
            half=flags["precision"].startswith("bf16"),
            compiled=flags["compile"],
            freeze_encoder=flags["freeze_encoder"],
        )
        if plan.transfer and resume is None:
            say_first(fabric, task.transfer(plan.transfer))
        if foreign is not None:
            resume = _adopt(task, foreign, fabric)
        settings = replace(plan.settings, trial_steps=task.trial_steps)
        return fit_task(task, run, settings, fabric, resume, task.start, task.averages)
    except (CheckpointError, ConfigError, Diverged) as error:
        raise click.ClickException(str(error)) from error


def _adopt(task, file: Path, fabric) -> Path | None:
    """Goes on from a checkpoint of another run: exactly from one of ours, as far as possible from a release's."""
    if "nn_tilde" in read_checkpoint(file):
        return file
    if remark := task.adopt(file):
        say_first(fabric, remark)
    return None
