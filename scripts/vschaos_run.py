"""Does a small vschaos training learn its labels? Three instruments play two octaves, with labels of pitch and octave;
other takes of the same notes are held out.

    python scripts/vschaos_run.py [--steps 500] [--folder vschaos-run] [--models predicts told both]
                                  [--log FILE] [--picture FILE] [--gpu -1] [WORDS OF vschaos train ...]

Three small models: one predicts the labels, the decoder of one is told them, and one does both. Prints what
reconstructions of the held-out takes are worth before and after (spectral convergence, 0 is perfect), how often pitch
and octave are predicted right, and where the sound's pitch goes when the decoder is told another one.
"""

from __future__ import annotations

import argparse
import math
import platform
import shlex
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import numpy as np
import soundfile
import torch
from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track as progress
from rich.table import Table
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from nn_tilde.audio.pyin import track
from nn_tilde.vschaos import generate, loading
from nn_tilde.vschaos.cli.train import command
from nn_tilde.vschaos.loading import Loaded
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.model.losses import spectral_convergence
from nn_tilde.vschaos.render import decode, encode

RATE, SECONDS = 11025, 0.7  # windows of 1024 are 93 ms then: a semitone of the lowest note is more than a bin
NOTES, LOWEST = 24, 220.0  # semitones from A3, class 0 as of vschaos extract_pitch
NAMES = ("A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#")
TIMBRES = ("string", "reed", "bell")
TASKS = {"pitch": lambda number: number % 12, "octave": lambda number: number // 12}
BAR = 0.9  # of all frames of the held-out takes, pitch predicted right

COMMON = (
    "~data.augmentations.Shift",  # moves spectra by up to two bins, a semitone and more of low notes, but not labels
    "training.optimizer.args.lr=1e-3",
    "training.warmup=200",
    "data.loader.batch_size=64",
)
# Name → configuration, words. beta decides where the pitch goes. A decoder that is told it needs none in the latents,
# and a large beta takes out what nobody needs: then only the label moves the pitch, but a predictor, whose wishes the
# encoder does not feel, has nothing to read. A small beta leaves it in: predictors read it, and the decoder need not
# listen. So there is a model for each; "both" lies between.
MODELS = {
    "predicts": ("dgt_pitch_prediction", ("~model.conditioning", "training.beta=1e-3")),
    "told": ("dgt_pitch_cond", ("training.beta=0.1",)),
    "both": ("dgt_pitch_prediction", ("training.beta=3e-3",)),
}

Sounds = dict[tuple[str, int], np.ndarray]


def note(timbre: str, number: int, take: int) -> np.ndarray:
    """[T]: takes differ in brightness, level, attack and vibrato."""
    rng = np.random.default_rng((TIMBRES.index(timbre), number, take))
    t = np.arange(int(SECONDS * RATE)) / RATE
    hertz, bright = LOWEST * 2 ** (number / 12), rng.uniform(0.8, 1.3)
    turns = hertz * t - rng.uniform(0, 0.004) * hertz / 34 * np.cos(34 * t)  # some 5 Hz, up to 7 cents
    x = np.zeros(len(t))
    for k in range(1, int(min(14, 0.45 * RATE / hertz)) + 1):
        if timbre == "reed" and k % 2 == 0:
            continue
        decay = np.exp(-t * k * 1.5) if timbre == "bell" else 1.0
        x += decay * k ** (-1.2 / bright) * np.sin(2 * np.pi * (k * turns + rng.uniform()))
    rise = np.minimum(1, t / rng.uniform(0.01, 0.04)) * np.minimum(1, (SECONDS - t) / 0.05)
    return (rng.uniform(0.5, 1.0) * 0.3 * x * rise / np.abs(x).max()).astype(np.float32)


def make_dataset(root: Path, takes: range) -> None:
    """data/<timbre>/<number>_<take>.wav, with the labels pitch, octave and timbre."""
    rows: dict[str, list[str]] = {"pitch": [], "octave": [], "timbre": []}
    for timbre in TIMBRES:
        (root / "data" / timbre).mkdir(parents=True, exist_ok=True)
        for number in range(NOTES):
            for take in takes:
                name = f"data/{timbre}/{number:02}_{take}.wav"
                soundfile.write(root / name, note(timbre, number, take), RATE)
                for task, label in (("pitch", number % 12), ("octave", number // 12), ("timbre", timbre)):
                    rows[task].append(f"{name}\t{label}\n")
    for task, lines in rows.items():
        folder = root / "metadata" / task
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "metadata.txt").write_text("".join(lines), encoding="utf-8")
    (root / "metadata" / "pitch" / "classes.txt").write_text("".join(f"{i}\t{n}\n" for i, n in enumerate(NAMES)))


def convergence(vae: VAE, loaded: Loaded, sounds: Sounds, told: bool = True) -> float:
    """Mean over all takes, the decoder being told the true labels, or else what is predicted."""
    found = []
    for (_, number), sound in sounds.items():
        features = loaded.transform(sound[None])
        labels = {task: float(of(number)) for task, of in TASKS.items()} if told else {}
        y = decode(vae, encode(vae, features, labels), labels)
        frames = (torch.from_numpy(each).movedim(1, 0) for each in (y, features))
        found.append(float(spectral_convergence(*frames)))
    return float(np.mean(found))


def predicted(loaded: Loaded, sounds: Sounds) -> dict[str, tuple[np.ndarray, np.ndarray, float]]:
    """Task → predicted and true class of all frames, and the share of takes whose most frequent class is right."""
    found = {}
    latents = [encode(loaded.vae, loaded.transform(sound[None]), {}) for sound in sounds.values()]
    guesses = [loaded.vae.predict(z) for z in latents]
    for task, of in TASKS.items():
        each = [guess[task].int().numpy() for guess in guesses]
        labels = [of(number) for _, number in sounds]
        votes = [np.bincount(guess).argmax() == label for guess, label in zip(each, labels, strict=True)]
        true = np.repeat(labels, [len(guess) for guess in each])
        found[task] = (np.concatenate(each), true, float(np.mean(votes)))
    return found


def steered(loaded: Loaded, sounds: Sounds, console: Console) -> np.ndarray:
    """Decoded with each of 12 pitches → [N, 3]: own pitch, told pitch, pitch heard in semitones (NaN: none)."""
    rows = []
    for (_, number), sound in progress(sounds.items(), "pitches told", console=console, transient=True):
        z = encode(loaded.vae, loaded.transform(sound[None]), {})
        for told in range(12):
            y = decode(loaded.vae, z, {"pitch": float(told), "octave": float(number // 12)})
            heard = track(loaded.transform.invert(y, mode="pghi")[0], RATE, 100, 2000).hertz
            known = np.isfinite(heard).any()
            rows.append((number % 12, told, 12 * math.log2(float(np.nanmedian(heard)) / LOWEST) if known else math.nan))
    return np.array(rows)


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Semitones between pitch classes."""
    return np.abs((a - b + 6) % 12 - 6)


def train(name: str, options: argparse.Namespace, words: Iterable[str]) -> tuple[Loaded, list[str]]:
    """The model, and the words it was trained with."""
    configuration, own = MODELS[name]
    told = [*COMMON, *own, *words]
    flags = ["--max_steps", options.steps, "--val_every", max(options.steps // 6, 1), "--workers", 0, "--nolisten"]
    flags += [] if options.gpu is None else ["--gpu", options.gpu]
    settings = [f"name={name}", f"rundir={options.folder / 'runs'}", f"data.dataset.root={options.folder / 'data'}"]
    settings += [f"data.dataset.sr={RATE}", *told]
    command.main(["--config-name", configuration, *map(str, flags), *settings], standalone_mode=False)
    return loading.load(options.folder / "runs" / name), told


def validations(run: Path) -> list[str]:
    """Lines, one for each validation of a run; its recordings are a fifth of those to train with."""
    events = EventAccumulator(str(run))
    events.Reload()
    tags = ("rec_loss/valid", "kld/valid", "pitch_ratio/valid", "octave_ratio/valid")
    curves = {t: {e.step: e.value for e in events.Scalars(t)} for t in tags if t in events.Tags()["scalars"]}
    steps = sorted(curves.get(tags[0], ()))
    return [
        f"step {n}: " + "   ".join(f"{t} {curve[n]:.3f}" for t, curve in curves.items() if n in curve) for n in steps
    ]


def measure(loaded: Loaded, held: Sounds, some: Sounds, console: Console) -> dict[str, Any]:
    model = loaded.config.model
    torch.manual_seed(loaded.config.seed)
    untrained = VAE(loaded.config).eval()
    cells = {
        "spectral convergence before": f"{convergence(untrained, loaded, held):.3f}",
        "spectral convergence after": f"{convergence(loaded.vae, loaded, held):.3f}",
    }
    found: dict[str, Any] = {"cells": cells}
    if model.prediction:
        if model.conditioning:
            told = convergence(loaded.vae, loaded, held, told=False)
            cells["  with labels as predicted"] = f"{told:.3f}"
        found["predicted"] = predicted(loaded, held)
        for task, (guess, true, takes) in found["predicted"].items():
            cells[f"{task} right, of all frames"] = f"{np.mean(guess == true):.1%}"
            cells[f"{task} right, of takes by vote"] = f"{takes:.1%}"
    if model.conditioning:
        found["steered"] = steered(loaded, some, console)
        own, told, heard = found["steered"][found["steered"][:, 0] != found["steered"][:, 1]].T
        cells["told another pitch, sounds"] = str(len(own))
        cells["  within a quarter tone of it"] = f"{np.mean(distance(heard, told) < 0.5):.1%}"
        cells["  of its own instead"] = f"{np.mean(distance(heard, own) < 0.5):.1%}"
        cells["  median distance, semitones"] = f"{np.median(np.nan_to_num(distance(heard, told), nan=6.0)):.2f}"
    return found


def draw(found: dict[str, dict[str, Any]], target: Path) -> None:
    """Predicted by true pitch of the held-out frames; heard by told pitch."""
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    axes = figure.subplots(1, 2)
    panels = []
    if "predicts" in found:
        guess, true, _ = found["predicts"]["predicted"]["pitch"]
        panels.append((true, guess, "pitch of the sound", "pitch predicted", "frames of held-out takes"))
    if "told" in found:
        _, told, heard = found["told"]["steered"][np.isfinite(found["told"]["steered"][:, 2])].T
        panels.append(
            (told.astype(int), np.rint(heard).astype(int) % 12, "pitch told", "pitch heard", "decoded sounds")
        )
    for axis, (x, y, below, beside, what) in zip(axes, panels, strict=False):
        counts = np.zeros((12, 12))
        np.add.at(counts, (y, x), 1)
        image = axis.imshow(counts / counts.sum(0).clip(1), origin="lower", cmap="magma", vmin=0, vmax=1)
        axis.set(title=what, xlabel=below, ylabel=beside)
        axis.set_xticks(range(12), NAMES)
        axis.set_yticks(range(12), NAMES)
    figure.colorbar(image, ax=axes, label="share of a column")
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500, help="of each model")
    parser.add_argument("--folder", type=Path, default=Path("vschaos-run"), help="of the sounds and the runs")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--takes", type=int, default=4, help="of each note, to train with")
    parser.add_argument("--steered", type=int, default=4, help="notes of each instrument whose pitch is told")
    parser.add_argument("--gpu", type=int, default=None, help="-1: the CPU")
    parser.add_argument("--log", type=Path, metavar="FILE", help="settings, validations and the table")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="predicted by true pitch, heard by told pitch")
    options, words = parser.parse_known_args()
    console, began = Console(), time.process_time()
    make_dataset(options.folder / "data", range(options.takes))
    held = {(timbre, n): note(timbre, n, 1000) for timbre in TIMBRES for n in range(NOTES)}
    some = {key: held[key] for key in held if key[1] % max(NOTES // options.steered, 1) == 5 % NOTES}
    found, lines = {}, [f"$ python scripts/vschaos_run.py {shlex.join(sys.argv[1:])}"]
    lines.append(f"Python {platform.python_version()}, torch {torch.__version__}, {torch.get_num_threads()} thread(s)")
    lines.append(
        f"{len(TIMBRES)} instruments, {NOTES} notes, {options.takes} takes of each to train; {len(held)} held out"
    )
    for i, name in enumerate(options.models):
        console.print(f"Model {i + 1} of {len(options.models)}: {name}, {MODELS[name][0]}")
        before = time.process_time()
        try:
            loaded, told = train(name, options, words)
        except click.ClickException as error:
            parser.exit(1, f"{error.format_message()}\n")
        lines.append(f"\n{name}: --config-name {MODELS[name][0]} {shlex.join(told)}")
        lines.append(f"{sum(p.numel() for p in loaded.vae.parameters()):,} parameters, {loaded.step} steps, ")
        lines[-1] += f"{time.process_time() - before:.0f} s of CPU time"
        lines += validations(options.folder / "runs" / name)
        found[name] = measure(loaded, held, some, console)
        for (timbre, number), sound in list(some.items())[:: options.steered]:
            source = options.folder / "sounds" / f"{timbre}_{number}.wav"
            generate.write(source, generate.Made(sound[None], RATE, {}))
            made = generate.reconstruct(loaded, source, generate.Options())
            generate.write(source.with_name(f"{source.stem}_{name}.wav"), made)
    table = Table(title="held-out takes", box=SIMPLE_HEAD)
    for name in ("", *found):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    every = dict.fromkeys(row for name in ("both", *found) if name in found for row in found[name]["cells"])
    for row in every:
        table.add_row(row, *(each["cells"].get(row, "") for each in found.values()))
    closing = [f"{time.process_time() - began:.0f} s of CPU time"]
    if "predicts" in found:
        guess, true, _ = found["predicts"]["predicted"]["pitch"]
        share = float(np.mean(guess == true))
        verdict = "reached" if share >= BAR else "missed"
        closing.insert(0, f"Pitch right in {BAR:.0%} of all frames of the held-out takes: {verdict} ({share:.1%}).")
    console.print(table, *closing, sep="\n", highlight=False)
    if options.log:
        options.log.parent.mkdir(parents=True, exist_ok=True)
        with options.log.open("w", encoding="utf-8") as file:
            plain = Console(file=file, width=120, highlight=False)
            file.write("\n".join(lines) + "\n\n")
            plain.print(table, *closing, sep="\n")
    if options.picture:
        draw(found, options.picture)


if __name__ == "__main__":
    main()
