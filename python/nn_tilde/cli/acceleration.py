"""Options of every command that plays a model."""

from __future__ import annotations

from collections.abc import Callable

import click

PRECISIONS = ("exact", "half", "bf16")


def acceleration_options(several: bool = False) -> Callable:
    """Decorator: `--accelerate/--no-accelerate`, `--precision` (None; `several`: empty, if not given), `--threads`."""
    precision = click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        multiple=several,
        help="How exactly accelerated layers compute (default: exact).",
    )
    accelerate = click.option(
        "--accelerate/--no-accelerate", default=None, help="Layers on packed kernels (default), or as torch runs them."
    )
    threads = click.option(
        "--threads",
        default=1,
        show_default=True,
        type=click.IntRange(1, 2),
        help="2: two threads share the products of accelerated layers.",
    )
    return lambda command: accelerate(precision(threads(command)))
