"""`rave preprocess`: folders of audio become a dataset."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from ...cli.flags import FlagCommand


@click.command(cls=FlagCommand)
@click.option("--input_path", multiple=True, required=True, help="Folder (searched to the bottom) or file; repeatable.")
@click.option("--output_path", required=True, help="Folder of the dataset; the same command continues it.")
@click.option(
    "--num_signal",
    default=131072,
    type=click.IntRange(min=1),
    show_default=True,
    help="Half of the length of an item, in samples; shorter recordings are kept too.",
)
@click.option(
    "--channels",
    default=1,
    type=click.IntRange(1, 1024),
    show_default=True,
    help="Channels stored: the first ones of a file, or repeated in turn.",
)
@click.option(
    "--sampling_rate",
    default=44100,
    type=click.IntRange(1000, 768_000),
    show_default=True,
    help="Hz; files of other rates are converted.",
)
@click.option("--ext", multiple=True, help="Extension to look for; repeatable. [default: every audio and video format]")
@click.option(
    "--lazy/--nolazy",
    default=False,
    help="Store no audio: training decodes the original files, which must stay where they are.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["store", "lmdb"]),
    default="store",
    show_default=True,
    help="Ours (faster), or the one that RAVE 2.3 reads.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes. [default: one a core]")
@click.option(
    "--cluster", metavar="ADDRESS|local", help="Work on the Ray cluster there, whose machines all see these folders."
)
@click.option(
    "--max_db_size", type=int, default=100, help="Without effect, for old scripts: a dataset grows as needed."
)
@click.option("--dyndb/--nodyndb", default=True, help="Without effect, for old scripts.")
def command(
    input_path: tuple[str, ...],
    output_path: str,
    num_signal: int,
    channels: int,
    sampling_rate: int,
    ext: tuple[str, ...],
    lazy: bool,
    format_: str,
    workers: int | None,
    cluster: str | None,
    max_db_size: int,
    dyndb: bool,
) -> None:
    """Turn folders of audio into a dataset for `rave train`.

    Reads wav, flac, ogg, opus, mp3, aiff, m4a, the sound of videos and more. Whole recordings are kept, short ones
    too. A file that cannot be read is named and left out. Interrupted, the same command goes on where it was; with
    new files in the folder it adds them.
    """
    from ...audio.files import EXTENSIONS, find_audio
    from ...audio.metadata import DatasetError, Metadata
    from ...audio.preprocess import preprocess, refuse_other

    if not output_path or not all(input_path):  # a variable of a script that is not set, not this folder
        raise click.ClickException("--input_path and --output_path cannot be empty.")
    extensions = ext or EXTENSIONS
    files = find_audio(input_path, extensions)
    if not files:
        where = " or ".join(f"'{path}'" for path in input_path)
        raise click.ClickException(f"There is no audio file in {where} (looked for {', '.join(extensions)}).")
    metadata = Metadata(channels, lazy, sampling_rate, format=format_, num_signal=num_signal)
    output = Path(output_path)
    try:
        refuse_other(output, metadata)
        with _progress(files) as watch:
            report = preprocess(files, output, metadata, processes=workers, cluster=cluster, watch=watch)
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    _tell(report, output_path, metadata)


def _tell(report, output_path: str, metadata) -> None:
    for path, reason in report.skipped:
        click.echo(f"skipped '{click.format_filename(path)}': it {reason}", err=True)
    if report.changed:
        click.echo(f"{_files(report.changed)} changed since added and not read again.", err=True)
    if report.clipped:
        click.echo(f"{_files(report.clipped)} louder than full scale and clipped.", err=True)
    length = timedelta(seconds=round(report.frames / metadata.sr))
    recordings = "1 recording" if report.recordings == 1 else f"{report.recordings} recordings"
    channels = "1 channel" if metadata.channels == 1 else f"{metadata.channels} channels"
    click.echo(f"'{output_path}': {recordings}, dataset length {length}, {channels} at {metadata.sr} Hz")
    if report.skipped:
        click.echo(f"{len(report.skipped)} of the files could not be read and were skipped", err=True)


def _files(paths: list[str]) -> str:
    return f"'{paths[0]}' was" if len(paths) == 1 else f"{len(paths)} files ('{paths[0]}' …) were"


def _progress(files: list[Path]):
    """A bar over the bytes of the files, with files, audio per second of work, and time left."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    @contextmanager
    def watching():
        columns = (
            TextColumn("{task.fields[files]}/" + f"{len(files)} files"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}", style="progress.data.speed"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            total = sum(file.stat().st_size for file in files)
            task = progress.add_task("", total=total, files=0, rate="–")
            before = None

            def watch(done: int, size: float, seconds: float) -> None:
                nonlocal before
                if before is None:
                    before = seconds
                    progress.reset(task, completed=size, files=done, rate="–")  # no speed of ours
                    return
                elapsed = progress.tasks[0].elapsed or 0.0
                rate = f"{(seconds - before) / elapsed:.0f}× real time" if elapsed > 0 else "–"
                progress.update(task, completed=size, files=done, rate=rate)

            yield watch

    return watching()
