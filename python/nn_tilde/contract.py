"""What a model file offers: its methods, attributes and buffers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch  # noqa: F401  (libtorch must be in the process before our extension looks for it)

from nn_tilde import _core


@dataclass(frozen=True)
class Method:
    """One way of calling a model. Ratios are samples per frame; `delay` is in samples."""

    name: str
    in_channels: int
    in_ratio: int
    out_channels: int
    out_ratio: int
    input_labels: list[str]
    output_labels: list[str]
    delay: int
    batch: bool


@dataclass(frozen=True)
class Attribute:
    """One setting of a model; `types` has a word per element: bool int float string tensor buffer."""

    name: str
    types: list[str]
    readable: bool
    writable: bool


@dataclass(frozen=True)
class Contract:
    """What a model file offers."""

    methods: dict[str, Method]
    attributes: dict[str, Attribute]
    buffers: list[str]
    takes_sample_rate: bool
    metadata: dict[str, Any]
    remarks: list[str]

    @classmethod
    def _from(cls, raw: dict[str, Any]) -> Contract:
        methods = {name: Method(name=name, **fields) for name, fields in raw["methods"].items()}
        attributes = {name: Attribute(name=name, **fields) for name, fields in raw["attributes"].items()}
        return cls(**{**raw, "methods": methods, "attributes": attributes})


def inspect(path: str | os.PathLike[str]) -> Contract:
    """The contract of a model file, without playing it. Raises `Error` for anything that is no model."""
    return Contract._from(_core.inspect(Path(path)))
