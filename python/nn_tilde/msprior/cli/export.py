"""`msprior export`: the .ts file that nn~ plays."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ...cli.flags import FlagCommand

PATH = click.Path(path_type=Path)


@click.command("export", cls=FlagCommand)
@click.option("--run", type=PATH, required=True, help="Run folder of `msprior train`, or a checkpoint.")
@click.option(
    "--continuous/--nocontinuous",
    default=None,
    help="What kind of latents the prior is of; the run knows that, so that it need not be said.",
)
@click.option("--temporal_ratio", type=click.IntRange(1), help="Samples a latent frame.  [default: those of the data]")
@click.option("--batch_size", type=click.IntRange(1), help="Without effect: any number of voices plays (mc.nn~).")
@click.option("--vae_path", type=PATH, help="VAE of semantic features (.ts), whose latents become the inlets.")
@click.option("--ema_weights/--noema_weights", default=False, help="Use the averaged weights of training with --ema.")
@click.option("--ckpt", default="best", show_default=True, help="Checkpoint: best, last, a name or a file.")
@click.option("--name", help="Name of the file, without ending.  [default: that of the run folder]")
@click.option("--output", type=PATH, help="Folder of the file.  [default: the run folder]")
def command(run, continuous, temporal_ratio, batch_size, vae_path, ema_weights, ckpt, name, output) -> None:
    """Write OUTPUT/NAME.ts: latents and semantic inlets in, latents and their perplexity out.

    \b
    msprior export --run runs/birds
    """
    name = name and name.removesuffix(".ts")
    if name is not None and (not name or Path(name).name != name):
        raise click.ClickException(f"--name is the name of a file, not '{name}'; --output says where.")
    if output is not None and output.exists() and not output.is_dir():
        raise click.ClickException(f"'{output}' is not a folder.")
    if vae_path is not None and not vae_path.is_file():
        raise click.ClickException(f"The VAE '{vae_path}' does not exist.")
    from ..export import export
    from ..loading import load

    try:
        loaded = load(run, ckpt, ema_weights)
        click.echo(f"model: {loaded.path}, after {loaded.step} steps")
        for remark in loaded.remarks:
            click.echo(f"note: {remark}")
        folder = _folder(loaded.path)
        output = output or folder
        output.mkdir(parents=True, exist_ok=True)
        target = output / f"{name or Path(os.path.abspath(folder)).name}.ts"
        done = export(loaded, target, ratio=temporal_ratio, continuous=continuous, vae_path=vae_path)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if batch_size is not None:
        click.echo("note: --batch_size is without effect, as many voices play as one likes (mc.nn~)")
    if temporal_ratio not in (None, loaded.about["ratio"]):
        click.echo(f"note: the data has a frame every {loaded.about['ratio']} samples, the file every {temporal_ratio}")
    words = [label.removeprefix("(signal) ") for label in done.inlets]
    latents = len(done.outlets) - 1
    click.echo(f"inlets: {', '.join([f'rave latent 1 … {latents}', *_listed(words[latents:])])}")
    click.echo(f"outlets: rave latent 1 … {latents}, perplexity")
    kind = "continuous" if done.continuous else "discrete"
    click.echo(f"{kind} latents, one frame every {done.ratio} samples; plays in blocks of {done.block} and more")
    click.echo("streaming mode: True")
    click.echo(f"all good ! model exported to {done.path}")


def _folder(checkpoint: Path) -> Path:
    """The folder of the training that a checkpoint is of, or else the one it lies in."""
    folder = checkpoint.parent
    if Path(os.path.abspath(folder)).name != "checkpoints":
        return folder
    return folder.parent if folder.name == "checkpoints" else folder / ".."


def _listed(words: list[str]) -> list[str]:
    """semantic feature 0 … 162."""
    return words if len(words) < 3 else [f"{words[0]} … {words[-1].rsplit(' ', 1)[1]}"]
