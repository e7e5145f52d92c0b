"""`nntilde info`: what a model file offers."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click


@click.command("info")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def info_command(model: Path, as_json: bool) -> None:
    """Show the methods, attributes and buffers of MODEL (a .ts file)."""
    from nn_tilde.contract import inspect

    contract = inspect(model)
    if as_json:
        click.echo(json.dumps({"path": str(model), **dataclasses.asdict(contract)}, indent=2))
        return
    _print_tables(model, contract)


def _print_tables(model: Path, contract) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(Text(str(model), style="bold"))
    about = [f"{key} {value}" for key, value in contract.metadata.items() if value]
    if about:
        console.print(Text("exported with " + ", ".join(about)))

    methods = Table(title="Methods", title_justify="left")
    for column in ("method", "inputs", "ratio", "outputs", "ratio", "delay"):
        methods.add_column(column, justify="left" if column == "method" else "right")
    for m in contract.methods.values():
        numbers = (m.in_channels, m.in_ratio, m.out_channels, m.out_ratio, m.delay)
        methods.add_row(Text(m.name), *map(str, numbers))
    console.print(methods)

    if contract.attributes:
        attributes = Table(title="Attributes", title_justify="left")
        for column in ("attribute", "types", ""):
            attributes.add_column(column)
        for a in contract.attributes.values():
            access = "" if a.readable and a.writable else "read only" if a.readable else "set only"
            attributes.add_row(Text(a.name), " ".join(a.types), access)
        console.print(attributes)
    if contract.buffers:
        console.print(Text("Audio buffers: " + ", ".join(contract.buffers)))
    for remark in contract.remarks:
        console.print(Text("Note: " + remark))
