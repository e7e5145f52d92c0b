"""The whole way in one minute: write a model, export it, render a recording, look at the result."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
import torch
from drawing import before_and_after

import nn_tilde
from nn_tilde.cli.progress import audio_progress
from nn_tilde.render import check_file, render_file

CACHE = Path(".cache/samples")
PACKAGE = "sonic-pi-samples"  # CC0 recordings
RECORDING = "usr/share/sonic-pi/samples/loop_tabla.flac"


class TapeEcho(nn_tilde.Module):
    """An echo that saturates as it repeats: y[n] = x[n] + feedback · tanh(drive · y[n − D]) / drive."""

    def __init__(self, seconds: float = 0.18, sample_rate: int = 44100):
        super().__init__(sample_rate)
        self.register_buffer("tape", torch.zeros(64, 1, int(seconds * sample_rate)))
        self.register_attribute("feedback", 0.75)
        self.register_attribute("drive", 2.0)
        self.register_method("forward", 1, 1, 1, 1, ["(signal) dry"], ["(signal) with echo"])

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        batch, length = x.size(0), self.tape.size(-1)
        rows = []
        # No more than the tape is long at once: what comes next depends on it.
        for piece in torch.split(x, length, -1):
            n = piece.size(-1)
            tape = self.tape[:batch]
            echo = torch.tanh(self.drive[0] * tape[..., :n]) / self.drive[0]
            y = piece + self.feedback[0] * echo
            self.tape[:batch] = torch.cat([tape[..., n:], y], -1)
            rows.append(y)
        return torch.cat(rows, -1)


def recording() -> Path | None:
    """A recording out of a Debian package, fetched without installing it; None where that cannot be had."""
    found = CACHE / RECORDING
    if found.exists():
        return found
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        fetched = subprocess.run(["apt-get", "download", PACKAGE], cwd=CACHE, capture_output=True, timeout=120)
        package = next(CACHE.glob(f"{PACKAGE}_*.deb"), None)
        if fetched.returncode == 0 and package:
            subprocess.run(["dpkg", "-x", package.name, "."], cwd=CACHE, check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return found if found.exists() else None


def synthesised(path: Path, rate: int = 44100) -> Path:
    """Two bars of plucked notes, for machines without packages."""
    random = np.random.default_rng(1)
    audio = np.zeros(rate * 4)
    for beat, midi in enumerate([45, 57, 60, 64, 52, 57, 69, 64] * 2):
        period = round(rate / (440 * 2 ** ((midi - 69) / 12)))
        note = np.zeros(rate // 2)
        note[:period] = random.uniform(-0.4, 0.4, period)
        for n in range(period + 1, note.size):  # Karplus and Strong, 1983
            note[n] += 0.498 * (note[n - period] + note[n - period - 1])
        start = beat * rate // 4
        audio[start : start + note.size] += note[: audio.size - start]
    soundfile.write(path, audio, rate)
    return path


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--input", type=Path, help="audio file; default: a recording from a Debian package")
    arguments.add_argument("--out", type=Path, default=Path("demo-out"))
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)

    source = given.input or recording() or synthesised(given.out / "loop.wav")
    model = given.out / "tape_echo.ts"
    TapeEcho().export_to_ts(str(model))
    print(f"exported  {model}")

    host = nn_tilde.Host(model)
    method = host.methods["forward"]
    target = given.out / f"{source.stem}.echo.wav"
    rate = check_file(method, source, target)
    with audio_progress() as progress:
        task = progress.add_task(f"rendering {source.name}", total=None, rate=rate)
        result = render_file(
            host.renderer,
            method,
            source,
            target,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    print(f"rendered  {target} ({result.frames / result.sample_rate:.1f} s, block {host.block})")
    picture = before_and_after(source, target, given.out / f"{source.stem}.echo.png")
    print(f"drew      {picture}")


if __name__ == "__main__":
    try:
        main()
    except nn_tilde.Error as error:
        sys.exit(f"demo: {error}")
