"""The same work on a Ray cluster. Every machine has this package and sees the same folders."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from typing import Any

from .metadata import DatasetError
from .workers import Event, Failed, Work, do_work

_AHEAD = 4  # jobs a core that wait at the cluster
_TIMEOUT = 10.0  # seconds to reach it


def run_work_on_cluster(work: Work, jobs: Sequence[Any], address: str, processes: int) -> Iterator[Event]:
    """Events as `workers.run_work`, without progress inside a job.

    address: `local` (a cluster of `processes` on this machine), `auto`, `host:6379` or `ray://host:10001`.
    Raises `DatasetError` when Ray is missing or the cluster does not answer.
    """
    try:
        import ray
    except ImportError:
        raise DatasetError("--cluster needs Ray: pip install 'nn-tilde-toolkit[cluster]'.") from None
    _knock(address)
    quiet = {"include_dashboard": False, "num_cpus": processes} if address == "local" else {}
    try:
        ray.init(address, logging_level="error", log_to_driver=False, **quiet)
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise _nobody(address, reason) from None
    try:
        yield from _events(ray, work, jobs)
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Ray itself tries for minutes to reach a machine that is not there."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=_TIMEOUT).close()
        except OSError as error:
            raise _nobody(address, error.strerror or str(error)) from None


def _nobody(address: str, reason: str) -> DatasetError:
    return DatasetError(f"There is no Ray cluster at '{address}' ({reason}).")


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
