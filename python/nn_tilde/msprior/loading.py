"""A trained prior from its run, whole: network, configuration, what its tokens mean.

What is not weights travels in each checkpoint under "msprior":

    {"format": 1, "config": text of config.gin, "codebooks": shape of the RAVE's codebooks that the embedding holds, or
     None, "about": of the data (see `described`), "starts": int16 [at most 64, Q], first frames of recordings}
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import config as configs
from .config import Config, ConfigError

if TYPE_CHECKING:
    from torch import Tensor

    from .data.latents import About
    from .model.prior import Prior

ENTRY, FORMAT = "msprior", 1
OLD = "was not made by this trainer; checkpoints of the earlier MSPrior do not load here, its datasets do: train again."


@dataclass(frozen=True)
class Loaded:
    """prior: in eval mode, on the CPU; about: see `described`; starts: int16 [n, Q], first frames of recordings;
    path: of the checkpoint; step: updates it has seen; vae: the VAE of the features, None without one; remarks: lines
    for the user."""

    prior: Prior
    config: Config
    about: dict[str, Any]
    starts: Tensor
    path: Path
    step: int
    vae: Path | None = None
    remarks: tuple[str, ...] = ()


def load(run: str | Path, ckpt: str | Path = "best", ema: bool = False) -> Loaded:
    """A prior from the folder of a run, or a checkpoint. ckpt: see `find`; ema: averaged weights instead.

    Raises CheckpointError (a ValueError), one sentence.
    """
    import torch

    from ..train.checkpoint import CheckpointError
    from .model.prior import Prior

    path = find(run, ckpt)
    state = read(path)
    entry, averages = state[ENTRY], state["callbacks"].get("EMA")
    if ema and not averages:
        raise CheckpointError(f"'{path}' has no averaged weights; msprior train --ema 0.999 makes them.")
    try:
        config = configs.parse(entry["config"], str(path))
        shape = entry["codebooks"]
        prior = Prior(config, None if shape is None else torch.zeros(shape))
        prior.load_state_dict(state["state_dict"] | (averages if ema else {}))
    except (ConfigError, ValueError, RuntimeError, KeyError) as error:
        line = str(error).strip().splitlines()[-1].strip().rstrip(".")
        raise CheckpointError(f"The prior in '{path}' does not load ({line}).") from error
    remarks = []
    if ckpt == "best" and path.name == "last.ckpt":
        remarks.append("The run has not been validated yet: these are its last weights, not its best.")
    if averages and not ema:
        remarks.append("The run has averaged weights too, and its validations are of those (--ema_weights takes them).")
    vae = None if config.vae_path is None else _vae(Path(config.vae_path), path)
    about, starts = dict(entry["about"]), entry["starts"]
    return Loaded(prior.eval(), config, about, starts, path, int(state["global_step"]), vae, tuple(remarks))


def find(run: str | Path, ckpt: str | Path = "best") -> Path:
    """The checkpoint that is meant: the file `run` or `ckpt`, or one of a run's by name.

    `best` is `last` where there is none yet. A folder with a single run in it means that run. Raises CheckpointError.
    """
    from ..train.checkpoint import CheckpointError

    if (place := Path(run)).is_file():
        return place
    name = str(ckpt).removesuffix(".ckpt")
    if name not in ("best", "last") and Path(ckpt).is_file():
        return Path(ckpt)
    if not place.is_dir():
        raise CheckpointError(f"There is no run and no checkpoint '{run}'.")
    folder = _checkpoints(place)
    tried = ("best", "last") if name == "best" else (name,)
    for each in tried:
        if (path := folder / f"{each}.ckpt").is_file():
            return path
    there = ", ".join(sorted(p.stem for p in folder.glob("*.ckpt"))) or "none yet"
    raise CheckpointError(f"The run '{run}' has no checkpoint '{name}' (it has: {there}).")


def _checkpoints(place: Path) -> Path:
    """The folder of checkpoints of a run, itself, or of the only run in a folder."""
    from ..train.checkpoint import CheckpointError

    if place.name == "checkpoints" and place.is_dir():
        return place
    if (place / "checkpoints").is_dir():
        return place / "checkpoints"
    inside = sorted(p for p in place.iterdir() if (p / "checkpoints").is_dir())
    if len(inside) > 1:
        names = ", ".join(p.name for p in inside[:5]) + (", …" if len(inside) > 5 else "")
        raise CheckpointError(f"'{place}' holds several runs ({names}); name one of them.")
    if inside and (inside[0] / "run.json").is_file():
        return inside[0] / "checkpoints"
    if next(place.rglob("*.ckpt"), None) is not None:
        raise CheckpointError(f"The run '{place}' {OLD}")
    raise CheckpointError(f"'{place}' holds no run of msprior train.")


def read(path: Path) -> dict[str, Any]:
    """A checkpoint of ours, with its entry. Raises CheckpointError."""
    from ..train.checkpoint import CheckpointError
    from ..train.checkpoint import load as load_checkpoint

    try:
        state = load_checkpoint(path)
    except CheckpointError as error:
        if "Weights only load failed" not in str(error):
            raise
        # What another trainer pickled, or no checkpoint at all.
        kept = OLD if zipfile.is_zipfile(path) else "is no checkpoint."
        raise CheckpointError(f"'{path}' {kept}") from error
    entry = state.get(ENTRY) if isinstance(state, dict) else None
    if not isinstance(entry, dict) or not {"config", "about", "starts", "codebooks"} <= entry.keys():
        raise CheckpointError(f"'{path}' {OLD}")
    if entry.get("format") != FORMAT:
        raise CheckpointError(f"'{path}' was made by a newer version of this program.")
    return state


def entry_of(config: Config, about: Mapping[str, Any], starts: Tensor, codebooks: Tensor | None) -> dict[str, Any]:
    """What `load` reads."""
    return {
        "format": FORMAT,
        "config": configs.text(config),
        "codebooks": None if codebooks is None else list(codebooks.shape),
        "about": dict(about),
        "starts": starts,
    }


def described(about: About, config: Config) -> dict[str, Any]:
    """Plain values of the data a prior was trained with: sampling_rate in Hz, ratio (samples a latent frame), streams,
    tokens, levels of continuous latents, file name of the RAVE; `keys` has the one that steers the model."""
    keys = [about.keys[config.encoder_key]] if config.encoder != "none" else []
    return {
        "sampling_rate": about.sampling_rate,
        "ratio": about.ratio,
        "quantizers": config.num_quantizers,
        "num_tokens": config.num_tokens,
        "levels": about.levels,
        "continuous": about.continuous,
        "rave": None if about.rave is None else Path(about.rave).name,
        "keys": {key.name: _key(key) for key in keys},
    }


def _key(key: Any) -> dict[str, Any]:
    return {name: getattr(key, name) for name in ("width", "ratio", "kind", "num_tokens")}


def _vae(wanted: Path, path: Path) -> Path | None:
    """The VAE's copy in the run, or where it was when the run was made."""
    return next((p for p in (path.parent.parent / wanted.name, wanted) if p.is_file()), None)
