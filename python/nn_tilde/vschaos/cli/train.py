"""`vschaos train`: a folder of sounds, with labels or without, becomes a model."""

from __future__ import annotations

import click

from ...cli.flags import FlagCommand
from ...cli.training import POSITIVE


@click.command("train", cls=FlagCommand)
@click.argument("words", nargs=-1, metavar="[SETTING=VALUE]...")
@click.option(
    "--config-name", "--config_name", "-cn", "config_name", multiple=True, help="Configuration, by name or path."
)
@click.option("--config", multiple=True, help="The same; repeatable, they stack. gin and YAML.")
@click.option("--yaml", multiple=True, metavar="FILE", help="Settings on top, such as a block `conditioning`.")
@click.option("--override", multiple=True, metavar="NAME=VALUE", help="As the words: a setting, or WARMUP=1000.")
@click.option("--max_steps", type=POSITIVE, help="Steps until the end, instead of pl_trainer.max_epochs.")
@click.option("--val_every", type=POSITIVE, help="Steps between validations. [default: epochs, 500 or more]")
@click.option("--save_every", type=POSITIVE, help="Steps between checkpoints kept for good. [default: 10 validations]")
@click.option(
    "--listen/--nolisten", default=True, help="At each validation: excerpts in TensorBoard, and as spectrograms."
)
@click.option("--workers", type=click.IntRange(0), help="Processes that read, as data.loader.num_workers.")
@click.option("--gpu", multiple=True, type=int, help="Number of a CUDA device, repeatable; -1: the CPU.")
@click.option("--devices", type=int, help="Processes on this machine, one a device. [default: 1]")
@click.option("--nodes", default=1, show_default=True, type=int, help="Machines.")
@click.option("--strategy", default="auto", show_default=True, type=click.Choice(["auto", "ddp"]))
@click.option("--progress/--noprogress", default=True, help="A progress bar, or a line now and then.")
def command(words: tuple[str, ...], **flags) -> None:
    """Train a variational auto-encoder of spectra.

    \b
    vschaos train --config-name dgt_mid name=my_training rundir=my_path +data.dataset.root=my_data
    vschaos train --config-name dgt_pitch_prediction name=… data.dataset.root=my_data training.warmup=5000
    vschaos train --config dgt_mid --yaml labels.yaml --override LATENT_SIZE=16 name=… data.dataset.root=my_data

    Settings are words: path.of.a.setting=value, with + or ++ before it or not; ~path takes one out. +check=1 shows the
    networks and a batch, and stops. data.dataset.n_files=X takes X recordings only.

    The run is the folder RUNDIR/NAME: config.gin, checkpoints, TensorBoard events and report.html.
    Ctrl-C saves first; the same command goes on exactly where the run was.
    """
    from ..session import run_session

    run_session(words, flags)
