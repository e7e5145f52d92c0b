"""A recording and what a model makes of it, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nn_tilde.audio import probe, read_excerpt
from nn_tilde.rave.recordings import replacing
from nn_tilde.train.figures import FLOOR, spectrogram

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES = ("original", "reconstruction")


def excerpts(files: tuple[Path, Path], start: float, seconds: float) -> tuple[list[np.ndarray], int]:
    """The same stretch of both, their first channels [samples], and the rate in Hz. Raises `AudioError`."""
    info = probe(files[0])
    first = min(round(start * info.rate), max(0, info.frames - 1))
    count = max(1, min(round(seconds * info.rate), info.frames - first))
    return [read_excerpt(file, first, count, info.rate, 1)[0] for file in files], info.rate


def comparison(sounds: list[np.ndarray], rate: int, title: str, start: float = 0) -> Figure:
    """Waveforms above, spectrograms below on one scale in dB; original left, reconstruction right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.5), layout="constrained")
    figure.suptitle(title, fontsize=10)
    axes = figure.subplots(2, 2, sharex=True, sharey="row")
    levels = [spectrogram(sound, rate) for sound in sounds]
    top = max(level.max() for level in levels)
    peak = max(1e-3, *(float(np.abs(sound).max()) for sound in sounds))
    for column, (sound, level) in enumerate(zip(sounds, levels, strict=True)):
        end = start + len(sound) / rate
        wave, picture = axes[0][column], axes[1][column]
        wave.plot(np.linspace(start, end, len(sound), endpoint=False), sound, linewidth=0.4)
        wave.set_ylim(-1.05 * peak, 1.05 * peak)
        wave.set_title(TITLES[column], fontsize=9)
        shown = picture.imshow(
            level,
            origin="lower",
            aspect="auto",
            cmap="magma",
            vmin=top + FLOOR,
            vmax=top,
            extent=(start, end, 0, rate / 2000),
        )
        picture.set_xlabel("s", fontsize=8)
    axes[1][0].set_ylabel("kHz", fontsize=8)
    figure.colorbar(shown, ax=axes[1], label="dB")
    for panel in axes.flat:
        panel.tick_params(labelsize=7)
    return figure


def save(target: Path, figure: Figure) -> None:
    """A .png file. Raises `AudioError`."""
    with replacing(target) as part:
        figure.savefig(part, format="png", dpi=90)
