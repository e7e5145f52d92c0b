"""`vschaos export` (and `vschaos script`, its old name): the .ts file that nn~ plays."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click

from ...cli.flags import FlagCommand

PATH = click.Path(path_type=Path)


@click.command("export", cls=FlagCommand)
@click.argument("path", metavar="RUN", type=PATH)
@click.option("-o", "--output", "--out", type=PATH, help="Folder of the file.  [default: RUN]")
@click.option("-v", "--version", type=click.IntRange(0), help="Which training of the run.  [default: the last]")
@click.option("-n", "--name", help="Which of its checkpoints.  [default: last]")
@click.option("--force/--noforce", default=False, help="Replace a file that is there, without asking.")
@click.option("-t", "--test", is_flag=True, help="Without effect: every file is played before it gets its name.")
@click.option("--verbose", type=int, help="Without effect, for old scripts.")
def command(
    path: Path,
    output: Path | None,
    version: int | None,
    name: str | None,
    force: bool,
    test: bool,
    verbose: int | None,
) -> None:
    """Write OUTPUT/<name of RUN>.ts, to be played by nn~. RUN is a folder of `vschaos train`, or a checkpoint.

    \b
    vschaos export runs/strings
    vschaos script runs/strings/ -o patches -v 2
    """
    if output is not None and output.exists() and not output.is_dir():
        raise click.ClickException(f"'{output}' is not a folder.")
    from ..export import export
    from ..loading import find, load

    try:
        found = find(path, version, name)
        run = _run(found)
        target = (output or (path if path.is_dir() else run)) / f"{_name(run)}.ts"
        _ask(target, force)
        loaded = load(found)
        click.echo(f"model: {found}, after {loaded.step} steps")
        target.parent.mkdir(parents=True, exist_ok=True)
        done = export(loaded.vae, loaded.config, loaded.transform, target)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    for method, delay in done.delays.items():
        late = f"{delay} samples late ({delay / done.sample_rate * 1e3:.0f} ms)"
        click.echo(f"{method}: {_listed(done.inlets[method])} → {_listed(done.outlets[method])}, {late}")
    click.echo(f"attributes: {', '.join(done.attributes)}")
    click.echo(f"one frame every {done.hop} samples; plays best in blocks of {done.block}, at {done.sample_rate} Hz")
    click.echo(f"all good ! model exported to {done.path}")


def _run(checkpoint: Path) -> Path:
    """The folder of the training that a checkpoint is of, or else the one it lies in."""
    folder = Path(os.path.abspath(checkpoint)).parent
    return folder.parent if folder.name == "checkpoints" else folder


def _name(run: Path) -> str:
    return run.parent.name if re.fullmatch(r"version_\d+", run.name) else run.name


def _ask(target: Path, force: bool) -> None:
    if force or not target.exists():
        return
    if not sys.stdin.isatty():
        raise click.ClickException(f"'{target}' is there already; --force replaces it.")
    click.confirm(f"'{target}' is there already. Replace it?", abort=True)


def _listed(labels: tuple[str, ...]) -> str:
    """channel 1, latent dim 1 … 8, pitch label (0-11)."""
    words = [label.removeprefix("(signal) ") for label in labels]
    latents = [word for word in words if word.startswith("latent dim ")]
    if len(latents) > 2:
        words = [f"latent dim 1 … {len(latents)}", *(word for word in words if word not in latents)]
    return ", ".join(words)
