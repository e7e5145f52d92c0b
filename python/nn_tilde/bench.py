"""How fast a model runs on this machine, and what the host adds to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn_tilde import _core
from nn_tilde.host import Host


@dataclass(frozen=True)
class Timing:
    """Milliseconds per block; `load` is the median's share of the block's duration."""

    block: int
    median: float
    p95: float
    p99: float
    worst: float
    bare: float  # median of the TorchScript call alone, measured in turn with the others
    overhead: float  # median of the differences of neighbouring pairs, ms
    load: float


def measure(
    path: str | os.PathLike[str],
    method: str = "forward",
    block: int = 2048,
    vector: int = 64,
    batch: int = 1,
    blocks: int = 200,
    sample_rate: float = 44100,
    device: str = "cpu",
    accelerate: bool | None = None,
    precision: str | None = None,
    threads: int = 1,
) -> Timing:
    """Time `blocks` blocks through the host and, in turn, as bare TorchScript calls, on one thread.

    threads: 2 for the host's side alone. Both calls are of the same model, accelerated or not; see `Host`.
    `nn_tilde.compare` sets one against the other.
    """
    loading = {"device": device, "accelerate": accelerate, "precision": precision}
    block = Host(path, method, block=block, **loading).block
    vector = np.gcd(block, vector).item()
    host, bare = _core.bench(
        Path(path), method=method, block=block, vector=vector, batch=batch, blocks=blocks, threads=threads, **loading
    )
    host_ms, bare_ms = np.array(host) * 1e3, np.array(bare) * 1e3
    median, p95, p99 = np.percentile(host_ms, [50, 95, 99])
    return Timing(
        block=block,
        median=float(median),
        p95=float(p95),
        p99=float(p99),
        worst=float(host_ms.max()),
        bare=float(np.median(bare_ms)),
        overhead=float(np.median(host_ms - bare_ms)),
        load=float(median / (block / sample_rate * 1e3)),
    )
