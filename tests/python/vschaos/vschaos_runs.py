"""A tiny labelled dataset, and runs on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from click.testing import CliRunner
from vschaos_recordings import task

RATE = 8000
SECONDS = 0.3
SHRUNK = (
    *("data.dataset.sr=8000", "data.dataset.min_length=0", "N_FFT=256", "HOP=64", "data.loader.batch_size=8"),
    *("model.encoder.hidden_dims=8", "model.decoder.hidden_dims=8"),
)


def tone(number: int, seconds: float = SECONDS, channels: int = 1) -> np.ndarray:
    """[T, channels]: a note of five partials, a semitone for each number."""
    t = np.arange(int(seconds * RATE)) / RATE
    f = 220 * 2 ** (number / 12)
    x = 0.2 * sum(np.sin(2 * np.pi * f * k * t) / k for k in range(1, 6))
    return np.stack([x * (1 - 0.5 * c) for c in range(channels)], 1).astype(np.float32)


def instrument(root: Path, files: int = 6, labelled: bool = True, channels: int = 1) -> Path:
    """Notes 0, 1, 2, 0 … with `pitch` and `octave`, the last without labels."""
    (root / "data").mkdir(parents=True)
    for i in range(files):
        soundfile.write(root / "data" / f"{i}.wav", tone(i % 3, channels=channels), RATE)
    names = [f"data/{i}.wav" for i in range(files)]
    for name, label in (("pitch", lambda i: i % 3), ("octave", lambda i: 3)):
        last = len(names) - 1 if labelled else -1
        table = "".join(f"{each}\t{label(i) if i < last else 'none'}\n" for i, each in enumerate(names))
        task(root, name, table)
    return root


def run(command, *words: str, code: int = 0) -> str:
    """Output of a command, which ends with `code`."""
    result = CliRunner().invoke(command, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output
