"""`vschaos`: sounds and labels become a space of sounds one steers. One module here for each command."""

from __future__ import annotations

import click

from ...cli.lazy import LazyGroup, run

COMMANDS = {
    "train": ("nn_tilde.vschaos.cli.train", "command", "Sounds, with labels or without, become a model."),
    "generate": ("nn_tilde.vschaos.cli.generate", "group", "Sounds through a model, or out of its latent space."),
    "export": ("nn_tilde.vschaos.cli.export", "command", "Write the .ts file that nn~ plays."),
    "script": ("nn_tilde.vschaos.cli.export", "command", "The same, by its old name."),
    "extract_pitch": ("nn_tilde.vschaos.cli.extract_pitch", "command", "Label recordings with pitch and octave."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-tilde-toolkit", prog_name="vschaos")
def cli() -> None:
    """Train, export and play variational auto-encoders of spectra (vschaos)."""


def main() -> None:
    run(cli, "vschaos")
