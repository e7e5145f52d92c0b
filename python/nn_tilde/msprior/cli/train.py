"""`msprior train`: latents become a prior."""

from __future__ import annotations

import click

from ...cli.flags import FlagCommand
from ...cli.training import POSITIVE


@click.command("train", cls=FlagCommand)
@click.option("--db_path", required=True, help="Dataset of msprior preprocess, ours or of the first MSPrior.")
@click.option("--name", required=True, help="Name of the run; the same command goes on with it.")
@click.option(
    "--config",
    multiple=True,
    help="Configuration, by name or path; `small` goes on top of another. [default: decoder_only]",
)
@click.option("--override", multiple=True, metavar="NAME=VALUE", help="Setting such as NUM_LAYERS=4; repeatable.")
@click.option("--pretrained_embedding", metavar="FILE", help="RAVE of codes (.ts) whose codebooks embed the tokens.")
@click.option("--out_path", default="runs", show_default=True, help="Folder of the runs.")
@click.option("--batch_size", default=64, show_default=True, type=POSITIVE, help="Examples a step, in each process.")
@click.option("--epochs", type=int, help="Times that the data is gone through, -1: endless. [default: see --max_steps]")
@click.option("--max_steps", type=POSITIVE, help="Steps until the end. [default: 1000000, unless --epochs says]")
@click.option(
    "--early_stopping",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    help="Validations without progress that end training; 0: none do.",
)
@click.option("--val_every", default=1000, show_default=True, type=POSITIVE, help="Steps between validations.")
@click.option("--val_size", default=8192, show_default=True, type=POSITIVE, help="Examples to validate with, at most.")
@click.option(
    "--save_every", default=100_000, show_default=True, type=POSITIVE, help="Steps between checkpoints kept for good."
)
@click.option("--ckpt", help="Run or checkpoint to go on from.")
@click.option("--ema", type=float, help="Also keep averaged weights, with this factor, e.g. 0.999.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="First weights, order, windows."
)
@click.option("--workers", default=0, show_default=True, type=click.IntRange(min=0), help="Processes that read data.")
@click.option(
    "--gpu", multiple=True, type=int, help="Number of a CUDA device, repeatable; -1: the CPU. [default: best]"
)
@click.option("--devices", type=int, help="Processes on this machine, one a device. [default: 1]")
@click.option("--nodes", default=1, show_default=True, type=int, help="Machines.")
@click.option("--strategy", default="auto", show_default=True, type=click.Choice(["auto", "ddp"]))
@click.option(
    "--precision",
    default="32",
    show_default=True,
    type=click.Choice(["32", "bf16"]),
    help="bf16: the network computes in bfloat16, losses and weights are in 32 bits.",
)
@click.option("--smoke_test/--nosmoke_test", default=False, help="A batch of training and one of validation, no more.")
@click.option("--progress/--noprogress", default=True, help="A progress bar, or a line now and then.")
def command(**flags) -> None:
    """Train a prior on latents.

    \b
    msprior train --config decoder_only --db_path latents --name dreams --pretrained_embedding rave.ts
    msprior train --config recurrent --config small --db_path latents --name dreams --override DROPOUT_RATE=0.2

    NUM_TOKENS and NUM_QUANTIZERS are those of the data. The run is the folder OUT_PATH/NAME: config.gin, checkpoints,
    TensorBoard events and report.html. Ctrl-C saves first; the same command goes on exactly where the run was.
    """
    from ..session import run_session

    run_session(flags)
