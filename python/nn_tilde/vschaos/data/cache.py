"""Transforms a dataset once, in parallel; may be killed at any moment and goes on, or finds itself done."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from ...audio.metadata import DatasetError
from ...audio.preprocess import _lock
from ...audio.workers import Event, Failed, Finished, Stuck, do_work, run_work
from .frames import VERSION, Frames
from .recordings import Form, Recording, Watch
from .transform import Job, Transform, transform_file
from .writer import PARTS, FramesWriter

DTYPES = ("float32", "float16")
_POLL = 0.1  # seconds between two looks at whether another process is done


def cache_key(recordings: Sequence[Recording], form: Form, transform: Transform, dtype: str = "float32") -> str:
    """32 hexadecimal digits: others as soon as the frames would be."""
    contents = sorted((recording.name, recording.size, recording.modified) for recording in recordings)
    wanted = [VERSION, transform.key(), transform.hop, asdict(form), dtype, contents]
    return hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:32]


def build_cache(
    recordings: Sequence[Recording],
    form: Form,
    transform: Transform,
    folder: Path,
    workers: int = 0,
    watch: Watch = lambda done, total: None,
    dtype: str = "float32",
) -> Path:
    """The folder in `folder` that holds the frames of these recordings, made if it is not there.

    workers: processes; 0: this one. watch counts recordings, first those that an interrupted build had done. Another
    process that builds the same is waited for. Recordings that cannot be transformed are named in the index.
    Raises DatasetError when none can be, when the frames of two differ in shape, or when nothing can be written.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {' or '.join(DTYPES)}, not {dtype}.")
    final = folder / cache_key(recordings, form, transform, dtype)
    if _whole(final):
        return final
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(final.with_suffix(".lock")):
            if not _whole(final):  # it may have been waited for
                shutil.rmtree(final, ignore_errors=True)
                _build(recordings, form, transform, final, workers, watch, dtype)
    except OSError as error:
        raise DatasetError(f"'{folder}' cannot be written to ({error.strerror or error}).") from None
    return final


def _whole(final: Path) -> bool:
    if not final.exists():
        return False
    try:
        Frames(final)
    except DatasetError:
        return False
    return True


def _build(
    recordings: Sequence[Recording],
    form: Form,
    transform: Transform,
    final: Path,
    workers: int,
    watch: Watch,
    dtype: str,
) -> None:
    writer = FramesWriter(final.with_suffix(".building"))
    try:
        todo = [recording for recording in recordings if recording.name not in writer.spans]
        parts = writer.folder / PARTS
        jobs = [Job(str(each.path), str(parts / str(i)), form, transform, dtype) for i, each in enumerate(todo)]
        failed: list[tuple[str, str]] = []
        watch(len(writer.spans), len(recordings))
        with closing(_events(jobs, workers)) as events:
            for event in events:
                if isinstance(event, Stuck):
                    raise DatasetError(event.sentence)
                if isinstance(event, Finished):
                    writer.append(todo[event.job].name, event.result, jobs[event.job].part)
                elif isinstance(event, Failed):
                    failed.append((todo[event.job].name, event.reason))
                else:
                    continue
                watch(len(writer.spans) + len(failed), len(recordings))
    finally:
        writer.close()
    if not writer.spans:
        name, reason = failed[0]
        shutil.rmtree(writer.folder)
        raise DatasetError(f"None of the {len(failed)} recordings can be transformed; the first, '{name}', {reason}.")
    about = {"transform": transform.key(), "hop": transform.hop, **asdict(form)}
    writer.finish([each.name for each in recordings], about, sorted(failed))
    os.replace(writer.folder, final)


def _events(jobs: list[Job], workers: int) -> Iterator[Event]:
    if workers:
        yield from run_work(transform_file, jobs, workers)
    else:
        yield from (do_work(transform_file, job, i, lambda fraction, seconds: None) for i, job in enumerate(jobs))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; the others wait. The lock goes with its process, however that ends."""
    while True:
        with open(path, "a") as lock:
            try:
                _lock(lock)
                if not os.path.samestat(os.fstat(lock.fileno()), os.stat(path)):
                    continue  # the one before has removed it: whoever comes next has another
            except OSError:
                time.sleep(_POLL)
                continue
            try:
                yield
            finally:
                with suppress(OSError):  # Windows removes no open file
                    path.unlink()
            return
