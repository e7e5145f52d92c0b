"""From audio files to latents, so that it can be killed at any moment and go on.

Files are decoded by other processes, ahead of the encoding here, which adds them to the dataset in their order: the
result depends neither on who finished when, nor on how often one was interrupted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from ..audio.metadata import DatasetError
from ..audio.preprocess import alone, in_order, nothing_valid
from ..audio.workers import Failed, Stuck, cores, run_work
from .data.decoding import Job, decode_file, part_name
from .data.metadata import INDEX, KEYS, METADATA, TOKENS, Metadata, Recording, is_store, read_index, read_metadata
from .data.pieces import Cutting, Encoder, Measures, is_text, ratio_of
from .data.store import StoreWriter
from .descriptors import Descriptor, load
from .rave_file import RaveFile

_PROGRAM = "msprior preprocess"
_SEMANTIC, _SEMANTIC_FILE = ("semantic_features", "semantic_indices"), "semantic.ts"
_LARGEST_BATCH_ON_CPU = 4  # more only takes memory
_MOST_TOKENS = 1 << 15  # of int16

Watch = Callable[[int, float, float], None]
"""watch(files done, bytes of files done, seconds of audio done); the first call tells what an earlier run had done."""


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    rave: Path
    num_secs: float = 16
    overlap: float = 0.25
    normalize: bool = False
    silence_threshold: int | None = None  # dB below full scale
    resolution: int = 64  # classes of continuous latents
    preprocessors: tuple[str, ...] = ()  # descriptors
    semantic: bool = False
    semantic_steps: int = 1000
    semantic_model: Path | None = None
    batch_size: int = 64
    processes: int | None = None
    device: str = "cpu"


@dataclass
class Report:
    recordings: int = 0  # in the dataset
    frames: int = 0  # latents in the dataset
    seconds: float = 0.0  # of sound in the dataset
    kept: int = 0  # files that an earlier run had done
    kept_bytes: int = 0  # of those files
    skipped: list[tuple[str, str]] = field(default_factory=list)  # file, reason
    changed: list[str] = field(default_factory=list)  # files that are others now than when they were added


class Preprocessing:
    """One call of the program. What is wrong with its options is said when it is made: ValueError, one sentence."""

    def __init__(self, files: Sequence[Path], output: Path, options: Options):
        self.files, self.output, self.options = files, output, options
        if not (0 < options.num_secs < float("inf") and 0 <= options.overlap < 1):  # what is no number is neither
            raise DatasetError(f"Pieces of {options.num_secs} seconds cannot overlap by {options.overlap}.")
        self.rave = RaveFile.open(options.rave, options.device)
        self.cutting = Cutting.of(options.num_secs, options.overlap, self.rave.sampling_rate, self.rave.ratio)
        self.descriptors = load(options.preprocessors)
        for name in _SEMANTIC:
            if self._semantic and any(each.name == name for each in self.descriptors):
                raise DatasetError(f"A descriptor of your own cannot be called '{name}' besides --semantic.")
        if options.rave.name == _SEMANTIC_FILE:
            raise DatasetError(f"'{options.rave}' needs another name, which is that of semantic features.")
        self.metadata = self._metadata()
        refuse_other(output, self.metadata)

    @property
    def _semantic(self) -> bool:
        return self.options.semantic or self.options.semantic_model is not None

    @property
    def piece_seconds(self) -> float:
        """Of a piece, as it is used."""
        return self.cutting.piece * self.rave.ratio / self.rave.sampling_rate

    def _metadata(self) -> Metadata:
        rave, options = self.rave, self.options
        num_tokens = rave.codebook_size if rave.discrete else options.resolution
        keys = {name: {} for name in _SEMANTIC} if self._semantic else {}
        keys |= {each.name: {} for each in self.descriptors if not is_text(each)}
        if num_tokens > _MOST_TOKENS:
            raise DatasetError(f"'{options.rave}' has {num_tokens} codes; at most {_MOST_TOKENS} can be stored.")
        digest = hashlib.sha256(options.rave.read_bytes()).hexdigest()
        return Metadata(
            sampling_rate=rave.sampling_rate,
            ratio=rave.ratio,
            quantizers=rave.quantizers,
            channels=rave.channels,
            continuous=not rave.discrete,
            num_tokens=num_tokens,
            levels=num_tokens,
            rave=options.rave.name,
            rave_digest=digest,
            num_secs=options.num_secs,
            overlap=options.overlap,
            normalize=options.normalize,
            silence_threshold=options.silence_threshold,
            keys=keys,
            labels=[each.name for each in self.descriptors if is_text(each)],
        )

    def run(self, watch: Watch = lambda *done: None, learning: Callable[[int, int], None] | None = None) -> Report:
        """Adds the files to the dataset; those that it has are not read again.

        learning: is told how far the model of semantic features is, should it have to be trained. Raises DatasetError
        and others of one sentence: the output is being written to, a descriptor fails, nothing can be read.
        """
        report = Report()
        with alone(self.output, _PROGRAM):
            refuse_other(self.output, self.metadata)  # again: another call may have been at work since
            new = not read_index(self.output)
            if new:
                self._remove_data()
            try:
                _copy(self.options.rave, self.output / self.metadata.rave)
                self._measure_semantics(learning, new)
                self._know_keys(new)
                self.metadata.write(self.output)
                self._add(watch, report)
                if not report.recordings:
                    raise DatasetError(nothing_valid(report.skipped))
            except BaseException as error:
                if isinstance(error, Exception):  # not an interruption, after which what is there already is used
                    self._remove_parts(set())
                if new and not read_index(self.output):
                    self._clean()
                raise
            self._note.unlink(missing_ok=True)
            replace(read_metadata(self.output), complete=True).write(self.output)
        return report

    def _clean(self) -> None:
        """What an attempt without result left."""
        self._remove_data()
        _remove_copy(self.output / self.metadata.rave, self.options.rave)

    def _remove_data(self) -> None:
        for name in (INDEX, METADATA, TOKENS):
            (self.output / name).unlink(missing_ok=True)
        shutil.rmtree(self.output / KEYS, ignore_errors=True)
        if self._semantic and (self.options.semantic_model or not self._note.exists()):  # it is of other sounds
            self._note.unlink(missing_ok=True)
            _remove_copy(self.output / _SEMANTIC_FILE, self.options.semantic_model)

    @cached_property
    def _note(self) -> Path:
        """Lies there from when semantic.ts was made of these sounds to the end of this work, however often killed."""
        sounds = tuple((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in self.files)
        steps = (sounds, self.options.semantic_steps)
        return self.output / "parts" / f"semantic-{part_name(steps, self.rave.ratio, self.rave.sampling_rate, None)}"

    def _measure_semantics(self, learning: Callable[[int, int], None] | None, new: bool) -> None:
        if self._semantic:
            from .semantic import prepare

            if not new and self.options.semantic_model is None and not (self.output / _SEMANTIC_FILE).exists():
                raise DatasetError(
                    f"'{self.output / _SEMANTIC_FILE}' is gone, which made the features there are; put it back, or "
                    "choose another output path."
                )
            self.descriptors = [
                *self.descriptors,
                *prepare(
                    self.files,
                    self.rave.ratio,
                    self.rave.sampling_rate,
                    self.options.semantic_steps,
                    self.options.semantic_model,
                    self.output,
                    self.options.device,
                    learning,
                ),
            ]
            if new and self.options.semantic_model is None:
                self._note.touch()

    def _know_keys(self, new: bool) -> None:
        """Completes the metadata; of a dataset that goes on, with the widths that it has."""
        keys = {each.name: _key(each) for each in self.descriptors if not is_text(each)}
        if not new:
            held = read_metadata(self.output).keys
            for name in [*keys, *(held.keys() - keys)]:
                if {**held.get(name, {}), "width": 0} != keys.get(name):
                    raise DatasetError(
                        f"'{self.output}' was made with another descriptor '{name}'; choose another output path."
                    )
            keys = held
        self.metadata = replace(self.metadata, keys=keys)

    def _add(self, watch: Watch, report: Report) -> None:
        writer = StoreWriter(self.output, self.metadata)
        try:
            todo = self._missing(writer.recordings, report)
            done = _Done(watch, report)
            jobs = [job for _, job in todo]
            processes = self.options.processes or min(cores(), 8)
            with closing(run_work(decode_file, jobs, processes)) as events:
                for number, event in in_order(_unstuck(events)):
                    recording, job = todo[number]
                    if isinstance(event, Failed):
                        report.skipped.append((job.path, event.reason))
                    else:
                        self._append(writer, replace(recording, samples=event.result), Path(job.part), done)
                        os.remove(job.part)
                        report.recordings += 1
                        report.frames += writer.recordings[-1].frames
                        report.seconds += event.result / self.rave.sampling_rate
                    done.file(recording.size)
            writer.sync()
        finally:
            writer.close()

    def _missing(self, recordings: list[Recording], report: Report) -> list[tuple[Recording, Job]]:
        """What is left to do; removes parts that belong to nothing."""
        report.recordings = len(recordings)
        report.frames = sum(each.frames for each in recordings)
        report.seconds = sum(each.samples for each in recordings) / self.rave.sampling_rate
        known = {each.path: each for each in recordings}
        todo = []
        for file in self.files:
            stat = file.stat()
            recording = Recording(str(file), stat.st_size, stat.st_mtime_ns, 0, 0, 0)
            if str(file) in known:
                report.kept += 1
                report.kept_bytes += stat.st_size
                if known[str(file)].identity() != recording.identity():
                    report.changed.append(str(file))
                continue
            form = self.rave.channels, self.rave.sampling_rate, self.options.silence_threshold
            part = self.output / "parts" / part_name(recording.identity(), *form)
            todo.append((recording, Job(str(file), str(part), *form)))
        self._remove_parts({str(self._note), *(job.part for _, job in todo)})
        return todo

    def _remove_parts(self, used: set[str]) -> None:
        for found in (self.output / "parts").iterdir():
            if found.name != "lock" and str(found) not in used:
                found.unlink()

    def _append(self, writer: StoreWriter, recording: Recording, part: Path, done: _Done) -> None:
        rate, ratio = self.rave.sampling_rate, self.rave.ratio
        batch = self.options.batch_size
        if self.rave.device.type == "cpu":
            batch = min(batch, _LARGEST_BATCH_ON_CPU)
        encode = Encoder(self.rave, self.cutting, self.metadata.levels, self.options.normalize, batch)
        measure = Measures(tuple(self.descriptors), self.cutting.piece, rate, ratio)
        sound = np.memmap(part, "<f4", "r").reshape(-1, self.rave.channels)
        tokens = encode(
            sound,
            Path(recording.path).name,
            lambda fraction: done.partly(fraction * recording.size, fraction * recording.samples / rate),
        )
        values, labels = measure(sound, Path(recording.path))
        del sound  # Windows removes no mapped file
        writer.append(replace(recording, frames=len(tokens), labels=labels), tokens, values)


class _Done:
    """Adds up, for the watcher."""

    def __init__(self, watch: Watch, report: Report):
        self._watch, self._report, self._files, self._size = watch, report, report.kept, float(report.kept_bytes)
        self.partly(0.0, 0.0)

    def partly(self, size: float, seconds: float) -> None:
        """Of the file at hand."""
        self._watch(self._files, self._size + size, self._report.seconds + seconds)

    def file(self, size: int) -> None:
        self._files += 1
        self._size += size
        self.partly(0.0, 0.0)


def refuse_other(output: Path, metadata: Metadata) -> None:
    """Raises DatasetError unless `output` is new or was made with the same RAVE and settings."""
    if output.exists() and not output.is_dir():
        raise DatasetError(f"'{output}' is a file, not a folder.")
    if not output.exists() or not any((output / name).exists() for name in (METADATA, "data.mdb", "audio.pcm")):
        return
    if not is_store(output):
        raise DatasetError(f"'{output}' holds a dataset that another program made; choose another output path.")
    if not read_index(output):
        return
    there = read_metadata(output)
    if there.rave_digest != metadata.rave_digest:
        raise DatasetError(f"'{output}' was made with another RAVE, '{there.rave}'; choose another output path.")
    for key, value in metadata.settings().items():
        if (held := there.settings()[key]) != value:
            raise DatasetError(
                f"'{output}' holds a dataset whose {key} is {held}, not {value}; choose another output path."
            )


def _key(descriptor: Descriptor) -> dict:
    """As metadata says it; the width is not known yet."""
    tokens = descriptor.num_tokens if descriptor.kind == "tokens" else 0
    return {"width": 0, "ratio": ratio_of(descriptor), "kind": descriptor.kind, "num_tokens": tokens}


def _unstuck(events: Iterator) -> Iterator:
    for event in events:
        if isinstance(event, Stuck):
            raise DatasetError(event.sentence)
        yield event


def _copy(source: Path, target: Path) -> None:
    """The RAVE into the dataset, whole or not at all."""
    if target.exists() and target.samefile(source):
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_copy(copy: Path, source: Path | None) -> None:
    if copy.exists() and (source is None or not source.exists() or not copy.samefile(source)):
        copy.unlink()
