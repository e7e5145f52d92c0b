"""`msprior compact`: a part of a dataset as a dataset of its own."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand


@click.command(cls=FlagCommand)
@click.option("--db", required=True, help="Folder of the dataset: ours, or an LMDB of the original.")
@click.option("--max_elm", type=click.IntRange(min=1), help="Recordings (of an LMDB: chunks) to copy. [default: all]")
def command(db: str, max_elm: int | None) -> None:
    """Copy the first recordings of a dataset, and the RAVE in it, to <db>_compact."""
    from ...audio.metadata import DatasetError
    from ..compact import compact

    if not db:
        raise click.ClickException("--db cannot be empty.")
    try:
        target, held = compact(Path(db), max_elm)
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"'{click.format_filename(target)}': {held} of the dataset's recordings")
