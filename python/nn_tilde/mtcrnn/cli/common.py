"""What the commands share: where the recordings are, our errors as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import click

PATH = click.Path(path_type=Path)


def data_options(command: Callable) -> Callable:
    """Decorator: the recordings, as a word or as --data_dir, given as `data_dir`; and --param_dir."""

    @wraps(command)
    def with_one_place(*args, word: Path | None, data_dir: Path | None, **kwargs):
        if (word is None) == (data_dir is None):
            raise click.UsageError("Which recordings? Give one folder or file, as a word or with --data_dir.")
        return command(*args, data_dir=word or data_dir, **kwargs)

    argument = click.argument("word", metavar="DATA_DIR", required=False, type=PATH)
    folder = click.option("--data_dir", type=PATH, help="Folder of recordings, or one, instead of the word.")
    params = click.option(
        "--param_dir", type=PATH, help="Folder of the .params files. [default: beside the recordings]"
    )
    return argument(folder(params(with_one_place)))


@contextmanager
def sentences() -> Iterator[None]:
    """What is wrong with files of the user is one line and a non-zero exit."""
    from ...audio import AudioError
    from ...audio.metadata import DatasetError
    from ..params import ParamsError

    try:
        yield
    except (AudioError, DatasetError, ParamsError) as error:
        raise click.ClickException(str(error)) from None


def pairs(data_dir: Path, param_dir: Path | None) -> dict[Path, Path]:
    """Recording → where its parameter file belongs, for a folder or one file. ClickException when there is none."""
    from ...audio import find_audio
    from ..params import params_path

    folder = data_dir if data_dir.is_dir() else data_dir.parent
    found = {audio: params_path(audio, folder, param_dir) for audio in find_audio([data_dir])}
    if not found:
        raise click.ClickException(f"There is no audio file in '{data_dir}'.")
    return found
