"""One call of `msprior train`: everything that can be wrong is found before anything long begins."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import torch

from ..audio.metadata import DatasetError
from ..train.checkpoint import CheckpointError, Diverged
from ..train.data import DataError
from ..train.devices import is_first_process, launch, make_fabric
from ..train.loop import fit
from ..train.run import RunError
from .config import Config, ConfigError
from .plan import Plan, describe, make_plan
from .task import PriorTask

if TYPE_CHECKING:
    from lightning.fabric import Fabric


def run_session(flags: dict[str, Any]) -> None:
    """Trains as the flags of `msprior train` say. Raises ClickException, one sentence; exits 130 when stopped."""
    first = is_first_process()
    if not first:
        logging.disable(logging.WARNING)  # one process speaks
    try:
        fabric = make_fabric(flags["gpu"], flags["devices"], flags["nodes"], flags["strategy"])
        plan = make_plan(flags, fabric.world_size)
        vae = open_vae(plan.config)
        for line in plan.remarks:
            say(line)
        if first:
            plan.run.claim()
        finished = train(plan, fabric, vae)
    except (ValueError, DatasetError, DataError, CheckpointError, RunError, Diverged, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    if not finished:
        say(f"Stopped; the same command goes on ({plan.run.folder}).")
        sys.exit(130)
    say(f"Done: {plan.run.folder / 'report.html'}")


def say(line: str) -> None:
    if is_first_process():
        click.echo(line, err=True)


def open_vae(config: Config) -> torch.nn.Module | None:
    """The VAE that semantic features pass through: TorchScript, encode [B, S, T] → [B, k, T] and decode back.

    Raises ConfigError.
    """
    if config.vae_path is None:
        return None
    from .export import load_vae

    vae = load_vae(config.vae_path, config.num_semantic_features)
    x = torch.zeros(2, config.num_semantic_features, config.seq_len)
    try:
        with torch.no_grad():
            y = vae.decode(vae.encode(x))
    except (AttributeError, RuntimeError) as error:
        line = str(error).strip().splitlines()[-1].strip().rstrip(".")
        raise ConfigError(f"The VAE '{config.vae_path}' does not encode and decode features ({line}).") from error
    if y.shape != x.shape:
        raise ConfigError(f"The VAE '{config.vae_path}' makes {list(y.shape)} of features {list(x.shape)}.")
    return vae


def train(plan: Plan, fabric: Fabric, vae: torch.nn.Module | None) -> bool:
    """Builds the prior and trains it on the devices of `fabric`; False when asked to stop."""
    launch(fabric)
    flags, run = plan.flags, plan.run
    resume = fabric.broadcast(plan.resume)
    task = PriorTask(
        *(plan.config, plan.data, fabric.device),
        seed=flags["seed"],
        codebooks=plan.codebooks,
        vae=vae,
        half=flags["precision"] == "bf16",
        first=fabric.is_global_zero,
    )
    for line in describe(plan, sum(p.numel() for p in task.module.parameters())):
        say(line)
    if fabric.is_global_zero and plan.config.vae_path is not None:
        keep(Path(plan.config.vae_path), run.folder)
    return fit(task, run, plan.settings, fabric, resume)


def keep(file: Path, folder: Path) -> None:
    """A copy of a file in the run, whole or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{file.name}.part"
    shutil.copyfile(file, beside)
    os.replace(beside, folder / file.name)
