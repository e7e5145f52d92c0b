"""The model hub: list, download and remove models. A thin face of `nn_tilde._core`; torch is not imported.

    from nn_tilde import hub

    for model in hub.list_models():
        print(model.card)
    path = hub.download("ircam/rave/isis").path

Every failure is `nn_tilde._core.Error` with one sentence.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Download", "Model", "download", "list_models", "models_dir", "remove"]


@dataclass(frozen=True)
class Model:
    """One model of the hub; `card` is `source/type/name`, `info` whatever the server tells."""

    card: str
    source: str
    type: str
    name: str
    info: dict[str, str]


@dataclass(frozen=True)
class Download:
    """A downloaded model. Usable wherever a path is. Sizes in bytes."""

    path: Path
    already_there: bool
    bytes: int
    resumed_from: int

    def __fspath__(self) -> str:
        return str(self.path)


def models_dir() -> Path:
    """Where models go: NN_MODELS_DIR, or `nn_tilde/models` in the user's data folder. May not exist yet."""
    chosen = os.environ.get("NN_MODELS_DIR")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        # The XDG specification says to ignore a relative path.
        chosen = os.environ.get("XDG_DATA_HOME", "")
        data = Path(chosen) if os.path.isabs(chosen) else Path.home() / ".local" / "share"
    return data / "nn_tilde" / "models"


def _text(name: str) -> str:
    """Bytes that are no text (a torn file name on the command line) become `?`, which no name may hold."""
    return name.encode("utf-8", "replace").decode()


def list_models(
    root: str | None = None, timeout: float | None = None, ca_file: str | os.PathLike[str] | None = None
) -> list[Model]:
    """All models of the hub, sorted by card.

    root: address of the hub (default: NN_HUB_ROOT, or IRCAM's). timeout: seconds without an answer, or with
    nothing arriving. ca_file: PEM file of the certificate authorities to trust.
    """
    from nn_tilde import _core

    return [Model(**entry) for entry in _core.hub_list(root, timeout, ca_file)]


def download(
    card: str,
    directory: str | os.PathLike[str] | None = None,
    name: str | None = None,
    *,
    progress: Callable[[int, int], object] | None = None,
    overwrite: bool = False,
    root: str | None = None,
    timeout: float | None = None,
    total_timeout: float | None = None,
    max_bytes: int | None = None,
    ca_file: str | os.PathLike[str] | None = None,
) -> Download:
    """Fetch the model `source/type/name` into `directory` (default: models_dir()) as `<name>.ts`.

    The file appears complete or not at all. What arrived before a failure, or before `progress(done, total)`
    (bytes; total 0 while unknown) returned False or raised, is kept and resumed by the next call.
    overwrite: replace a file that is there. timeout: seconds without an answer, or with nothing arriving
    (default 15 and 30). total_timeout: seconds, 0 for none (default 6 hours). max_bytes: refuse larger
    (default 4 GiB). root, ca_file: see list_models.
    """
    from nn_tilde import _core

    result = _core.hub_download(
        _text(card),
        models_dir() if directory is None else Path(directory).expanduser(),
        None if name is None else _text(name),
        root,
        progress,
        overwrite=overwrite,
        timeout=timeout,
        total_timeout=total_timeout,
        max_bytes=max_bytes,
        ca_file=ca_file,
    )
    return Download(**result)


def remove(name: str, directory: str | os.PathLike[str] | None = None) -> Path:
    """Delete the model `<name>.ts` (or that of a card) in `directory` (default: models_dir()), and what an
    interrupted download of it left. Only a plain file goes. Needs no network. Returns the path it had."""
    from nn_tilde import _core

    folder = models_dir() if directory is None else Path(directory).expanduser()
    return Path(_core.hub_remove(folder, _text(name)))
