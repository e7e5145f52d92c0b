"""Parameter files: what goes with a recording over time, as JSON beside it or in a folder of the same structure.

    {"meta": {"filename": "rain.wav", …},
     "rate": {"times": [0.0, 10.0], "values": [0.5, 0.5], "units": "norm", "nvals": 0, "minval": 0, "maxval": 1}}

The format is that of paramManager (Huzaifah and Wyse), with the origUnits, origMinval and origMaxval of SynTex. Values
are taken as they are: minval and maxval only inform.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

SUFFIX = ".params"
META = "meta"

PathLike = str | os.PathLike


class ParamsError(ValueError):
    """A parameter file that cannot be used; one sentence."""


def read_params(path: PathLike) -> dict[str, Any]:
    """Everything in a file, in its order. Raises ParamsError when it is no JSON object, FileNotFoundError."""
    try:
        params = json.loads(Path(path).read_bytes())
    except ValueError:  # UnicodeDecodeError too
        raise ParamsError(f"'{os.fspath(path)}' is not a parameter file: it is not JSON.") from None
    if not isinstance(params, dict):
        raise ParamsError(f"'{os.fspath(path)}' is not a parameter file: it holds no names.")
    return params


def write_params(path: PathLike, params: dict[str, Any]) -> None:
    """Write a file whole or not at all: numpy arrays become lists, missing folders are made."""
    path = Path(path)
    text = json.dumps(params, indent=4, default=_plain)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix="." + path.name[:100], dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:  # the same bytes on every platform
            file.write(text.encode())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: Path) -> int:
    """Permissions of the file there is, or of any new one."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be stored in a parameter file")


def parameter(
    times: Iterable[float],
    values: Iterable[float],
    units: str | None = None,
    nvals: int = 0,
    minval: float | str | None = None,
    maxval: float | str | None = None,
    **orig: Any,
) -> dict[str, Any]:
    """The entry of one parameter. times: seconds; nvals: number of possible values, 0 for a continuous one.

    orig: origUnits, origMinval, origMaxval, what 0..1 stands for. Raises ParamsError.
    """
    if unknown := sorted(set(orig) - {"origUnits", "origMinval", "origMaxval"}):
        raise TypeError(f"A parameter has no '{unknown[0]}'.")
    entry = {"times": list(_flat(times)), "values": list(_flat(values)), "units": units, "nvals": nvals}
    entry |= {"minval": minval, "maxval": maxval, **orig}
    if problem := problem_of(entry):
        raise ParamsError(f"This is no parameter: {problem}.")
    return entry


def _flat(numbers: Iterable[float]) -> Iterable[Any]:
    return np.asarray(numbers).ravel().tolist() if isinstance(numbers, np.ndarray) else numbers


def problem_of(entry: Any) -> str | None:
    """Why an entry is not a parameter, in a few words; None when it is one."""
    if not isinstance(entry, dict) or "times" not in entry or "values" not in entry:
        return "it has no times and values"
    try:
        times, values = (np.asarray(entry[key], np.float64) for key in ("times", "values"))
    except (TypeError, ValueError):
        return "its times and values are not all numbers"
    if times.ndim != 1 or values.ndim != 1:
        return "its times and values are not lists of numbers"
    if len(times) != len(values):
        return f"it has {len(times)} times and {len(values)} values"
    if len(times) < 2:
        return "it needs at least 2 times and values (a constant has two equal ones)"
    if not (np.isfinite(times).all() and np.isfinite(values).all()):
        return "its times and values are not all finite"
    return None


def names_of(params: dict[str, Any]) -> list[str]:
    """Names of the parameters of a file, in its order."""
    return [name for name in params if name != META]


def curves_of(params: dict[str, Any], names: Iterable[str], path: PathLike) -> list[tuple[np.ndarray, np.ndarray]]:
    """(times, values) float64 of each of `names`. Raises ParamsError, one sentence, if any is missing or unusable."""
    names = list(names)
    if missing := [name for name in names if name not in params or name == META]:
        there = ", ".join(names_of(params)) or "nothing"
        lost = ", ".join(f"'{name}'" for name in missing)
        raise ParamsError(f"'{os.fspath(path)}' has no parameter {lost}; it has {there}.")
    for name in names:
        if problem := problem_of(params[name]):
            raise ParamsError(f"Parameter '{name}' of '{os.fspath(path)}' cannot be used: {problem}.")
    return [tuple(np.asarray(params[name][key], np.float64) for key in ("times", "values")) for name in names]


def params_path(audio: PathLike, data_dir: PathLike | None, param_dir: PathLike | None) -> Path:
    """Where the parameters of a recording are, or belong.

    param_dir: folder of the files, with the sub-folders of data_dir; None: beside the recording. A recording outside
    data_dir is looked for by as much of the end of its path as there is.
    """
    audio = Path(os.path.abspath(audio))
    if param_dir is None:
        return audio.with_suffix(SUFFIX)
    folder = Path(os.path.abspath(param_dir))
    if data_dir is not None:
        top = Path(os.path.abspath(data_dir))
        if audio.is_relative_to(top) and audio != top:
            return (folder / audio.relative_to(top)).with_suffix(SUFFIX)
    parts = audio.with_suffix(SUFFIX).parts[1:]
    for first in range(len(parts) - 1):
        if (found := folder.joinpath(*parts[first:])).is_file():
            return found
    return folder / parts[-1]
