"""Pictures for TensorBoard and the report (matplotlib figures; no pyplot, so nothing is global)."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

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
    levels = [[spectrogram(samples, rate) for _, samples in row] for row in rows]
    tiles = [level for row in levels for level in row]
    top, height = max(tile.max() for tile in tiles), tiles[0].shape[0]
    width, columns = max(tile.shape[1] for tile in tiles), max(len(row) for row in rows)
    x_step, y_step = width * 1.03, height * 1.06
    figure = Figure(figsize=(min(14, 4.5 * columns), 1.7 * len(rows) + 0.4))
    # One pair of axes for all of them: drawing axes is what takes time.
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98 - 0.3 / (1.7 * len(rows) + 0.4)))
    for i, row in enumerate(rows):
        for j, (title, _) in enumerate(row):
            left, bottom = j * x_step, -i * y_step
            extent = (left, left + levels[i][j].shape[1], bottom, bottom + height)
            axes.imshow(levels[i][j], "magma", aspect="auto", origin="lower", vmin=top + FLOOR, vmax=top, extent=extent)
            axes.text(left + width * 0.02, bottom + height * 0.9, title, color="white", fontsize=8)
    axes.set_xlim(0, columns * x_step)
    axes.set_ylim(-(len(rows) - 1) * y_step, height)
    axes.set_axis_off()
    seconds = max(len(samples) for row in rows for _, samples in row) / rate
    figure.suptitle(f"0 to {rate / 2000:g} kHz, {seconds:.2g} s, from {FLOOR:g} dB to the loudest", fontsize=9)
    return figure


def pixels(figure: Figure) -> np.ndarray:
    """uint8 [height, width, 3]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def png(image: np.ndarray) -> bytes:
    """File contents of an image as `pixels` makes."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
