"""`msprior`: priors over the latents of a RAVE. One module here for each command."""

from __future__ import annotations

import click

from ...cli.lazy import LazyGroup, run

COMMANDS = {
    "preprocess": ("nn_tilde.msprior.cli.preprocess", "command", "Sounds become latents of a RAVE."),
    "train": ("nn_tilde.msprior.cli.train", "command", "Train a prior on latents."),
    "export": ("nn_tilde.msprior.cli.export", "command", "Write the .ts file that nn~ plays."),
    "combine": ("nn_tilde.msprior.cli.combine", "command", "Make one instrument of a prior and its RAVE."),
    "generate": ("nn_tilde.msprior.cli.generate", "command", "Let a prior go on, into a sound file."),
    "compact": ("nn_tilde.msprior.cli.compact", "command", "Copy a part of a dataset."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-tilde-toolkit", prog_name="msprior")
def cli() -> None:
    """Train, export and play priors over the latents of a RAVE (MSPrior)."""


def main() -> None:
    run(cli, "msprior")
