"""Commands whose repeatable options take several values after one flag, `--files a.wav b/`, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

import click

from .flags import FlagCommand

_FLAG = re.compile(r"-+[a-zA-Z]|--$")  # and not a negative number


class ListCommand(FlagCommand):
    """alone: options of one value that may stand without it → the value that they then have."""

    alone: ClassVar[Mapping[str, str]] = {}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        lists = {name.lstrip("-") for p in options if p.multiple for name in p.opts}
        return super().parse_args(ctx, one_by_one(list(args), lists, self.alone))


def one_by_one(args: list[str], lists: set[str], alone: Mapping[str, str] | None = None) -> list[str]:
    """`--files a b` → `--files a --files b` for the options in `lists`; `--x` before another flag → `--x VALUE`."""
    alone, result, i = alone or {}, [], 0
    while i < len(args):
        word = args[i]
        i += 1
        flag, equals, _ = word.partition("=")
        name = flag.lstrip("-").replace("-", "_")
        if not _FLAG.match(word) or name not in lists | alone.keys():
            result.append(word)
            continue
        values = []
        while i < len(args) and not _FLAG.match(args[i]) and (name in lists or not values):
            values.append(args[i])
            i += 1
        if equals:
            result.append(word)
        elif name in alone and not values:
            values = [alone[name]]
        result += [part for value in values for part in (flag, value)]
    return result
