"""Trained tiers that follow one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import checkpoints
from .networks import Network
from .tier import Tier


@dataclass(frozen=True)
class Stage:
    """A tier of a chain, ready to run."""

    tier: Tier
    network: Network
    path: Path


def load_chain(run: str, step: int, chain: Sequence[str]) -> list[Stage]:
    """The models of `run` and of the `chain` after it. ValueError, one sentence, when they are none or do not follow
    one another."""
    saved = checkpoints.read(checkpoints.find(run, step))
    if saved.tier is None or saved.sizes is None:
        raise ValueError(
            f"'{saved.path}' does not say what it generates from what; go on training from it (mtcrnn train "
            "--model_dir) with its flags, and the models that are saved then do."
        )
    stages = [Stage(saved.tier, checkpoints.network_of(saved, saved.tier, saved.sizes), saved.path)]
    for name in chain:
        stages.append(linked(name, stages[-1]))
    return stages


def linked(name: str, before: Stage) -> Stage:
    """The next tier of a chain: `FOLDER` or `FOLDER:STEP`. ValueError when it cannot follow `before`."""
    folder, _, step = name.rpartition(":")
    folder, number = (folder, int(step)) if folder and step.isdecimal() else (name, 0)
    saved = checkpoints.read(checkpoints.find(folder, number))
    if saved.tier is None or saved.sizes is None:
        raise ValueError(f"'{saved.path}' does not say what it generates from what, which --chain needs to know.")
    if before.tier.audio:
        raise ValueError(f"'{before.path}' generates audio, which nothing in a --chain can follow.")
    known = (*before.tier.generate, *before.tier.prop)
    missing = [prop for prop in saved.tier.prop if prop not in known]
    if missing:
        raise ValueError(
            f"'{saved.path}' is steered by '{missing[0]}', which '{before.path}' neither generates nor is steered by."
        )
    return Stage(saved.tier, checkpoints.network_of(saved, saved.tier, saved.sizes), saved.path)
