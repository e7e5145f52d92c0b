"""Does a small vschaos training learn its labels? Three instruments play two octaves, with labels of pitch and octave;
other takes of the same notes are held out.

    python scripts/vschaos_run.py [--steps 3000] [--folder vschaos-run] [--config-name dgt_pitch_prediction]
                                  [--json FILE] [WORDS OF vschaos train ...]

Prints what reconstructions of the held-out takes are worth before and after (spectral convergence, 0 is perfect), how
often pitch and octave are predicted right, and where the sound's pitch goes when the decoder is told another one.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import click
import numpy as np
import soundfile
import torch

from nn_tilde.audio.pyin import track
from nn_tilde.vschaos import generate, loading
from nn_tilde.vschaos.cli.train import command
from nn_tilde.vschaos.loading import Loaded
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.model.losses import spectral_convergence
from nn_tilde.vschaos.render import decode, encode

RATE, SECONDS = 22050, 0.7
NOTES, LOWEST = 24, 220.0  # semitones from A3, class 0 as of vschaos extract_pitch
NAMES = ("A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#")
TRAINING = ("training.warmup=1000", "training.optimizer.args.lr=1e-3", "data.loader.batch_size=128")


def note(timbre: str, number: int, take: int) -> np.ndarray:
    """[T]: takes differ in brightness, level, attack and vibrato."""
    rng = np.random.default_rng((("string", "reed", "bell").index(timbre), number, take))
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


def make_dataset(root: Path, timbres: tuple[str, ...], takes: range) -> None:
    """data/<timbre>/<number>_<take>.wav, with the labels pitch, octave and timbre."""
    rows: dict[str, list[str]] = {"pitch": [], "octave": [], "timbre": []}
    for timbre in timbres:
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


def convergence(vae: VAE, loaded: Loaded, sounds: dict[tuple[str, int], np.ndarray], told: bool) -> float:
    """Mean over all frames, the decoder being told the true labels, or else what is predicted."""
    found = []
    for (_, number), sound in sounds.items():
        features = loaded.transform(sound[None])
        labels = {"pitch": float(number % 12), "octave": float(number // 12)} if told else {}
        y = decode(vae, encode(vae, features, labels), labels)
        frames = (torch.from_numpy(each).movedim(1, 0) for each in (y, features))
        found.append(float(spectral_convergence(*frames)))
    return float(np.mean(found))


def predicted(loaded: Loaded, sounds: dict[tuple[str, int], np.ndarray]) -> dict[str, dict[str, float]]:
    """Task → share of frames, and of takes by their most frequent class, that are right."""
    right: dict[str, dict[str, list[float]]] = {t: {"frames": [], "takes": []} for t in loaded.config.model.prediction}
    for (_, number), sound in sounds.items():
        features = loaded.transform(sound[None])
        level = features[0].max(1)
        guesses = loaded.vae.predict(encode(loaded.vae, features, {})[level > 0.1 * level.max()])
        for task in right:
            guess, label = guesses[task].int().numpy(), {"pitch": number % 12, "octave": number // 12}[task]
            right[task]["frames"] += (guess == label).tolist()
            right[task]["takes"].append(float(np.bincount(guess).argmax() == label))
    return {task: {what: float(np.mean(each)) for what, each in both.items()} for task, both in right.items()}


def steered(loaded: Loaded, sounds: dict[tuple[str, int], np.ndarray], inversion: str = "pghi") -> dict[str, float]:
    """Decoded with each of 12 pitches: where the sound's pitch is then, in semitones from that and from its own."""
    followed, stayed, off = [], [], []
    for (_, number), sound in sounds.items():
        features = loaded.transform(sound[None])
        z = encode(loaded.vae, features, {})
        for told in range(12):
            y = decode(loaded.vae, z, {"pitch": float(told), "octave": float(number // 12)})
            heard = track(loaded.transform.invert(y, mode=inversion)[0], RATE, 100, 2000).hertz
            if not np.isfinite(heard).any():
                followed.append(0.0)
                stayed.append(0.0)
                continue
            semitones = 12 * math.log2(float(np.nanmedian(heard)) / LOWEST)
            away = (semitones - told + 6) % 12 - 6
            off.append(abs(away))
            followed.append(float(abs(away) < 0.5))
            if told != number % 12:
                stayed.append(float(abs((semitones - number + 6) % 12 - 6) < 0.5))
    return {
        "pitch told is heard": float(np.mean(followed)),
        "own pitch is heard instead": float(np.mean(stayed)),
        "median distance, semitones": float(np.median(off)) if off else math.nan,
        "sounds": len(followed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--folder", type=Path, default=Path("vschaos-run"), help="of the sounds and the run")
    parser.add_argument("--config-name", default="dgt_pitch_prediction", help="one that conditions and predicts pitch")
    parser.add_argument("--takes", type=int, default=2, help="of each note, to train with")
    parser.add_argument("--steered", type=int, default=2, help="notes of each instrument whose pitch is told")
    parser.add_argument("--gpu", type=int, default=None, help="-1: the CPU")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options, words = parser.parse_known_args()
    timbres = ("string", "reed", "bell")
    root = options.folder / "data"
    make_dataset(root, timbres, range(options.takes))
    flags = ["--max_steps", options.steps, "--val_every", max(options.steps // 4, 1), "--workers", options.workers]
    flags += [] if options.gpu is None else ["--gpu", options.gpu]
    settings = [f"name={options.config_name}", f"rundir={options.folder / 'runs'}", f"data.dataset.root={root}"]
    settings += [f"data.dataset.sr={RATE}", *TRAINING, *words]
    try:
        command.main(["--config-name", options.config_name, *map(str, flags), *settings], standalone_mode=False)
    except click.ClickException as error:
        parser.exit(1, f"{error.format_message()}\n")
    loaded = loading.load(options.folder / "runs" / options.config_name)
    if not {"pitch", "octave"} <= loaded.config.model.prediction.keys() & loaded.config.model.conditioning.keys():
        parser.exit(1, f"{options.config_name} does not condition and predict pitch and octave.\n")
    held = {(timbre, n): note(timbre, n, 1000) for timbre in timbres for n in range(NOTES)}
    torch.manual_seed(loaded.config.seed)
    untrained = VAE(loaded.config).eval()
    some = {key: held[key] for key in held if key[1] % max(NOTES // options.steered, 1) == 5 % NOTES}
    found = {
        "steps": loaded.step,
        "convergence before": convergence(untrained, loaded, held, told=True),
        "convergence after": convergence(loaded.vae, loaded, held, told=True),
        "convergence after, as predicted": convergence(loaded.vae, loaded, held, told=False),
        "predicted": predicted(loaded, held),
        "steered": steered(loaded, some),
    }
    print(f"{loaded.path}, step {found['steps']}, {len(held)} held-out takes")
    print(
        f"spectral convergence   before {found['convergence before']:.3f}   after {found['convergence after']:.3f}",
        end="",
    )
    print(f"   with predicted labels {found['convergence after, as predicted']:.3f}")
    for task, right in found["predicted"].items():
        print(f"{task} predicted right   {right['frames']:.1%} of frames   {right['takes']:.1%} of takes")
    s = found["steered"]
    print(f"decoder told one of 12 pitches, {s['sounds']} sounds: within a quarter tone", end="")
    print(f"   of it {s['pitch told is heard']:.1%}   of the take's own {s['own pitch is heard instead']:.1%}", end="")
    print(f"   median distance {s['median distance, semitones']:.2f} semitones")
    folder = options.folder / "sounds"
    for (timbre, number), sound in list(some.items())[:3]:
        source = folder / f"{timbre}_{number}.wav"
        generate.write(source, generate.Made(sound[None], RATE, {}))
        made = generate.reconstruct(loaded, source, generate.Options())
        generate.write(folder / f"{timbre}_{number}_reconstructed.wav", made)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
