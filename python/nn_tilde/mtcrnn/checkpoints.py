"""Model files: weights together with what they are for.

output/<run>/model/model_<step>.pkl    weights, Tier, Sizes, step; model.pkl is the newest
output/<run>/checkpoints/*.ckpt        the trunk's, which also hold the optimiser; read here all the same

A file of the original is a bare state_dict; see old_weights.py.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..train import checkpoint as trunk
from . import old_weights
from .networks import Network, build
from .sizes import Sizes
from .tier import Tier

FORMAT = 1
OUTPUT = Path("output")
_STEP = re.compile(r"model_(\d+)(\.pkl)?")


class ModelError(ValueError):
    """A model is not there, cannot be read or does not fit; one sentence."""


@dataclass(frozen=True)
class Saved:
    """A model file. tier and sizes: None in files of the original; step: updates seen, 0 when unknown."""

    path: Path
    state_dict: Mapping[str, Tensor]
    tier: Tier | None = None
    sizes: Sizes | None = None
    step: int = 0


def header(tier: Tier, sizes: Sizes) -> dict[str, Any]:
    """What a file says about its weights; plain values."""
    return {
        "format": FORMAT,
        "tier": {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(tier).items()},
        "sizes": dataclasses.asdict(sizes),
    }


def save(folder: Path, network: Network, tier: Tier, sizes: Sizes, step: int) -> Path:
    """Writes model_<step>.pkl and, as another name of it, model.pkl. Raises OSError when the disk is full."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"model_{step}.pkl"
    weights = {name: tensor.detach().cpu() for name, tensor in network.state_dict().items()}
    trunk.save(path, {"mtcrnn": header(tier, sizes), "step": step, "state_dict": weights})
    trunk.duplicate(path, folder / "model.pkl")
    return path


def find(model_dir: str | Path, step: int = 0) -> Path:
    """The file that --model_dir and --step mean: the path as given, else in output/. step 0: the newest.

    model_dir: a folder of models, a run, or a file itself. Raises ModelError.
    """
    folders = []
    for place in (Path(model_dir), OUTPUT / model_dir):
        if place.is_file():
            return place
        folders += [folder for folder in (place, place / "model") if folder.is_dir()]
    if not folders:
        raise ModelError(f"There is no folder '{model_dir}', neither here nor in '{OUTPUT}'.")
    there: dict[int, Path] = {}
    for folder in folders:
        if step == 0 and (folder / "model.pkl").is_file():
            return folder / "model.pkl"
        for path in folder.iterdir():
            if (match := _STEP.fullmatch(path.name)) and path.is_file():
                there.setdefault(int(match[1]), path)
    if not there:
        raise ModelError(f"There are no models (model_<step>.pkl) in '{folders[-1]}'.")
    if step == 0:
        return there[max(there)]
    if step not in there:
        steps = ", ".join(map(str, sorted(there)))
        raise ModelError(f"'{model_dir}' has no model of step {step}; it has those of {steps}.")
    return there[step]


def read(path: Path) -> Saved:
    """Reads a model file, ours, the trunk's or the original's, to the CPU. Raises ModelError."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ModelError(f"There is no model '{path}'.") from None
    except Exception as error:  # noqa: BLE001 - torch raises anything from EOFError to UnpicklingError
        raise ModelError(f"'{path}' is no readable model ({str(error).strip().splitlines()[0]}).") from None
    match = _STEP.fullmatch(path.name)
    step = int(match[1]) if match else 0
    if isinstance(state, dict) and isinstance(about := state.get("mtcrnn"), dict):
        return _ours(path, state, about)
    if isinstance(state, dict) and state and all(isinstance(value, Tensor) for value in state.values()):
        return Saved(path, state, step=step)
    raise ModelError(f"'{path}' holds something else than the weights of an MTCRNN.")


def _ours(path: Path, state: dict[str, Any], about: dict[str, Any]) -> Saved:
    if about.get("format", 0) > FORMAT:
        raise ModelError(f"'{path}' was written by a newer version of this toolkit.")
    try:
        tier = Tier(**{k: tuple(v) if isinstance(v, list) else v for k, v in about["tier"].items()})
        sizes = Sizes(**about["sizes"])
        return Saved(path, state["state_dict"], tier, sizes, state.get("step", state.get("global_step", 0)))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"'{path}' does not say what its weights are for ({error}).") from None


def network_of(saved: Saved, tier: Tier, sizes: Sizes) -> Network:
    """The network with the weights of a file. Raises ModelError when they do not fit."""
    network = build(tier, sizes)
    adopt(network, saved)
    return network


def adopt(network: Network, saved: Saved) -> None:
    """Puts the weights of a file into a network. Raises ModelError when they do not fit."""
    try:
        network.load_state_dict(old_weights.renamed(network.state_dict(), saved.state_dict))
    except (old_weights.Ambiguous, RuntimeError) as error:
        line = str(error).strip().splitlines()[-1].strip().rstrip(".")
        raise ModelError(f"The weights of '{saved.path}' do not fit this network: {line}.") from None
