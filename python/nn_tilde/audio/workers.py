"""Work on many files in several processes: a file that kills its process costs that file only."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from .files import AudioError
from .metadata import DatasetError


@dataclass(frozen=True)
class Progress:
    job: int  # its number
    fraction: float  # done, 0…1
    seconds: float  # of audio done


@dataclass(frozen=True)
class Finished:
    job: int
    result: Any


@dataclass(frozen=True)
class Failed:
    job: int
    reason: str  # a few words that follow the name of the file


@dataclass(frozen=True)
class Stuck:
    job: int
    sentence: str  # why no job can go on


Event = Progress | Finished | Failed | Stuck
Work = Callable[[Any, Callable[[float, float], None]], Any]
"""work(job, report) → result; raises `AudioError` for a bad file, `DatasetError` when it is not the file.

Importable by name, like the classes of its jobs.
"""


def cores() -> int:
    """Of those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_work(work: Work, jobs: Sequence[Any], processes: int) -> Iterator[Event]:
    """Events of all jobs as they happen, jobs begun in order. Processes end with this iterator, or with its process."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of our threads
    waiting = iter(enumerate(jobs))
    workers: dict[Connection, _Worker] = {}
    try:
        for _ in range(min(processes, len(jobs))):
            worker = _Worker(context, work)
            workers[worker.pipe] = worker
            worker.give(waiting)
        while workers:
            for pipe in wait(list(workers)):
                worker = workers[pipe]
                try:
                    event = pipe.recv()
                except (EOFError, OSError):  # it died, and the file that it had with it
                    workers.pop(pipe).end()
                    yield Failed(worker.job, "made its decoder crash")
                    worker = _Worker(context, work)
                    workers[worker.pipe] = worker
                    event = None
                if event is not None:
                    yield event
                if not isinstance(event, Progress) and not worker.give(waiting):
                    workers.pop(worker.pipe).end()
    finally:
        for worker in workers.values():
            worker.end(now=True)


class _Worker:
    def __init__(self, context, work: Work):
        self.pipe, theirs = context.Pipe()
        self.job = -1
        self._process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, waiting: Iterator[tuple[int, Any]]) -> bool:
        """Send it the next job; False when there is none."""
        found = next(waiting, None)
        if found is None:
            return False
        self.job = found[0]
        with contextlib.suppress(OSError):  # it is dead already, which reading will tell
            self.pipe.send(found)
        return True

    def end(self, now: bool = False) -> None:
        self.pipe.close()
        if now:
            self._process.terminate()
        self._process.join()
        self._process.close()


def _serve(pipe: Connection, work: Work) -> None:
    """A worker: jobs come in, events go out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends us
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    while True:
        try:
            number, job = pipe.recv()
        except (EOFError, OSError):
            return

        def report(fraction: float, seconds: float, number: int = number) -> None:
            pipe.send(Progress(number, fraction, seconds))

        pipe.send(do_work(work, job, number, report))


def do_work(work: Work, job: Any, number: int, report: Callable[[float, float], None]) -> Finished | Failed | Stuck:
    """One job, in this process."""
    try:
        return Finished(number, work(job, report))
    except AudioError as error:
        return Failed(number, error.reason)
    except DatasetError as error:
        return Stuck(number, str(error))
    except OSError as error:
        return Failed(number, f"cannot be read ({error.strerror or error})")
    except MemoryError:
        return Failed(number, "needs more memory than there is")


def _leave_with_parent() -> None:
    """A parent killed outright cannot end us, and its next run must not find us at work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
