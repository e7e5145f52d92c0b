"""Checkpoints that are whole or not there: written beside, synchronised, renamed.

The layout is the one Lightning 1.9 writes, so that tools made for such files read ours; what only the
trunk needs is under "nn_tilde".
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch

from .ema import Average
from .task import Task

LAYOUT = "1.9.0"


class CheckpointError(ValueError):
    """A checkpoint cannot be read or does not fit; one sentence."""


class Diverged(RuntimeError):
    """The weights are no longer finite; one sentence."""


def collect(task: Task, step: int, average: Average | None, own: dict[str, Any]) -> dict[str, Any]:
    """The checkpoint after `step` updates. own: the loop's plain values."""
    state = {
        "state_dict": task.module.state_dict(),
        "epoch": own.get("epoch", 0),
        "global_step": step,
        "pytorch-lightning_version": LAYOUT,
        "callbacks": {} if average is None else {"EMA": average.state_dict()},
        "optimizer_states": [optimizer.state_dict() for optimizer in task.optimizers],
        "lr_schedulers": [scheduler.state_dict() for scheduler in task.schedulers],
        "nn_tilde": {**own, "task": task.state_dict()},
    }
    task.annotate(state, step)
    return state


def restore(task: Task, state: dict[str, Any], average: Average | None) -> dict[str, Any]:
    """Puts a checkpoint of ours back; returns the loop's values. Raises CheckpointError."""
    own = state.get("nn_tilde")
    if own is None:
        raise CheckpointError("This checkpoint was not written by this trainer and cannot be resumed exactly.")
    try:
        task.module.load_state_dict(state["state_dict"])
        for optimizer, saved in zip(task.optimizers, state["optimizer_states"], strict=True):
            optimizer.load_state_dict(saved)
        for scheduler, saved in zip(task.schedulers, state["lr_schedulers"], strict=True):
            scheduler.load_state_dict(saved)
        task.load_state_dict(own["task"])
        if average is not None:
            average.load_state_dict(state["callbacks"].get("EMA", {}))
    except (KeyError, RuntimeError, ValueError) as error:
        line = str(error).strip().splitlines()[-1].strip()
        raise CheckpointError(f"The checkpoint does not fit this model ({line}).") from error
    return own


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes `state` to `path`; a crash leaves the old file or the new one, a full disk (OSError) only the old one."""
    beside = _beside(path)
    try:
        with open(beside, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, RuntimeError) as error:
        beside.unlink(missing_ok=True)
        # Torch answers a failed write with an error of its own about positions.
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        if isinstance(cause, OSError) and cause.errno and cause.filename is None:
            cause.filename = str(path)
        raise cause from None
    _rename(beside, path)


def duplicate(source: Path, path: Path) -> None:
    """`path` becomes another name of `source`'s contents (a copy where the disk knows no links)."""
    beside = _beside(path)
    beside.unlink(missing_ok=True)
    try:
        os.link(source, beside)
    except OSError:
        shutil.copyfile(source, beside)
    _rename(beside, path)


def load(path: Path) -> dict[str, Any]:
    """Reads a checkpoint of ours to the CPU. Raises CheckpointError."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"There is no checkpoint '{path}'.") from None
    except Exception as error:
        raise CheckpointError(f"'{path}' is no readable checkpoint ({str(error).splitlines()[0]}).") from error


def check_finite(module: torch.nn.Module, step: int) -> None:
    """Raises Diverged when a parameter has become infinite or not a number."""
    norms = torch._foreach_norm([p.detach() for p in module.parameters()], float("inf"))
    if norms and not torch.isfinite(torch.stack([norm.float() for norm in norms])).all():
        raise Diverged(
            f"The weights are no longer finite numbers at step {step}: training has diverged, and the checkpoints "
            "keep an earlier step; a smaller learning rate or --precision 32 may help."
        )


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _rename(source: Path, target: Path) -> None:
    os.replace(source, target)
    if os.name == "posix":  # the folder's entry too must reach the disk
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
