"""One call of `rave train_prior`: everything that can be wrong is found before anything long begins."""

from __future__ import annotations

import dataclasses
import logging
import sys
from pathlib import Path
from typing import Any

import click
import torch

from ..audio.dataset import open_dataset
from ..train.checkpoint import CheckpointError, Diverged
from ..train.devices import is_first_process, launch, make_fabric
from ..train.loop import fit
from ..train.run import Run
from ..train.settings import Settings
from . import prior_files
from .config import ConfigError
from .loading import find_checkpoint, find_config, load, read_checkpoint
from .network import RAVE
from .prior_train import PriorOf, PriorTask, crop_length
from .spaces import build_space
from .train_data import DataFlags, open_data
from .train_session import check_name, say, say_first

# What a run under a given name must not change; the rest of the command may.
IDENTITY = ("model", "db_path", "n_signal", "batch", "seed", "ema", "normalize", "derivative", "rand_pitch")


def run_session(**flags) -> None:
    """Trains as the flags of `rave train_prior` say. Raises ClickException, one sentence; exits 130 when stopped."""
    if not is_first_process():
        logging.disable(logging.WARNING)  # one process speaks
    try:
        finished = _train(flags)
    except (ValueError, Diverged) as error:  # of configurations, datasets, runs, devices, checkpoints
        raise click.ClickException(str(error)) from error
    if not finished:
        sys.exit(130)


def variational(path: str) -> RAVE:
    """The network of a run. Raises ConfigError for one whose latents no prior of this kind can learn."""
    rave = load(path)
    kind = rave.config.regularization
    if kind == "discrete":
        raise ConfigError("A discrete model has codes instead of latents; msprior trains a prior for it.")
    if kind != "variational":
        raise ConfigError(f"A prior needs a variational model, and this one is {kind}.")
    return rave


def _train(flags: dict[str, Any]) -> bool:
    if flags["name"] is not None:
        check_name(flags["name"])
    rave = variational(flags["model"])
    sizes = prior_files.read(flags["config"] or ("prior_v1",), flags["override"])
    if not 0.1 <= flags["fidelity"] <= 0.999:
        raise ConfigError(f"--fidelity is between 0.1 and 0.999, not {flags['fidelity']}.")
    space = build_space(rave, flags["fidelity"], flags["latent_size"])
    torch.manual_seed(flags["seed"])
    module = PriorOf(rave, space.size, sizes)
    n_signal = crop_length(module, rave.ratio, flags["n_signal"])
    store = open_dataset(flags["db_path"], n_signal)
    if rave.n_channels > store.channels:
        raise ConfigError(f"The dataset has {store.channels} channel(s) and the model {rave.n_channels}.")
    shared = {key: flags[key] for key in ("db_path", "seed", "normalize", "derivative", "rand_pitch")}
    config = dataclasses.replace(rave.config, augmentations=[])
    data = open_data(store, config, DataFlags(n_signal=n_signal, **shared))
    settings = Settings(
        **{key: flags[key] for key in ("max_steps", "val_every", "batch", "workers", "seed", "ema", "progress")},
        save_every=flags["save_every"] or flags["max_steps"],
        smoke_test=flags["smoke_test"],
    )
    settings.check()
    run = _run(flags, prior_files.gin_text(sizes, space.size))
    fabric = make_fabric(flags["gpu"], flags["devices"], flags["nodes"], flags["strategy"])
    if is_first_process():
        run.claim()
        say(
            f"Train set: {len(data.training)} examples of {n_signal / config.sampling_rate:.1f} s, validation set: "
            f"{len(data.validation)}; a prior over {space.size} latents for '{run.folder}'."
        )
    launch(fabric)
    resume = fabric.broadcast(_resume(flags, run))
    task = PriorTask(module, space, data, fabric.device, fabric.is_global_zero)
    if resume is not None and "nn_tilde" not in read_checkpoint(resume):
        task.adopt(resume)
        resume = None
    finished = fit(task, run, settings, fabric, resume)
    report = run.folder / "report.html"
    say_first(fabric, f"Done: {report}" if finished else f"Stopped; the same command goes on ({run.folder}).")
    return finished


def _run(flags: dict[str, Any], config: str) -> Run:
    model = Path(flags["model"])
    home = find_config(model if model.is_dir() else find_checkpoint(model)).parent
    folder = Path(flags["out_path"]) / (flags["name"] or f"prior_{home.name}")
    identity = {key: flags[key] for key in IDENTITY} | {"model": str(home)}
    if not flags["db_path"].startswith(("http://", "https://")):
        identity["db_path"] = str(Path(flags["db_path"]).absolute())
    run = Run(folder, "prior", config, identity, flags["smoke_test"])
    if flags["smoke_test"] and run.resumes:
        raise CheckpointError(f"'{folder}' holds a run; give the smoke test a --name of its own.")
    run.check(lenient=flags["ckpt"] is not None)
    return run


def _resume(flags: dict[str, Any], run: Run) -> Path | None:
    """The checkpoint to go on from: that of --ckpt, or the run's own."""
    if flags["ckpt"] is None:
        return run.last if run.resumes else None
    last = Path(flags["ckpt"]) / "checkpoints" / "last.ckpt"
    return last if last.exists() else find_checkpoint(flags["ckpt"])
