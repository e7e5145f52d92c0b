"""A whole RAVE, from sounds to an instrument: sounds are synthesised, a model is trained on them,
exported and played, and what it learned is drawn.

    python scripts/rave_demo.py --out rave-demo [--steps 24000] [--docs docs/rave-training]

Prints how far the multi-scale spectral distance on unheard sounds falls from the first steps to the
last. An interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import lfilter

RATE = 44100
SCALE = (0, 2, 4, 7, 9, 12)  # semitones


def pluck(semitones: int) -> np.ndarray:
    """A plucked string (Karplus and Strong, 1983), ``semitones`` above A3; equal each time."""
    period = round(RATE / (220 * 2 ** (semitones / 12)))
    burst = np.zeros(int(0.9 * RATE))
    burst[:period] = np.random.default_rng(semitones).uniform(-1, 1, period)
    loop = np.zeros(period + 2)
    loop[[0, period, period + 1]] = 1, -0.4965, -0.4965
    return lfilter([1.0], loop, burst)


def phrase(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Plucks of a pentatonic scale, that overlap, over a little noise."""
    out = rng.normal(size=int(seconds * RATE)) * 1e-4
    at = 0.0
    while at < seconds - 1:
        sound = pluck(rng.choice(SCALE)) * rng.uniform(0.2, 0.6)
        start = int(at * RATE)
        out[start : start + sound.size] += sound
        at += rng.choice([0.125, 0.25, 0.25, 0.375, 0.5])
    return 0.9 * out / np.abs(out).max()


def synthesize(folder: Path, minutes: float, seed: int) -> None:
    """wav files of 10 s each."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(round(minutes * 6)):
        path = folder / f"phrase_{i:03d}.wav"
        if not path.exists():
            soundfile.write(path, phrase(10, np.random.default_rng((seed, i))).astype(np.float32), RATE)


def run(*arguments: object) -> None:
    """One command as a user types it."""
    command = [str(Path(sys.executable).parent / "rave"), *map(str, arguments)]
    print("$ rave", *command[1:], flush=True)
    subprocess.run(command, check=True)


def curve(folder: Path, tag: str) -> tuple[list[int], list[float]]:
    """Steps and values of a scalar in the TensorBoard files of a run."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    points = {point.step: point.value for point in events.Scalars(tag)}
    return sorted(points), [points[step] for step in sorted(points)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("rave-demo"))
    parser.add_argument("--minutes", type=float, default=5.0, help="of sound to train on")
    parser.add_argument("--steps", type=int, default=24000)
    parser.add_argument("--phase_1", type=int, default=20000, help="steps before the discriminator comes in")
    parser.add_argument("--config", nargs="+", default=["live"])
    parser.add_argument("--capacity", type=int, default=16)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--n_signal", type=int, default=36096)
    parser.add_argument("--learning_rate", type=float, default=1e-3)
    parser.add_argument("--docs", type=Path, help="also put pictures and report there")
    options = parser.parse_args()
    out = options.out
    synthesize(out / "sounds", options.minutes, seed=0)
    synthesize(out / "unheard", 0.5, seed=1)
    run("preprocess", "--input_path", out / "sounds", "--output_path", out / "data", "--channels", 1)
    run("preprocess", "--input_path", out / "unheard", "--output_path", out / "val", "--channels", 1)
    configs = [word for name in options.config for word in ("--config", name)]
    overrides = [f"CAPACITY={options.capacity}", f"PHASE_1_DURATION={options.phase_1}", "LATENT_SIZE=16"]
    overrides.append(f"LEARNING_RATE={options.learning_rate}")
    # The configurations are made for a million steps; so few ask for longer ones and latents with less noise.
    overrides += ["BetaWarmupCallback.initial_value=1e-6", "BetaWarmupCallback.target_value=1e-4"]
    overrides += [f"BetaWarmupCallback.warmup_len={options.phase_1}", "BetaWarmupCallback.log=True"]
    for steps in (1, options.steps):  # the first for a point of the curve before anything is learned
        run(
            *("train", *configs, "--db_path", out / "data", "--val_db_path", out / "val", "--out_path", out),
            *("--name", "demo", "--batch", options.batch, "--n_signal", options.n_signal, "--max_steps", steps),
            *("--val_every", 500, "--save_every", 100_000_000, "--workers", 1, "--gpu", -1, "--seed", 0),
            *(word for override in overrides for word in ("--override", override)),
            "--noprogress",
        )
    run("export", "--run", out / "demo", "--streaming", "--output", out)
    run("generate", out / "demo_streaming.ts", out / "unheard", "--out", out / "generated")
    steps, values = curve(out / "demo", "validation")
    last = np.mean(values[-3:])
    print(f"multi-scale spectral distance on unheard sounds: {values[0]:.3g} at step {steps[0]}, "
          f"{last:.3g} at the end: {values[0] / last:.2f} times less")  # fmt: skip
    draw(out, steps, values)
    if options.docs:
        options.docs.mkdir(parents=True, exist_ok=True)
        for name in ("curve.png", "pairs.png", "demo/report.html"):
            shutil.copy(out / name, options.docs / Path(name).name)


def draw(out: Path, steps: list[int], values: list[float]) -> None:
    """curve.png, and pairs.png: unheard sounds before and after the model."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(steps, values, marker=".")
    axes.set(yscale="log", xlabel="step", ylabel="multi-scale spectral distance, unheard sounds")
    axes.grid(alpha=0.3)
    figure.savefig(out / "curve.png", dpi=110)
    pairs = sorted((out / "unheard").glob("*.wav"))[:3]
    figure = Figure(figsize=(12, 7), layout="constrained")
    grid = figure.subplots(2, len(pairs), sharex=True, sharey=True)
    made = {path.stem: path for path in (out / "generated").rglob("*.wav")}
    for column, path in enumerate(pairs):
        after = next(p for stem, p in made.items() if stem.startswith(path.stem))
        for row, (name, file) in enumerate((("sound", path), ("through the model", after))):
            samples, rate = soundfile.read(file, always_2d=True)
            grid[row, column].specgram(samples[: 8 * rate, 0], NFFT=1024, Fs=rate, noverlap=768, vmin=-130, vmax=-30)
            grid[row, column].set(title=f"{path.stem}: {name}", ylim=(0, 10000))
    figure.savefig(out / "pairs.png", dpi=70)


if __name__ == "__main__":
    main()
