"""Configurations by name: `load(["dgt_mid"], ["model.latent.dim=16"])` gives the plain values of `settings`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from pprint import pformat
from typing import Any

from . import schema
from .config_check import check
from .gin_file import ConfigError, Tree, find, ours
from .settings import PRESETS, Config, Network

__all__ = ["Config", "ConfigError", "describe", "load", "names", "parse", "save", "text", "with_tasks"]

_TOP = frozenset(f.name for f in dataclasses.fields(Config))
_TERMS = ("reconstruction", "regularization")


def names() -> list[str]:
    """Of the configurations that come with the toolkit."""
    return ours()


def load(configs: Sequence[str], overrides: Sequence[str] = ()) -> Config:
    """The configuration of stacked files, ours by name or any .gin or .yaml by path, the later over the earlier.

    overrides: `path=value` with or without + or ++ before it, `~path`, or `MACRO=value`. Raises ConfigError, one
    sentence, for what is unknown, of the wrong kind or cannot work.
    """
    tree = Tree(_TOP)
    for name in configs:
        tree.read(find(name))
    for word in overrides:
        tree.override(word)
    return _built(tree)


def parse(content: str, path: str | Path = "config.gin") -> Config:
    """The configuration that `text` gave; path: named in what is said about it. Raises ConfigError."""
    tree = Tree(_TOP)
    tree.parse(content, Path(path))
    return _built(tree)


def _built(tree: Tree) -> Config:
    values = tree.resolved()
    training = values.get("training")
    if isinstance(training, dict):
        values["training"] = {k: _terms(v) if k in _TERMS else v for k, v in training.items()}
    return check(_complete(schema.build(Config, values, "")))


def _terms(value: Any) -> Any:
    """A loss, or a list of them, each a name, [name, weight] or a table → a list of tables."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int | float):
        value = [value]
    found = value if isinstance(value, list) else [] if value is None else [value]
    return [
        {"type": each[0], "weight": each[1]} if isinstance(each, list) and len(each) == 2 else each for each in found
    ]


def _complete(config: Config) -> Config:
    """Layers that the presets stand for, written out."""
    model = config.model
    encoder, decoder = _written_out(model.encoder, "model.encoder"), _written_out(model.decoder, "model.decoder")
    return dataclasses.replace(config, model=dataclasses.replace(model, encoder=encoder, decoder=decoder))


def _written_out(network: Network, path: str) -> Network:
    kind = network.type or ("ConvEncoder" if path.endswith("encoder") else "DeconvEncoder")
    if network.preset is None or kind not in PRESETS["mid"]:
        return dataclasses.replace(network, type=kind)
    if network.preset not in PRESETS:
        raise ConfigError(f"{path}.preset is {', '.join(PRESETS)}, not '{network.preset}'.")
    preset = dict(zip(("channels", "kernel_size", "stride"), PRESETS[network.preset][kind], strict=True))
    given = {name: getattr(network, name) or list(default) for name, default in preset.items()}
    return dataclasses.replace(network, type=kind, **given)


def with_tasks(config: Config, classes: Mapping[str, int | None]) -> Config:
    """The configuration for a dataset: by task, how many classes it has; None: its labels are continuous.

    Fills in dimensions that were left open. Raises ConfigError when the labels do not fit.
    """
    for task in config.model.tasks:
        if task not in classes:
            there = ", ".join(classes) or "none"
            raise ConfigError(f"The model needs labels of '{task}', which the dataset has not (it has: {there}).")

    def fitted(task: str, part: Any, categorical: bool, where: str) -> Any:
        found = classes[task]
        if categorical != (found is not None):
            kind = "classes" if found is not None else "continuous values"
            other = "classes" if categorical else "continuous values"
            hint = "" if categorical else f" (data.dataset.metadata_callbacks.{task}.type=float reads numbers as such)"
            raise ConfigError(f"Labels of '{task}' are {kind}, but model.{where}.{task} is for {other}{hint}.")
        if categorical and part.dim is not None and found > part.dim:
            raise ConfigError(f"'{task}' has {found} classes, but model.{where}.{task}.dim is {part.dim}.")
        if part.dim is not None:
            return part
        return dataclasses.replace(part, dim=found if categorical else 1)

    model = config.model
    conditioning = {t: fitted(t, c, c.categorical, "conditioning") for t, c in model.conditioning.items()}
    prediction = {t: fitted(t, p, p.target_dist == "Categorical", "prediction") for t, p in model.prediction.items()}
    for task in conditioning.keys() & prediction.keys():  # one given and the other left open
        dim = max(conditioning[task].dim, prediction[task].dim)
        conditioning[task] = dataclasses.replace(conditioning[task], dim=dim)
        prediction[task] = dataclasses.replace(prediction[task], dim=dim)
    model = dataclasses.replace(model, conditioning=conditioning, prediction=prediction)
    return check(dataclasses.replace(config, model=model))


def text(config: Config) -> str:
    """The contents of a config.gin that `load` reads."""
    lines, block = [], None
    for name, value in schema.bindings(config):
        owner = ".".join(name.split(".")[:2])
        if block not in (None, owner):
            lines.append("")
        block = owner
        lines.append(f"{name} = {pformat(value, width=100_000, sort_dicts=False)}")
    return "\n".join(lines) + "\n"


def save(config: Config, path: str | Path) -> None:
    """A config.gin that `load` reads."""
    temporary = Path(f"{path}.part")
    temporary.write_text(text(config), encoding="utf-8")
    temporary.replace(path)


def describe(config: Config, bins: int | None = None) -> str:
    """The architecture and the training, in lines; bins: of a frame, by default as n_fft decides. Imports torch."""
    from .describe import described

    return described(config, bins)
