"""A model plain and accelerated, side by side on this machine: speed, error, memory, and what is possible."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch  # noqa: F401  (libtorch must be in the process before our extension looks for it)

from nn_tilde import _core
from nn_tilde.contract import Contract

PRECISIONS = ("exact", "half", "bf16")
SMALLEST = 64  # samples; no audio host calls with less
BLOCKS = (2048, 8192)  # and the smallest that the model takes
ROUND = 8  # blocks between two signs of life

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Limits:
    """What one core of this machine does at most, measured."""

    bytes_per_second: float  # read from memory
    operations_per_second: float  # 32-bit multiplications and additions, counted as two


@dataclass(frozen=True)
class Side:
    """Milliseconds per block: the TorchScript call alone, on one core."""

    median: float
    p99: float


@dataclass(frozen=True)
class Row:
    """One method at one block size. `plain` is the file as it is."""

    method: str
    block: int
    batch: int
    precision: str
    accelerated_layers: bool  # False: nothing runs on packed kernels, and both sides are the same
    plain: Side
    accelerated: Side
    ratio: float  # of the medians: how many times as fast
    error: float  # largest difference over the largest sample
    snr: float  # dB, signal over difference; infinite where there is none
    bandwidth: float | None  # share of `Limits.bytes_per_second` while accelerated; None: not known
    arithmetic: float | None  # share of `Limits.operations_per_second`


@dataclass(frozen=True)
class Memory:
    """Resident bytes that hosts with the model add to a process; None where the system does not tell."""

    plain: int | None
    accelerated: int | None


@cache
def measure_limits() -> Limits:
    """Once per process; takes a moment."""
    return Limits(*_core.measure_limits())


class Comparer:
    """Both forms of a model file, loaded once.

    Raises `Error` for a file, method or block that cannot be played.
    """

    def __init__(self, path: str | os.PathLike[str], precision: str = "exact", trial_limit: float = 60) -> None:
        self.path, self.precision = Path(path), precision
        self._pair = _core.Pair(self.path, precision=precision, trial_limit=trial_limit)
        self.contract = Contract._from(self._pair.contract())

    @property
    def remark(self) -> str:
        """Why acceleration was switched off for this file; or an empty text."""
        return self._pair.remark

    @property
    def accelerated(self) -> bool:
        return self._pair.accelerated

    def blocks(self, wanted: tuple[int, ...] = BLOCKS) -> list[int]:
        """The smallest block of at least 64 samples, and those of `wanted` that it divides."""
        smallest = self._pair.block(SMALLEST)
        return sorted({smallest, *(block for block in wanted if block >= smallest and block % smallest == 0)})

    def rounded(self, blocks: tuple[int, ...]) -> list[int]:
        """As a host takes these requests: 0 is the smallest, others are raised to what the model can run."""
        return sorted({self._pair.block(block) for block in blocks})

    def row(self, method: str, block: int, batch: int = 1, count: int = 60, progress: Progress | None = None) -> Row:
        """Plays `count` blocks of noise through both, in turn, each first every other time."""
        run = _core.Comparison(self._pair, method=method, block=block, batch=batch, warm_up_limit=60)
        for done in range(0, count, ROUND):
            run.run(min(ROUND, count - done))
            if progress:
                progress(min(done + ROUND, count), count)
        plain, accelerated = _side(run.plain), _side(run.accelerated)
        of_bandwidth, of_arithmetic = _shares(run.work, accelerated.median / 1e3, measure_limits())
        return Row(
            method, block, batch, self.precision, self.accelerated, plain, accelerated,
            plain.median / accelerated.median, run.error, run.snr, of_bandwidth, of_arithmetic,
        )  # fmt: skip


def _side(seconds: list[float]) -> Side:
    median, p99 = np.percentile(np.array(seconds) * 1e3, [50, 99])
    return Side(float(median), float(p99))


def _shares(work: tuple[float, float], seconds: float, limits: Limits) -> tuple[float | None, float | None]:
    rates = (limits.bytes_per_second, limits.operations_per_second)
    shares = [amount / seconds / rate if amount > 0 else None for amount, rate in zip(work, rates, strict=True)]
    return shares[0], shares[1]


def memory(path: str | os.PathLike[str], precision: str = "exact", hosts: int = 1) -> Memory:
    """Loads the file in two processes of their own, so that neither sees what the other left."""
    return Memory(_resident(Path(path), False, "exact", hosts), _resident(Path(path), True, precision, hosts))


_CHILD = """
import ctypes, gc, json, re, sys
path, method, accelerate, precision, count, sys.path = json.loads(sys.argv[1])
from nn_tilde import Host

def resident():
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what has been freed is not held
    except (AttributeError, OSError):
        pass
    with open("/proc/self/status") as status:
        told = dict(re.findall(r"(RssAnon|VmRSS):\\s+(\\d+) kB", status.read()))
    return int(told.get("RssAnon", told["VmRSS"])) * 1024  # some kernels tell the sum only

before = resident()
hosts = [Host(path, method, accelerate=accelerate, precision=precision) for _ in range(count)]
print(resident() - before)
"""


@lru_cache
def _resident(path: Path, accelerate: bool, precision: str, hosts: int) -> int | None:
    if not Path("/proc/self/status").exists():
        return None
    method = next(iter(Contract._from(_core.inspect(path)).methods))
    # The same package as here: a site's start-up files might put another first.
    site = ["-S"] if sys.flags.no_site else []
    told = json.dumps([str(path), method, accelerate, precision, hosts, sys.path])
    done = subprocess.run([sys.executable, *site, "-c", _CHILD, told], capture_output=True, text=True)
    if done.returncode or not re.fullmatch(r"-?\d+\s*", done.stdout):
        return None
    return max(int(done.stdout), 0)


def decibels(snr: float) -> str:
    """As a reader wants it: no difference has no decibels."""
    return "same" if snr == math.inf else "–" if math.isnan(snr) else f"{snr:.0f} dB"


def compare(
    path: str | os.PathLike[str],
    methods: tuple[str, ...] = (),
    blocks: tuple[int, ...] = (),
    precisions: tuple[str, ...] = PRECISIONS,
    batch: int = 1,
    count: int = 60,
    progress: Callable[[str, int, int], None] | None = None,
    failed: Callable[[str], None] | None = None,
    remarked: Callable[[str], None] | None = None,
) -> Iterator[Row]:
    """Every method at every block in every precision; `blocks` empty: `Comparer.blocks()`, `methods` empty: all.

    `progress(what, done, total)` in blocks. What cannot be played goes to `failed`, one sentence each; without it,
    `Error` is raised. Why acceleration was switched off goes to `remarked`, for each precision.
    """
    for precision in precisions:
        both = Comparer(path, precision)
        if both.remark and remarked:
            remarked(both.remark)
        todo = [(m, b) for m in methods or tuple(both.contract.methods) for b in blocks or both.blocks()]
        for method, block in todo:
            what = f"{method} {block} {precision}"
            report = (lambda done, total, what=what: progress(what, done, total)) if progress else None
            try:
                yield both.row(method, block, batch, count, report)
            except _core.Error as error:
                if failed is None:
                    raise
                failed(f"{what}: {error}")
