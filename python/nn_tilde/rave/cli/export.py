"""`rave export`: the .ts file that nn~ plays."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand

PATH = click.Path(path_type=Path)


@click.command("export", cls=FlagCommand)
@click.option("--run", type=PATH, required=True, help="Run folder or checkpoint (.ckpt).")
@click.option("--streaming/--nostreaming", default=False, help="For live playing; without it nn~ clicks.")
@click.option(
    "--fidelity",
    type=click.FloatRange(0.1, 0.999),
    default=0.95,
    show_default=True,
    help=("Share of the variance that the latents explain (variational models)."),
)
@click.option("--latent_size", type=click.IntRange(1), help="Number of latents, instead of --fidelity.")
@click.option("--name", help="Name of the file, without ending.  [default: that of the run folder]")
@click.option("--output", type=PATH, help="Folder of the file.  [default: the run folder]")
@click.option("--ema_weights/--noema_weights", default=False, help="Use the averaged weights of training with --ema.")
@click.option("--channels", type=click.IntRange(1), help="Channels of the output.  [default: the model's]")
@click.option("--sr", type=click.IntRange(1000, 768_000), help="Sample rate to play at, in Hz.  [default: the model's]")
@click.option("--prior", type=PATH, help="Run folder or checkpoint of `rave train_prior`.")
def command(run, streaming, fidelity, latent_size, name, output, ema_weights, channels, sr, prior) -> None:
    """Write OUTPUT/NAME.ts, or NAME_streaming.ts with --streaming."""
    if name is not None and (not name or Path(name).name != name):
        raise click.ClickException(f"--name is the name of a file, not '{name}'; --output says where.")
    if output is not None and output.exists() and not output.is_dir():
        raise click.ClickException(f"'{output}' is not a folder.")
    from nn_tilde.rave.export import export, remarks
    from nn_tilde.rave.loading import find_checkpoint, find_config, load

    try:
        click.echo(f"model: {find_checkpoint(run)}")
        folder = find_config(run).parent
        rave = load(run, ema_weights)
        sampler = None
        if prior is not None:
            from nn_tilde.rave.prior_files import load_prior
            from nn_tilde.rave.prior_sampler import PriorSampler

            sampler = PriorSampler(load_prior(prior))
        for remark in remarks(rave, latent_size):
            click.echo(f"note: {remark}")
        output = output or folder
        output.mkdir(parents=True, exist_ok=True)
        done = export(
            rave,
            output / f"{name or folder.absolute().name}{'_streaming' if streaming else ''}.ts",
            streaming=streaming,
            fidelity=fidelity,
            latent_size=latent_size,
            channels=channels,
            sr=sr,
            prior=sampler,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{done.latent_size} latents, one value every {done.ratio} samples; plays best in blocks of {done.block}"
    )
    for method, delay in done.delays.items():
        click.echo(f"{method}: {delay} samples late ({delay / done.sample_rate * 1e3:.0f} ms)")
    verdict = "compatible" if done.vst else f"will not work, the file plays {done.channels} channels of its own"
    click.echo(f"stereo mode of the RAVE VST: {verdict}")
    click.echo(f"all good ! model exported to {done.path}")
