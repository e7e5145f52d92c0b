"""What every command line of the toolkit shares: commands imported when called, errors in one sentence."""

from __future__ import annotations

import importlib
import os
import signal
import sys

import click


class LazyGroup(click.Group):
    """Sub-commands are imported when they are called, so that `--help` never waits for torch.

    table: name → (module, attribute, one line of help).
    """

    def __init__(self, *args, table: dict[str, tuple[str, str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.table:
            return None
        module, attribute, _ = self.table[name]
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self.table.items()])


def run(cli: click.Command, name: str) -> None:
    """Entry point of the program `name`: every known error is one sentence and a non-zero exit."""
    # Ended from outside, we clean up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli(prog_name=name, standalone_mode=False)  # click returns what Exit carries
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"{name}: {error.format_message()}", err=True)
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
        click.echo(f"{name}: {where}{error.strerror or error}.", err=True)
        sys.exit(1)
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or _out_of_memory(error):
            click.echo(
                f"{name}: There is not enough memory for this; make the model, batch or block smaller.", err=True
            )
            sys.exit(1)
        core = sys.modules.get("nn_tilde._core")
        if core is None or not isinstance(error, core.Error):
            raise
        click.echo(f"{name}: {error}", err=True)
        sys.exit(1)


def _out_of_memory(error: RuntimeError) -> bool:
    """Whether torch says so, of any of its devices."""
    return "allocate memory" in str(error) or type(error).__name__ == "OutOfMemoryError"
