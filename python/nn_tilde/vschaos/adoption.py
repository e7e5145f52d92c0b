"""First weights from another model: the setting config_checkpoint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import loading
from .config import ConfigError

if TYPE_CHECKING:
    from torch import nn


def check(setting: dict[str, Any] | str | None) -> tuple[Path, list[str]] | None:
    """(checkpoint, patterns) of a path, or {path, params}; None: nothing is set. ConfigError, CheckpointError."""
    if setting is None:
        return None
    table = {"path": setting} if isinstance(setting, str) else dict(setting)
    path, patterns = table.pop("path", None), table.pop("params", None) or [".*"]
    if table or not isinstance(path, str):
        raise ConfigError("config_checkpoint takes a path (of a run or a checkpoint) and params, patterns of names.")
    patterns = [patterns] if isinstance(patterns, str) else [str(each) for each in patterns]
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigError(f"config_checkpoint.params: '{pattern}' is no pattern ({error}).") from None
    return loading.find(path), patterns


def adopt(module: nn.Module, path: Path, patterns: list[str]) -> str:
    """Takes every weight whose name begins as a pattern says and whose shape fits; says so. Raises ConfigError."""
    from ..train.checkpoint import load

    state, own = load(path), module.state_dict()
    loading.entry(state, path)
    taken = {
        name: value
        for name, value in state["state_dict"].items()
        if any(re.match(each, name) for each in patterns) and name in own and own[name].shape == value.shape
    }
    if not taken:
        raise ConfigError(f"No weight of '{path}' fits this model (config_checkpoint).")
    module.load_state_dict(taken, strict=False)
    return f"{len(taken)} of {len(own)} weights and buffers are those of '{path}'."
