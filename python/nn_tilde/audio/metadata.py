"""`metadata.yaml`: what a dataset is. The keys of the release, and ours."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "metadata.yaml"
FORMATS = ("store", "lmdb")


class DatasetError(ValueError):
    """A dataset that cannot be opened or continued; one sentence."""


@dataclass(frozen=True)
class Metadata:
    channels: int | None  # None: not said, in old datasets of the release
    lazy: bool | None
    sr: int | None  # Hz
    n_seconds: float = 0.0
    format: str | None = None  # one of FORMATS; None in datasets of the release
    num_signal: int = 131072  # half of the length of an item, in samples
    complete: bool = True  # False while `rave preprocess` is at work, and after it was interrupted

    def settings(self) -> dict:
        """What must be equal for one run of `rave preprocess` to continue another."""
        return {key: getattr(self, key) for key in ("format", "lazy", "channels", "sr", "num_signal")}

    def write(self, folder: Path) -> None:
        """Replace the file of `folder` at once, never half."""
        import yaml

        temporary = folder / f".{NAME}.{os.getpid()}"
        temporary.write_text(yaml.safe_dump({"version": 1, **asdict(self)}), encoding="utf-8")
        os.replace(temporary, folder / NAME)


def read_metadata(folder: Path) -> Metadata:
    """Raises `DatasetError` when the file is damaged; one that is absent says nothing."""
    import yaml

    path = folder / NAME
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        found = {}
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise DatasetError(f"'{path}' is damaged.")
    if found.get("version", 1) != 1:
        raise DatasetError(f"'{folder}' was made by a newer version of this program.")
    known = {key: found[key] for key in Metadata.__dataclass_fields__ if key in found}
    for key in ("channels", "sr", "num_signal"):
        value = known.get(key)
        if value is not None and (not isinstance(value, int) or value < 1):
            raise DatasetError(f"'{path}' is damaged: {key} is {value!r}.")
    return Metadata(**{"channels": None, "lazy": None, "sr": None, **known})
