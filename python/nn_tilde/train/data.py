"""Batches whose contents depend on the seed and the step alone, however training was interrupted."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler, Subset

from .task import Items, ValidationItems


def step_seed(*numbers: int) -> int:
    """A seed for torch's generator made of several non-negative numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


class StepBatches(Sampler[list[tuple[int, int]]]):
    """Endless batches of (epoch, index), beginning with the batch of step `start`.

    Examples are dealt from one shuffled pack an epoch, to the processes in turn; a batch that reaches the
    end of a pack goes on with the next, so every example is used and a set may be smaller than a batch.
    """

    def __init__(self, size: int, batch: int, seed: int, start: int = 0, rank: int = 0, world: int = 1):
        self.size, self.batch, self.start = size, batch, start
        self.rank, self.world = rank, world
        self._pack = lru_cache(maxsize=16)(lambda epoch: np.random.default_rng((seed, epoch)).permutation(size))

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        step = self.start
        while True:
            yield self.keys(step)
            step += 1

    def keys(self, step: int) -> list[tuple[int, int]]:
        first = (step * self.world + self.rank) * self.batch
        places = (divmod(first + i, self.size) for i in range(self.batch))
        return [(epoch, int(self._pack(epoch)[place])) for epoch, place in places]


class DataError(ValueError):
    """What a worker could not read; one sentence."""


def training_batches(items: Items, batches: StepBatches, workers: int, pin: bool) -> Generator:
    """One iterator for the whole training: its workers live as long, until it is closed."""
    options = {"prefetch_factor": 4} if workers else {}
    loader = DataLoader(
        items,
        batch_sampler=batches,
        num_workers=workers,
        pin_memory=pin,
        worker_init_fn=_worker,
        generator=torch.Generator(),
        **options,
    )
    return _closing(loader)


def validation_batches(items: ValidationItems, batch: int, workers: int, pin: bool, rank: int, world: int) -> Generator:
    """This process's share of the validation set, in order, until it is closed."""
    share = Subset(items, range(rank, len(items), world))
    loader = DataLoader(
        share, batch, num_workers=workers, pin_memory=pin, worker_init_fn=_worker, generator=torch.Generator()
    )
    return _closing(loader)


def _closing(loader: DataLoader) -> Generator:
    """Its batches. Workers end with this generator: left to the exit of the program they would be waited for, since
    they outlive the SIGTERM that they get there.
    """
    batches = iter(loader)
    try:
        yield from batches
    except (ValueError, RuntimeError) as error:
        if (sentence := _said_by_worker(error)) is None:
            raise
        raise DataError(sentence) from None
    finally:
        if loader.num_workers:
            batches._shutdown_workers()


def _said_by_worker(error: Exception) -> str | None:
    """What torch hands on from a worker is the text of a traceback; its last line is what the worker raised."""
    said = str(error).strip()
    kind, _, sentence = said.rpartition("\n")[2].partition(": ")
    known = said.startswith("Caught ") and kind.endswith(("DatasetError", "AudioError"))
    return sentence if known else None


def batch_size(batch: Any) -> int:
    """Examples in a tensor, or in the first tensor of a collection."""
    while not isinstance(batch, torch.Tensor):
        batch = next(iter(batch.values() if isinstance(batch, dict) else batch))
    return len(batch)


def usable_workers(wanted: int) -> int:
    """Not more workers than there are cores for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(wanted, cores)


def _worker(_: int) -> None:
    # Ctrl-C, `timeout` and batch systems signal every process there is: the loop decides when to stop, and the
    # workers end with it. Only a second SIGTERM is meant for them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: signal.signal(signal.SIGTERM, signal.SIG_DFL))
