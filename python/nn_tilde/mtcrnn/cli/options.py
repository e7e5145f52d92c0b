"""Options that train and generate share, and the spellings their users write them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, ClassVar

import click

from ...cli.lists import ListCommand
from ...cli.training import POSITIVE

PARAMVECT = ("self", "external", "none")


class TierCommand(ListCommand):
    """--paramvect may stand alone."""

    alone: ClassVar = {"paramvect": "self"}


_OPTIONS = (
    click.option("--hidden_size", default=800, show_default=True, type=POSITIVE, help="Width of the network."),
    click.option("--n_layers", default=3, show_default=True, type=POSITIVE, help="Recurrent layers."),
    click.option("--plstm/--noplstm", default=False, help="Phased LSTM instead of GRU (net 0)."),
    click.option(
        "--net", default=0, show_default=True, type=click.IntRange(0, 6), help="Architecture; 1 to 5 for parameters."
    ),
    click.option(
        "--sample_rate", default=16000, show_default=True, type=POSITIVE, help="Values a second, of this tier."
    ),
    click.option("--mulaw_channels", default=256, show_default=True, type=click.IntRange(2), help="Classes of audio."),
    click.option("--batch_size", default=16, show_default=True, type=POSITIVE, help="Sequences at a time."),
    click.option("--param_dir", help="Folder of the parameter files. [default: beside the recordings]"),
    click.option("--prop", multiple=True, metavar="NAMES...", help="Parameters to be steered by, in this order."),
    click.option("--cond_size", type=click.IntRange(0), help="Number of --prop. [default: what they are]"),
    click.option(
        "--generate", multiple=True, default=("audio",), show_default=True, metavar="NAMES...", help="What it makes."
    ),
    click.option(
        "--gen_size", type=click.IntRange(0), help="Input channels of what it makes. [default: what they are]"
    ),
    click.option("--onehot/--noonehot", default=False, help="Hear audio one-hot instead of as one number."),
    click.option("--progress/--noprogress", default=True, help="A progress bar."),
)


def tier_options(command: Callable) -> Callable:
    """Decorator: the options above, in their order."""
    return options(_OPTIONS)(command)


def options(many: Iterable[Callable]) -> Callable[[Callable], Callable]:
    """Decorator: several options, in their order."""
    many = tuple(many)
    return lambda command: reduce(lambda wrapped, option: option(wrapped), reversed(many), command)


def given(ctx: click.Context) -> set[str]:
    """Names of the flags that the command line has."""
    default = click.core.ParameterSource.DEFAULT
    return {name for name in ctx.params if ctx.get_parameter_source(name) is not default}


def parsed(command: click.Command, words: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """(flags, given) of `command` as if typed with `--name value` for each of `words`; of True, `--name` alone."""
    typed = [word for name, value in words.items() for word in ("--" + name, *([] if value is True else [str(value)]))]
    with command.make_context(command.name, typed) as ctx:
        return ctx.params, given(ctx)


class Count(click.ParamType):
    """A number of steps, which may be written 1e4."""

    name = "integer"

    def convert(self, value, param, ctx):
        try:
            number = float(value)
        except ValueError:
            self.fail(f"'{value}' is not a number.", param, ctx)
        if not 1 <= number < 2**53:
            self.fail(f"it must be at least 1, not {value}.", param, ctx)
        return int(number)
