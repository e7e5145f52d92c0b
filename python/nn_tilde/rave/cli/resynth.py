"""`rave resynth`: recordings and their reconstructions, to hear and to see."""

from __future__ import annotations

import math
from pathlib import Path

import click

from ...cli.flags import FlagCommand
from .batch import PATH


@click.command("resynth", cls=FlagCommand)
@click.argument("words", metavar="MODEL PATHS...", nargs=-1, type=PATH)
@click.option("--model", type=PATH, help="Run folder, checkpoint or .ts file, instead of the first word.")
@click.option("--input", "inputs", type=PATH, multiple=True, help="Audio file or folder; may be repeated.")
@click.option("--out", "--out_path", "out", type=PATH, default=Path("resynth"), show_default=True, help="Folder.")
@click.option("--start", type=click.FloatRange(0), default=0.0, help="Seconds into the recording where pictures begin.")
@click.option("--seconds", type=click.FloatRange(0.01, 600), default=10.0, show_default=True, help="Of a picture.")
@click.option(
    "--sample/--nosample",
    default=True,
    show_default=True,
    help="Draw latents from their distribution, or take their means.",
)
@click.option("--gpu", type=int, default=-1, show_default=True, help="Number of the GPU; -1 is the CPU.")
@click.option("--ema_weights/--noema_weights", default=False, help="Use the averaged weights of a run.")
def command(words, model, inputs, out, start, seconds, sample, gpu, ema_weights) -> None:
    """Send PATHS (audio files, or folders of them) through MODEL, and draw each beside its reconstruction.

    Writes the reconstruction like rave generate, and a .png beside it: waveforms, and spectrograms on one scale.
    """
    from .batch import device_of, each, model_and_paths, pair
    from .generate import open_player

    if not math.isfinite(start + seconds):  # which a range lets through
        raise click.ClickException("--start and --seconds are numbers of seconds.")
    model, paths = model_and_paths(words, model, inputs)
    pairs = pair(paths, out)
    player = open_player(model, None, None, sample, ema_weights, device_of(gpu))
    from nn_tilde.rave import resynth
    from nn_tilde.rave.generate import generate

    def render(source: Path, target: Path, progress) -> str | None:
        written = generate(player, source, target, progress)
        sounds, rate = resynth.excerpts((source, target), start, seconds)
        picture = target.with_name(f"{target.name}.png")
        resynth.save(picture, resynth.comparison(sounds, rate, f"{source.name} · {model.name}", start))
        click.echo(click.format_filename(picture))
        return written.remark

    each(pairs, render)
