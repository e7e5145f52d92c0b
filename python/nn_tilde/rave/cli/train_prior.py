"""`rave train_prior`: a prior over the latents of a trained model."""

from __future__ import annotations

import click

from ...cli.flags import FlagCommand
from ...cli.training import POSITIVE, training_options


@click.command("train_prior", cls=FlagCommand)
@click.option("--model", required=True, help="Run folder or checkpoint of a variational model.")
@click.option("--db_path", required=True, help="Dataset of rave preprocess, or the address of rave remote_dataset.")
@click.option("--out_path", default="runs/", show_default=True, help="Folder of the runs.")
@click.option("--name", help="Name of the run. [default: prior_ and the name of the model's run]")
@click.option("--config", multiple=True, help="Configuration, by name or path; repeatable. [default: prior_v1]")
@click.option("--override", multiple=True, metavar="NAME=VALUE", help="Setting such as n_layers=8; repeatable.")
@click.option("--fidelity", default=0.95, show_default=True, help="Share of the variance that the latents explain.")
@click.option("--latent_size", type=POSITIVE, help="Number of latents, instead of --fidelity.")
@click.option(
    "--n_signal", default=0, type=click.IntRange(min=0), help="Samples of a training example, at least what is needed."
)
@click.option("--max_steps", default=1_000_000, show_default=True, type=POSITIVE, help="Steps until the end.")
@click.option("--save_every", type=POSITIVE, help="Steps between checkpoints kept for good.")
@click.option("--derivative/--noderivative", default=False, help="As the model was trained.")
@click.option("--normalize/--nonormalize", default=False, help="As the model was trained.")
@click.option("--ckpt", help="Run or checkpoint of a prior to go on from.")
@click.option("--smoke_test/--nosmoke_test", default=False, help="A step and a batch of validation, no more.")
@training_options
def command(**flags) -> None:
    """Train a prior, which plays the latents of a model by itself.

    \b
    rave train_prior --model /path/to/your/run --db_path /path/to/your_preprocessed_data --out_path /path/to/output
    rave export --run /path/to/your/run --prior /path/to/output/prior_run --streaming

    The run is the folder OUT_PATH/NAME, as one of rave train. The same command goes on where it was.
    """
    from ..prior_session import run_session

    run_session(**flags)
