"""`rave`: from a folder of sounds to an instrument. One module here for each command."""

from __future__ import annotations

import click

from ...cli.lazy import LazyGroup, run

COMMANDS = {
    "preprocess": ("nn_tilde.rave.cli.preprocess", "command", "Turn folders of audio into a dataset."),
    "train": ("nn_tilde.rave.cli.train", "command", "Train a model on a dataset."),
    "train_prior": ("nn_tilde.rave.cli.train_prior", "command", "Train a prior over the latents of a model."),
    "export": ("nn_tilde.rave.cli.export", "command", "Write the .ts file that nn~ plays."),
    "export_onnx": ("nn_tilde.rave.cli.export_onnx", "command", "Write an ONNX file."),
    "generate": ("nn_tilde.rave.cli.generate", "command", "Send audio files through a model."),
    "encode": ("nn_tilde.rave.cli.encode", "command", "Write the latents of audio files (.npy)."),
    "resynth": ("nn_tilde.rave.cli.resynth", "command", "Compare recordings and their reconstructions in pictures."),
    "info": ("nn_tilde.rave.cli.info", "command", "Say what a run or checkpoint is."),
    "remote_dataset": ("nn_tilde.rave.cli.remote_dataset", "command", "Serve a dataset to other machines."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-tilde-toolkit", prog_name="rave")
def cli() -> None:
    """Train, export and play RAVE models."""


def main() -> None:
    run(cli, "rave")
