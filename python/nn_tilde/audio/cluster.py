"""The same work on a Ray cluster. Every machine has this package and sees the same folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from .metadata import DatasetError
from .workers import Event, Failed, Work, do_work

_AHEAD = 4  # jobs a core that wait at the cluster


def run_work_on_cluster(work: Work, jobs: Sequence[Any], address: str, processes: int) -> Iterator[Event]:
    """Events as `workers.run_work`, without progress inside a job.

    address: `local` (a cluster of `processes` on this machine), `auto`, `host:6379` or `ray://host:10001`.
    Raises `DatasetError` when Ray is missing or the cluster does not answer.
    """
    try:
        import ray
    except ImportError:
        raise DatasetError("--cluster needs Ray: pip install 'nn-tilde-toolkit[cluster]'.") from None
    quiet = {"include_dashboard": False, "num_cpus": processes} if address == "local" else {}
    try:
        ray.init(None if address == "local" else address, logging_level="error", log_to_driver=False, **quiet)
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise DatasetError(f"There is no Ray cluster at '{address}' ({reason}).") from None
    try:
        yield from _events(ray, work, jobs)
    finally:
        ray.shutdown()


def _events(ray, work: Work, jobs: Sequence[Any]) -> Iterator[Event]:
    remote = ray.remote(max_retries=2)(_one)
    limit = _AHEAD * max(int(ray.cluster_resources().get("CPU", 1)), 1)
    waiting, running = iter(enumerate(jobs)), {}
    while True:
        while len(running) < limit and (found := next(waiting, None)) is not None:
            number, job = found
            running[remote.remote(work, job, number)] = number
        if not running:
            return
        ready, _ = ray.wait(list(running), num_returns=1)
        for reference in ready:
            number = running.pop(reference)
            try:
                yield ray.get(reference)
            except ray.exceptions.WorkerCrashedError:
                yield Failed(number, "made its decoder crash")
            except ray.exceptions.RayError as error:
                reason = str(error).strip().splitlines()[-1]
                raise DatasetError(f"A machine of the cluster failed ({reason}).") from None


def _one(work: Work, job: Any, number: int):
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return do_work(work, job, number, lambda fraction, seconds: None)
