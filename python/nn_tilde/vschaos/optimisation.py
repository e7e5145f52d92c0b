"""The optimiser and its schedule, as `training` of a configuration says."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from .gin_file import ConfigError
from .settings import Training

_CLOSURES = ("LBFGS",)  # whose steps evaluate the loss themselves
_METRICS = ("ReduceLROnPlateau",)


def check(training: Training) -> None:
    """Raises ConfigError for what torch does not know or take."""
    optimizer = _optimizer([nn.Parameter(torch.zeros(1))], training)
    make_scheduler(optimizer, training)


def make_optimizer(module: nn.Module, training: Training) -> torch.optim.Optimizer:
    """Of the parameters whose names begin as a pattern of optim_params says."""
    chosen = [p for name, p in module.named_parameters() if any(re.match(each, name) for each in training.optim_params)]
    if not chosen:
        raise ConfigError(f"training.optim_params, {training.optim_params}, is the name of no parameter of the model.")
    return _optimizer(chosen, training)


def _optimizer(parameters: list[nn.Parameter], training: Training) -> torch.optim.Optimizer:
    settings = training.optimizer
    kind = _class(torch.optim, settings.type, torch.optim.Optimizer, "training.optimizer", _CLOSURES)
    return _made(kind, parameters, settings.args, f"The optimiser {settings.type}")


def make_scheduler(optimizer: torch.optim.Optimizer, training: Training) -> Any | None:
    """One of torch.optim.lr_scheduler, to be stepped after each epoch; None where none is said."""
    if not training.scheduler:
        return None
    settings = dict(training.scheduler)
    name = settings.pop("type", None)
    arguments = {**settings, **(settings.pop("args", None) or {})}
    arguments.pop("args", None)
    schedules = torch.optim.lr_scheduler
    kind = _class(schedules, name, schedules.LRScheduler, "training.scheduler", _METRICS)
    return _made(kind, optimizer, arguments, f"The schedule {name}")


def _class(module: Any, name: str | None, base: type, path: str, not_these: tuple[str, ...]) -> type:
    kind = getattr(module, str(name), None)
    if not isinstance(kind, type) or not issubclass(kind, base) or name in not_these or kind is base:
        raise ConfigError(f"{path}.type cannot be '{name}': torch has none of that name that fits here.")
    return kind


def _made(kind: type, first: Any, arguments: dict[str, Any], what: str) -> Any:
    try:
        return kind(first, **arguments)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        said = str(error).replace(f"{kind.__name__}.__init__() ", "").rstrip(".")
        raise ConfigError(f"{what} does not take these settings ({said}).") from error
