"""The labels `pitch` (A to G#) and `octave` of recordings, measured with pYIN: `metadata/pitch`, `metadata/octave`.

What a run has done is what there is in `tracks/`, so that it may be killed at any moment and go on.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ..audio import AudioError, probe, read_audio
from ..audio.metadata import DatasetError
from ..audio.pyin import track_at
from ..audio.workers import Failed, Progress, Stuck, cores, run_work
from .data.recordings import Watch, find_recordings
from .data.tables import CLASSES, TABLE, TRACKS, read_segments

TASKS = ("octave", "pitch")  # in the order in which they are written
PITCHES = ("A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#")  # the classes, 0 to 11
OCTAVES = 9  # classes 0 to 8

_SETTINGS = "extract_pitch.json"  # beside the table of `pitch`: with which its labels were made
_RATE = 16000  # Hz of the analysis
_SAMPLES = 16  # that the shortest period with a label must have; else the rate is higher
_QUIET = 1e-3  # of the loudest moment: hum and tails below have no label
_MOMENT = 0.02  # seconds over which loudness is measured, to either side


@dataclass(frozen=True)
class Settings:
    threshold: float = 0.01  # least probability of a period
    hop_length: int = 256  # samples of the recording between frames
    fmin: float = 50.0  # Hz
    fmax: float = 1000.0  # Hz
    octave_from: str = "C"  # the note that begins an octave: C, where A4 = 440 Hz is of octave 4; A, where of 5

    def pitch(self, note: np.ndarray) -> np.ndarray:
        """Classes of MIDI notes: 0 for A to 11 for G#."""
        return (note + 3) % 12

    def octave(self, note: np.ndarray) -> np.ndarray:
        return (note + (3 if self.octave_from == "A" else 0)) // 12 - 1


@dataclass
class Outcome:
    tables: list[Path] = field(default_factory=list)  # written
    recordings: int = 0  # in them
    kept: int = 0  # of those, measured by an earlier run
    unvoiced: int = 0  # of those, without any label
    skipped: list[str] = field(default_factory=list)  # why, a sentence each


def extract(
    root: str | os.PathLike,
    settings: Settings | None = None,
    processes: int | None = None,
    overwrite: bool = False,
    watch: Watch = lambda done, total: None,
) -> Outcome:
    """Label the recordings of a dataset, those that have no tracks yet or are newer than these.

    processes: None: one a core. overwrite: of labels with other settings or that were not made here; otherwise
    DatasetError, before anything is measured, as where there is nothing that can be measured or written.
    """
    root, settings = Path(root), settings or Settings()
    found, outcome, failed = find_recordings(root), Outcome(), set()
    for name, path in found:
        if not _writable(name):
            failed.add(name)
            outcome.skipped.append(str(AudioError(path, "has a name that a table cannot hold")))
    folders = {task: root / "metadata" / task for task in TASKS}
    tracks = _track_names([name for name, _ in found if name not in failed])
    jobs = {
        name: _Job(str(path), tuple(str(folders[task] / TRACKS / tracks[name]) for task in TASKS), settings)
        for name, path in found
        if name in tracks
    }
    try:
        _take(folders, settings, overwrite, jobs.values())
        todo = {name: job for name, job in jobs.items() if not _done(job)}
        for name, reason in _label(todo, len(jobs), processes or cores(), watch):
            failed.add(name)
            outcome.skipped.append(str(AudioError(jobs[name].audio, reason)))
        kept = {name: track for name, track in tracks.items() if name not in failed}
        if not kept:
            raise DatasetError(f"None of the {len(found)} recordings can be used: {outcome.skipped[0]}")
        for task in TASKS:
            voiced = {name for name, track in kept.items() if _has_labels(folders[task] / TRACKS / track)}
            lines = [f"{name}\t{track if name in voiced else 'none'}" for name, track in kept.items()]
            classes = PITCHES if task == "pitch" else range(OCTAVES)
            _write(folders[task] / CLASSES, (f"{i}\t{label}" for i, label in enumerate(classes)))
            _write(folders[task] / TABLE, lines)
            outcome.tables.append(folders[task] / TABLE)
    except OSError as error:
        where = error.filename or root / "metadata"
        raise DatasetError(f"'{where}' cannot be written to ({error.strerror or error}).") from None
    outcome.recordings, outcome.kept, outcome.unvoiced = len(kept), len(jobs) - len(todo), len(kept) - len(voiced)
    return outcome


def notes(x: np.ndarray, sample_rate: float, times: np.ndarray, settings: Settings | None = None) -> np.ndarray:
    """float64 [n]: MIDI note numbers, with fractions, of x [channels, time]; NaN where there is no pitch.

    times [n]: evenly spaced, seconds. At each, that channel counts which repeats best.
    """
    settings = settings or Settings()
    hertz, sure = np.full(len(times), np.nan), np.zeros(len(times))
    for i, channel in enumerate(x):
        if any(np.array_equal(channel, other) for other in x[:i]):
            continue
        # What is higher than fmax would be taken for something lower, were it not listened for.
        found, confidence = track_at(channel, times, sample_rate, settings.fmin, 2 * settings.fmax)
        better = ~np.isnan(found) & (confidence > sure) & (confidence >= settings.threshold)
        hertz[better], sure[better] = found[better], confidence[better]
    outside = (hertz < settings.fmin) | (hertz > settings.fmax)
    hertz[outside | (_loudness(x, sample_rate, times) < _QUIET)] = np.nan
    return 69 + 12 * np.log2(hertz / 440)


