"""`mtcrnn train`: recordings and their parameters become one tier."""

from __future__ import annotations

import click

from ...cli.training import POSITIVE
from .options import Count, TierCommand, given, options, tier_options

_LISTEN = "Seconds made at each validation, to hear or see in the report."
_SHARE = click.FloatRange(0, 0.5)

_TRAINING = (
    click.option("--data_dir", default="./data/audio", show_default=True, help="Folder of the recordings."),
    click.option("--output_dir", default="./output", show_default=True, help="Name of the run, a folder in output/."),
    click.option("--seq_len", default=4000, show_default=True, type=POSITIVE, help="Values of a window."),
    click.option("--stride", default=1, show_default=True, type=POSITIVE, help="Values between windows."),
    click.option("--num_steps", default=100_000, show_default=True, type=Count(), help="Steps of this training."),
    click.option("--lr", default=5e-4, show_default=True, type=float, help="Learning rate."),
    click.option("--tfr", default=1.0, show_default=True, type=float, help="Teacher forcing ratio."),
    click.option("--ss", type=float, help="Scheduled sampling: the ratio goes from --tfr to this."),
    click.option("--checkpoint", default=10_000, show_default=True, type=Count(), help="Steps between models."),
    click.option("--model_dir", help="Folder of a model to go on from, as given or in output/."),
    click.option("--step", default=0, show_default=True, type=click.IntRange(0), help="Which; 0: the newest."),
    click.option("--loss_cutoff", type=float, help="Stop when the loss is below."),
    click.option(
        "--loss",
        default="nll",
        show_default=True,
        type=click.Choice(["nll", "mse-sample"]),
        help="For parameters: likelihood, or the squared error of a sample as in MTCRNN.",
    ),
    click.option("--clip", default=1.0, show_default=True, type=float, help="Largest norm of the gradient; 0: any."),
    click.option(
        "--stateful/--nostateful", default=False, help="Windows in order, the state carried from one to the next."
    ),
    click.option(
        "--val_share", default=0.05, show_default=True, type=_SHARE, help="Part of each recording to validate."
    ),
    click.option("--listen", default=0.0, show_default=True, type=click.FloatRange(0), help=_LISTEN),
    click.option("--val_every", type=POSITIVE, help="Steps between validations. [default: as --checkpoint]"),
    click.option(
        "--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="First weights, order."
    ),
    click.option("--workers", default=4, show_default=True, type=click.IntRange(0), help="Processes that read data."),
    click.option("--gpu", multiple=True, type=int, help="Numbers of CUDA devices; -1: the CPU."),
    click.option("--devices", type=int, help="Processes on this machine, one a device. [default: 1]"),
    click.option("--nodes", default=1, show_default=True, type=int, help="Machines."),
    click.option("--strategy", default="auto", show_default=True, type=click.Choice(["auto", "ddp"])),
    click.option("--temp", default=1.0, hidden=True, type=float),  # of generation; MTCRNN takes it here too
)


@click.command(cls=TierCommand)
@tier_options
@options(_TRAINING)
@click.pass_context
def command(ctx: click.Context, **flags) -> None:
    """Train a tier.

    \b
    mtcrnn train --data_dir pops --prop rate --hidden_size 256 --n_layers 4 --seq_len 256 --tfr 0.9 --output_dir pops
    mtcrnn train --data_dir data/audio --param_dir data/param --generate rmse centroid pitch --prop fill \\
                 --sample_rate 125 --seq_len 1000 --hidden_size 300 --output_dir tier3

    The run is the folder output/OUTPUT_DIR: model/model_<step>.pkl to generate with, log/, checkpoints/, TensorBoard
    events and report.html. Ctrl-C saves first; the same command goes on exactly where the run was.
    """
    from ..session import run_session

    run_session(flags, given(ctx))
