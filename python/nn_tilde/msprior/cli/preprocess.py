"""`msprior preprocess`: folders of sound become latents of a RAVE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from ...cli.flags import FlagCommand


@click.command(cls=FlagCommand)
@click.option("--rave", required=True, help="RAVE as TorchScript (.ts), best exported without streaming.")
@click.option("--audio", multiple=True, required=True, help="Folder (searched to the bottom) or file; repeatable.")
@click.option("--out_path", required=True, help="Folder of the dataset; the same command continues it.")
@click.option(
    "--num_secs",
    type=click.FloatRange(min=0.01, max=3600),
    default=16,
    show_default=True,
    help="Seconds that the RAVE hears at once. Recordings are stored whole, so this changes neither their number "
    "nor their length.",
)
@click.option(
    "--overlap",
    type=click.FloatRange(0, 0.95),
    default=0.25,
    show_default=True,
    help="Part of such a piece that its neighbours hear too, so that there are no seams.",
)
@click.option(
    "--resolution",
    type=click.IntRange(2, 32767),
    default=64,
    show_default=True,
    help="Classes that each latent of a continuous RAVE is divided into.",
)
@click.option("--normalize/--nonormalize", default=False, help="Bring each piece to full scale, by 30 dB at most.")
@click.option(
    "--silence_threshold",
    type=click.IntRange(1, 144),
    help="Leave out the beginning of a recording up to where it is louder than minus so many dB (30 to 50).",
)
@click.option(
    "--preprocessor",
    multiple=True,
    help="Descriptor to store beside the latents: loudness, centroid, spectral_entropy, sync, all, or a Python "
    "module that registers some; repeatable.",
)
@click.option("--semantic/--nosemantic", default=False, help="Store semantic tokens and features, which seq2seq needs.")
@click.option(
    "--semantic_steps",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="Steps that the model of semantic features is trained for, on these sounds.",
)
@click.option("--semantic_model", help="A semantic.ts made before, to be used instead; implies --semantic.")
@click.option(
    "--batch_size",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Pieces encoded at once; at most 4 without a GPU. What a variational RAVE draws at random depends on it.",
)
@click.option("--gpu", type=int, help="Number of the CUDA device, -1 for the CPU. [default: the first there is]")
@click.option("--processes", type=click.IntRange(min=1), help="Processes that decode. [default: one a core, up to 8]")
@click.option("--progress/--noprogress", default=True, help="Show a bar.")
@click.option("--num_tokens", type=int, default=1024, help="Without effect, for old scripts: the RAVE tells.")
@click.option("--db_size", type=int, default=100, help="Without effect, for old scripts: a dataset grows as needed.")
@click.option("--dyndb/--nodyndb", default=True, help="Without effect, for old scripts.")
def command(
    rave: str,
    audio: tuple[str, ...],
    out_path: str,
    num_secs: float,
    overlap: float,
    resolution: int,
    normalize: bool,
    silence_threshold: int | None,
    preprocessor: tuple[str, ...],
    semantic: bool,
    semantic_steps: int,
    semantic_model: str | None,
    batch_size: int,
    gpu: int | None,
    processes: int | None,
    progress: bool,
    num_tokens: int,
    db_size: int,
    dyndb: bool,
) -> None:
    """Turn folders of sound into latents of a RAVE, which `msprior train` learns from.

    Reads wav, flac, ogg, opus, mp3, aiff, m4a, the sound of videos and more. Whole recordings are kept, short ones
    too. A file that cannot be read is named and left out. Interrupted, the same command goes on where it was; with
    new files in the folder it adds them.
    """
    if not out_path or not rave or not all(audio):  # a variable of a script that is not set, not this folder
        raise click.ClickException("--rave, --audio and --out_path cannot be empty.")
    from ...audio.files import EXTENSIONS, find_audio

    files = find_audio(audio, EXTENSIONS)
    where = " or ".join(f"'{click.format_filename(path)}'" for path in audio)
    if not files:
        raise click.ClickException(f"There is no audio file in {where} (looked for {', '.join(EXTENSIONS)}).")
    from ..preprocess import Options, Preprocessing

    options = Options(
        rave=Path(rave),
        num_secs=num_secs,
        overlap=overlap,
        normalize=normalize,
        silence_threshold=silence_threshold,
        resolution=resolution,
        preprocessors=preprocessor,
        semantic=semantic,
        semantic_steps=semantic_steps,
        semantic_model=Path(semantic_model) if semantic_model else None,
        batch_size=batch_size,
        processes=processes,
        device=_device(gpu),
    )
    try:
        work = Preprocessing(files, Path(out_path), options)
        click.echo(f"chunks of {work.piece_seconds:.2f} seconds")
        click.echo(f"{_count(len(files), 'file')} found in {where}")
        with _bars(files, progress) as (watch, learning):
            report = work.run(watch, learning)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    _tell(report, out_path, work)


def _device(gpu: int | None) -> str:
    import torch

    held = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if gpu is None or gpu < 0:
        return "cuda:0" if gpu is None and held else "cpu"
    if gpu >= held:
        raise click.ClickException(f"There is no GPU {gpu}; this machine has {held or 'none'}.")
    return f"cuda:{gpu}"


def _tell(report, out_path: str, work) -> None:
    for path, reason in report.skipped:
        click.echo(f"skipped '{click.format_filename(path)}': it {reason}", err=True)
    if report.changed:
        click.echo(f"{_count(len(report.changed), 'file')} changed since added and not read again.", err=True)
    length = timedelta(seconds=round(report.seconds))
    latents = f"{report.frames} × {work.rave.quantizers} latents of {work.metadata.num_tokens} classes"
    held = f"{_count(report.recordings, 'recording')}, dataset length: {length}, {latents}"
    click.echo(f"'{click.format_filename(out_path)}': {held}")
    if report.skipped:
        click.echo(f"{_count(len(report.skipped), 'file')} could not be read, and skipped", err=True)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@contextmanager
def _bars(files: list[Path], shown: bool) -> Iterator[tuple]:
    """Two watchers: of the encoding, over the bytes of the files, and of what is learned before it."""
    if not shown:
        yield (lambda *done: None), None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}", style="progress.data.speed"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        total = sum(file.stat().st_size for file in files)
        semantic = encoding = before = None

        def learning(done: int, steps: int) -> None:
            nonlocal semantic
            if semantic is None:
                semantic = bars.add_task("semantic features", rate="")
            bars.update(semantic, completed=done, total=steps)

        def watch(done: int, size: float, seconds: float) -> None:
            nonlocal encoding, before
            if encoding is None:
                encoding, before = bars.add_task("", total=total, completed=size, rate="–"), seconds
            elapsed = bars.tasks[-1].elapsed or 0.0
            rate = f"{(seconds - before) / elapsed:.0f}× real time" if elapsed > 0 and seconds > before else "–"
            length = timedelta(seconds=round(seconds))
            text = f"{done}/{_count(len(files), 'file')}, dataset length: {length}"
            bars.update(encoding, description=text, completed=size, rate=rate)

        yield watch, learning
