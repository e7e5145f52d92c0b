"""`rave encode`: latents of recordings."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand
from .batch import PATH


@click.command("encode", cls=FlagCommand)
@click.argument("words", metavar="MODEL PATHS...", nargs=-1, type=PATH)
@click.option("--model", type=PATH, help="Run folder or checkpoint, instead of the first word.")
@click.option("--input", "inputs", type=PATH, multiple=True, help="Audio file or folder; may be repeated.")
@click.option("--out", "--out_path", "out", type=PATH, default=Path("latents"), show_default=True, help="Folder.")
@click.option("--fidelity", default=0.95, show_default=True, help="Share of the variance that the latents explain.")
@click.option("--latent_size", type=click.IntRange(1), help="Number of latents, instead of --fidelity.")
@click.option("--raw/--noraw", default=False, help="All latents of the encoder, before principal components.")
@click.option("--sample/--nosample", default=False, help="Draw latents from their distribution; off: their means.")
@click.option("--gpu", type=int, default=-1, show_default=True, help="Number of the GPU; -1 is the CPU.")
@click.option("--chunk_size", type=click.IntRange(1), help="Samples at once; the outcome does not depend on it.")
@click.option("--ema_weights/--noema_weights", default=False, help="Use the averaged weights of a run.")
def command(words, model, inputs, out, fidelity, latent_size, raw, sample, gpu, chunk_size, ema_weights) -> None:
    """Write the latents of PATHS (audio files, or folders of them) as .npy files: float32 [latents, frames].

    They are those that an export with the same --fidelity or --latent_size sends. A mono model takes each channel of a
    file by itself: [channels, latents, frames].
    """
    from .batch import device_of, each, model_and_paths, pair

    model, paths = model_and_paths(words, model, inputs)
    if model.suffix == ".ts":
        raise click.ClickException("rave encode reads trained runs; in a .ts file play the method encode.")
    pairs = pair(paths, out, ".npy")
    if not 0.1 <= fidelity <= 0.999:
        raise click.ClickException(f"--fidelity is between 0.1 and 0.999, not {fidelity}.")
    from nn_tilde.rave.encode import LatentReader, save
    from nn_tilde.rave.loading import load
    from nn_tilde.rave.spaces import build_space

    try:
        rave = load(model, ema_weights)
        space = None if raw else build_space(rave, fidelity, latent_size)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    reader = LatentReader(rave, space, sample, chunk_size, device_of(gpu))

    def render(source: Path, target: Path, progress) -> None:
        save(target, reader.read(source, progress))

    each(pairs, render)
