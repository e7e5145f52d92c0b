"""The QuickStart: pops are learnt, then played at a rate that glides; in the folders its users know.

<datapath>/RegularPopsRandomPitch_16k                 recordings and their parameter `rate`, made when not there
genParams/run/QuickStart_pops/*.npy                   curves of the rate, one made when there is none
output/<stamp>_<data>_NL4.H256...                     the run, as of `mtcrnn train`
                     /QuickStart_pops_<stamp>/audio   sounds, <curve>.<step>.wav
"""

from __future__ import annotations

import datetime
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import numpy as np

from ..audio import find_audio
from ..train.run import NAME
from . import data, generate_session, pops, session
from .checkpoints import OUTPUT
from .cli import generate as generate_cli
from .cli import train as train_cli
from .cli.options import parsed
from .curves import side_by_side
from .session import say
from .tier import Tier

DATA = "RegularPopsRandomPitch_16k"
MOUNTED = Path("/mydata")  # what is mounted in docker
GENERATION = "QuickStart_pops"
# The README's slips first: only somebody who followed it has those, so their curves are meant.
PLACES = tuple(Path(top, "run", GENERATION) for top in ("getParams", "genParam", "genParams"))
STEPS = 30
TIER = Tier(prop=("rate",))


def run_quickstart(flags: dict[str, Any]) -> None:
    """Does what the flags of `mtcrnn quickstart` say. Raises ClickException, one sentence; exits 130 when stopped."""
    both = flags["train"] == flags["generate"]
    training, generating = both or flags["train"], both or flags["generate"]
    run, stamp = _run(flags, training)
    curves = _curves(flags["seconds"]) if generating else []
    if training:
        _train(flags, run)
    if generating:
        sounds = _generate(flags, run / f"{GENERATION}_{stamp}" / "audio", curves, _steps(flags, run, training))
        click.echo("Listen to:\n" + "\n".join(map(str, sounds)))
    else:
        click.echo(f"Trained: {run}; -g generates.")


def _run(flags: dict[str, Any], training: bool) -> tuple[Path, str]:
    """The folder of the run and its stamp; to generate only, one that has models."""
    stamp = flags["datestamp"]
    if stamp is not None and not NAME.fullmatch(stamp):
        raise click.ClickException(f"'{stamp}' (-s) cannot begin the name of a folder.")
    about = "_{0}_NL{n_layers}.H{hidden_size}.TFR.{tfr:g}.SL{seq_len}.BATCHSIZE{batch_size}".format(DATA, **flags)
    today = stamp or f"{datetime.date.today():%Y.%m.%d}"
    run = OUTPUT / (today + about)
    if _models(run):
        return run, today
    others = [] if stamp else [folder for folder in OUTPUT.glob(f"*{about}") if _models(folder)]
    if not others and not training:
        raise click.ClickException(f"There are no models in '{run / 'model'}'; -t trains them.")
    if not others:
        return run, today
    newest = max(others, key=lambda folder: max(path.stat().st_mtime for path in _models(folder).values()))
    earlier = newest.name.removesuffix(about)
    if training:
        say(f"A new run; -s {earlier} goes on with '{newest}'.")
        return run, today
    say(f"There is no run of today; this is '{newest}'.")
    return newest, earlier


def _models(run: Path) -> dict[int, Path]:
    """step → file."""
    paths = {path.stem.removeprefix("model_"): path for path in (run / "model").glob("model_*.pkl")}
    return {int(step): path for step, path in paths.items() if step.isdecimal()}


def _schedule(flags: dict[str, Any], last: int, every: int) -> tuple[int, int]:
    """-n and -c, with what they are when not given; -c no larger than -n."""
    last = flags["numsteps"] or last
    every = flags["checkpoint"] or (last if flags["numsteps"] else every)
    return last, min(every, last)


def _steps(flags: dict[str, Any], run: Path, trained: bool) -> list[int]:
    """Those of the models that are to be heard: what -n and -c would train; when only generating, any without them."""
    there = sorted(_models(run))
    last, every = _schedule(flags, STEPS, STEPS) if trained else _schedule(flags, there[-1], 1)
    wanted = [step for step in there if step <= last and (step % every == 0 or step == last)]
    if not wanted:
        steps = ", ".join(map(str, there))
        raise click.ClickException(f"'{run}' has models of steps {steps}: none that -n {last} -c {every} means.")
    return wanted


