"""Prints how well `vschaos extract_pitch` finds pitch, in tones from C1 to C7 or in a folder of named sounds.

    python scripts/pitch_accuracy.py [--step 1] [--seconds 1] [--json FILE]
    python scripts/pitch_accuracy.py --folder SOUNDS [--pattern REGEX] [--fmin 50] [--fmax 1000]

Of the frames in which there is a tone: those within 50 cents, those an octave or more wrong, those without a pitch; of
the others, those that are given one. The first and last 30 ms of a tone count as neither. Cents: the median error.
Labels: tones whose pitch class and octave are those that most of their frames have. Speed: seconds of sound a second,
on one core.

--folder: the name of a file tells its note, as in cello_A#3_loud.wav or Bb2.wav; with --pattern, the group of a regular
expression, which finds a note or a MIDI number: --pattern='-(\\d{3})-' for guitar_acoustic_001-060-100.wav.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn_tilde.audio import AudioError, find_audio, read_audio
from nn_tilde.vschaos.extract_pitch import PITCHES, Settings, analysis_rate, notes

LOWEST, HIGHEST = 24, 96  # MIDI notes, C1 and C7
SETTINGS = Settings(fmin=30, fmax=2200)  # of the tones
HOP = 256 / 44100  # seconds
EDGE, SILENCE = 0.03, 0.2  # seconds
KINDS = ("sine", "saw", "missing", "pluck")
CONDITIONS = {"plain": (0, None), "vibrato": (30, None), "20 dB": (0, 20), "10 dB": (0, 10)}  # cents, signal to noise
NAMED = r"(?<![A-Za-z])([A-Ga-g][#b]?-?\d)(?!\d)"


@dataclass(frozen=True)
class Sound:
    x: np.ndarray  # float32 [1, time]
    notes: np.ndarray  # float64 [time], MIDI; NaN where there is no tone
    doubtful: np.ndarray  # bool [time]: neither a tone nor none


def tone(kind: str, note: float, seconds: float, rate: int, vibrato: float, noise: float | None, seed: int) -> Sound:
    """A tone of `kind` between two silences. vibrato: cents, six times a second; noise: dB below the tone.

    saw: a bright one; missing: harmonics 3 to 8 of a fundamental that is not there; pluck: a stiff string, whose
    partials die the faster the higher they are.
    """
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    moving = note + vibrato / 100 * np.sin(2 * np.pi * 6 * t)
    hertz = 440 * 2 ** ((moving - 69) / 12)
    turns = np.cumsum(hertz) / rate
    first, last = {"sine": (1, 1), "saw": (1, 200), "missing": (3, 8), "pluck": (1, 40)}[kind]
    y = np.zeros(len(t))
    for k in range(first, last + 1):
        stretch = k * np.sqrt(1 + 1e-4 * k**2) / np.sqrt(1 + 1e-4) if kind == "pluck" else k
        if stretch * hertz.max() > 0.45 * rate:
            break
        fading = np.exp(-t * (1 + 0.5 * k) * hertz / 220) if kind == "pluck" else 1
        y += fading * np.sin(2 * np.pi * (stretch * turns + random.random())) / k
    y *= 0.1 / np.sqrt(np.mean(np.square(y)))
    fade = np.minimum(np.minimum(t, t[::-1]) / 0.005, 1)
    gap = np.zeros(round(SILENCE * rate))
    x = np.concatenate([gap, y * fade, gap])
    hiss = 0.1 * 10 ** (-noise / 20) if noise is not None else 1e-4
    level = np.sqrt(np.convolve(np.square(x), np.full(400, 1 / 400), "same"))
    sounding = np.concatenate([gap, np.ones(len(t)), gap]) > 0
    heard = sounding & (level > max(hiss, 1e-3))
    edges = np.flatnonzero(np.diff(heard.astype(int)))
    doubtful = sounding & ~heard
    for edge in edges:
        doubtful[max(edge - round(EDGE * rate), 0) : edge + round(EDGE * rate)] = True
    x = x + hiss * random.standard_normal(len(x))
    return Sound(x[None].astype(np.float32), np.where(heard, np.pad(moving, len(gap), mode="edge"), np.nan), doubtful)


@dataclass
class Count:
    """Frames and tones."""

    tones: int = 0
    silent: int = 0
    right: int = 0
    octave: int = 0
    unheard: int = 0
    invented: int = 0
    files: int = 0
    labelled: int = 0
    seconds: float = 0.0  # of sound
    spent: float = 0.0

    def __post_init__(self) -> None:
        self.cents: list[np.ndarray] = []

    def add(self, sound: Sound, note: float, rate: int) -> None:
        times = np.arange(int(sound.x.shape[1] / rate / HOP)) * HOP
        began = time.process_time()
        found = notes(sound.x, rate, times, SETTINGS)
        self.spent += time.process_time() - began
        self.seconds += sound.x.shape[1] / rate
        at = np.rint(times * rate).astype(int)
        true, certain = sound.notes[at], ~sound.doubtful[at]
        tones, silent = certain & ~np.isnan(true), certain & np.isnan(true)
        error = 100 * (found - true)[tones & ~np.isnan(found)]
        octaves = np.rint(error / 1200)
        self.tones += int(tones.sum())
        self.silent += int(silent.sum())
        self.right += int((np.abs(error) <= 50).sum())
        self.octave += int(((octaves != 0) & (np.abs(error - 1200 * octaves) <= 50)).sum())
        self.unheard += int((tones & np.isnan(found)).sum())
        self.invented += int((silent & ~np.isnan(found)).sum())
        self.cents.append(np.abs(error[np.abs(error) <= 50]))
        self.files += 1
        self.labelled += most(found) == note

    def row(self) -> dict[str, float]:
        cents = np.concatenate(self.cents)
        return {
            "within 50 cents, %": 100 * self.right / self.tones,
            "octave errors, %": 100 * self.octave / self.tones,
            "not heard, %": 100 * self.unheard / self.tones,
            "invented, %": 100 * self.invented / self.silent,
            "cents": float(np.median(cents)) if len(cents) else float("nan"),
            "labels, %": 100 * self.labelled / self.files,
            "speed": self.seconds / self.spent,
        }


def most(found: np.ndarray) -> int | None:
    """The MIDI note that most frames have; None: there is none."""
    heard = np.rint(found[~np.isnan(found)]).astype(int)
    return int(np.bincount(heard).argmax()) if len(heard) else None


def synthetic(step: int, seconds: float) -> Iterator[tuple[str, str, dict[str, float]]]:
    rate = analysis_rate(SETTINGS)
    for kind in KINDS:
        for condition, (vibrato, noise) in CONDITIONS.items():
            count = Count()
            for note in range(LOWEST, HIGHEST + 1, step):
                count.add(tone(kind, note, seconds, rate, vibrato, noise, note), note, rate)
            yield kind, condition, count.row()


def table(rows: list[tuple[str, str, dict[str, float]]]) -> str:
    heads = ["tone", "condition", *rows[0][2]]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += [f"| {kind} | {how} | " + " | ".join(f"{v:.1f}" for v in row.values()) + " |" for kind, how, row in rows]
    return "\n".join(lines)


def note_of(name: str, pattern: str) -> int | None:
    """The MIDI note that a file's name tells."""
    found = re.search(pattern, name)
    if not found:
        return None
    text = found.group(1)
    if text.isdigit():
        return int(text)
    letter, sign, octave = re.fullmatch(r"([A-Ga-g])([#b]?)(-?\d+)", text).groups()
    return 12 * (int(octave) + 1) + "C D EF G A B".index(letter.upper()) + {"#": 1, "b": -1, "": 0}[sign]


