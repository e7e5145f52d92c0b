"""`mtcrnn params plot`: a picture of the parameters of each recording."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand
from ...cli.progress import counting
from .common import PATH, data_options, pairs, sentences


@click.command("plot", cls=FlagCommand)
@data_options
@click.option("--out", type=PATH, default=Path("pictures"), show_default=True, help="Folder of the pictures.")
def command(data_dir: Path, param_dir: Path | None, out: Path) -> None:
    """Draw every parameter against time, below the waveform: one PNG for each recording at DATA_DIR."""
    from ...audio import read_audio
    from ..params import read_params
    from ..pictures import parameters, save

    if out.exists() and not out.is_dir():
        raise click.ClickException(f"'{out}' is a file; --out takes a folder.")
    wanted = pairs(data_dir, param_dir)
    top = (data_dir if data_dir.is_dir() else data_dir.parent).absolute()
    with sentences(), counting("Drawing") as watch:
        for done, (audio, path) in enumerate(wanted.items()):
            watch(done, len(wanted))
            if not path.exists():
                raise click.ClickException(f"'{audio}' has no parameter file '{path}'.")
            samples, rate = read_audio(audio)
            figure = parameters(samples.mean(axis=0), rate, read_params(path), audio.name)
            target = out / audio.relative_to(top).with_suffix(".png")
            target.parent.mkdir(parents=True, exist_ok=True)
            save(figure, target)
            watch(done + 1, len(wanted))
            click.echo(click.format_filename(target))
