"""`mtcrnn condition`: curves that steer a model, as a .npy file and a picture."""

from __future__ import annotations

import click

from ...cli.lists import ListCommand
from .common import PATH


@click.command("condition", cls=ListCommand)
@click.option("--out", type=PATH, required=True, help="File, NAME.npy; its picture is NAME.png.")
@click.option(
    "--curve",
    "curves",
    multiple=True,
    required=True,
    metavar="SHAPE:VALUES...",
    help="A feature each, in the order of the model's --prop.",
)
@click.option("--name", "names", multiple=True, metavar="NAMES...", help="Names of the features, for the picture.")
@click.option("--length", type=click.IntRange(min=1), help="Values. [default: 1000]")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Length instead, with --external_sr.")
@click.option(
    "--external_sr", type=click.IntRange(min=1), help="Values a second: what mtcrnn generate is told, and the picture."
)
@click.option("--batch", type=click.IntRange(min=1), help="Copies. [default: as many as the curves have]")
@click.option("--dtype", type=click.Choice(["float64", "float32"]), default="float64", show_default=True)
@click.option("--picture/--nopicture", default=True, help="Write the picture.")
def command(out, curves, names, length, seconds, external_sr, batch, dtype, picture) -> None:
    """Write curves [batch, length, features] for `mtcrnn generate --paramvect external --external_array OUT`.

    \b
    constant:0.5            one value
    glide:1,0               straight lines from value to value
    steps:0,0.5,1           one value after the other
    gaussians:0,1@4         4 bumps from 0 up to 1; gaussians:0,1,0.5 has one of each height
    arpeggio:0,0.4,0.7@24   the values in turn, 24 notes in all

    \b
    mtcrnn condition --out rateglide.npy --curve glide:1,0 --length 1000
    mtcrnn condition --out two.npy --curve steps:0,1 constant:0.2 --seconds 10 --external_sr 100

    Values with slashes make a batch: constant:0/0.5/1 is three constants.
    """
    if out.suffix != ".npy":
        raise click.ClickException(f"--out is the name of a .npy file, not '{out}'.")
    if length is not None and seconds is not None:
        raise click.ClickException("--length and --seconds say the same thing; leave either out.")
    if seconds is not None and external_sr is None:
        raise click.ClickException("--seconds needs --external_sr, the values a second.")
    if names and len(names) != len(curves):
        raise click.ClickException(f"There are {len(curves)} curves and {len(names)} names.")
    import numpy as np

    from ..curves import side_by_side

    count = max(round(seconds * external_sr), 1) if seconds is not None else length or 1000
    try:
        array = side_by_side(curves, count, batch).astype(dtype)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    np.save(out, array)
    click.echo(f"{click.format_filename(out)}: {list(array.shape)} {dtype}")
    if array.min() < 0 or array.max() > 1:
        click.echo(f"Values go from {array.min():.4g} to {array.max():.4g}; most models know 0 to 1.", err=True)
    if picture:
        from ..pictures import conditioning, save

        drawn = out.with_suffix(".png")
        save(conditioning(array, names or curves, external_sr, out.name), drawn)
        click.echo(click.format_filename(drawn))
