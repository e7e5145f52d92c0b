"""A trained model from its run, whole: networks, transform, labels, configuration.

What is not weights travels in each checkpoint under "vschaos":

    {"format": 1, "config": text of config.gin, "transform": its statistics, "tasks": {task: [classes] or None}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import config as configs
from .config import Config, ConfigError

if TYPE_CHECKING:
    from .model.vae import VAE
    from .transforms import Transform

ENTRY, FORMAT = "vschaos", 1

Tasks = dict[str, tuple[str, ...] | None]
"""By name of the task: its classes by number, or None of continuous labels."""


@dataclass(frozen=True)
class Loaded:
    """vae: in eval mode, on the CPU; transform: fitted; path: of the checkpoint; step: updates it has seen."""

    vae: VAE
    config: Config
    transform: Transform
    tasks: Tasks
    path: Path
    step: int

    @property
    def channels(self) -> int:
        """Of the audio."""
        return self.config.model.channels // self.transform.planes


def load(run_or_checkpoint: str | Path, version: int | None = None, name: str | None = None) -> Loaded:
    """A model from a run, a folder of runs that holds one, or a checkpoint; version, name: see `find`.

    Raises CheckpointError (a ValueError), one sentence.
    """
    from ..train import checkpoint
    from .model.vae import VAE

    path = find(run_or_checkpoint, version, name)
    state = checkpoint.load(path)
    about = entry(state, path)
    try:
        config = configs.parse(about["config"], path)
        transform = make_transform(config)
        transform.load_state_dict(about["transform"])
        vae = VAE(config)
        vae.load_state_dict(state["state_dict"])
    except (ConfigError, ValueError, RuntimeError, KeyError) as error:
        line = str(error).strip().splitlines()[-1].strip().rstrip(".")
        raise checkpoint.CheckpointError(f"The model in '{path}' does not load ({line}).") from error
    tasks = {task: None if classes is None else tuple(classes) for task, classes in about["tasks"].items()}
    return Loaded(vae.eval(), config, transform, tasks, path, int(state.get("global_step", 0)))


def find(path: str | Path, version: int | None = None, name: str | None = None) -> Path:
    """The checkpoint that a path means: itself, or `<name>.ckpt` (last) of a run.

    A folder with version_<n> in it means the highest, or the one of `version`; a run without versions is its own
    first one. A folder with a single run in it means that run. Raises CheckpointError.
    """
    from ..train.checkpoint import CheckpointError

    place = Path(path)
    if place.is_file():
        return place
    if not place.is_dir():
        raise CheckpointError(f"There is no run and no checkpoint '{path}'.")
    place = place.parent if place.name == "checkpoints" else place
    run = _run_in(place, version)
    if run is None:
        inside = sorted(p for p in place.iterdir() if p.is_dir() and _run_in(p, version) is not None)
        if len(inside) > 1:
            names = ", ".join(p.name for p in inside[:5]) + (", …" if len(inside) > 5 else "")
            raise CheckpointError(f"'{path}' holds several runs ({names}); name one of them.")
        run = _run_in(inside[0], version) if inside else None
    if run is None:
        which = f"version {version} of a run" if version is not None else "run of vschaos train"
        raise CheckpointError(f"'{path}' holds no {which}.")
    folder = run / "checkpoints"
    wanted = folder / f"{(name or 'last').removesuffix('.ckpt')}.ckpt"
    if not wanted.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.ckpt"))) or "none yet"
        raise CheckpointError(f"The run '{run}' has no checkpoint '{wanted.stem}' (it has: {there}).")
    return wanted


def _run_in(folder: Path, version: int | None) -> Path | None:
    """The run that a folder is, or holds as version_<n>."""
    numbers = {}
    for each in folder.glob("version_*"):
        number = each.name.removeprefix("version_")
        if number.isdigit() and (each / "checkpoints").is_dir():
            numbers[int(number)] = each
    itself = folder if (folder / "checkpoints").is_dir() else None
    if version is not None:
        return numbers.get(version, itself if version == 1 else None)
    return numbers[max(numbers)] if numbers else itself


def entry(state: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What a checkpoint says of its model. Raises CheckpointError."""
    from ..train.checkpoint import CheckpointError

    about = state.get(ENTRY)
    if not isinstance(about, dict) or not {"config", "transform", "tasks"} <= about.keys():
        raise CheckpointError(f"'{path}' is no checkpoint of vschaos train.")
    if about.get("format") != FORMAT:
        raise CheckpointError(f"'{path}' was made by a newer version of this program.")
    return about


def described(config: Config, transform: Transform, tasks: Tasks) -> dict[str, Any]:
    """That entry."""
    classes = {task: None if names is None else list(names) for task, names in tasks.items()}
    return {
        "format": FORMAT,
        "config": configs.text(config),
        "transform": transform.state_dict(),
        "tasks": classes,
    }


def make_transform(config: Config) -> Transform:
    """The transform that a configuration describes, not fitted. Raises ConfigError."""
    from .transforms import Transform

    try:
        return Transform(**config.frame.arguments)
    except ConfigError:
        raise
    except (ValueError, TypeError) as error:
        raise ConfigError(str(error)) from error
