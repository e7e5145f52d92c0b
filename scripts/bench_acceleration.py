"""Acceleration, measured: whole networks plain and accelerated, on one core, paired in one run, ratio of medians.

    python scripts/bench_acceleration.py [--models v2 raspberry mine.ts] [--rounds 60] [--markdown]
    python scripts/bench_acceleration.py --suite      # demonstration and small models: nothing may fall behind

Networks have random weights. "conv1d form" is how releases export them (cached convolutions, channels first), "ours"
is what `rave export --streaming` writes. Prints tables; asserts nothing, for machines are noisy.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from bench import SIZES, Stack
from rave_conv1d_form import Conv1dForm
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from nn_tilde.compare import Comparer, Row, decibels, measure_limits
from nn_tilde.rave.config import read
from nn_tilde.rave.export import export
from nn_tilde.rave.network import RAVE

ALL = ("exact", "half", "bf16")
SMALL = ("CAPACITY=16",)
FLOOR = 0.97  # what the suite may not fall below
SUITE_BLOCKS = (512, 2048, 8192)


@dataclass(frozen=True)
class Case:
    config: str
    overrides: tuple[str, ...] = ()
    blocks: tuple[int, ...] = (2048,)
    precisions: tuple[str, ...] = ("exact",)
    forms: tuple[str, ...] = ("conv1d form", "ours")

    @property
    def name(self) -> str:
        return " ".join([self.config, *(text.replace("CAPACITY=", "capacity ") for text in self.overrides)])


CASES = (
    Case("v2", blocks=(2048, 8192, 65536), precisions=ALL),
    Case("raspberry"),
    Case("v1"),
    Case("v2_small"),
    Case("v2", SMALL),
    Case("v1", SMALL),
    Case("v2_small", SMALL),
    Case("discrete", SMALL, forms=("ours",)),
    Case("v3", SMALL, forms=("ours",)),
)


def write(case: Case, form: str, folder: Path) -> Path:
    """The case's network as a file in that form."""
    torch.manual_seed(0)
    rave = RAVE(read([case.config], case.overrides, channels=1)).eval()
    path = folder / f"{case.name}-{form}.ts".replace(" ", "_")
    if form == "ours":
        export(rave, path, streaming=True)
    else:
        Conv1dForm(rave).eval().export_to_ts(path)
    return path


