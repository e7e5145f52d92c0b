"""All recordings of a folder, looked at once: lengths, parameters, and samples where they fit into memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ...audio import AudioError, find_audio
from ...audio.metadata import DatasetError
from ..tier import Tier
from .recording import Recording, look_at, with_curves, with_samples

IN_MEMORY = 1 << 26
"""Samples of a whole dataset, at the tier's rate, that are kept decoded: 256 MiB, 70 minutes at 16 kHz."""

Watch = Callable[[int, int], None]  # files done, files


@dataclass
class Index:
    tier: Tier
    recordings: list[Recording] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What a user should know, a line each: what was left out or converted."""


def read_index(
    tier: Tier,
    data_dir: str | os.PathLike,
    param_dir: str | os.PathLike | None = None,
    watch: Watch | None = None,
    in_memory: int = IN_MEMORY,
) -> Index:
    """The recordings at `data_dir` (a folder, searched to the bottom, or one file) that hold a window and a value more.

    param_dir: folder of their parameter files; None: beside the recordings. Files that are too short or cannot
    be read are named in the notices. Raises DatasetError when none is left, ParamsError when a parameter is missing,
    FileNotFoundError.
    """
    top = Path(data_dir)
    paths = find_audio([top])
    if not paths:
        raise DatasetError(f"There is no audio file in '{top}'.")
    index = Index(tier)
    looked_at, short, unread = [], [], []
    for done, path in enumerate(paths):
        try:
            looked_at.append(look_at(path, tier))
        except AudioError as error:
            unread.append(str(error))
        if watch:
            watch(done, 2 * len(paths))
    kept = tier.audio and sum(recording.length for recording in looked_at) <= in_memory
    folder = top if top.is_dir() else top.parent
    for done, recording in enumerate(looked_at):
        try:
            if kept:
                recording = with_samples(recording, tier)
            if recording.length > tier.seq_len:
                params = None if param_dir is None else Path(param_dir)
                index.recordings.append(with_curves(recording, tier, folder, params))
            else:
                short.append(f"'{recording.path}' ({recording.seconds:.3g} s)")
        except AudioError as error:
            unread.append(str(error))
        if watch:
            watch(len(paths) + done + 1, 2 * len(paths))
    needed = f"{tier.seq_len + 1} values at {tier.sample_rate} Hz ({(tier.seq_len + 1) / tier.sample_rate:.3g} s)"
    if not index.recordings:
        example = unread[0] if unread else f"the first of {len(short)} is {short[0]}."
        why = f"a window needs {needed}" if short else "none can be read"
        raise DatasetError(f"No recording in '{top}' can be used: {why}; {example}")
    index.notices = [f"Left out: {reason}" for reason in unread]
    if short:
        index.notices.append(f"Left out, shorter than {needed}: {', '.join(short)}.")
    index.notices += _conversions(index) if tier.audio else []
    return index


def _conversions(index: Index) -> list[str]:
    notices, rate = [], index.tier.sample_rate
    other = [recording for recording in index.recordings if recording.info.rate != rate]
    if other:
        first = f"'{other[0].path.name}' from {other[0].info.rate} Hz"
        notices.append(f"{_files(other, index)} converted to {rate} Hz ({first}).")
    wide = [recording for recording in index.recordings if recording.info.channels > 1]
    if wide:
        first = f"'{wide[0].path.name}' has {wide[0].info.channels} channels"
        notices.append(f"{_files(wide, index)} mixed to one channel ({first}).")
    return notices


def _files(some: list[Recording], index: Index) -> str:
    return f"{len(some)} of {len(index.recordings)} recordings {'is' if len(some) == 1 else 'are'}"
