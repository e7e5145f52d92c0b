"""A real training: a RAVE and a prior learn melodies that are made up here, and the prior plays some of its own.

    python scripts/msprior_run.py FOLDER [--config decoder_only small] [--steps 1000] [--minutes 120]

Prints how well the prior predicts what it has not heard (cross-entropy, beside the entropy of tokens that are drawn
without looking at the past), and how often it plays each token, beside the data. Ctrl-C stops; the same command goes
on. In FOLDER: sounds/, rave/, latents/, runs/, prompt.wav, continued.wav, run.png and run.log, with what all of it
said.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from scipy.signal import lfilter

RATE = 44100
FRAME = 2048  # samples of a latent frame of RAVE 2
NOTE = 4 * FRAME
SCALE = (0, 3, 5, 7, 10, 12, 15, 17)  # semitones above A2
RAVE = "CAPACITY=8 LATENT_SIZE=8 PHASE_1_DURATION=1000000 LEARNING_RATE=1e-3 "
RAVE += "BetaWarmupCallback.initial_value=1e-2 BetaWarmupCallback.target_value=1e-2"


def pluck(degree: int) -> np.ndarray:
    """A plucked string (Karplus and Strong, 1983) of a degree of the scale; equal each time."""
    period = round(RATE / (110 * 2 ** (SCALE[degree] / 12)))
    burst = np.zeros(4 * NOTE)
    burst[:period] = np.random.default_rng(degree).uniform(-1, 1, period)
    loop = np.zeros(period + 2)
    loop[[0, period, period + 1]] = 1, -0.497, -0.497
    return lfilter([1.0], loop, burst)


def melody(notes: int, rng: np.random.Generator) -> np.ndarray:
    """Steps up and down the scale, a note every fourth frame, in phrases of 8 that are often played again."""
    strings = [pluck(degree) for degree in range(len(SCALE))]
    out = np.zeros(notes * NOTE + 4 * NOTE)
    degree, phrase = int(rng.integers(len(SCALE))), []
    for at in range(notes):
        if at % 8 == 0 and (not phrase or rng.uniform() < 0.25):
            phrase = []
            for _ in range(8):
                degree = int(np.clip(degree + rng.choice([-2, -1, 1, 2]), 0, len(SCALE) - 1))
                phrase.append(degree)
        sound = strings[phrase[at % 8]]
        out[at * NOTE : at * NOTE + sound.size] += (0.5 if at % 2 else 0.8) * sound
    out = out[: notes * NOTE]
    return (0.8 * out / np.abs(out).max()).astype(np.float32)


def synthesise(folder: Path, minutes: float) -> None:
    """wav files of a minute each."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(round(minutes)):
        path = folder / f"melody_{i:03d}.wav"
        if not path.exists():
            soundfile.write(path, melody(round(60 * RATE / NOTE), np.random.default_rng(i)), RATE)


