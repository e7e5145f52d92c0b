"""What the commands on many recordings share: model and paths as typed, one bar for all files, bad ones named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

PATH = click.Path(path_type=Path)
Render = Callable[[Path, Path, Callable[[float], None]], str | None]


def model_and_paths(words: tuple[Path, ...], model: Path | None, inputs: tuple[Path, ...]) -> tuple[Path, list[Path]]:
    """MODEL PATHS… or --model and --input, or a mixture."""
    paths = [*words, *inputs]
    if model is None:
        if not words:
            raise click.UsageError("Which model? Give a run, a checkpoint or a .ts file, then the audio.")
        model, paths = words[0], [*words[1:], *inputs]
    if not paths:
        raise click.UsageError("Which audio? Give files or folders after the model.")
    if not model.exists():
        raise click.ClickException(f"There is no model at '{model}'.")
    return model, paths


def pair(paths: list[Path], out: Path, suffix: str | None = None) -> list[tuple[Path, Path]]:
    from nn_tilde.rave.recordings import jobs

    if out.exists() and not out.is_dir():
        raise click.ClickException(f"'{out}' is a file; --out takes a folder.")
    try:
        return jobs(paths, out, suffix)
    except FileNotFoundError as error:
        raise click.ClickException(f"There is no file or folder '{error.filename}'.") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def device_of(gpu: int) -> str:
    """The device of `--gpu`: -1 is the CPU."""
    import torch

    if gpu < 0:
        return "cpu"
    if torch.cuda.is_available():
        if gpu >= torch.cuda.device_count():
            raise click.ClickException(f"There is no GPU {gpu}; this machine has {torch.cuda.device_count()}.")
        return f"cuda:{gpu}"
    if torch.backends.mps.is_available():
        return "mps"
    raise click.ClickException("This machine has no GPU that torch can use; leave --gpu out.")


def each(pairs: list[tuple[Path, Path]], render: Render) -> None:
    """Render every file; those that cannot be are named, skipped and counted, which is an error in the end.

    render(source, target, progress) calls progress(seconds of the source done) and may return a remark.
    """
    from nn_tilde.audio import AudioError, probe
    from nn_tilde.cli.progress import audio_progress

    lengths: dict[Path, float] = {}
    failures = 0
    with audio_progress() as progress:

        def fail(error: Exception) -> None:
            nonlocal failures
            failures += 1
            progress.console.print(f"Skipped: {error}", markup=False, highlight=False, soft_wrap=True)

        for source, _ in pairs:
            try:
                info = probe(source)
                lengths[source] = info.frames / info.rate
            except AudioError as error:
                fail(error)
        task = progress.add_task("", total=sum(lengths.values()), rate=1)
        done = 0.0
        for source, target in pairs:
            if source not in lengths:
                continue
            progress.update(task, description=source.name)
            try:
                remark = render(
                    source, target, lambda seconds, done=done: progress.update(task, completed=done + seconds)
                )
            except (AudioError, _core_error()) as error:
                fail(error)
            else:
                if remark:
                    progress.console.print(f"{target.name}: {remark}", markup=False, highlight=False, soft_wrap=True)
                click.echo(click.format_filename(target))
            done += lengths[source]
            progress.update(task, completed=done)
    if failures:
        raise click.ClickException(f"{failures} of {len(pairs)} files could not be used.")


def _core_error() -> type[Exception]:
    import torch  # noqa: F401  (before our extension)

    from nn_tilde import _core

    return _core.Error
