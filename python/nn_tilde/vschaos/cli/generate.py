"""`vschaos generate`: files through a model, or curves in its latent space."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from functools import reduce
from pathlib import Path
from typing import Any

import click

from ...cli.lists import ListCommand
from ...cli.progress import counting
from ...cli.training import POSITIVE

MODES = ("pghi_refined", "pghi", "pghi_realtime", "griffin_lim", "random", "keep_input", "sinebank")
AMOUNT = click.FloatRange(0)

_SHARED = (
    click.argument("run", metavar="RUN", type=click.Path(path_type=Path)),
    click.option("-v", "--version", type=click.IntRange(0), help="Of a run that has versions. [default: the last]"),
    click.option(
        "-n", "--name", default="last", show_default=True, help="Checkpoint of the run: last, best, step_1000."
    ),
    click.option("--sr", type=POSITIVE, help="Sample rate of the files, Hz. [default: the model's]"),
    click.option(
        *("-o", "--out_path", "--out"),
        default="outs",
        show_default=True,
        type=click.Path(path_type=Path),
        help="Folder.",
    ),
    click.option(
        "--meta", multiple=True, metavar="TASK VALUE ...", help="Labels. [default: as predicted, or at random]"
    ),
    click.option("--jitter", default=0.0, type=AMOUNT, help="Deviation of noise that is added to latents."),
    click.option(
        "--inversion", default=MODES[0], show_default=True, type=click.Choice(MODES), help="How phases are found."
    ),
    click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all draws."),
    click.option("--cuda", "--gpu", "cuda", type=int, help="Number of a CUDA device. [default: the CPU]"),
    click.option("--dataset", hidden=True),  # of old scripts; it had no effect there either
    click.option("--progress/--noprogress", default=True, help="A progress bar."),
)


def shared(command: Callable) -> Callable:
    """Decorator: the options above, in their order."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_SHARED), command)


@click.group("generate", context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Files through a model, or curves in its latent space.

    \b
    vschaos generate reconstruct my_path/my_training --files a.wav folder/ --out my_out
    vschaos generate trajectories my_path/my_training --trajectories sin random line -b 3 -s 512 --out my_out
    """


@group.command("reconstruct", cls=ListCommand)
@shared
@click.option("-f", "--files", multiple=True, metavar="PATHS...", help="Recordings, and folders of them.")
@click.option("--sample_latent", type=int, default=0, help="1: draw from the posterior, as --temperature 1.")
@click.option("--temperature", type=AMOUNT, help="Noise of latents, in deviations of the posterior. [default: 0]")
def reconstruct(run: Path, files: tuple[str, ...], sample_latent: int, temperature: float | None, **flags) -> None:
    """Recordings through the model of RUN, to OUT/reconstructions/<name>.wav."""
    if not files:
        raise click.ClickException("What is to be reconstructed? --files takes recordings and folders.")
    from ...audio.files import AudioError, find_audio
    from .. import generate

    with sentences():
        paths = find_audio(files)
        if not paths:
            raise ValueError(f"There is no audio file in '{files[0]}'.")
        noise = (1.0 if sample_latent else 0.0) if temperature is None else temperature
        loaded, options = prepared(run, flags, noise)
    folder, skipped = flags["out_path"] / "reconstructions", []
    with counted("reconstructing", flags) as watch:
        for number, (path, name) in enumerate(zip(paths, generate.names(paths, options.suffix), strict=True)):
            try:
                made = generate.reconstruct(loaded, path, options, number)
            except AudioError as error:
                skipped.append(str(error))
            else:
                say(folder / name, made, loaded)
            watch(number + 1, len(paths))
    for reason in skipped:
        click.echo(f"Skipped: {reason}", err=True)
    if skipped:
        raise click.ClickException(f"{len(skipped)} of {len(paths)} files could not be used.")


@group.command("trajectories", cls=ListCommand)
@shared
@click.option(
    "--trajectories",
    multiple=True,
    default=("line", "sin", "random"),
    show_default=True,
    metavar="KINDS...",
    help="Of line, sin, square, ellipse, random, sawtooth, polar_line, circle, helix, uniform, normal, zero.",
)
@click.option("-b", "--n_batches", default=3, show_default=True, type=POSITIVE, help="Curves of each kind.")
@click.option("-s", "--n_steps", default=512, show_default=True, type=click.IntRange(2), help="Frames of a curve.")
def trajectories(run: Path, trajectories: tuple[str, ...], n_batches: int, n_steps: int, **flags) -> None:
    """Curves through the latent space of RUN, to OUT/trajectories/<kind>_<i>.wav."""
    from ..gin_file import perhaps
    from ..trajectories import CURVES

    kinds = list(dict.fromkeys(trajectories))
    for kind in kinds:
        if kind not in CURVES:
            near = difflib.get_close_matches(kind, CURVES, 3) or list(CURVES)[:5]
            raise click.ClickException(f"There is no trajectory '{kind}'{perhaps(near)}")
    if flags["inversion"] == "keep_input":
        raise click.ClickException("keep_input needs an input, which a trajectory has not.")
    from .. import generate

    with sentences(), counted("generating", flags) as watch:
        loaded, options = prepared(run, flags)
        for number, kind in enumerate(kinds):
            for i, made in enumerate(generate.walk(loaded, kind, n_batches, n_steps, options)):
                say(flags["out_path"] / "trajectories" / f"{kind}_{i}{options.suffix}.wav", made, loaded)
            watch(number + 1, len(kinds))


@contextmanager
def sentences():
    """What is wrong with what the user gave is one line and a non-zero exit."""
    try:
        yield
    except FileNotFoundError as error:
        raise click.ClickException(f"There is no file or folder '{error.filename}'.") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def counted(what: str, flags: dict[str, Any]):
    return counting(what) if flags["progress"] and sys.stderr.isatty() else nullcontext(lambda done, total: None)


def prepared(run: Path, flags: dict[str, Any], temperature: float = 0.0) -> tuple[Any, Any]:
    """(Loaded, Options) of the shared flags. ValueError, one sentence."""
    import torch

    from ..generate import Options
    from ..labels import parse
    from ..loading import load

    loaded = load(run, flags["version"], flags["name"])
    if flags["cuda"] is not None and flags["cuda"] >= 0:
        if flags["cuda"] >= torch.cuda.device_count():
            raise ValueError(f"There is no CUDA device {flags['cuda']}; without --cuda the CPU works.")
        loaded.vae.to(f"cuda:{flags['cuda']}")
    labels = parse(flags["meta"], loaded.config, loaded.tasks)
    jitter, inversion = flags["jitter"], flags["inversion"]
    return loaded, Options(labels, temperature, jitter, inversion, flags["sr"], flags["seed"])


def say(path: Path, made: Any, loaded: Any) -> None:
    """Write a sound, and name it with the labels that its decoder was told."""
    from ..generate import write
    from ..labels import said

    write(path, made)
    told = said(made.labels, loaded.tasks)
    click.echo(click.format_filename(path) + (f"   ({told})" if told else ""))
