"""One call of `mtcrnn generate`: everything that can be wrong is found before anything long begins."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from ..audio.files import AudioError
from ..audio.metadata import DatasetError
from ..cli.progress import audio_progress
from . import checkpoints, data
from .chain import Stage, linked
from .flags import Given, settle
from .generate import generate, random_primer, write_audio, write_values
from .lines import between
from .sampling import Sampler
from .stepper import make_stepper
from .tier import Tier


@dataclass(frozen=True)
class Source:
    """Where primers, and conditioning of mode `self`, come from.

    file: a recording, from `start` seconds on; else any of data_dir's. random: primers are random numbers.
    """

    file: str | None = None
    start: float = 0.0
    start_values: int | None = None  # the same in values of the tier
    data_dir: str | None = None
    param_dir: str | None = None
    random: bool = False

    @property
    def any(self) -> bool:
        return self.file is not None or self.data_dir is not None

    def rows(self, tier: Tier, length: int, batch: int, seed: int) -> np.ndarray:
        """float32 [batch, length, gen + cond] of recordings."""
        start = self.start if self.start_values is None else self.start_values / tier.sample_rate
        places = {"file": self.file, "data_dir": self.data_dir, "param_dir": self.param_dir}
        return data.primer(tier, length, **places, start=start, seed=seed, batch=batch)

    def primer(self, tier: Tier, length: int, batch: int, seed: int) -> np.ndarray:
        make = random_primer if self.random else self.rows
        return make(tier, length, batch, seed)


def run_session(flags: dict[str, Any], given: Given) -> None:
    """Generates as the flags of `mtcrnn generate` say. Raises ClickException, one sentence.

    given: names of the flags that the command line has, the others being defaults.
    """
    try:
        _run(flags, given)
    except (ValueError, AudioError, DatasetError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error


def _run(flags: dict[str, Any], given: Given) -> None:
    begun, source, seed = time.monotonic(), *_source(flags)
    stages = [_first(flags, given, source)]
    for name in flags["chain"]:
        stages.append(_linked(name, stages[-1], source))
    device = _device(flags["gpu"])
    batch, length = _batch(flags, given), flags["length"]
    samplers = [Sampler(s.tier, s.network.kind, flags["temp"], flags["legacy_temperature"]) for s in stages]
    primer, conditioning = _begin(flags, stages[0].tier, source, batch, seed)
    values = np.empty(0)
    click.echo(f"Device: {device}.  Seed: {seed} (--rand_seed repeats it).", err=True)
    for number, (stage, sampler) in enumerate(zip(stages, samplers, strict=True)):
        is_last = number == len(stages) - 1
        more = 0 if is_last else 1  # the tier that follows hears lines, the last one too
        if number:
            before = stages[number - 1].tier
            array = _columns(stage.tier.prop, before, values, conditioning)
            length = length * stage.tier.sample_rate // before.sample_rate
            rates = before.sample_rate, stage.tier.sample_rate
            conditioning = between(torch.from_numpy(array), 0, 0, length + more, *rates).numpy()
            primer = source.primer(stage.tier, stage.tier.seq_len, batch, seed + number)
        elif more:
            conditioning = np.concatenate([conditioning, conditioning[:, -1:]], 1)
        stepper = make_stepper(stage.network, sampler, seed + number, flags["precision"], device)
        with _bar(stage, length, flags["progress"]) as progress:
            values = generate(stepper, primer, conditioning, progress)
        out = flags["out"] if is_last else f"{flags['out']}_tier{number + 1}"
        _write(flags, stage.tier, values[:, :length], out, is_last)
    click.echo(f"DONE in {time.monotonic() - begun:.1f} s.", err=True)


def _source(flags: dict[str, Any]) -> tuple[Source, int]:
    """Where to begin, and the seed of all draws: --rand_seed, or with --rand_prime a --seed that is a number."""
    file, seed = flags["seed"], flags["rand_seed"]
    if file is not None and not Path(file).exists() and file.isdecimal():
        if not flags["rand_prime"]:
            raise ValueError(f"--seed is a recording; the number {file} goes with --rand_prime, or is a --rand_seed.")
        if seed is not None and seed != int(file):
            raise ValueError(f"--seed {file} and --rand_seed {seed} contradict each other; give one of the two.")
        file, seed = None, int(file)
    if file is not None and flags["data_dir"] is not None:
        raise ValueError("--seed begins with one recording and --data_dir with any; give one of the two.")
    if flags["seed_start"] and flags["seed_start_samples"] is not None:
        raise ValueError("--seed_start is in seconds and --seed_start_samples in values; give one of the two.")
    start = flags["seed_start"], flags["seed_start_samples"]
    source = Source(file, *start, flags["data_dir"], flags["param_dir"], flags["rand_prime"])
    if not (source.any or source.random):
        raise ValueError("Say what to begin with: --seed FILE, --data_dir FOLDER or --rand_prime.")
    if flags["paramvect"] == "self" and not source.any:
        raise ValueError("--paramvect self takes its parameters from recordings: give --seed FILE or --data_dir.")
    external = flags["paramvect"] == "external"
    for name in ("external_array", "external_sr"):
        if external and flags[name] is None:
            raise ValueError(f"--paramvect external needs --{name}.")
        if not external and flags[name] is not None:
            raise ValueError(f"--{name} goes with --paramvect external.")
    return source, secrets.randbelow(2**31) if seed is None else seed


def _first(flags: dict[str, Any], given: Given, source: Source) -> Stage:
    """The tier of --model_dir."""
    length, seq_len = flags["length"], flags["seq_len"]
    if seq_len is not None and seq_len <= length:
        raise ValueError(
            f"--seq_len ({seq_len}) is the primer and what is generated together: more than --length ({length})."
        )
    saved = checkpoints.read(checkpoints.find(flags["model_dir"], flags["step"]))
    window = {"seq_len": Tier.seq_len, "stride": Tier.stride}
    tier, sizes, remarks = settle(flags | window, set(given) - {"seq_len"}, saved)
    for line in remarks:
        click.echo(line, err=True)
    primed = seq_len - length if seq_len else 1 if source.random else tier.seq_len
    tier = replace(tier, seq_len=primed)
    return Stage(tier, checkpoints.network_of(saved, tier, sizes), saved.path)


def _linked(name: str, before: Stage, source: Source) -> Stage:
    """The next tier of a chain, its seq_len the primer's."""
    stage = linked(name, before)
    return replace(stage, tier=replace(stage.tier, seq_len=1)) if source.random else stage


