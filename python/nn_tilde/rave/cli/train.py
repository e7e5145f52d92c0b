"""`rave train`: a dataset becomes a model."""

from __future__ import annotations

import click

from ...cli.flags import FlagCommand
from ...cli.training import POSITIVE, training_options


@click.command(cls=FlagCommand)
@click.option("--name", required=True, help="Name of the run; the same command goes on with it.")
@click.option("--db_path", required=True, help="Dataset of rave preprocess, or the address of rave remote_dataset.")
@click.option("--out_path", default="runs/", show_default=True, help="Folder of the runs.")
@click.option("--config", multiple=True, help="Configuration, by name or path; repeatable, they stack. [default: v2]")
@click.option("--augment", multiple=True, help="Augmentation (mute, compress, gain or a path); repeatable.")
@click.option("--override", multiple=True, metavar="NAME=VALUE", help="Setting such as CAPACITY=32; repeatable.")
@click.option(
    "--recipe", type=click.Choice(["aligned", "release"]), help="Losses of our own, or exactly those of RAVE 2.3."
)
@click.option(
    "--channels", default=0, type=click.IntRange(min=0), help="Channels of the model. [default: the dataset's]"
)
@click.option("--n_signal", default=131072, show_default=True, type=POSITIVE, help="Samples of a training example.")
@click.option("--max_steps", default=6_000_000, show_default=True, type=POSITIVE, help="Steps until the end.")
@click.option(
    "--save_every", default=500_000, show_default=True, type=POSITIVE, help="Steps between checkpoints kept for good."
)
@click.option("--val_db_path", help="Dataset to validate on. [default: 2 % of --db_path]")
@click.option("--derivative/--noderivative", default=False, help="Train on first differences.")
@click.option("--normalize/--nonormalize", default=False, help="Bring the peak of each example to 1 (at most +30 dB).")
@click.option("--ckpt", help="Run or checkpoint, ours or of RAVE 2, to go on from.")
@click.option("--transfer", help="Run or checkpoint whose fitting weights a new run begins with.")
@click.option("--freeze_encoder/--nofreeze_encoder", default=False, help="Train only what follows the encoder.")
@click.option(
    "--precision",
    default="32",
    show_default=True,
    type=click.Choice(["32", "bf16", "32-true", "bf16-mixed"]),
    help="bf16: networks in bfloat16, losses and weights in 32 bits.",
)
@click.option("--compile/--nocompile", default=False, help="Compile the networks (a slow start, then faster).")
@click.option(
    "--smoke_test/--nosmoke_test", default=False, help="A batch of each kind of step and of validation, no more."
)
@training_options
def command(**flags) -> None:
    """Train a model.

    \b
    rave train --config v2 --db_path /dataset/path --out_path /model/out --name give_a_name
    rave train --config v2 --config causal --augment mute --override CAPACITY=48 …

    The run is the folder OUT_PATH/NAME: config.gin, checkpoints, TensorBoard events and report.html.
    Ctrl-C saves first; the same command goes on exactly where the run was.
    """
    from ..train_session import run_session

    run_session(**flags)
