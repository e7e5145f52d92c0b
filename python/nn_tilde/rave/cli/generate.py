"""`rave generate`: audio files and folders through a model."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ...cli.flags import FlagCommand
from .batch import PATH


@click.command("generate", cls=FlagCommand)
@click.argument("words", metavar="MODEL PATHS...", nargs=-1, type=PATH)
@click.option("--model", type=PATH, help="Run folder, checkpoint or .ts file, instead of the first word.")
@click.option("--input", "inputs", type=PATH, multiple=True, help="Audio file or folder; may be repeated.")
@click.option("--out", "--out_path", "out", type=PATH, default=Path("generations"), show_default=True, help="Folder.")
@click.option("--name", help="Write to a folder of this name in --out.")
@click.option("--gpu", type=int, default=-1, show_default=True, help="Number of the GPU; -1 is the CPU.")
@click.option("--stream/--nostream", default=False, help="Play a trained run as its streaming export would.")
@click.option("--chunk_size", type=click.IntRange(1), help="Samples at once; the outcome does not depend on it.")
@click.option(
    "--sample/--nosample",
    default=True,
    show_default=True,
    help="Draw latents from their distribution, or take their means.",
)
@click.option("--ema_weights/--noema_weights", default=False, help="Use the averaged weights of a run.")
def command(words, model, inputs, out, name, gpu, stream, chunk_size, sample, ema_weights) -> None:
    """Send PATHS (audio files, or folders of them) through MODEL: a run, a checkpoint or a .ts file.

    The outputs have the length, rate and format of the inputs, and folders keep their structure. A mono model takes
    each channel of a file by itself.
    """
    from .batch import device_of, each, model_and_paths, pair

    if name is not None and Path(name).name != name:
        raise click.ClickException(f"--name is the name of a folder in --out, not '{name}'.")
    model, paths = model_and_paths(words, model, inputs)
    pairs = pair(paths, out / name if name else out)
    with tempfile.TemporaryDirectory(prefix="rave-") as folder:
        player = open_player(model, Path(folder) if stream else None, chunk_size, sample, ema_weights, device_of(gpu))
        from nn_tilde.rave.generate import generate

        def render(source: Path, target: Path, progress) -> str | None:
            return generate(player, source, target, progress).remark

        each(pairs, render)


def open_player(model: Path, folder: Path | None, chunk_size: int | None, sample: bool, ema: bool, device: str):
    """folder: where a streaming export of a run may lie meanwhile; None for the network itself."""
    from nn_tilde.rave.generate import InstrumentPlayer, NetworkPlayer

    if model.suffix == ".ts":
        if ema:
            raise click.ClickException("--ema_weights is for trained runs; a .ts file has the weights it has.")
        return InstrumentPlayer(model, sample, chunk_size, device)
    from nn_tilde.rave.loading import load

    try:
        rave = load(model, ema)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if folder is None:
        return NetworkPlayer(rave, sample, chunk_size, device)
    from nn_tilde.rave.export import export

    every = rave.latent_size if rave.config.regularization == "variational" else None
    export(rave, folder / "model.ts", streaming=True, latent_size=every)
    return InstrumentPlayer(folder / "model.ts", sample, chunk_size, device)
