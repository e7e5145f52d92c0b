"""`mtcrnn`: sounds and parameters become a texture one steers. One module here for each command."""

from __future__ import annotations

import click

from ...cli.lazy import LazyGroup, run

COMMANDS = {
    "quickstart": ("nn_tilde.mtcrnn.cli.quickstart", "command", "Data, a training and sounds, to begin with."),
    "train": ("nn_tilde.mtcrnn.cli.train", "command", "Train a tier."),
    "generate": ("nn_tilde.mtcrnn.cli.generate", "command", "Generate with a tier, or a chain of them."),
    "export": ("nn_tilde.mtcrnn.cli.export", "command", "Write the .ts file that nn~ plays."),
    "params": ("nn_tilde.mtcrnn.cli.params", "group", "List, check, draw and extract parameters of recordings."),
    "condition": ("nn_tilde.mtcrnn.cli.condition", "command", "Draw curves that steer a model (.npy)."),
    "pops": ("nn_tilde.mtcrnn.cli.pops", "command", "Make the QuickStart dataset: pops at 11 rates."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-tilde-toolkit", prog_name="mtcrnn")
def cli() -> None:
    """Train, export and play multi-tier conditional RNNs (MTCRNN)."""


def main() -> None:
    run(cli, "mtcrnn")
