"""RAVE's configuration files, as the trunk reads gin."""

from __future__ import annotations

from pathlib import Path

from ..train import gin_file
from ..train.gin_file import ConfigError, Macro, Reference, short

__all__ = ["CONFIGS", "Bindings", "ConfigError", "Macro", "Reference", "find", "short"]

CONFIGS = Path(__file__).parent / "configs"


class Bindings(gin_file.Bindings):
    def __init__(self) -> None:
        super().__init__(CONFIGS)


def find(name: str, folder: str = "") -> Path:
    """The file of a configuration: a path, or the name of one of ours, with or without .gin."""
    return gin_file.find(CONFIGS / folder, name, "augmentation" if folder else "configuration")
