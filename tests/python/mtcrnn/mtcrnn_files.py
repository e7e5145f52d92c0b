"""Recordings with parameters, and the commands as users type them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from click.testing import CliRunner

from nn_tilde.mtcrnn.cli import cli
from nn_tilde.mtcrnn.params import parameter, write_params


def recording(path: Path, samples: np.ndarray, sample_rate: int = 16000, **curves) -> Path:
    """Write samples [T] or [T, C] and, beside them, curves: name=(times, values)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, sample_rate, subtype="FLOAT" if path.suffix == ".wav" else None)
    if curves:
        entries = {name: parameter(times, values) for name, (times, values) in curves.items()}
        write_params(path.with_suffix(".params"), {"meta": {"filename": path.name}} | entries)
    return path


def noise(seconds: float, rate: int = 16000, seed: int = 0, channels: int | None = None) -> np.ndarray:
    """float32 [T], or [T, channels], below full scale."""
    shape = round(seconds * rate) if channels is None else (round(seconds * rate), channels)
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(np.float32)


def tone(hertz: float, seconds: float, rate: int = 16000) -> np.ndarray:
    """float32 [T]: five harmonics."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.2 * sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 6))).astype(np.float32)


def quick(*words: object, code: int = 0) -> str:
    """`mtcrnn WORDS` in this process; what it says. The exit code must be `code`."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output
