"""`mtcrnn export`: the .ts file that nn~ plays."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.lists import ListCommand


@click.command("export", cls=ListCommand)
@click.option(
    "--run", "--model_dir", "run", required=True, help="Run, folder of models or file; as given or in output/."
)
@click.option("--step", default=0, show_default=True, type=click.IntRange(0), help="Which model; 0: the newest.")
@click.option("--chain", multiple=True, metavar="DIRS...", help="Models that what this one makes steers, in order.")
@click.option("--name", help="Name of the file, without ending.  [default: that of the last run]")
@click.option("--output", type=click.Path(path_type=Path), help="Folder of the file.  [default: the last run]")
@click.option(
    "--precision",
    default="int8",
    show_default=True,
    type=click.Choice(["int8", "exact"]),
    help="Of the weights of GRUs: 8 bits, which real time wants, or all.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**62), help="To begin with.")
@click.option("--temp", default=1.0, show_default=True, type=float, help="Temperature to begin with.")
@click.option(
    "--host_rate",
    default=16000,
    show_default=True,
    type=click.IntRange(1, 768_000),
    help="Hz that parameters are played at; sound is at the tier's rate.",
)
def command(run, step, chain, name, output, precision, seed, temp, host_rate) -> None:
    """Write OUTPUT/NAME.ts: an inlet for each parameter that steers the model, an outlet for what it makes.

    \b
    mtcrnn export --run pops
    mtcrnn export --run tier3 --chain tier2 tier1 --name texture
    """
    name = name and name.removesuffix(".ts")
    if name is not None and (not name or Path(name).name != name):
        raise click.ClickException(f"--name is the name of a file, not '{name}'; --output says where.")
    if output is not None and output.exists() and not output.is_dir():
        raise click.ClickException(f"'{output}' is not a folder.")
    if not 0 <= temp < float("inf"):
        raise click.ClickException(f"--temp must be 0 or more, not {temp}.")
    from ..chain import load_chain
    from ..export import export

    try:
        stages = load_chain(run, step, chain)
        for stage in stages:
            click.echo(f"model: {stage.path}")
        folder = stages[-1].path.parent
        folder = folder.parent if folder.name == "model" else folder
        output = output or folder
        output.mkdir(parents=True, exist_ok=True)
        done = export(
            [(stage.network, stage.tier) for stage in stages],
            output / f"{name or folder.absolute().name}.ts",
            precision=precision,
            seed=seed,
            temperature=temp,
            host_rate=host_rate,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"inlets: {', '.join(done.inlets) or 'none that matters'}; outlets: {', '.join(done.outlets)}")
    click.echo(f"plays right at {done.sample_rate} Hz")
    click.echo(f"all good ! model exported to {done.path}")
