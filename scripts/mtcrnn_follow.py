"""Does the pop rate follow the curve? A model trained on the QuickStart pops plays several takes of a rate that falls
and rises again; onsets are counted in each second of them.

    python scripts/mtcrnn_follow.py --model_dir output/pops [--takes 4] [--seconds 20] [--plot follow.png] [--json F]

Prints the correlation of onsets a second with the curve's pops a second, of each take and of their mean.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import click
import numpy as np
import soundfile

from nn_tilde.mtcrnn import checkpoints, generate_session
from nn_tilde.mtcrnn.cli import generate
from nn_tilde.mtcrnn.cli.options import parsed
from nn_tilde.mtcrnn.curves import glide
from nn_tilde.mtcrnn.onsets import onset_rate
from nn_tilde.mtcrnn.pops import pops_per_second

CURVE_RATE = 100  # values a second
WINDOW, HOP = 1.0, 0.5  # seconds


def play(model: Path, rate: np.ndarray, takes: int, seed: int, temp: float) -> tuple[np.ndarray, int]:
    """[takes, time] of what the model makes of a curve [length], and its sample rate; as `mtcrnn generate` makes it."""
    saved = checkpoints.read(model)
    if saved.tier is None or not saved.tier.audio or saved.tier.prop != ("rate",):
        raise click.ClickException(f"'{model}' is no model that makes audio and is steered by `rate` alone.")
    sample_rate = saved.tier.sample_rate
    with tempfile.TemporaryDirectory() as folder:
        array = Path(folder) / "curve.npy"
        np.save(array, np.tile(rate[None, :, None], (takes, 1, 1)))
        words = {"model_dir": model, "paramvect": "external", "external_array": array, "external_sr": CURVE_RATE}
        words |= {"rand_prime": True, "rand_seed": seed, "temp": temp, "batch_size": takes}
        words |= {"length": len(rate) * sample_rate // CURVE_RATE, "out": Path(folder) / "take"}
        generate_session.run_session(*parsed(generate.command, words))
        names = ["take.wav"] if takes == 1 else [f"take_{i}.wav" for i in range(takes)]
        return np.stack([soundfile.read(Path(folder) / name)[0] for name in names]), sample_rate


def measure(rate: np.ndarray, sounds: np.ndarray, sample_rate: int) -> dict:
    """Onsets a second of sounds [takes, time] against pops a second of a curve [length], both per window."""
    counted = [onset_rate(sound, sample_rate, WINDOW, HOP) for sound in sounds]
    at, takes = counted[0][0], np.stack([rates for _, rates in counted])
    wanted = np.array([pops_per_second(value) for value in rate])
    times = (np.arange(len(rate)) + 0.5) / CURVE_RATE
    curve = np.array([wanted[np.abs(times - middle) <= WINDOW / 2].mean() for middle in at])
    mean = takes.mean(axis=0)
    return {
        "seconds": at,
        "curve": curve,
        "takes": takes,
        "mean": mean,
        "correlation": correlation(mean, curve),
        "correlation_of_takes": [correlation(take, curve) for take in takes],
    }


def correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Pearson's; None when either never changes, as in silence."""
    return float(np.corrcoef(a, b)[0, 1]) if len(a) > 1 and np.ptp(a) and np.ptp(b) else None


def table(found: dict) -> str:
    takes = found["takes"]
    lines = ["seconds   curve    mean  " + "".join(f"  take {i}" for i in range(len(takes)))]
    for column, at in enumerate(found["seconds"]):
        values = "".join(f"{value:8.1f}" for value in takes[:, column])
        lines.append(f"{at:7.2f}{found['curve'][column]:8.1f}{found['mean'][column]:8.1f}  {values}")
    correlations = "".join(f"{_shown(value):>8}" for value in found["correlation_of_takes"])
    return "\n".join([*lines, f"correlation    {_shown(found['correlation']):>8}  {correlations}"])


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def draw(found: dict, sound: np.ndarray, sample_rate: int, title: str, path: Path) -> None:
    """Curve, takes and mean; below them the first take's waveform."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    for take in found["takes"]:
        upper.plot(found["seconds"], take, color="tab:blue", alpha=0.3, linewidth=0.8)
    upper.plot(found["seconds"], found["mean"], color="tab:blue", label=f"onsets, mean of {len(found['takes'])} takes")
    upper.plot(found["seconds"], found["curve"], color="black", linestyle="--", label="pops asked for")
    upper.set(ylabel="a second", ylim=(0, None))
    upper.set_title(f"{title}: correlation {_shown(found['correlation'])}", fontsize=10, parse_math=False)
    upper.legend(fontsize=8)
    upper.grid(alpha=0.3)
    step = max(len(sound) // 1500, 1)  # more is not seen
    firsts = np.arange(0, len(sound), step)
    low, high = np.minimum.reduceat(sound, firsts), np.maximum.reduceat(sound, firsts)
    lower.fill_between(firsts / sample_rate, low, high, linewidth=0.5)
    lower.set(xlabel="seconds", ylabel="first take", xlim=(0, len(sound) / sample_rate))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model_dir", required=True, help="a run, its folder of models, or one of them")
    parser.add_argument("--takes", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each take")
    parser.add_argument("--rand_seed", type=int, default=1)
    parser.add_argument("--temp", type=float, default=1.0)
    parser.add_argument("--plot", type=Path, metavar="FILE.png")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.takes < 1 or options.seconds < 2:
        parser.error("there is at least 1 take, of 2 seconds or more")
    rate = glide(round(options.seconds * CURVE_RATE), 1, 0, 1)
    try:
        model = checkpoints.find(options.model_dir)
        step = checkpoints.read(model).step
        # A training that goes on replaces model.pkl, but not the file of its step.
        numbered = model.with_name(f"model_{step}.pkl")
        model = numbered if numbered.exists() else model
        sounds, sample_rate = play(model, rate, options.takes, options.rand_seed, options.temp)
    except (click.ClickException, checkpoints.ModelError) as error:
        parser.exit(1, f"{error}\n")
    found = measure(rate, sounds, sample_rate)
    print(f"{model}, step {step}, temperature {options.temp:g}")
    print(table(found))
    if options.plot:
        draw(found, sounds[0], sample_rate, f"{Path(options.model_dir).name}, step {step}", options.plot)
    if options.json:
        arguments = {"model": str(model), "step": step, "temp": options.temp, "rand_seed": options.rand_seed}
        plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in found.items()}
        options.json.write_text(json.dumps(arguments | plain, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