def _data(datapath: Path | None) -> Path:
    """The folder of recordings, made when there is none."""
    top = datapath or (MOUNTED if MOUNTED.is_dir() else Path(MOUNTED.name))
    folder = top / DATA
    for place in (top, folder):
        if place.exists() and not place.is_dir():
            raise click.ClickException(f"'{place}' is a file; -d is the folder that holds '{DATA}'.")
    if folder.is_dir() and find_audio([folder]):
        return folder
    if folder.is_dir() and any(folder.iterdir()):
        raise click.ClickException(f"There is no recording in '{folder}'; without that folder, pops are made there.")
    if not folder.exists() and any(top.glob("*.wav")):
        say(f"There is no '{folder}'; these are the recordings of '{top}'.")
        return top
    say(f"There are no recordings in '{folder}'; pops are made there.")
    # Stopped halfway, it must not be taken for somebody's own data.
    beside = top / f".{DATA}.part"
    pops.make(beside)
    if folder.exists():
        folder.rmdir()
    beside.rename(folder)
    return folder


def _curves(seconds: float) -> list[Path]:
    """The .npy files to generate from, checked."""
    found: dict[str, Path] = {}
    for place in PLACES:
        for path in place.glob("*.npy"):
            found.setdefault(path.name, path)
    if not found:
        path = PLACES[-1] / "rateglide.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, side_by_side(["glide:1,0"], 1000))
        say(f"There is no curve in '{path.parent}'; {path.name} is made, from 1 to 0.")
        found[path.name] = path
    for path in found.values():
        try:
            rows, batch = _shape(path)
            data.conditioning(path, rows / seconds, TIER, 1, batch)
        except (ValueError, EOFError) as error:
            raise click.ClickException(f"'{path}' is no curve: {error}") from None
    return [found[name] for name in sorted(found)]


def _shape(path: Path) -> tuple[int, int]:
    """Rows and batch of a curve: [batch, rows, 1], [rows, 1] or [rows]."""
    shape = np.load(path, mmap_mode="r", allow_pickle=False).shape
    return (shape[1], shape[0]) if len(shape) == 3 else (shape[0] if shape else 0, 1)


def _train(flags: dict[str, Any], run: Path) -> None:
    last, every = _schedule(flags, STEPS, STEPS)
    words = {name: flags[name] for name in ("hidden_size", "n_layers", "seq_len", "batch_size", "tfr", "workers")}
    words |= {"data_dir": _data(flags["datapath"]), "prop": "rate", "num_steps": last, "checkpoint": every}
    try:
        session.run_session(*parsed(train_cli.command, words | {"output_dir": run}))
    except click.ClickException as error:
        raise click.ClickException(error.message.replace("--output_dir", "-s")) from error
    finally:
        if flags["runscript"] and run.is_dir():
            with suppress(shutil.SameFileError):
                shutil.copy(flags["runscript"], run)


def _generate(flags: dict[str, Any], folder: Path, curves: list[Path], steps: list[int]) -> list[Path]:
    """A sound of every model for every curve; returns the files."""
    run, seconds, sounds = folder.parent.parent, flags["seconds"], []
    words = {"model_dir": run / "model", "paramvect": "external", "rand_prime": True, "save": True}
    words |= {"length": max(round(seconds * TIER.sample_rate), 1)}
    words |= {} if flags["rand_seed"] is None else {"rand_seed": flags["rand_seed"]}
    for curve in curves:
        rows, batch = _shape(curve)
        for step in steps:
            out = folder / f"{curve.stem}.{step}"
            own = {"step": step, "external_array": curve, "external_sr": rows / seconds, "out": out}
            generate_session.run_session(*parsed(generate_cli.command, words | own))
            ends = [""] if batch == 1 else [f"_{i}" for i in range(batch)]
            sounds += [out.with_name(f"{out.name}{end}.wav") for end in ends]
    return sounds