def tokens_of(prior: Path, frames: int, seed: int, levels: int) -> np.ndarray:
    """[frames, Q]: what an exported prior makes of itself."""
    import torch

    from nn_tilde import Host
    from nn_tilde.msprior.quantise import quantise

    host = Host(prior, block=16 * FRAME)
    host.set("listen", False)
    host.set("seed", seed)
    method = host.methods["forward"]
    silence = np.zeros((method.in_channels, (frames + 16) * FRAME), np.float32)
    z = host.process(silence)[: method.out_channels - 1, host.latency + FRAME // 2 :: FRAME].T
    return quantise(torch.from_numpy(z[:frames].copy()), levels).numpy()


def cross_entropy(prior, windows) -> np.ndarray:
    """Nats for a token, of each stream [Q], on all windows."""
    import torch

    total, count = 0.0, 0
    with torch.no_grad():
        for i in range(len(windows)):
            item = windows[i]
            logits = prior(item["inputs"][None], item["targets"][None], None)[0]
            known = item["targets"][:, 0] >= 0
            logp = torch.log_softmax(logits[known], -1).gather(-1, item["targets"][known].unsqueeze(-1))
            total, count = total - logp[..., 0].sum(0).numpy(), count + int(known.sum())
    return total / count


def entropy(counts: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Nats for a token of counts [Q, V] when told by the shares of `model`, with half a count more for each."""
    p = counts / counts.sum(1, keepdims=True)
    q = (model + 0.5) / (model + 0.5).sum(1, keepdims=True)
    return -(p * np.log(q)).sum(1)


def divergence(made: np.ndarray, data: np.ndarray) -> np.ndarray:
    """Kullback and Leibler's of made from data, nats, [Q]; both with half a count for each token."""
    p, q = ((counts + 0.5) / (counts + 0.5).sum(1, keepdims=True) for counts in (made, data))
    return (p * np.log(p / q)).sum(1)


def counted(tokens: np.ndarray, classes: int) -> np.ndarray:
    return np.stack([np.bincount(row, minlength=classes) for row in tokens.T])


def measure(folder: Path, run: Path, frames: int) -> Table:
    """The numbers, and run.png."""
    from nn_tilde.msprior import loading
    from nn_tilde.msprior.data.latents import open_latents
    from nn_tilde.msprior.data.windows import ValidationWindows, cut_for, histogram, split

    loaded, latents = loading.load(run), open_latents(folder / "latents")
    config, about = loaded.config, latents.about
    cut = cut_for(config, latents)
    training, validation = split(latents, config.frames, 8192, 0, cut.grid)
    known, unheard = histogram(latents, training), histogram(latents, validation)
    prior = cross_entropy(loaded.prior, ValidationWindows(latents, validation, cut))
    tokens = tokens_of(run / f"{run.name}.ts", frames, 1, about.levels)
    made = counted(tokens, about.num_tokens)
    recording, start, stop = validation.spans[0].tolist()
    heard = latents.tokens(recording, start, stop - start)
    draw(folder / "run.png", heard, tokens, known, about.num_tokens)
    rows = {
        "cross-entropy of unheard tokens, nats": prior,
        "the same, told by frequencies alone": entropy(unheard, known),
        "KL of played tokens from the data's, nats": divergence(made, known),
        "KL of unheard tokens from the data's": divergence(unheard, known),
    }
    table = Table(title=f"{run.name}: {loaded.step} steps", box=SIMPLE_HEAD)
    for name in ("", "mean", *(f"latent {i + 1}" for i in range(about.quantizers))):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, values in rows.items():
        table.add_row(name, f"{values.mean():.3f}", *(f"{value:.2f}" for value in values))
    return table


def draw(path: Path, heard: np.ndarray, made: np.ndarray, data: np.ndarray, classes: int) -> None:
    """Tokens [T, Q] of an unheard recording and those that the prior made, over time and how often; data [Q, V]."""
    figure = Figure(figsize=(9, 6), layout="constrained")
    upper, lower = figure.subfigures(2, 1)
    for axis, tokens, title in zip(upper.subplots(2, 1, sharex=True), (heard, made), ("heard", "played"), strict=True):
        axis.plot(tokens[:200], linewidth=0.8)
        axis.set(title=f"{title}: tokens, frame by frame", ylim=(0, classes))
    for i, axis in enumerate(np.atleast_1d(lower.subplots(1, made.shape[1], sharey=True))):
        for counts, name in ((data[i], "data"), (counted(made, classes)[i], "played")):
            axis.step(range(classes), counts / counts.sum(), where="mid", label=name, linewidth=1)
        axis.set(title=f"latent {i + 1}: how often", xlabel="token")
        axis.legend(fontsize=8)
    figure.savefig(path, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", nargs="+", default=["decoder_only", "small"])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--rave_steps", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=120, help="of melodies, the RAVE hears the first 20")
    parser.add_argument("--frames", type=int, default=4000, help="that the prior plays to be counted")
    options = parser.parse_args()
    folder, name = options.folder.absolute(), "_".join(options.config)
    synthesise(folder / "sounds", min(20, options.minutes))
    run = folder / "runs" / name
    overrides = " ".join(f"--override {word}" for word in RAVE.split())
    stacked = " ".join(f"--config {word}" for word in options.config)
    rave = (
        f"train --config v2 --db_path rave/data --out_path rave --name model --batch 4 --n_signal {36 * FRAME} "
        f"--max_steps {options.rave_steps} --val_every 500 --save_every 100000000 --workers 1 --seed 0 {overrides}"
    )
    train = (
        f"train {stacked} --db_path latents --name {name} --batch_size {options.batch_size} --val_every 200 "
        f"--max_steps {options.steps} --seed 0"
    )
    with open(folder / "run.log", "a", encoding="utf-8") as log:
        if not (folder / "rave" / "model.ts").exists():
            call("rave", "preprocess --input_path sounds --output_path rave/data --channels 1", folder, log)
            call("rave", rave, folder, log)
            call("rave", "export --run rave/model --output rave", folder, log)
            call("rave", "export --run rave/model --streaming --output rave", folder, log)
        synthesise(folder / "sounds", options.minutes)
        call("msprior", "preprocess --audio sounds --out_path latents --rave rave/model.ts", folder, log)
        call("msprior", train, folder, log)
        call("msprior", f"export --run runs/{name} --continuous", folder, log)
        soundfile.write(folder / "prompt.wav", melody(64, np.random.default_rng(1000)), RATE)
        files = f"--prior runs/{name}/{name}.ts --rave rave/model_streaming.ts --prompt prompt.wav --out continued.wav"
        call("msprior", f"generate {files} --seconds 20 --seed 1", folder, log)
        table = measure(folder, run, options.frames)
        for console in (Console(width=120), Console(file=log, width=120)):
            console.print(table)


def call(program: str, arguments: str, folder: Path, log) -> None:
    """Runs a command of the toolkit there, and copies what it says; ends with its code when it fails."""
    log.write(f"$ {program} {arguments}\n")
    module = f"from nn_tilde.{program}.cli import main; main()"
    command = [sys.executable, "-c", module, *arguments.split(), *(["--noprogress"] if "train" in arguments else [])]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            log.write(line.replace(str(folder) + os.sep, ""))
    except KeyboardInterrupt:
        process.wait()
    log.flush()
    if process.wait():
        sys.exit(process.returncode)


if __name__ == "__main__":
    main()
