"""Trained networks from runs and checkpoints, ours and the release's."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from . import foreign_pickle
from .config import Config, ConfigError, read_run
from .network import RAVE


def load(path: str | Path, ema: bool = False) -> RAVE:
    """The network of a run's folder or of a checkpoint, in eval mode, without its discriminator.

    ema: the running mean of the weights instead of the weights. ConfigError says in one sentence
    what is missing or does not fit.
    """
    checkpoint, config = open_run(path)
    state = tidy(checkpoint["state_dict"])
    if ema:
        state |= ema_weights(checkpoint)
    config = fit(config, state)
    rave = RAVE(config)
    load_weights(rave, state)
    return rave.eval()


def find_checkpoint(path: str | Path) -> Path:
    """The checkpoint itself, or the newest one anywhere below a folder."""
    path = Path(path)
    if path.is_file():
        return path
    if not path.exists():
        raise ConfigError(f"There is nothing at '{path}'.")
    found = [p for p in path.rglob("*.ckpt") if p.is_file()]
    if not found:
        raise ConfigError(f"There is no checkpoint (.ckpt) below '{path}'.")
    return max(found, key=lambda p: (p.stat().st_mtime_ns, p.stem == "last"))


def find_config(path: str | Path) -> Path:
    """The config.gin that belongs to a run's folder or a checkpoint in it."""
    path = Path(path).absolute()
    for folder in ([path] if path.is_dir() else []) + list(path.parents)[:5]:
        if (folder / "config.gin").is_file():
            return folder / "config.gin"
    below = sorted(path.rglob("config.gin")) if path.is_dir() else []
    if len(below) == 1:
        return below[0]
    raise ConfigError(f"There is no config.gin with '{path}'; it lies in the folder of the run.")


def open_run(path: str | Path) -> tuple[dict, Config]:
    """(checkpoint, configuration) of a run's folder or a checkpoint."""
    file = find_checkpoint(path)
    return read_checkpoint(file), read_run(find_config(path if Path(path).is_dir() else file))


def read_checkpoint(file: Path) -> dict:
    """A checkpoint as a dict with `state_dict`."""
    try:
        try:
            content = torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError:
            # Those of the first RAVEs hold objects of their trainer.
            content = torch.load(file, map_location="cpu", weights_only=False, pickle_module=foreign_pickle)
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ConfigError(f"'{file}' is not a readable checkpoint ({reason[0].rstrip('.')}).") from error
    if not isinstance(content, dict):
        raise ConfigError(f"'{file}' is not a checkpoint.")
    return content if "state_dict" in content else {"state_dict": content}


_PARAMETRIZED = re.compile(r"(.*)parametrizations\.weight\.original([01])$")


def tidy(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Keys as ours: torch's newer form of weight normalisation, wrappers of distributed training or
    compilation, leftovers that are no weights."""
    result = {}
    for key, value in state.items():
        key = key.replace("_orig_mod.", "").removeprefix("module.")
        if match := _PARAMETRIZED.match(key):
            key = f"{match[1]}weight_{'gv'[int(match[2])]}"
        if not key.endswith((".pad", ".cache")) and "_distance." not in key:
            result[key] = value
    return result


def ema_weights(checkpoint: Mapping) -> dict[str, Tensor]:
    weights = checkpoint.get("callbacks", {}).get("EMA")
    if not weights:
        raise ConfigError("This checkpoint has no averaged weights; train with --ema to get some.")
    return tidy(weights)


def fit(config: Config, state: Mapping[str, Tensor]) -> Config:
    """The configuration with what a config.gin of the release does not say: the channels."""
    first = next((state[k] for k in (f"encoder.encoder.net.0.weight{s}" for s in ("_v", "")) if k in state), None)
    if first is None:
        raise ConfigError("This is not a checkpoint of a RAVE: it has no encoder.")
    per_channel = {"pqmf": config.n_band, "raw": 1, "mel": config.mel.n_mels if config.mel else 1}
    channels, rest = divmod(first.shape[1], per_channel[config.input_mode])
    if rest or not channels:
        raise ConfigError(f"The first layer hears {first.shape[1]} rows, which does not fit the configuration.")
    return config.replace(n_channels=channels) if channels != config.n_channels else config


def load_weights(rave: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Weights into a network that they fit; ConfigError names the first that does not."""
    wanted = rave.state_dict()
    given = {key: value for key, value in state.items() if not key.startswith("discriminator.") or key in wanted}
    for key, value in wanted.items():
        if key not in given:
            # Newer than some checkpoints, or nothing to learn.
            if key.startswith("discriminator.") or key.endswith(("gru_state", "warmed_up", "target_size")):
                given[key] = value
                continue
            raise ConfigError(f"The checkpoint has no '{key}'; does the configuration belong to it?")
        if given[key].shape != value.shape:
            here, there = list(value.shape), list(given[key].shape)
            raise ConfigError(f"'{key}' is {there} in the checkpoint, but {here} by the configuration.")
    rave.load_state_dict({key: given[key] for key in wanted})
