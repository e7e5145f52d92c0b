"""`mtcrnn pops`: the QuickStart dataset."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand
from ...cli.progress import counting
from .common import PATH


@click.command("pops", cls=FlagCommand)
@click.argument("folder", metavar="FOLDER", type=PATH)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Other pitches.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, 3600), help="Of each sound.")
@click.option("--sample_rate", default=16000, show_default=True, type=click.IntRange(8000, 192_000), help="Hz.")
def command(folder: Path, seed: int, seconds: float, sample_rate: int) -> None:
    """Make 11 sounds of pops, 4 to 32 a second, in FOLDER, each with its parameter `rate`, 0 to 1.

    They take the place of QuickStart/RegularPopsRandomPitch_16k: train with --prop rate.
    """
    from ..pops import make

    if folder.exists() and not folder.is_dir():
        raise click.ClickException(f"'{folder}' is a file; give a folder.")
    with counting("Making") as watch:
        paths = make(folder, seconds=seconds, sample_rate=sample_rate, seed=seed, watch=watch)
    click.echo(f"'{click.format_filename(folder)}': {len(paths)} sounds of {seconds:g} s with their parameters")
