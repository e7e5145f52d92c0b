"""`nntilde bench`: milliseconds per block and load against block size."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import click

from .acceleration import PRECISIONS, acceleration_options

SIZES = "512,1024,2048,4096,8192"


@click.command("bench")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--method", "-m", "methods", multiple=True, help="The method to run (default: forward; compared: all).")
@click.option("--blocks", "-b", "sizes", help=f"Block sizes (default: {SIZES}; compared: the smallest, 2048, 8192).")
@click.option("--block", "more", multiple=True, type=click.IntRange(0, 1 << 24), help="One block size, repeatable.")
@click.option(
    "--count", type=click.IntRange(1, 1_000_000), help="Blocks measured per size (default: 100; compared: 60)."
)
@click.option(
    "--vector", default=64, show_default=True, type=click.IntRange(1, 8192), help="Samples per audio callback."
)
@click.option("--batch", default=1, show_default=True, type=click.IntRange(1, 1024), help="Examples at once.")
@click.option(
    "--rate",
    default=48000.0,
    show_default=True,
    type=click.FloatRange(1, 1e7),
    help="Sample rate that the load is for, Hz.",
)
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, mps or gpu.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the result into this picture (.png).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--compare", is_flag=True, help="Plain and accelerated side by side, and a picture.")
@click.option("--out", type=click.Path(path_type=Path), help="Compared: folder for the picture (default: this one).")
@acceleration_options(several=True)
def bench_command(
    model,
    methods,
    sizes,
    more,
    count,
    vector,
    batch,
    rate,
    device,
    plot,
    as_json,
    compare,
    out,
    accelerate,
    precision,
    threads,
) -> None:
    """Measure how long MODEL takes per block on one core of this machine.

    With --compare: the model as it is in the file and accelerated, in turn, for every method, block size and
    precision; their ratio, error and memory; and how near it comes to what this machine can do.
    """
    wanted = _sizes(sizes, more)
    if not math.isfinite(rate):
        raise click.ClickException("--rate takes a number of Hz.")
    if compare:
        if device != "cpu" or accelerate is not None or threads > 1:
            raise click.ClickException(
                "--compare sets plain against accelerated on the CPU, on one core; leave the others out."
            )
        plot = plot or (out or Path()) / f"{model.stem}-compare.png"
    elif out:
        raise click.ClickException("--out is for --compare; --plot names a picture.")
    elif len(methods) > 1 or len(precision) > 1:
        raise click.ClickException("Several methods or precisions are for --compare.")
    if plot:
        _refuse_plot(plot)
    if compare:
        from nn_tilde.cli.compare import run_compare

        return run_compare(model, methods, wanted, precision or PRECISIONS, batch, count or 60, plot, as_json)
    from nn_tilde.bench import measure

    method = methods[0] if methods else "forward"
    how = {"accelerate": accelerate, "precision": precision[0] if precision else None, "threads": threads}
    wanted, count = wanted or _sizes(SIZES, ()), count or 100
    rows = {}
    with click.progressbar(wanted, label="measuring", file=click.get_text_stream("stderr")) as todo:
        for size in todo:
            row = measure(model, method, size, vector, batch, count, rate, device, **how)
            rows[row.block] = row  # sizes below the largest ratio are raised to it
    timings = list(rows.values())
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(row) for row in timings], indent=2))
    else:
        _print_table(model, method, rate, timings)
    if plot:
        _draw(plot, model, method, rate, timings)
        click.echo(str(plot), err=True)


def _sizes(text: str | None, more: tuple[int, ...]) -> tuple[int, ...]:
    try:
        wanted = {*more, *(int(size) for size in (text.split(",") if text else ()))}
    except ValueError:
        raise click.ClickException(f"--blocks takes numbers of samples, not '{text}'.") from None
    if not all(0 <= size <= 1 << 24 for size in wanted):
        raise click.ClickException("A block has 0 to 2^24 samples.")
    return tuple(sorted(wanted))


def _print_table(model: Path, method: str, rate: float, timings) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{model.name}, {method}: ms per block at {rate:g} Hz, one core", title_justify="left")
    for column in ("block", "median", "95 %", "99 %", "worst", "bare model", "host adds", "load"):
        table.add_column(column, justify="right")
    for t in timings:
        numbers = (t.median, t.p95, t.p99, t.worst, t.bare)
        added = f"{t.overhead * 1e3:.0f} µs"
        table.add_row(str(t.block), *(f"{n:.3f}" for n in numbers), added, f"{t.load * 100:.1f} %")
    Console().print(table)


def _refuse_plot(path: Path) -> None:
    """Before the measurement, not after it."""
    if path.suffix not in (".png", ".pdf", ".svg"):
        raise click.ClickException(f"A picture ends in .png, .pdf or .svg, and '{path.name}' does not.")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("ab"):
        pass
    if new:
        path.unlink()


def _draw(path: Path, model: Path, method: str, rate: float, timings) -> None:
    from matplotlib.figure import Figure

    blocks = [t.block for t in timings]
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(blocks, [t.load * 100 for t in timings], "o-", label="median")
    durations = [t.block / rate * 1e3 for t in timings]
    tails = [t.p99 / d * 100 for t, d in zip(timings, durations, strict=True)]
    axes.plot(blocks, tails, "o:", label="99 % of blocks")
    axes.axhline(100, color="tab:red", linewidth=0.8, label="real time")
    axes.set_xscale("log", base=2)
    axes.set_xticks(blocks, [str(b) for b in blocks])
    axes.set(xlabel="block [samples]", ylabel=f"load of one core at {rate:g} Hz [%]", ylim=(0, None))
    axes.set_title(f"{model.name}, {method}")
    axes.legend()
    figure.savefig(path, dpi=150)
