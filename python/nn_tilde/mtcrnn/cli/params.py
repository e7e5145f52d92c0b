"""`mtcrnn params`: what goes with recordings over time."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand
from ...cli.lazy import LazyGroup
from ...cli.lists import ListCommand
from .common import PATH, data_options, pairs, sentences

_HOME = "nn_tilde.mtcrnn.cli."
COMMANDS = {
    "list": (_HOME + "params", "list_command", "Say which parameters there are."),
    "check": (_HOME + "params", "check_command", "Say what is missing or wrong."),
    "plot": (_HOME + "params_plot", "command", "Draw every parameter against time, below the waveform."),
    "extract": (_HOME + "params_extract", "command", "Measure level, brightness, pitch, … of recordings."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """List, check, draw and extract the parameters of recordings (.params files)."""


@click.command("list", cls=FlagCommand)
@click.argument("paths", metavar="PATHS...", nargs=-1, required=True, type=PATH)
def list_command(paths: tuple[Path, ...]) -> None:
    """Say which parameters the .params files at PATHS (files, or folders of them) hold, a line for each name."""
    from ..params import curves_of, names_of, read_params

    found: dict[str, list] = {}
    with sentences():
        files = _params_files(paths)
        for file in files:
            params = read_params(file)
            names = names_of(params)
            for name, curve in zip(names, curves_of(params, names, file), strict=True):
                found.setdefault(name, []).append((params[name], *curve))
    for name, entries in found.items():
        click.echo(f"{name:<16} {_summary(entries, len(files))}")
    if not found:
        raise click.ClickException(f"There are no parameters in the {len(files)} file(s) yet.")


def _summary(entries: list, files: int) -> str:
    """E.g. "in 11 files, 2 points, 0 to 10 s, 0.1 to 0.9 norm (rate pow(2,n), n=[2,5]: 2 to 5)"."""
    points = sorted({len(times) for _, times, _ in entries})
    counts = f"{points[0]}" if len(points) == 1 else f"{points[0]} to {points[-1]}"
    begin, end = min(times.min() for _, times, _ in entries), max(times.max() for _, times, _ in entries)
    low, high = min(values.min() for *_, values in entries), max(values.max() for *_, values in entries)
    first = entries[0][0]
    units = f" {first['units']}" if first.get("units") else ""
    original = ""
    if first.get("origUnits") is not None:
        original = f" ({first['origUnits']}: {first.get('origMinval')} to {first.get('origMaxval')})"
    where = f"in {len(entries)}" if len(entries) == files else f"in {len(entries)} of {files}"
    span = f"{begin:.4g} to {end:.4g} s, {low:.4g} to {high:.4g}"
    return f"{where} file{'s' if files > 1 else ''}, {counts} points, {span}{units}{original}"


def _params_files(paths: tuple[Path, ...]) -> list[Path]:
    from ..params import SUFFIX

    files = []
    for path in paths:
        if path.is_dir():
            files += sorted(path.rglob("*" + SUFFIX))
        else:
            files.append(path if path.suffix == SUFFIX else path.with_suffix(SUFFIX))
    if not files:
        raise click.ClickException(f"There is no {SUFFIX} file in '{paths[0]}'.")
    return files


@click.command("check", cls=ListCommand)
@data_options
@click.option("--prop", multiple=True, metavar="NAMES...", help="Parameters that each file must have.")
def check_command(data_dir: Path, param_dir: Path | None, prop: tuple[str, ...]) -> None:
    """Say which recordings in DATA_DIR have no parameters, which parameters no recording, and which are unusable."""
    from ..params import SUFFIX, ParamsError, names_of, read_params
    from ..params.files import problem_of

    wanted = pairs(data_dir, param_dir)
    problems, contents = [], {}
    for audio, path in wanted.items():
        if not path.exists():
            problems.append(f"'{audio}' has no parameter file '{path}'.")
            continue
        try:
            contents[path] = read_params(path)
        except ParamsError as error:
            problems.append(str(error))
    if data_dir.is_dir():
        there = {Path(path).absolute() for path in (param_dir or data_dir).rglob("*" + SUFFIX)}
        problems += [f"'{path}' belongs to no recording." for path in sorted(there - set(wanted.values()))]
    every = sorted({name for params in contents.values() for name in names_of(params)} | set(prop))
    for path, params in contents.items():
        for name in every:
            if name not in params:
                problems.append(f"'{path}' has no parameter '{name}'.")
            elif problem := problem_of(params[name]):
                problems.append(f"Parameter '{name}' of '{path}' cannot be used: {problem}.")
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found.")
    click.echo(f"{len(wanted)} recording(s), each with {', '.join(every) or 'no parameters yet'}.")
