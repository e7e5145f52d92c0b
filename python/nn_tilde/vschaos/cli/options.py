"""Commands whose repeatable options take several values after one flag, `--files a.wav b/`."""

from __future__ import annotations

import re

import click

from ...cli.flags import FlagCommand

_FLAG = re.compile(r"-+[a-zA-Z]|--$")  # and not a negative number


class ListCommand(FlagCommand):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        lists = {name.lstrip("-") for p in options if p.multiple for name in p.opts}
        return super().parse_args(ctx, one_by_one(list(args), lists))


def one_by_one(args: list[str], lists: set[str]) -> list[str]:
    """`--files a b` → `--files a --files b`, for the options named in `lists`."""
    result: list[str] = []
    flag = None
    for word in args:
        if _FLAG.match(word):
            name, equals, _ = word.lstrip("-").partition("=")
            listed = word.startswith("-") and name.replace("-", "_") in lists
            flag = word.partition("=")[0] if listed else None
            if flag is None or equals:
                result.append(word)
        elif flag is not None:
            result += [flag, word]
        else:
            result.append(word)
    return result
