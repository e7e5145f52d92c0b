"""Pictures of parameters and of conditioning against time (matplotlib figures; no pyplot, so nothing is global)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .params import curves_of, names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 1500  # of a waveform: more is not seen


def parameters(samples: np.ndarray, rate: int, params: dict[str, Any], title: str) -> Figure:
    """The waveform [time], and below it every parameter of a file, over the same seconds. ParamsError."""
    names = names_of(params)
    curves = curves_of(params, names, title)
    figure, rows = _rows(1 + len(names), title)
    seconds = len(samples) / rate
    _waveform(rows[0], samples, seconds)
    for axes, name, (times, values) in zip(rows[1:], names, curves, strict=True):
        order = np.argsort(times, kind="stable")
        axes.plot(times[order], values[order], linewidth=1, marker="." if len(times) < 40 else None)
        units = params[name].get("units")
        _label(axes, f"{name}\n({units})" if units else name)
    for axes in rows:
        axes.set_xlim(0, max(seconds, 1e-9))
    rows[-1].set_xlabel("seconds", fontsize=8)
    return figure


def conditioning(array: np.ndarray, names: Sequence[str], rate: float | None, title: str) -> Figure:
    """Every feature of [batch, length, features] over seconds (without a rate: rows), a line for each of the batch."""
    figure, rows = _rows(array.shape[2], title)
    at = np.arange(array.shape[1]) / (rate or 1)
    for feature, axes in enumerate(rows):
        for curve in array[..., feature]:
            axes.plot(at, curve, linewidth=1.2, marker="." if len(at) == 1 else None)
        _label(axes, names[feature])
    rows[-1].set_xlabel("seconds" if rate else "values", fontsize=8)
    return figure


def save(figure: Figure, path: str | os.PathLike) -> None:
    """As PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    figure.savefig(path, format="png", dpi=110)


def _rows(count: int, title: str) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 0.8 + 1.1 * count), layout="constrained")
    # A title is somebody's file name: no formula between dollar signs.
    figure.suptitle(title, fontsize=10, parse_math=False)
    return figure, list(figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0])


def _label(axes: Axes, text: str) -> None:
    axes.set_ylabel(text, fontsize=8, rotation=0, ha="right", va="center", parse_math=False)
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)


def _waveform(axes: Axes, samples: np.ndarray, seconds: float) -> None:
    """The least and greatest sample in each column."""
    step = max(len(samples) // _COLUMNS, 1)
    firsts = np.arange(0, max(len(samples), 1), step)
    if len(samples):
        low, high = np.minimum.reduceat(samples, firsts), np.maximum.reduceat(samples, firsts)
        axes.fill_between(firsts / max(len(samples), 1) * seconds, low, high, linewidth=0.6, step="post")
    _label(axes, "samples")