def _loudness(x: np.ndarray, sample_rate: float, times: np.ndarray) -> np.ndarray:
    """Of the moments around `times`, against the loudest one."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(x).mean(axis=0), dtype=np.float64)])
    ends = np.stack([times - _MOMENT, times + _MOMENT]) * sample_rate
    begin, end = np.clip(np.rint(ends), 0, x.shape[1]).astype(np.int64)
    level = np.sqrt(np.maximum(energy[end] - energy[begin], 0))
    return level / max(level.max(initial=0), 1e-12)


def analysis_rate(settings: Settings) -> int:
    """Hz."""
    return max(_RATE, int(np.ceil(_SAMPLES * settings.fmax)))


@dataclass(frozen=True)
class _Job:
    audio: str
    tracks: tuple[str, ...]  # of TASKS
    settings: Settings


def _track_recording(job: _Job, report: Callable[[float, float], None]) -> None:
    """In some process: write the tracks of a recording."""
    own = probe(job.audio).rate
    rate = analysis_rate(job.settings)
    x, _ = read_audio(job.audio, rate)
    if not x.shape[1]:
        raise AudioError(job.audio, "holds no sound")
    seconds = x.shape[1] / rate
    hop = job.settings.hop_length / own
    times = np.arange(int(np.ceil(seconds / hop - 1e-6))) * hop
    note = np.rint(notes(x, rate, times, job.settings))
    try:
        for task, path in zip(TASKS, job.tracks, strict=True):
            labels = getattr(job.settings, task)(note)
            _write(Path(path), _segments(times, seconds, labels))
    except OSError as error:
        folder = os.path.dirname(error.filename or path)
        raise DatasetError(f"'{folder}' cannot be written to ({error.strerror or error}).") from None


def _segments(times: np.ndarray, seconds: float, labels: np.ndarray) -> Iterator[str]:
    """Lines of a track: neighbours that are alike are one segment, which says the same in a hundredth of the space."""
    labels = np.where(np.isnan(labels), -1, labels).astype(int)
    first = np.flatnonzero(np.diff(labels, prepend=-2))
    edges = [*times[first].tolist(), seconds]
    for i, label in enumerate(labels[first].tolist()):
        yield f"{round(edges[i], 6)},{round(edges[i + 1], 6)}\t{label if label >= 0 else 'none'}"


def _label(jobs: dict[str, _Job], total: int, processes: int, watch: Watch) -> Iterator[tuple[str, str]]:
    """Do the jobs; (name, reason) of those that fail."""
    names, done = list(jobs), total - len(jobs)
    watch(done, total)
    for event in run_work(_track_recording, list(jobs.values()), processes):
        if isinstance(event, Stuck):
            raise DatasetError(event.sentence)
        if isinstance(event, Progress):
            continue
        done += 1
        watch(done, total)
        if isinstance(event, Failed):
            yield names[event.job], event.reason


def _take(folders: dict[str, Path], settings: Settings, overwrite: bool, jobs: Iterable[_Job]) -> None:
    """Make the folders ours. Raises DatasetError when they hold labels of others, or with other settings."""
    mark, wanted = folders["pitch"] / _SETTINGS, asdict(settings)
    try:
        there = json.loads(mark.read_text(encoding="utf-8"))
    except FileNotFoundError:
        there = None
    except ValueError:
        raise DatasetError(f"'{mark}' is damaged; delete it, and --overwrite makes the labels again.") from None
    table = next((folder / TABLE for folder in folders.values() if (folder / TABLE).exists()), None)
    if overwrite:
        for job in jobs:
            for path in job.tracks:
                Path(path).unlink(missing_ok=True)
    elif there is None and table is not None:
        raise DatasetError(f"'{table}' was not made by extract_pitch; --overwrite replaces it.")
    elif there not in (None, wanted):
        other = next(
            f"{name} {there.get(name)}, not {wanted[name]}" for name in wanted if there.get(name) != wanted[name]
        )
        raise DatasetError(f"'{mark.parent}' holds labels made with {other}; --overwrite makes them again.")
    if there != wanted:
        _write(mark, [json.dumps(wanted)])


def _track_names(names: Iterable[str]) -> dict[str, str]:
    """Where the track of each recording goes below tracks/: deep/x.txt for data/deep/x.wav, or deep/x.wav.txt where
    there is another x (or X, which some systems take for the same) in that folder."""
    whole = {name: name.removeprefix("data/") for name in names}
    short = {name: os.path.splitext(path)[0] for name, path in whole.items()}
    count = Counter(path.casefold() for path in short.values())
    mixed = {name: path if count[path.casefold()] == 1 else whole[name] for name, path in short.items()}
    if len(set(mixed.values())) < len(mixed):  # by a recording that is called x.wav.aif
        mixed = whole
    return {name: f"{path}.txt" for name, path in mixed.items()}


def _done(job: _Job) -> bool:
    """Whether its tracks are complete, and of the recording as it is now."""
    try:
        return min(os.stat(path).st_mtime_ns for path in job.tracks) >= os.stat(job.audio).st_mtime_ns
    except FileNotFoundError:
        return False


def _has_labels(track: Path) -> bool:
    return any(not segment.label.unlabelled for segment in read_segments(track))


def _writable(name: str) -> bool:
    """Whether a line of a table can name it."""
    try:
        return not {"\t", "\n", "\r"} & set(name) and bool(name.encode())
    except UnicodeEncodeError:
        return False


def _write(path: Path, lines: Iterable[str]) -> None:
    """A text file that is whole as soon as it has its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
