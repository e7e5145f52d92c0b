"""The interface that scripts written for paramManager use. Its names are theirs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .files import META, SUFFIX, ParamsError, curves_of, names_of, parameter, read_params, write_params
from .resampling import resample_array, resample_curve


class pdict(dict):
    """The content of one parameter file: name → entry, and "meta"."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.setdefault(META, {"filename": ""})

    def addParam(self, prop: str, times, values, units=None, nvals=0, minval=None, maxval=None, **orig) -> None:
        """Add a parameter, or put it in place of the one of that name; see `parameter`."""
        if prop == META:
            raise ParamsError("A parameter cannot be called 'meta'.")
        self[prop] = parameter(times, values, units, nvals, minval, maxval, **orig)

    def addMetaParam(self, prop: str, value: Any) -> None:
        """Add something about the whole file."""
        self.setdefault(META, {})[prop] = value


class paramManager:
    """The parameter files of a folder of recordings, or of one recording.

    datapath: the folder, searched to the bottom, or a file (also one that is still to be written, or its .params);
    parampath: the folder of the parameter files, with the same sub-folders, which may be datapath itself;
    fileExt: how the names of recordings end. A recording may be called by its path, with or without an extension, by
    its path from datapath, or by that of its parameter file.
    """

    def __init__(self, datapath: str | os.PathLike, parampath: str | os.PathLike, fileExt: str = ".wav"):
        data = Path(os.path.abspath(datapath))
        self.single = None if data.is_dir() else data
        if self.single and not (data.exists() or data.suffix):
            raise FileNotFoundError(2, "there is no such file or folder", str(datapath))
        self.datapath = data.parent if self.single else data
        self.parampath = Path(os.path.abspath(parampath))
        self.fileExt = fileExt if fileExt.startswith(".") else "." + fileExt
        self.parampath.mkdir(parents=True, exist_ok=True)

    @property
    def filelist(self) -> list[str]:
        return self.getFullPathNames()

    def getFullPathNames(self) -> list[str]:
        """Absolute paths of the recordings, sorted."""
        if self.single:
            name = self.single
            return [str(name.with_suffix(self.fileExt) if name.suffix == SUFFIX else name)]
        return sorted(str(path) for path in _walk(self.datapath, self.fileExt))

    def initParamFiles(self, overwrite: bool = False) -> list[str]:
        """Make a parameter file, with nothing but its meta, for every recording; returns those written.

        overwrite: also in place of the files there are, whose parameters are lost.
        """
        written = []
        for audio in self.getFullPathNames():
            path = self._path(audio)
            if overwrite or not path.exists():
                write_params(path, pdict({META: {"filename": Path(audio).name}}))
                written.append(str(path))
        return written

    def checkIntegrity(self) -> bool:
        """Whether each recording has its parameter file and the other way round; says which have not."""
        audio = self.getFullPathNames()
        wanted = {self._path(path): path for path in audio}
        there = {self._path(self.single)} if self.single else set(_walk(self.parampath, SUFFIX))
        lonely = sorted(there - set(wanted)) if not self.single else []
        missing = sorted(path for path in wanted if not path.exists())
        for path in missing:
            print(f"'{wanted[path]}' has no parameter file '{path}'.")
        for path in lonely:
            print(f"'{path}' belongs to no recording.")
        return not missing and not lonely

    def getParams(self, filename: str | os.PathLike) -> pdict:
        """All of a recording's parameter file. FileNotFoundError, ParamsError."""
        return pdict(read_params(self._path(filename)))

    def getParamNames(self, file: str | os.PathLike | dict) -> list[str]:
        """Names in a recording's file (or in what getParams returned), "meta" too."""
        return list(self._params(file))

    def getParamSize(self, file: str | os.PathLike | dict, prop: str) -> tuple[int, int]:
        """(number of times, number of values) of a parameter."""
        params = self._params(file)
        if prop not in names_of(params):
            raise ParamsError(f"There is no parameter '{prop}'; there is {', '.join(names_of(params)) or 'none'}.")
        return len(params[prop]["times"]), len(params[prop]["values"])

    def addParam(
        self,
        filename: str | os.PathLike,
        prop: str,
        times,
        values,
        units=None,
        nvals=0,
        minval=None,
        maxval=None,
        **orig,
    ) -> None:
        """Write a parameter to a recording's file; orig: origUnits, origMinval, origMaxval."""
        params = self.getParams(filename)
        params.addParam(prop, times, values, units, nvals, minval, maxval, **orig)
        write_params(self._path(filename), params)

    def addMetaParam(self, filename: str | os.PathLike, prop: str, value: Any) -> None:
        """Write something about a recording to the meta of its file."""
        params = self.getParams(filename)
        params.addMetaParam(prop, value)
        write_params(self._path(filename), params)

    @staticmethod
    def resample(array, sr0: float, sr1: float, axis: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """(new times, array [batch, length, features] at sr1 instead of sr0 values a second)."""
        return resample_array(array, sr0, sr1, axis)

    def resampleParam(
        self,
        params: dict,
        prop: str,
        nsamples: int,
        timestart: float | None = None,
        timeend: float | None = None,
        verbose: bool = False,
        overwrite: bool = False,
    ) -> tuple[np.ndarray, ...]:
        """(times, values) [nsamples] from timestart to timeend, both included, of a parameter of a file.

        verbose: says what was there, and returns the given times and values in that range too. overwrite: the new ones
        take the place of the old, in `params` and in the file that its meta names.
        """
        ((times, values),) = curves_of(params, [prop], params.get(META, {}).get("filename", ""))
        new_times, new_values = resample_curve(times, values, nsamples, timestart, timeend)
        if overwrite:
            params[prop] |= {"times": new_times.tolist(), "values": new_values.tolist()}
            write_params(self._path(params[META]["filename"]), params)
        if not verbose:
            return new_times, new_values
        inside = (times >= new_times[0]) & (times <= new_times[-1])
        print(f"'{prop}': {inside.sum()} of {len(times)} points are now {nsamples}.")
        return new_times, new_values, times[inside], values[inside]

    def resampleAllParams(
        self,
        params: dict,
        nsamples: int,
        timestart: float | None = None,
        timeend: float | None = None,
        prop: Sequence[str] | None = None,
        verbose: bool = False,
        overwrite: bool = False,
    ) -> dict[str, np.ndarray]:
        """name → values [nsamples], in the order of `prop` (None: all); names that the file has not are left out."""
        wanted = [name for name in (names_of(params) if prop is None else prop) if name in names_of(params)]
        range_ = (nsamples, timestart, timeend, verbose, overwrite)
        return {name: self.resampleParam(params, name, *range_)[1] for name in wanted}

    def _params(self, file: str | os.PathLike | dict) -> dict:
        return file if isinstance(file, dict) else self.getParams(file)

    def _path(self, filename: str | os.PathLike) -> Path:
        """The parameter file of what `filename` calls."""
        name = Path(filename)
        stem = name.with_suffix("") if name.suffix in (SUFFIX, self.fileExt) or name.is_file() else name
        whole = Path(os.path.abspath(stem))
        candidates = []
        for top in (self.datapath, self.parampath):
            if whole.is_relative_to(top):
                candidates.append(self.parampath / whole.relative_to(top))
        if not name.is_absolute():
            candidates.append(self.parampath / stem)
        candidates.append(self.parampath / stem.name)
        paths = [candidate.with_name(candidate.name + SUFFIX) for candidate in candidates]
        return next((path for path in paths if path.exists()), paths[0])


def _walk(top: Path, extension: str) -> list[Path]:
    return [
        Path(folder, name)
        for folder, _, names in os.walk(top)
        for name in names
        if name.endswith(extension) and not name.startswith(".")
    ]
