"""The datasets of the release, read-only: an LMDB whose entry `%016d` is a chunk, its latents the buffer `rave`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...audio.lmdb_dataset import Entries
from ...audio.metadata import DatasetError
from ...audio.protobuf import AudioBuffer, AudioExample
from .latents import About, Key, Latents

LATENTS = "rave"


class Chunks(Latents):
    """Every entry is a recording."""

    def __init__(self, entries: Entries, about: About, lengths: np.ndarray):
        self._entries, self.about, self.lengths = entries, about, lengths

    def tokens(self, recording: int, start: int, frames: int) -> np.ndarray:
        with self._entries.entry(recording) as example:
            found = _rows(example, LATENTS, self._entries.folder)[start : start + frames]
            return np.array(found, np.int16)

    def values(self, key: str, recording: int, start: int, count: int) -> np.ndarray:
        with self._entries.entry(recording) as example:
            found = _rows(example, key, self._entries.folder, int(self.lengths[recording]))
            dtype = np.int32 if self.about.keys[key].kind == "tokens" else np.float32
            return np.array(found[start : start + count], dtype)


def open_lmdb(folder: Path, num_tokens: int | None = None) -> Chunks:
    """See `latents.open_latents`. The RAVE's copy in the folder tells what the latents are."""
    from ..rave_file import RaveFile

    entries = Entries(folder, digits=16)
    if not len(entries):
        raise DatasetError(f"'{folder}' holds nothing.")
    rave = RaveFile.open(rave_in(folder))
    lengths, largest = [], 0
    for i in range(len(entries)):
        with entries.entry(i) as example:
            tokens = _rows(example, LATENTS, folder)
            if i == 0:
                width, keys = tokens.shape[1], _keys(example, folder, len(tokens))
            if tokens.shape[1] != width:
                raise DatasetError(f"Entry {i} of '{folder}' has {tokens.shape[1]} latents, the first has {width}.")
            if tokens.size and tokens.min() < 0:
                raise DatasetError(f"Entry {i} of '{folder}' holds a negative token: it is damaged.")
            lengths.append(len(tokens))
            largest = max(largest, int(tokens.max(initial=0)))
    if rave.discrete:
        num_tokens = rave.codebook_size
    elif num_tokens is None:
        num_tokens = max(2, 1 << largest.bit_length())  # the next power of two
    if largest >= num_tokens:
        allowed = f"the {num_tokens} codes of its RAVE" if rave.discrete else f"NUM_TOKENS={num_tokens}"
        raise DatasetError(f"'{folder}' holds the token {largest}, more than {allowed} allow.")
    levels = num_tokens if rave.discrete else num_tokens - 1  # the release leaves the last class of numbers empty
    about = About(rave.sampling_rate, rave.ratio, width, num_tokens, levels, not rave.discrete, rave_in(folder), keys)
    return Chunks(entries, about, np.array(lengths, np.int64))


def rave_in(folder: Path) -> Path:
    """The copy of the RAVE's file. Raises DatasetError."""
    found = sorted(folder.glob("*.ts"))
    if not found:
        raise DatasetError(f"'{folder}' has no copy of the RAVE (.ts) that its latents come from; put it there.")
    return found[0]


def _buffer(example: AudioExample, name: str, folder: Path) -> tuple[AudioBuffer, np.ndarray]:
    found = example.buffers.get(name)
    if found is None:
        what = "sound, not latents" if name == LATENTS and "waveform" in example.buffers else f"no '{name}'"
        raise DatasetError(f"An entry of '{folder}' holds {what}.")
    try:
        return found, found.array()
    except ValueError:
        raise DatasetError(f"The '{name}' in '{folder}' are damaged.") from None


def _rows(example: AudioExample, name: str, folder: Path, frames: int | None = None) -> np.ndarray:
    """[values, width] of a buffer, as it lies in the file. frames: of the latents beside it."""
    buffer, array = _buffer(example, name, folder)
    shape = buffer.shape if len(buffer.shape) == 2 else (array.size, 1)
    if shape[0] * shape[1] != array.size:
        raise DatasetError(f"The '{name}' in '{folder}' are damaged.")
    rows = array.reshape(shape)
    # The release resamples rows of more than one number without turning them back.
    return rows.T if frames is not None and shape[1] == frames != shape[0] and shape[0] > 1 else rows


def _keys(example: AudioExample, folder: Path, frames: int) -> dict[str, Key]:
    keys = {}
    for name in example.buffers:
        if name == LATENTS or example.buffers[name].precision == 6:  # RAW: no numbers
            continue
        rows = _rows(example, name, folder, frames)
        kind = "tokens" if np.issubdtype(rows.dtype, np.integer) else "features"
        keys[name] = Key(name, rows.shape[1], frames // len(rows) if len(rows) else 0, kind)
    return keys
