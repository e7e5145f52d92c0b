"""What our files say about themselves, in an extra entry of the archive that other hosts ignore."""

import json
import os
import zipfile
from collections.abc import Iterable

import torch

from .. import __version__
from .methods import Method

NAME = "nn_tilde.json"


def describe_file(methods: Iterable[Method], block: int | None, sample_rate: int | None) -> str:
    """The entry's text.

    block: preferred samples per call; sample_rate: Hz the model was made for; None where not known.
    Per method: `delay`, the model's own latency in samples, and `batch`, whether it plays several
    examples at once (null when that was not tested).
    """
    about = {
        "format": 1,
        "toolkit": __version__,
        "torch": torch.__version__.split("+")[0],
        "block": block,
        "sample_rate": sample_rate,
        "methods": {m.name: {"delay": m.delay, "batch": m.batch} for m in methods},
    }
    return json.dumps(about, indent=1)


def read_metadata(path: str | os.PathLike[str]) -> dict:
    """The entry of a model file, without running the file; {} when it has none (other exporters).

    Raises ValueError when the file is not an archive or the entry is damaged, OSError when the
    file cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = next((n for n in archive.namelist() if n.endswith(f"/extra/{NAME}")), None)
            about = {} if entry is None else json.loads(archive.read(entry))
    except (zipfile.BadZipFile, ValueError) as error:
        raise ValueError(f"'{os.fspath(path)}' is not a readable model file ({error})") from error
    if not isinstance(about, dict):
        raise ValueError(f"'{os.fspath(path)}' has a damaged description ({NAME})")
    return about
