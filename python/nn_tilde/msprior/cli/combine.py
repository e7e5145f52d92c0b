"""`msprior combine`: a prior and its RAVE in one file."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand

PATH = click.Path(path_type=Path)


@click.command("combine", cls=FlagCommand)
@click.option("--prior", type=PATH, required=True, help="File of `msprior export`.")
@click.option("--rave", type=PATH, required=True, help="File of a RAVE that was exported with --streaming.")
@click.option("--name", required=True, help="Name of the new file, without ending.")
@click.option("--batch_size", type=click.IntRange(1), help="Without effect: any number of voices plays (mc.nn~).")
@click.option("--output", type=PATH, default=Path(), help="Folder of the new file.  [default: where you are]")
def command(prior, rave, name, batch_size, output) -> None:
    """Write OUTPUT/NAME.ts: encode, decode and forward of the RAVE, and `prior`.

    \b
    msprior combine --prior runs/birds/birds.ts --rave birds_streaming.ts --name birds_dreaming
    """
    name = name.removesuffix(".ts")
    if not name or Path(name).name != name:
        raise click.ClickException(f"--name is the name of a file, not '{name}'; --output says where.")
    if output.exists() and not output.is_dir():
        raise click.ClickException(f"'{output}' is not a folder.")
    target = output / f"{name}.ts"
    for path in (prior, rave):
        if target.exists() and path.exists() and target.samefile(path):
            raise click.ClickException(f"The new file would take the place of '{path}'; give it another --name.")
    from ..combine import combine

    try:
        output.mkdir(parents=True, exist_ok=True)
        done = combine(prior, rave, target)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    for remark in done.remarks:
        click.echo(f"Warning: {remark}", err=True)
    if batch_size is not None:
        click.echo("note: --batch_size is without effect, as many voices play as one likes (mc.nn~)")
    click.echo(f"methods: {', '.join(done.methods)}")
    click.echo(f"attributes: {', '.join(done.attributes)}")
    click.echo(f"all good ! model exported to {done.path}")