def table_of(cases: list[Case], rounds: int, folder: Path, console: Console) -> list[list[str]]:
    todo = [(case, form, precision) for case in cases for form in case.forms for precision in case.precisions]
    rows = []
    with Progress(console=console) as progress:
        task = progress.add_task("", total=sum(len(case.blocks) for case, _, _ in todo))
        files: dict[tuple[Case, str], Path] = {}
        for case, form, precision in todo:
            progress.update(task, description=f"{case.name}, {form}, {precision}")
            if (case, form) not in files:
                files[case, form] = write(case, form, folder)
            both = Comparer(files[case, form], precision)
            for block in case.blocks:
                # Long blocks need fewer of them to tell the same.
                count = max(8, min(rounds, rounds * 8192 // block))
                row = both.row("forward", block, count=count)
                rows.append([case.name, form, *cells(row)])
                progress.advance(task)
            if both.remark:
                progress.console.print(f"{case.name}, {form}: {both.remark}", markup=False)
    return rows


def cells(row: Row) -> list[str]:
    shares = ("–" if share is None else f"{share * 100:.0f} %" for share in (row.bandwidth, row.arithmetic))
    return [
        str(row.block), row.precision, f"{row.plain.median:.2f}", f"{row.accelerated.median:.2f}", f"{row.ratio:.2f}×",
        f"{row.error:.0e}", decibels(row.snr), *shares,
    ]  # fmt: skip


HEAD = ["network", "form", "block", "precision", "plain ms", "accel. ms", "ratio", "error", "SNR", "read",
        "arith."]  # fmt: skip


def suite(models: list[Path], rounds: int, folder: Path, console: Console) -> list[list[str]]:
    """Every method of the demonstration models and of three small networks: those that could only lose."""
    if not models:
        exporter = Path(__file__).parents[1] / "models/export.py"
        subprocess.run([sys.executable, str(exporter), str(folder)], check=True, capture_output=True)
        for name, size in SIZES.items():
            torch.manual_seed(0)
            Stack(*size).export_to_ts(str(folder / f"stack_{name}.ts"))
        models = sorted(folder.glob("*.ts"))
    rows = []
    with Progress(console=console) as progress:
        task = progress.add_task("", total=len(models))
        for path in models:
            both = Comparer(path)
            for method in both.contract.methods:
                for block in both.blocks(SUITE_BLOCKS):
                    progress.update(task, description=f"{path.stem} {method} {block}")
                    try:
                        row = both.row(method, block, count=rounds)
                    except RuntimeError as error:  # it may want an attribute first
                        progress.console.print(f"{path.stem} {method}: {error}", markup=False)
                        break
                    # What is not accelerated is one computation twice: its ratio is the machine's noise.
                    verdict = "untouched" if not row.accelerated_layers else "ok" if row.ratio >= FLOOR else "BELOW"
                    rows.append([path.stem, method, *cells(row)[:7], verdict])
            progress.advance(task)
    return rows


SUITE_HEAD = ["model", "method", *HEAD[2:9], f"at least {FLOOR}×"]


def show(console: Console, title: str, head: list[str], rows: list[list[str]], markdown: bool) -> None:
    if markdown:
        aligned = ["---" if i < 2 else "---:" for i in range(len(head))]
        for line in (head, aligned, *rows):
            print("| " + " | ".join(line) + " |")
        return
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0)
    for i, column in enumerate(head):
        table.add_column(column, justify="left" if i < 2 else "right", no_wrap=i < 2)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = list(dict.fromkeys(case.name for case in CASES))
    arguments.add_argument("--models", nargs="+", default=[], help=f"of {', '.join(names)}; or files (default: all)")
    arguments.add_argument("--blocks", nargs="+", type=int, help="instead of each network's own")
    arguments.add_argument("--precisions", nargs="+", choices=ALL, help="instead of each network's own")
    arguments.add_argument("--rounds", type=int, default=60, help="pairs of blocks per row")
    arguments.add_argument("--suite", action="store_true", help="every small model at several blocks")
    arguments.add_argument("--markdown", action="store_true", help="for a page")
    given = arguments.parse_args()
    files = [Path(name) for name in given.models if name not in names]
    if unknown := next((path for path in files if not path.is_file()), None):
        arguments.error(f"there is no network or file '{unknown}'; networks are {', '.join(names)}.")
    torch.set_num_threads(1)
    width = None if sys.stdout.isatty() else 110  # in a file nothing need be cut off
    console = Console(stderr=given.markdown, width=width)
    limits = measure_limits()
    console.print(
        f"one core reads {limits.bytes_per_second / 1e9:.1f} GB/s, computes "
        f"{limits.operations_per_second / 1e9:.0f} GFLOP/s"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.suite or files:
            rows = suite(files, given.rounds, folder, console)
            show(console, "every method of these files, ms per block", SUITE_HEAD, rows, given.markdown)
            if len(files) == len(given.models):
                return
        cases = [
            Case(
                case.config,
                case.overrides,
                tuple(given.blocks or case.blocks),
                tuple(given.precisions or case.precisions),
                case.forms,
            )
            for case in CASES
            if not given.models or case.name in given.models
        ]
        rows = table_of(cases, given.rounds, folder, console)
    title = "ms per block of `forward` on one core, medians, plain and accelerated in turn"
    show(console, title, HEAD, rows, given.markdown)
    ratios = [float(row[6].rstrip("×")) for row in rows if row[3] == "exact"]
    if ratios and math.isfinite(min(ratios)):
        console.print(
            f"exact: ratios from {min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
