"""MSPrior's configuration files, as the trunk reads gin."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..train import gin_file
from ..train.gin_file import ConfigError

__all__ = ["CONFIGS", "Bindings", "ConfigError", "find", "names"]

CONFIGS = Path(__file__).parent / "configs"
find = partial(gin_file.find, CONFIGS)


class Bindings(gin_file.Bindings):
    def __init__(self) -> None:
        super().__init__(CONFIGS)


def names() -> list[str]:
    """Of the configurations that come with the toolkit."""
    return sorted(path.stem for path in CONFIGS.glob("*.gin"))
