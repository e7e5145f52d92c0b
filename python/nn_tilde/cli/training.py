"""Options that every trainer has."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import click

POSITIVE = click.IntRange(min=1)


class Speeds(click.ParamType):
    """Two numbers with a comma between them."""

    name = "low,high"

    def convert(self, value, param, ctx):
        try:
            low, high = (float(part) for part in value.strip("[]() ").split(","))
        except ValueError:
            self.fail(f"'{value}' is not two numbers such as 0.7,1.4.", param, ctx)
        if not 0 < low <= high:
            self.fail("the lower of two positive speeds comes first.", param, ctx)
        return low, high


_SPEEDS = "Play half of the examples at a speed between two, e.g. 0.7,1.4."
_OPTIONS = (
    click.option("--batch", default=8, show_default=True, type=POSITIVE, help="Examples a step, in each process."),
    click.option("--val_every", default=10_000, show_default=True, type=POSITIVE, help="Steps between validations."),
    click.option("--rand_pitch", type=Speeds(), help=_SPEEDS),
    click.option("--ema", type=float, help="Also keep averaged weights, with this factor, e.g. 0.999."),
    click.option(
        "--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="First weights, order, crops."
    ),
    click.option(
        "--workers", default=8, show_default=True, type=click.IntRange(min=0), help="Processes that read data."
    ),
    click.option("--gpu", multiple=True, type=int, help="Number of a CUDA device, repeatable; -1: the CPU."),
    click.option("--devices", type=int, help="Processes on this machine, one a device. [default: 1]"),
    click.option("--nodes", default=1, show_default=True, type=int, help="Machines."),
    click.option(
        "--strategy",
        default="auto",
        show_default=True,
        type=click.Choice(["auto", "ddp"]),
        help="For several processes.",
    ),
    click.option("--progress/--noprogress", default=True, help="A progress bar, or a line now and then."),
)


def training_options(command: Callable) -> Callable:
    """Decorator: the options above, in their order."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), command)
