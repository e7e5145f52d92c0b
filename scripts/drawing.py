"""Pictures of audio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import torch
from matplotlib.figure import Figure

LONGEST = 20.0  # seconds that are drawn


def before_and_after(before: Path, after: Path, target: Path) -> Path:
    """Waveform and spectrogram of two files side by side, on common scales."""
    audio = [_mono(path) for path in (before, after)]
    figure = Figure(figsize=(12, 6), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, sharey="row")
    loudest = max(np.abs(samples).max() for samples, _ in audio) or 1.0
    for column, (path, (samples, rate)) in enumerate(zip((before, after), audio, strict=True)):
        times = np.arange(samples.size) / rate
        axes[0, column].plot(times, samples, linewidth=0.3)
        axes[0, column].set(title=path.name, ylim=(-loudest, loudest), ylabel="amplitude" if column == 0 else None)
        levels = _spectrogram(samples)
        image = axes[1, column].imshow(
            levels,
            origin="lower",
            aspect="auto",
            extent=(0, samples.size / rate, 0, rate / 2000),
            vmin=-100,
            vmax=0,
            cmap="magma",
        )
        axes[1, column].set(xlabel="time [s]", ylabel="frequency [kHz]" if column == 0 else None)
    figure.colorbar(image, ax=axes[1, :], label="dB re. full-scale sine")
    figure.savefig(target, dpi=120)
    return target


def _mono(path: Path) -> tuple[np.ndarray, int]:
    with soundfile.SoundFile(path) as file:
        frames = file.read(int(LONGEST * file.samplerate), dtype="float32", always_2d=True)
        return frames.mean(axis=1), file.samplerate


def _spectrogram(samples: np.ndarray, size: int = 1024) -> np.ndarray:
    """dB [bins, frames]; Hann window, a full-scale sine is 0 dB."""
    window = torch.hann_window(size)
    padded = np.pad(samples, (0, max(0, size - samples.size)))
    spectrum = torch.stft(torch.from_numpy(padded), size, hop_length=size // 4, window=window, return_complex=True)
    magnitude = spectrum.abs().numpy() / (window.sum().item() / 2)
    return 20 * np.log10(np.maximum(magnitude, 1e-6))