def _batch(flags: dict[str, Any], given: Given) -> int:
    """--batch_size, or without it as many as the external array holds curves for."""
    if flags["external_array"] is None or "batch_size" in given:
        return flags["batch_size"]
    try:
        shape = np.load(flags["external_array"], mmap_mode="r", allow_pickle=False).shape
    except (ValueError, EOFError):
        return 1  # what is wrong is said where it is read
    return shape[0] if len(shape) == 3 else 1


def _begin(flags: dict[str, Any], tier: Tier, source: Source, batch: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Primer [B, P, gen + cond] and conditioning [B, length, cond] of the first tier."""
    length, primed, mode = flags["length"], tier.seq_len, flags["paramvect"]
    if mode == "external":
        array = data.conditioning(flags["external_array"], flags["external_sr"], tier, length, batch)
        return source.primer(tier, primed, batch, seed), array
    if mode == "self" and not source.random:
        rows = source.rows(tier, primed + length, batch, seed)
        return rows[:, :primed], rows[:, primed:, tier.gen_size :]
    primer = source.primer(tier, primed, batch, seed)
    if mode == "self":
        return primer, source.rows(tier, length, batch, seed)[..., tier.gen_size :]
    if tier.cond_size:
        click.echo(f"The model is steered by {' '.join(tier.prop)}: held as at the end of the primer.", err=True)
    return primer, np.repeat(primer[:, -1:, tier.gen_size :], length, 1)


def _columns(prop: Sequence[str], before: Tier, values: np.ndarray, conditioning: np.ndarray) -> np.ndarray:
    """[B, length, len(prop)] of what the tier before made and was steered by, picked by name."""
    names = (*before.generate, *before.prop)
    return np.concatenate([values, conditioning], -1)[..., [names.index(name) for name in prop]]


def _write(flags: dict[str, Any], tier: Tier, values: np.ndarray, out: str, is_last: bool) -> None:
    if tier.audio:
        for path in write_audio(out, values, tier, flags["legacy_mulaw"]):
            click.echo(f"Saved {path}", err=True)
    elif flags["save"]:
        click.echo(f"Saved {write_values(out, values)}", err=True)
    elif is_last:
        click.echo("Nothing is saved: parameters are with --save.", err=True)


def _bar(stage: Stage, length: int, shown: bool):
    """Context that gives progress(values done)."""
    return _Bar(stage, length) if shown else nullcontext(lambda done: None)


class _Bar:
    def __init__(self, stage: Stage, length: int):
        self.stage, self.length = stage, length

    def __enter__(self) -> Callable[[int], None]:
        self._context = audio_progress()
        progress = self._context.__enter__()
        what = "audio" if self.stage.tier.audio else " ".join(self.stage.tier.generate)[:40]
        task = progress.add_task(what, total=self.length, rate=self.stage.tier.sample_rate)
        return lambda done: progress.advance(task, done)

    def __exit__(self, *error) -> None:
        self._context.__exit__(*error)


def _device(gpu: int) -> torch.device:
    if gpu < 0:
        return torch.device("cpu")
    if gpu >= torch.cuda.device_count():
        raise ValueError(f"There is no CUDA device {gpu}; --gpu -1 generates on the CPU.")
    return torch.device("cuda", gpu)
