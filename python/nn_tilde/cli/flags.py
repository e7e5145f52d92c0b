"""Commands that also take the spellings of absl flags, which the scripts of our users are full of."""

from __future__ import annotations

import click

_TRUE, _FALSE = {"true", "t", "1", "yes", "y"}, {"false", "f", "0", "no", "n"}


class FlagCommand(click.Command):
    """A click command whose options may be written `-name v`, `--name=v`, `--name-x` for `--name_x`;
    switches also `--x=true`, `--x true`, `--nox` and `--no-x`.

    Declare a switch as `@click.option("--lazy/--nolazy", default=False)`.
    """

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("context_settings", {"help_option_names": ["-h", "--help", "--helpshort", "--helpfull"]})
        super().__init__(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _as_click(self, ctx, list(args)))


def _as_click(command: click.Command, ctx: click.Context, args: list[str]) -> list[str]:
    """The same arguments as click spells them."""
    spelled, switches, valued = {}, {}, set()
    for parameter in command.get_params(ctx):
        if isinstance(parameter, click.Option):
            names = {option.lstrip("-"): option for option in (*parameter.opts, *parameter.secondary_opts)}
            spelled |= names
            if parameter.secondary_opts:
                switches[parameter.opts[-1].lstrip("-")] = (parameter.opts[-1], parameter.secondary_opts[-1])
            elif not parameter.is_flag:
                valued |= set(names)
    result, i = [], 0
    while i < len(args):
        word = args[i]
        i += 1
        if word == "--":
            return [*result, word, *args[i:]]
        name, equals, value = word.lstrip("-").partition("=")
        if name not in spelled:
            name = name.replace("-", "_")
            name = "no" + name[3:] if name.startswith("no_") else name
        if not word.startswith("-") or name not in spelled:
            result.append(word)
        elif name in switches:
            if not equals and i < len(args) and args[i].lower() in ("true", "false"):
                equals, value, i = "=", args[i], i + 1
            if equals and value.lower() not in _TRUE | _FALSE:
                raise click.BadParameter(f"'{value}' is neither true nor false.", ctx=ctx, param_hint=f"--{name}")
            on, off = switches[name]
            result.append(off if equals and value.lower() in _FALSE else on)
        else:
            result.append(spelled[name])
            if equals:
                result.append(value)
            elif name in valued and i < len(args):
                result.append(args[i])  # taken as it is, also when it begins with a dash
                i += 1
    return result
