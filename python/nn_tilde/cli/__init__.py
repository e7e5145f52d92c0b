"""`nntilde`: one command for everything one does with nn~ models outside a patch.

Sub-commands are imported when they are called, so that `--help` never waits for torch.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys

import click

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


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-tilde-toolkit", prog_name="nntilde")
def cli() -> None:
    """Play, inspect and measure neural audio models (.ts files)."""


def main() -> None:
    """Entry point: every known error is one sentence and a non-zero exit."""
    # Ended from outside, we clean up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli(standalone_mode=False)  # click returns what Exit carries
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"nntilde: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read us has had enough; say nothing more to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"'{error.filename}': " if error.filename else ""
        click.echo(f"nntilde: {where}{error.strerror or error}.", err=True)
        sys.exit(1)
    except RuntimeError as error:
        core = sys.modules.get("nn_tilde._core")
        if core is None or not isinstance(error, core.Error):
            raise
        click.echo(f"nntilde: {error}", err=True)
        sys.exit(1)
