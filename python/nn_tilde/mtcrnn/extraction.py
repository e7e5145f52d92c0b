"""Measure a folder of recordings and write their parameter files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..audio import AudioError, find_audio, read_audio
from .features import SAMPLE_RATE, Feature, default_rate, extract
from .params import ParamsError, parameter, params_path, read_params, write_params


@dataclass
class Extraction:
    written: list[Path] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # why, a sentence each


def extract_folder(
    data_dir: str | os.PathLike,
    param_dir: str | os.PathLike | None,
    names: Sequence[str],
    rates: Mapping[str, float] | None = None,
    overwrite: bool = False,
    watch: Callable[[int, int], None] | None = None,
) -> Extraction:
    """Add the features `names` to the parameter file of every recording at `data_dir`, making those there are not yet.

    param_dir: folder of the files; None: beside the recordings. rates: name → values a second. The mel cepstrum
    is brought to 0..1 by the least and greatest value of each coefficient over all recordings.
    overwrite: of parameters that are there already; otherwise ParamsError, before anything is measured.
    """
    top = Path(data_dir)
    folder = top if top.is_dir() else top.parent
    paths = {audio: params_path(audio, folder, param_dir) for audio in find_audio([top])}
    if not paths:
        raise ParamsError(f"There is no audio file in '{top}'.")
    before = {audio: _existing(path, audio) for audio, path in paths.items()}
    for audio, params in before.items():
        if not overwrite and (there := [name for name in names if name in params]):
            raise ParamsError(f"'{paths[audio]}' has '{there[0]}' already; --overwrite replaces it.")
    outcome, measured = Extraction(), {}
    rate_of = {name: default_rate(name) for name in names} | dict(rates or {})
    for done, audio in enumerate(paths):
        try:
            sound = read_audio(audio, SAMPLE_RATE)[0].mean(axis=0)
            if not len(sound):
                raise AudioError(audio, "holds no samples")
            measured[audio] = extract(sound, names, rate_of.__getitem__)
        except AudioError as error:
            outcome.skipped.append(str(error))
        if watch:
            watch(done + 1, len(paths))
    limits = _limits(measured.values(), names)
    for audio, features in measured.items():
        params = before[audio] | {name: _entry(feature, *limits[name]) for name, feature in features.items()}
        write_params(paths[audio], params)
        outcome.written.append(paths[audio])
    return outcome


def _existing(path: Path, audio: Path) -> dict:
    return read_params(path) if path.exists() else {"meta": {"filename": audio.name}}


def _limits(measured, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """What becomes 0 and what 1, for each name over all recordings."""
    measured = list(measured)
    return {
        name: (min(f[name].low for f in measured), max(f[name].high for f in measured)) if measured else (0.0, 1.0)
        for name in names
    }


def _entry(feature: Feature, low: float, high: float) -> dict:
    values = feature.values
    if feature.scaled:
        values = (values - low) / (high - low) if high > low else np.zeros_like(values)
    original = {"origUnits": feature.meaning, "origMinval": float(low), "origMaxval": float(high)}
    return parameter(feature.times, values, feature.units, 0, 0, 1, **original)
