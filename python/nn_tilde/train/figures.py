"""Pictures for TensorBoard and the report (matplotlib figures; no pyplot, so nothing is global)."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

FLOOR = -80.0  # dB


def curve(steps: Sequence[int], values: Sequence[float], title: str) -> Figure:
    """One scalar over steps; logarithmic when positive and spread over more than a decade."""
    figure = Figure(figsize=(4, 2.2))
    axes = figure.add_axes((0.14, 0.12, 0.83, 0.76))
    y = np.asarray(values, dtype=np.float64)
    kept = np.isfinite(y)
    x, y = np.asarray(steps)[kept], y[kept]
    axes.plot(x, y, linewidth=1, marker="." if len(x) == 1 else None)
    if len(y) and y.min() > 0 and y.max() > 10 * y.min():
        axes.set_yscale("log")
    axes.set_title(title, fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)
    return figure


def spectrogram(samples: np.ndarray, rate: int, size: int = 1024) -> np.ndarray:
    """Level of `samples` [time] in dB, [size/2 + 1, frames], Hann window, hop size/4."""
    padded = np.pad(np.asarray(samples, np.float32), (0, max(0, size - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 4]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(size), axis=-1)) / (size / 4)
    return 20 * np.log10(np.maximum(spectrum, 10 ** (2 * FLOOR / 20))).T


def spectrograms(rows: Sequence[Sequence[tuple[str, np.ndarray]]], rate: int) -> Figure:
    """A grid of (title, samples [time]), one common scale in dB below the loudest."""
    columns = max(len(row) for row in rows)
    figure = Figure(figsize=(3.2 * columns, 1.9 * len(rows)))
    figure.subplots_adjust(0.16 / columns, 0.25 / len(rows), 1 - 0.04 / columns, 1 - 0.12 / len(rows), 0.16, 0.32)
    levels = [[spectrogram(samples, rate) for _, samples in row] for row in rows]
    top = max(level.max() for row in levels for level in row)
    for i, row in enumerate(rows):
        for j, (title, samples) in enumerate(row):
            axes = figure.add_subplot(len(rows), columns, i * columns + j + 1)
            axes.imshow(
                levels[i][j],
                origin="lower",
                aspect="auto",
                cmap="magma",
                vmin=top + FLOOR,
                vmax=top,
                extent=(0, len(samples) / rate, 0, rate / 2000),
            )
            axes.set_title(title, fontsize=8)
            axes.tick_params(labelsize=6)
            if j == 0:
                axes.set_ylabel("kHz", fontsize=7)
            if i == len(rows) - 1:
                axes.set_xlabel("s", fontsize=7)
    return figure


def png(figure: Figure, dpi: int = 90) -> bytes:
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer) if dpi == figure.dpi else figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
