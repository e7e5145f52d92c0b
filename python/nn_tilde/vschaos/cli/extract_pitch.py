"""`vschaos extract_pitch`: the labels `pitch` and `octave` of a folder of recordings."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand
from ...cli.progress import counting


@click.command("extract_pitch", cls=FlagCommand)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "-c",
    "--threshold",
    default=0.01,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Least probability of a period; below it there is no label.",
)
@click.option(
    "-l", "--hop_length", default=256, show_default=True, type=click.IntRange(1), help="Samples between frames."
)
@click.option("--fmin", default=50.0, show_default=True, type=click.FloatRange(20, 5000), help="Lowest pitch, Hz.")
@click.option("--fmax", default=1000.0, show_default=True, type=click.FloatRange(20, 5000), help="Highest pitch, Hz.")
@click.option(
    "--octave_from",
    default="C",
    show_default=True,
    type=click.Choice(["C", "A"], case_sensitive=False),
    help="Note that begins an octave: C puts A4 = 440 Hz into octave 4; A, as vschaos2 counted, into octave 5.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes. [default: one a core]")
@click.option("--overwrite/--nooverwrite", default=False, help="Replace labels of other settings, or of others.")
@click.option("--batch_size", type=int, help="Without effect, for old scripts.")
def command(
    folder: Path,
    threshold: float,
    hop_length: int,
    fmin: float,
    fmax: float,
    octave_from: str,
    workers: int | None,
    overwrite: bool,
    batch_size: int | None,
) -> None:
    """Listen to the recordings in FOLDER/data and write FOLDER/metadata/pitch and FOLDER/metadata/octave.

    \b
    metadata/pitch/metadata.txt     data/deep/x.wav<TAB>deep/x.txt, or none where nothing has a pitch
    metadata/pitch/tracks/deep/x.txt     onset,offset<TAB>label, in seconds
    metadata/pitch/classes.txt      0 A, 1 A#, 2 B, 3 C … 11 G#

    Sounds of one voice have a pitch; for chords and noise there is the label none, as above --fmax and below --fmin.
    Interrupted, the same command goes on where it was; with new files in the folder it labels those. Tracks may be
    corrected by hand: they are left as they are until their recording changes.
    """
    from ...audio.metadata import DatasetError
    from ..extract_pitch import Settings, extract

    if not fmin < fmax:
        raise click.ClickException(f"--fmin, {fmin:g} Hz, must be below --fmax, {fmax:g} Hz.")
    settings = Settings(threshold, hop_length, fmin, fmax, octave_from.upper())
    try:
        with counting("Listening") as watch:
            outcome = extract(folder, settings, workers, overwrite, watch)
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    for reason in outcome.skipped:
        click.echo(f"Skipped: {reason}", err=True)
    for path in outcome.tables:
        click.echo(click.format_filename(path))
    silent = f", {outcome.unvoiced} without a pitch from {fmin:g} to {fmax:g} Hz" if outcome.unvoiced else ""
    click.echo(f"{outcome.recordings} recording(s) have labels{silent}; {outcome.kept} had them before.", err=True)
    if outcome.skipped:
        count = len(outcome.skipped)
        raise click.ClickException(f"{count} of {count + outcome.recordings} files could not be used.")
