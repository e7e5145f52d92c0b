"""How well phases are found again: spectral convergence, 20 log10 ‖|DGT(y)| − S‖ / ‖S‖, in dB, lower is better.

Four sounds made here (seeded), a Gaussian window or another. GL is Griffin and Lim's algorithm in
its fast form (momentum 0.99), "plain" without momentum. Prints a table a size, and which of
the claims hold. With --cost also the time of a frame of real-time inversion, as exported.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from scipy.signal import lfilter

from nn_tilde.export.torchscript import script
from nn_tilde.vschaos.transforms import DGT, reconstruct
from nn_tilde.vschaos.transforms.inversion import LiveInversion

RATE = 44100  # Hz
# Column → mode, options.
COLUMNS = {
    "pghi": ("pghi", {}),
    "real-time": ("pghi_realtime", {}),
    "real-time, 1 ahead": ("pghi_realtime", {"look_ahead": 1}),
    "pghi + 10 GL": ("pghi_refined", {"iterations": 10}),
    "GL 30": ("griffin_lim", {"iterations": 30}),
    "plain GL 30": ("griffin_lim", {"iterations": 30, "momentum": 0.0}),
    "random": ("random", {}),
    "keep_input": ("keep_input", {}),
}


def chirp(seconds: float = 1.0) -> np.ndarray:
    """A sine that rises from 100 Hz to 10 kHz, as many octaves each second."""
    t = np.arange(int(seconds * RATE)) / RATE
    pace = math.log(100) / seconds
    return 0.5 * np.sin(2 * np.pi * 100 / pace * np.expm1(pace * t))


def plucked_strings(rng: np.random.Generator) -> np.ndarray:
    """Four strings one after the other, left to ring (Karplus and Strong 1983)."""
    out = np.zeros(int(1.2 * RATE))
    for number, hertz in enumerate((110.0, 164.8, 220.0, 277.2)):
        period = round(RATE / hertz - 0.5)
        burst = np.zeros(len(out) - number * RATE // 5)
        burst[:period] = rng.uniform(-1, 1, period)
        loop = np.zeros(period + 2)
        loop[0], loop[-2], loop[-1] = 1, -0.498, -0.498
        out[len(out) - len(burst) :] += 0.3 * lfilter([1.0], loop, burst)
    return out


def noise_bursts(rng: np.random.Generator) -> np.ndarray:
    """White noise five times, each dying away."""
    out = np.zeros(int(1.2 * RATE))
    for number in range(5):
        start = int((0.05 + 0.23 * number) * RATE)
        t = np.arange(int(0.22 * RATE)) / RATE
        out[start : start + len(t)] += 0.2 * rng.standard_normal(len(t)) * np.exp(-(8 + 5 * number) * t)
    return out


def vibrato_chord(seconds: float = 1.0) -> np.ndarray:
    """Three bowed notes of fifteen harmonics, each with its own vibrato of about a third of a semitone."""
    t = np.arange(int(seconds * RATE)) / RATE
    out = np.zeros(len(t))
    for hertz, speed in ((261.6, 5.1), (329.6, 5.6), (392.0, 6.2)):
        turns = hertz * (t + 0.01 * np.sin(2 * np.pi * speed * t) / (2 * np.pi * speed))
        out += sum(0.1 / k * np.sin(2 * np.pi * k * turns + k * k) for k in range(1, 16))
    return out * np.minimum(1, np.minimum(t, t[::-1]) * 20)


def sounds() -> dict[str, torch.Tensor]:
    """Name → audio [T], float64, with silence around it."""
    rng = np.random.default_rng(1)
    made = {
        "chirp": chirp(),
        "plucked strings": plucked_strings(rng),
        "noise bursts": noise_bursts(rng),
        "vibrato chord": vibrato_chord(),
    }
    return {name: torch.from_numpy(np.pad(sound, 4096)) for name, sound in made.items()}


def convergence(dgt: DGT, audio: torch.Tensor, mode: str, options: dict) -> float:
    """dB, of magnitudes of `audio` inverted."""
    spectrum = dgt(audio)
    magnitude = spectrum.abs()
    found = reconstruct(magnitude, dgt, mode, phase=spectrum.angle(), **options).to(spectrum.dtype)
    again = dgt(dgt.inverse(found, len(audio))).abs()
    return 20 * math.log10(float((again - magnitude).norm() / magnitude.norm()) + 1e-15)


def measure(n_fft: int, window: str, redundancy: int) -> dict[str, dict[str, float]]:
    """Sound → column → dB, and their means."""
    dgt = DGT(n_fft, n_fft // redundancy, window)
    rows = {
        name: {column: convergence(dgt, audio, mode, options) for column, (mode, options) in COLUMNS.items()}
        for name, audio in sounds().items()
    }
    rows["mean"] = {column: float(np.mean([row[column] for row in rows.values()])) for column in COLUMNS}
    return rows


def claims(rows: dict[str, dict[str, float]]) -> list[str]:
    """What holds for which sounds."""
    tests = {
        "pghi is better than random": lambda row: row["pghi"] < row["random"],
        "pghi is better than GL 30": lambda row: row["pghi"] < row["GL 30"],
        "pghi is better than plain GL 30": lambda row: row["pghi"] < row["plain GL 30"],
        "pghi + 10 GL is better than GL 30": lambda row: row["pghi + 10 GL"] < row["GL 30"],
        "real-time is within 2 dB of pghi": lambda row: row["real-time"] < row["pghi"] + 2,
        "real-time, 1 ahead, is within 2 dB of pghi": lambda row: row["real-time, 1 ahead"] < row["pghi"] + 2,
    }
    lines = []
    for text, test in tests.items():
        fails = [name for name, row in rows.items() if not test(row)]
        lines.append(f"{text}: {'everywhere' if not fails else 'not for ' + ', '.join(fails)}")
    return lines


def cost(n_fft: int = 8192, frames: int = 80) -> None:
    """Prints milliseconds a frame, one thread, as exported."""
    torch.set_num_threads(1)
    dgt = DGT(n_fft, n_fft // 4)
    for batch in (1, 4):
        live = script(LiveInversion(dgt))
        magnitude = dgt(torch.randn(batch, frames * dgt.hop)).abs()
        took = []
        with torch.inference_mode():
            for frame in range(frames):
                start = time.perf_counter()
                live(magnitude[:, frame : frame + 1])
                took.append((time.perf_counter() - start) * 1000)
        budget = dgt.hop / RATE * 1000
        print(f"n_fft {n_fft}, {batch} at once: {np.median(took[10:]):.2f} ms a frame of {budget:.1f} ms")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--n-fft", type=int, nargs="+", default=[1024, 2048])
    arguments.add_argument("--window", default="gaussian")
    arguments.add_argument("--redundancy", type=int, default=4, help="n_fft / hop")
    arguments.add_argument("--cost", action="store_true")
    given = arguments.parse_args()
    for n_fft in given.n_fft:
        rows = measure(n_fft, given.window, given.redundancy)
        table = Table("dB", *COLUMNS, title=f"n_fft {n_fft}, hop {n_fft // given.redundancy}, {given.window} window")
        for name, row in rows.items():
            table.add_row(name, *(f"{value:.1f}" for value in row.values()))
        Console(width=120).print(table)
        print(*claims(rows), sep="\n", end="\n\n")
    if given.cost:
        cost()


if __name__ == "__main__":
    main()
