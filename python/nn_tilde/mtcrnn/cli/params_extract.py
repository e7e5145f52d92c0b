"""`mtcrnn params extract`: parameters measured from recordings."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.lists import ListCommand
from ...cli.progress import counting
from .common import data_options, sentences


class Rate(click.ParamType):
    """HZ, or NAME=HZ for one parameter ("mfcc" for all of the cepstrum)."""

    name = "[name=]hz"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        name, _, number = value.rpartition("=")
        try:
            rate = float(number)
        except ValueError:
            self.fail(f"'{value}' is neither a rate such as 62.5 nor a name and a rate such as rmse=16.", param, ctx)
        if not 0 < rate <= 16000:
            self.fail("a rate is above 0 and at most 16000 Hz.", param, ctx)
        return name, rate


@click.command("extract", cls=ListCommand)
@data_options
@click.option(
    "--prop",
    multiple=True,
    metavar="NAMES...",
    help="rmse, centroid, pitch, fill, mfcc0 … mfcc12, or mfcc for all 13. [default: all]",
)
@click.option("--rate", "rates", multiple=True, type=Rate(), help="Values a second, of all or of one.")
@click.option("--overwrite/--nooverwrite", default=False, help="Replace parameters of these names.")
def command(
    data_dir: Path, param_dir: Path | None, prop: tuple[str, ...], rates: tuple[tuple[str, float], ...], overwrite: bool
) -> None:
    """Measure the recordings at DATA_DIR and add what was found to their .params files.

    All values are between 0 and 1. rmse is the level; centroid the brightness, log(1 + Hz) / log(8001); pitch a MIDI
    note number / 127; fill how far the recording has got; mfcc the mel cepstrum, from its least to its greatest value
    in all of the recordings. Unless --rate says otherwise, rmse has 16 values a second and the others 66.7.
    """
    from ..extraction import extract_folder
    from ..features import NAMES

    cepstrum = [name for name in NAMES if name.startswith("mfcc")]
    names: list[str] = []
    for name in prop or NAMES:
        names += cepstrum if name == "mfcc" else [name]
    names = list(dict.fromkeys(names))
    if unknown := [name for name in names if name not in NAMES]:
        raise click.ClickException(f"'{unknown[0]}' cannot be extracted; {', '.join(NAMES[:4])}, mfcc0 to mfcc12 can.")
    chosen = {}
    for name, rate in sorted(rates, key=lambda pair: bool(pair[0])):  # that of one name goes before that of all
        these = names if not name else cepstrum if name == "mfcc" else [name]
        if lost := [each for each in these if each not in NAMES]:
            raise click.ClickException(f"--rate names '{lost[0]}', which cannot be extracted.")
        chosen |= dict.fromkeys(these, rate)
    with sentences(), counting("Measuring") as watch:
        outcome = extract_folder(data_dir, param_dir, names, chosen, overwrite, watch)
    for reason in outcome.skipped:
        click.echo(f"Skipped: {reason}", err=True)
    for path in outcome.written:
        click.echo(click.format_filename(path))
    if outcome.skipped:
        count = len(outcome.skipped)
        raise click.ClickException(f"{count} of {count + len(outcome.written)} files could not be used.")
