"""`nntilde list`, `nntilde download` and `nntilde remove`: models from the hub, at the command line.

Results go to stdout, so that they can be piped; progress and errors go to stderr.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nn_tilde.hub import Model

_root = click.option("--root", metavar="URL", help="Address of the hub [default: $NN_HUB_ROOT, or IRCAM's].")
_ca_file = click.option("--ca-file", type=click.Path(path_type=Path), help="Certificate authorities to trust (PEM).")
_dir = click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help="Folder of the models [default: $NN_MODELS_DIR, or the user's data folder].",
)


@contextmanager
def _plain_errors(interrupted: str) -> Iterator[None]:
    """Failures as one sentence on stderr and exit code 1; Ctrl-C as `interrupted` and the usual 130."""
    from nn_tilde import _core

    try:
        yield
    except _core.Error as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo(f"\n{interrupted}", err=True)
        raise click.exceptions.Exit(130) from None


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@_root
@_ca_file
def list_command(as_json: bool, root: str | None, ca_file: Path | None) -> None:
    """List the models of the hub."""
    from nn_tilde import hub

    with _plain_errors("Stopped."):
        models = hub.list_models(root, ca_file=ca_file)
    if as_json:
        import dataclasses
        import json

        click.echo(json.dumps([dataclasses.asdict(model) for model in models], indent=2))
    else:
        _print_models(models)


def _print_models(models: list[Model]) -> None:
    """A table on a terminal; elsewhere a line a model, the card first, for grep and cut."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = [(model.card, "  ".join(f"{k}: {v}" for k, v in model.info.items())) for model in models]
    console = Console()
    if not console.is_terminal:
        for card, details in rows:
            click.echo(f"{card}\t{details}" if details else card)
        return
    table = Table("Model", "Details", caption="nntilde download MODEL", caption_justify="left")
    table.columns[0].no_wrap = True
    for card, details in rows:
        table.add_row(Text(card), Text(details))  # Text: the server's words are never markup
    console.print(table)


@click.command("download")
@click.argument("card")
@click.argument("name", required=False)
@_dir
@click.option("--force", is_flag=True, help="Download again even if the file is there.")
@_root
@_ca_file
def download_command(
    card: str, name: str | None, directory: Path | None, force: bool, root: str | None, ca_file: Path | None
) -> None:
    """Download the model CARD (source/type/name), as NAME.ts if NAME is given.

    Prints the path of the file. An interrupted download is resumed by the same command.
    """
    from nn_tilde import hub

    with (
        _plain_errors("Stopped. The same command resumes the download."),
        _progress_bar(card) as progress,
    ):
        result = hub.download(card, directory, name, progress=progress, overwrite=force, root=root, ca_file=ca_file)
    if result.already_there:
        click.echo("Already there; --force downloads it again.", err=True)
    click.echo(str(result.path))


@contextmanager
def _progress_bar(card: str) -> Iterator[Callable[[int, int], None]]:
    """Bytes, rate and remaining time on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task(escape(card), total=None)
        fresh = True

        def show(done: int, total: int) -> None:
            nonlocal fresh
            if fresh:  # what is resumed must not count as speed
                bar.reset(task, completed=done, total=total or None)
                fresh = False
            bar.update(task, completed=done, total=total or None)

        yield show


@click.command("remove")
@click.argument("name")
@_dir
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def remove_command(name: str, directory: Path | None, yes: bool) -> None:
    """Delete the downloaded model NAME (or that of a card)."""
    from nn_tilde import hub

    folder = directory or hub.models_dir()
    if not yes:
        click.confirm(f"Delete {name} in {folder}?", abort=True, err=True)
    with _plain_errors("Stopped."):
        path = hub.remove(name, folder)
    click.echo(f"Deleted {path}")
