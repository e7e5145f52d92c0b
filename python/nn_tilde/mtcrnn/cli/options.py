"""Options that train and generate share, and the spellings their users write them in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

import click

from ...cli.flags import FlagCommand
from ...cli.training import POSITIVE

_FLAG = re.compile(r"-+[a-zA-Z]|--$")  # and not a negative number
PARAMVECT = ("self", "external", "none")


class ListCommand(FlagCommand):
    """A command whose repeatable options take several values after one flag, `--prop rmse centroid pitch`, or none,
    and whose --paramvect may stand alone."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        lists = {name.lstrip("-") for p in options if p.multiple for name in p.opts}
        return super().parse_args(ctx, _one_by_one(list(args), lists))


def _one_by_one(args: list[str], lists: set[str]) -> list[str]:
    """`--prop a b` → `--prop a --prop b`; `--paramvect` before another flag → `--paramvect self`."""
    result, i = [], 0
    while i < len(args):
        word = args[i]
        i += 1
        name, equals, _ = word.lstrip("-").partition("=")
        if not word.startswith("-") or name not in lists | {"paramvect"}:
            result.append(word)
            continue
        values = []
        while i < len(args) and not _FLAG.match(args[i]):
            values.append(args[i])
            i += 1
            if name not in lists:
                break
        if equals:
            result += [word, *(part for value in values for part in ("--" + name, value))]
        elif name in lists:
            result += [part for value in values for part in ("--" + name, value)]
        else:
            result += ["--paramvect", *(values or ["self"])]
    return result


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
