"""`mtcrnn quickstart`: the QuickStart of MTCRNN in one command."""

from __future__ import annotations

import click

from ...cli.flags import FlagCommand
from ...cli.training import POSITIVE
from .common import PATH
from .options import Count


@click.command("quickstart", cls=FlagCommand)
@click.option("-t", "--train/--notrain", default=False, help="Train. Without -t and -g: both.")
@click.option("-g", "--generate/--nogenerate", default=False, help="Generate with what was trained.")
@click.option(
    "-d",
    "--datapath",
    type=PATH,
    help="Folder of RegularPopsRandomPitch_16k, which is made when it is not there. [default: /mydata, else mydata]",
)
@click.option("-n", "--numsteps", type=Count(), help="Steps in all. [default: 30; of -g alone: any]")
@click.option("-c", "--checkpoint", type=Count(), help="Steps between models. [default: as -n]")
@click.option("-s", "--datestamp", help="Beginning of the run's name. [default: today, Y.m.d]")
@click.option("--hidden_size", default=256, show_default=True, type=POSITIVE, help="Width of the network.")
@click.option("--n_layers", default=4, show_default=True, type=POSITIVE, help="Recurrent layers.")
@click.option("--seq_len", default=256, show_default=True, type=POSITIVE, help="Values of a window.")
@click.option("--batch_size", default=128, show_default=True, type=POSITIVE, help="Sequences at a time.")
@click.option("--tfr", default=0.9, show_default=True, type=click.FloatRange(0, 1), help="Teacher forcing ratio.")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(0), help="Processes that read data.")
@click.option(
    "--seconds", default=10.0, show_default=True, type=click.FloatRange(0, 3600, min_open=True), help="Of each sound."
)
@click.option("--rand_seed", type=click.IntRange(0), help="Seed of the sounds. [default: another each time]")
@click.option("--runscript", type=PATH, hidden=True)  # kept with the run
def command(**flags) -> None:
    """Train on pops at 11 rates, then let the rate glide from high to low.

    \b
    mtcrnn quickstart                      30 steps, to see that it runs
    mtcrnn quickstart -t -n 10000 -c 1000  a training; the same command goes on
    mtcrnn quickstart -g                   a sound of every model

    \b
    output/<datestamp>_<data>_NL4.H256.TFR.0.9.SL256.BATCHSIZE128/      the run
        QuickStart_pops_<datestamp>/audio/<curve>.<step>.wav            its sounds

    Curves are the .npy files of genParams/run/QuickStart_pops (also getParams, genParam), each stretched over the
    sound; without any, rateglide.npy is made.
    """
    from ..quickstart import run_quickstart

    run_quickstart(flags)
