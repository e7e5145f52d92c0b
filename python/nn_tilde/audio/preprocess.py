"""From audio files to a dataset, in parallel, so that it can be killed at any moment and go on.

Each file is decoded by some process into `parts/<key>`, complete under its name or not at all. The parts are then
appended to the dataset in the order of the files, so that the result does not depend on who finished when, nor on how
often one was interrupted.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from .index import NAME as INDEX
from .index import IndexWriter, Record, read_index
from .job import Job, decode_file
from .metadata import NAME as METADATA
from .metadata import DatasetError, Metadata, read_metadata
from .store import StoreWriter
from .workers import Event, Failed, Finished, Progress, Stuck, cores, run_work

_SYNC_EVERY = 0.25  # seconds between two moments at which everything done is on disk


@dataclass
class Report:
    recordings: int = 0  # in the dataset
    frames: int = 0  # samples a channel in the dataset
    kept: int = 0  # files that an earlier run had done
    kept_bytes: int = 0  # of those files
    skipped: list[tuple[str, str]] = field(default_factory=list)  # file, reason
    changed: list[str] = field(default_factory=list)  # files that are others now than when they were added
    clipped: list[str] = field(default_factory=list)


Watch = Callable[[int, float, float], None]
"""watch(files done, bytes of files done, seconds of audio done); the first call tells what an earlier run had done."""


def preprocess(
    files: Sequence[Path],
    output: Path,
    metadata: Metadata,
    *,
    processes: int | None = None,
    cluster: str | None = None,
    watch: Watch = lambda files, size, seconds: None,
) -> Report:
    """Add `files` to the dataset `output`, or go on where an earlier call was stopped.

    metadata: its settings; files that the dataset has already are not read again. Raises `DatasetError` (one sentence)
    when `output` is something else, is being written to, or when nothing in `files` can be read.
    """
    refuse_other(output, metadata)
    report = Report()
    with alone(output, "rave preprocess"):
        new = not read_index(output)
        if new:
            _remove(output, "audio.pcm", "data.mdb", "lock.mdb")
        replace(metadata, complete=False).write(output)
        try:
            _run(files, output, metadata, processes or cores(), cluster, watch, report)
            if not report.recordings:
                raise DatasetError(nothing_valid(report.skipped))
        except DatasetError:
            if new and not report.recordings:
                _remove(output, INDEX, METADATA, "audio.pcm", "data.mdb", "lock.mdb")
            raise
        except OSError as error:
            if error.filename is not None:
                raise
            raise DatasetError(f"'{output}' cannot be written to ({error.strerror or error}).") from None
        replace(metadata, complete=True, n_seconds=report.frames / metadata.sr).write(output)
    return report


def _remove(output: Path, *names: str) -> None:
    """What an attempt without result left."""
    for name in names:
        (output / name).unlink(missing_ok=True)


def _run(
    files: Sequence[Path],
    output: Path,
    metadata: Metadata,
    processes: int,
    cluster: str | None,
    watch: Watch,
    report: Report,
) -> None:
    index = IndexWriter(output)
    writer = _writer(output, metadata, index.records)
    try:
        todo, sizes = _missing(files, index.records, output, metadata, report)
        report.recordings = len(index.records)
        report.frames = sum(record.frames for record in index.records)
        done = _Watching(sizes, watch, report.kept, report.kept_bytes, report.frames / metadata.sr)
        jobs = [job for _, job in todo]
        if cluster is not None:
            from .cluster import run_work_on_cluster

            events = run_work_on_cluster(decode_file, jobs, cluster, processes)
        else:
            events = run_work(decode_file, jobs, processes)
        pending: list[tuple[Record, str | None]] = []
        synced = time.monotonic()

        def sync() -> None:
            writer.sync()
            index.append(record for record, _ in pending)
            for _, part in pending:
                if part is not None:
                    os.remove(part)
            pending.clear()

        for number, event in in_order(_told(events, done, metadata.sr)):
            record, job = todo[number]
            if isinstance(event, Failed):
                report.skipped.append((job.path, event.reason))
                continue
            if event.result.clipped:
                report.clipped.append(job.path)
            record = replace(record, frames=event.result.frames, channels=event.result.channels)
            pending.append((writer.append(record, None if job.part is None else Path(job.part)), job.part))
            report.recordings += 1
            report.frames += record.frames
            if time.monotonic() - synced > _SYNC_EVERY:
                sync()
                synced = time.monotonic()
        sync()
    finally:
        index.close()
        writer.close()


def _missing(
    files: Iterable[Path], records: list[Record], output: Path, metadata: Metadata, report: Report
) -> tuple[list[tuple[Record, Job]], list[int]]:
    """What is left to do, and the sizes of those files; removes parts that belong to nothing."""
    known = {record.path: record for record in records}
    parts = output / "parts"
    todo, sizes = [], []
    for file in files:
        stat = file.stat()
        record = Record(str(file), stat.st_size, stat.st_mtime_ns, 0)
        if str(file) in known:
            report.kept += 1
            report.kept_bytes += stat.st_size
            if known[str(file)].identity() != record.identity():
                report.changed.append(str(file))
            continue
        wanted = repr((record.identity(), metadata.channels, metadata.sr))
        key = hashlib.sha1(wanted.encode(), usedforsecurity=False).hexdigest()
        part = None if metadata.lazy else str(parts / key)
        todo.append((record, Job(str(file), part, metadata.channels, metadata.sr)))
        sizes.append(stat.st_size)
    mine = {job.part for _, job in todo}
    for found in parts.iterdir():
        if found.name != "lock" and str(found) not in mine:
            found.unlink()
    return todo, sizes


class _NothingToWrite:
    """A lazy store is its index."""

    def append(self, record: Record, part: Path | None) -> Record:
        return record

    def sync(self) -> None: ...

    def close(self) -> None: ...


def _writer(output: Path, metadata: Metadata, records: list[Record]):
    if metadata.format == "lmdb":
        from .lmdb_dataset import LmdbWriter

        return LmdbWriter(output, metadata, records)
    return _NothingToWrite() if metadata.lazy else StoreWriter(output, metadata, records)


class _Watching:
    """Adds up what the events say, for the watcher."""

    def __init__(self, sizes: list[int], watch: Watch, files: int, size: float, seconds: float):
        self._sizes, self._watch = sizes, watch
        self._files, self._size, self._seconds = files, float(size), seconds
        self._partly: dict[int, tuple[float, float]] = {}  # bytes and seconds of each file being read
        watch(files, float(size), seconds)

    def __call__(self, event: Event, rate: int) -> None:
        if isinstance(event, Progress):
            self._partly[event.job] = event.fraction * self._sizes[event.job], event.seconds
        else:
            self._partly.pop(event.job, None)
            self._size += self._sizes[event.job]
            self._files += 1
            if isinstance(event, Finished):
                self._seconds += event.result.frames / rate
        size, seconds = (sum(part) for part in zip((0, 0), *self._partly.values(), strict=True))
        self._watch(self._files, self._size + size, self._seconds + seconds)


def _told(events: Iterator[Event], done: _Watching, rate: int) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Stuck):
            raise DatasetError(event.sentence)
        done(event, rate)
        yield event


def in_order(events: Iterator[Event]) -> Iterator[tuple[int, Finished | Failed]]:
    """Outcomes by the number of their job."""
    early: dict[int, Finished | Failed] = {}
    wanted = 0
    for event in events:
        if isinstance(event, Progress):
            continue
        early[event.job] = event
        while wanted in early:
            yield wanted, early.pop(wanted)
            wanted += 1


def refuse_other(output: Path, metadata: Metadata) -> None:
    """Raises `DatasetError` unless `output` is new or was made with the same settings."""
    if output.exists() and not output.is_dir():
        raise DatasetError(f"'{output}' is a file, not a folder.")
    held = any((output / name).exists() for name in (METADATA, "data.mdb", "audio.pcm"))
    if not held:
        return
    there = read_metadata(output).settings()
    if there["format"] is None:
        raise DatasetError(f"'{output}' holds a dataset that another program made; choose another output path.")
    if not read_index(output):
        return
    for key, value in metadata.settings().items():
        if there[key] != value:
            raise DatasetError(
                f"'{output}' holds a dataset whose {key} is {there[key]}, not {value}; choose another output path."
            )


def nothing_valid(skipped: list[tuple[str, str]]) -> str:
    """Of files and the reasons why they were left out."""
    if not skipped:
        return "There are no files."
    path, reason = skipped[0]
    if len(skipped) == 1:
        return f"The only file, '{path}', {reason}."
    return f"None of the {len(skipped)} files can be read; the first, '{path}', {reason}."


@contextmanager
def alone(output: Path, program: str) -> Iterator[None]:
    """One writer at a time: makes `output` and in it `parts`. Raises DatasetError while another `program` is at work.

    The lock goes with its process, however that ends; nothing is left that is not needed.
    """
    fresh = not output.exists()
    parts = output / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    path = parts / "lock"
    with open(path, "w") as lock:
        try:
            _lock(lock)
        except OSError:
            raise DatasetError(f"Another {program} is writing to '{output}'.") from None
        try:
            yield
        finally:
            if os.name == "nt":  # which removes no open file
                lock.close()
            path.unlink()
            with suppress(OSError):  # unless there is something in it
                parts.rmdir()
                if fresh:
                    output.rmdir()


def _lock(file: IO) -> None:
    """Raises OSError when another process holds it."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