def name_of(note: int | None) -> str:
    return "none" if note is None else f"{PITCHES[(note + 3) % 12]}{note // 12 - 1}"


def folder(path: Path, pattern: str, settings: Settings) -> str:
    """Every sound whose label is wrong, and how many there are."""
    rate, lines = analysis_rate(settings), []
    named = {file: note_of(file.stem, pattern) for file in find_audio([path])}
    wanted = {file: note for file, note in named.items() if note is not None}
    right = classes = unheard = unread = 0
    for file, note in wanted.items():
        try:
            x, _ = read_audio(file, rate)
        except AudioError as error:
            unread += 1
            lines.append(str(error))
            continue
        found = most(notes(x, rate, np.arange(int(x.shape[1] / rate / HOP)) * HOP, settings))
        right += found == note
        classes += found is not None and (found - note) % 12 == 0
        unheard += found is None
        if found != note:
            lines.append(f"{file.relative_to(path.absolute())}: {name_of(note)} is taken for {name_of(found)}")
    total = len(wanted) - unread
    lines.append(f"{total} sounds; {len(named) - len(wanted)} have no note in their names, {unread} cannot be read")
    for what, count in (("label right", right), ("pitch class right", classes), ("no pitch found", unheard)):
        lines.append(f"{what}: {100 * count / max(total, 1):.1f} %")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="named sounds, instead of tones")
    parser.add_argument("--pattern", default=NAMED, help="finds the note in the name of a file")
    parser.add_argument("--fmin", type=float, default=Settings.fmin, help="Hz, for --folder")
    parser.add_argument("--fmax", type=float, default=Settings.fmax, help="Hz, for --folder")
    parser.add_argument("--step", type=int, default=1, help="semitones between tones")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each tone")
    parser.add_argument("--json", type=Path, help="also write the table here")
    args = parser.parse_args()
    if args.folder:
        print(folder(args.folder, args.pattern, Settings(fmin=args.fmin, fmax=args.fmax)))
        return
    rows = list(synthetic(args.step, args.seconds))
    print(table(rows))
    if args.json:
        args.json.write_text(json.dumps([{"tone": k, "condition": c, **row} for k, c, row in rows], indent=1))


if __name__ == "__main__":
    main()
