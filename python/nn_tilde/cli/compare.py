"""`nntilde bench --compare`: plain and accelerated, as a table and as a picture."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import click


def run_compare(
    model: Path,
    methods: tuple[str, ...],
    blocks: tuple[int, ...],
    precisions: tuple[str, ...],
    batch: int,
    count: int,
    picture: Path,
    as_json: bool,
) -> None:
    """Measures, prints to stdout, draws into `picture`; progress on stderr. Raises when nothing can be played."""
    from rich.console import Console
    from rich.progress import Progress

    from nn_tilde.compare import Comparer, compare, measure_limits, memory

    first = Comparer(model, precisions[0])
    unknown = [name for name in methods if name not in first.contract.methods]
    if unknown:
        raise click.ClickException(
            f"The model has no method '{unknown[0]}'; it has {', '.join(first.contract.methods)}."
        )
    methods, blocks = methods or tuple(first.contract.methods), tuple(first.rounded(blocks) or first.blocks())
    sentences: list[str] = []
    remarks: list[str] = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("limits of this machine", total=len(precisions) * len(methods) * len(blocks) * count)
        limits = measure_limits()
        ahead = 0

        def follow(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=ahead + done)

        rows = []
        for row in compare(model, methods, blocks, precisions, batch, count, follow, sentences.append, remarks.append):
            rows.append(row)
            ahead = (len(rows) + len(sentences)) * count
        taken = {}
        # A model without accelerated layers takes the same in every precision, and each answer takes a process.
        for precision in dict.fromkeys(row.precision for row in rows if row.accelerated_layers):
            progress.update(task, description=f"memory, {precision}")
            taken[precision] = memory(model, precision)
    for sentence in dict.fromkeys(remarks + sentences):
        click.echo(f"Note: {sentence}", err=True)
    if not rows:
        raise click.ClickException("No method of the model could be measured.")
    if as_json:
        click.echo(json.dumps(_record(model, rows, taken, limits), indent=2))
    else:
        _print(model, rows, taken, limits)
    _draw(picture, model, rows)
    click.echo(str(picture), err=True)


def _finite(value):
    """JSON has no infinity."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _record(model: Path, rows, taken, limits) -> dict:
    return {
        "model": str(model),
        "limits": dataclasses.asdict(limits),
        "memory": {precision: dataclasses.asdict(used) for precision, used in taken.items()},
        "rows": [_finite(dataclasses.asdict(row)) for row in rows],
    }


def _print(model: Path, rows, taken, limits) -> None:
    """A table for each method, narrow enough for any terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from nn_tilde.compare import decibels

    console = Console()
    for method in dict.fromkeys(row.method for row in rows):
        title = f"{model.name}, {method}: ms per block on one core"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0)
        for column in (
            "block",
            "precision",
            "plain",
            "99 %",
            "accel.",
            "99 %",
            "ratio",
            "error",
            "SNR",
            "read",
            "arith.",
        ):
            table.add_column(column, justify="left" if column == "precision" else "right", no_wrap=True)
        for r in (row for row in rows if row.method == method):
            times = (r.plain.median, r.plain.p99, r.accelerated.median, r.accelerated.p99)
            shares = ("–" if share is None else f"{share * 100:.0f} %" for share in (r.bandwidth, r.arithmetic))
            table.add_row(
                str(r.block), r.precision, *(f"{ms:.3f}" for ms in times),
                f"{r.ratio:.2f}×", f"{r.error:.0e}", decibels(r.snr), *shares,
            )  # fmt: skip
        console.print(table)
    if not any(row.accelerated_layers for row in rows):
        console.print("No layer of this model is on packed kernels: both sides are the same.")
    for precision, used in taken.items():
        sides = ["not told here" if n is None else f"{n / 1e6:.1f} MB" for n in (used.plain, used.accelerated)]
        console.print(f"memory of a host with the model, {precision}: plain {sides[0]}, accelerated {sides[1]}")
    console.print(
        f"one core reads {limits.bytes_per_second / 1e9:.1f} GB/s and computes "
        f"{limits.operations_per_second / 1e9:.0f} GFLOP/s; `read` and `arith.` are shares of these"
    )


def _draw(path: Path, model: Path, rows) -> None:
    """A column of pictures per method: times above, errors below."""
    from matplotlib.figure import Figure

    methods = list(dict.fromkeys(row.method for row in rows))
    precisions = list(dict.fromkeys(row.precision for row in rows))
    figure = Figure(figsize=(max(6, 4.5 * len(methods)), 6), layout="constrained")
    axes = figure.subplots(2, len(methods), squeeze=False, sharex="col")
    width = 0.8 / (len(precisions) + 1)
    for column, method in enumerate(methods):
        mine = [row for row in rows if row.method == method]
        blocks = sorted({row.block for row in mine})
        times, errors = axes[0, column], axes[1, column]
        # Plain once: its median over the precisions, which saw the same file.
        plain = [sorted(r.plain.median for r in mine if r.block == b) for b in blocks]
        times.bar(range(len(blocks)), [p[len(p) // 2] for p in plain], width, label="plain", color="tab:gray")
        for i, precision in enumerate(precisions):
            at = {row.block: row for row in mine if row.precision == precision}
            known = [b for b in blocks if b in at]
            places = [blocks.index(b) + (i + 1) * width for b in known]
            bars = times.bar(places, [at[b].accelerated.median for b in known], width, label=precision, color=f"C{i}")
            times.bar_label(bars, [f"{at[b].ratio:.1f}×" for b in known], fontsize=7)
            level = [max(at[b].error, 1e-9) if math.isfinite(at[b].error) else 1.0 for b in known]
            errors.bar(places, level, width, color=f"C{i}")
        times.set(title=f"{model.name}, {method}", ylabel="ms per block" if column == 0 else None)
        errors.set(xlabel="block [samples]", ylabel="largest error / peak" if column == 0 else None, ylim=(1e-9, 1))
        errors.set_yscale("log")
        errors.set_xticks([i + 0.4 - width / 2 for i in range(len(blocks))], [str(b) for b in blocks])
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(precisions) + 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
