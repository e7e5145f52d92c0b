"""`nntilde`: one command for everything one does with nn~ models outside a patch."""

from __future__ import annotations

import click

from .lazy import LazyGroup, run

# name → (module, attribute, one line of help)
COMMANDS = {
    "info": ("nn_tilde.cli.info", "info_command", "Show what a model offers."),
    "render": ("nn_tilde.cli.render", "render_command", "Render audio files through a model."),
    "check": ("nn_tilde.cli.check", "check_command", "Say what is wrong with a model, if anything."),
    "bench": ("nn_tilde.cli.bench", "bench_command", "Measure how fast a model runs here."),
    "list": ("nn_tilde.cli.hub", "list_command", "List the models of the hub."),
    "download": ("nn_tilde.cli.hub", "download_command", "Fetch a model from the hub."),
    "remove": ("nn_tilde.cli.hub", "remove_command", "Delete a downloaded model."),
    "doctor": ("nn_tilde.cli.doctor", "doctor_command", "Look for what would stop it from working."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-tilde-toolkit", prog_name="nntilde")
def cli() -> None:
    """Play, inspect and measure neural audio models (.ts files)."""


def main() -> None:
    run(cli, "nntilde")
