"""The windows a tier is trained on and validated with."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..tier import Tier
from .index import IN_MEMORY, Index, Watch, read_index
from .recording import Recording, window
from .shuffling import shuffled


@dataclass(frozen=True)
class Segment:
    """Values first..last − 1 of a recording."""

    recording: Recording
    first: int
    last: int


class Windows(Dataset):
    """Windows of seq_len values, every `stride` values, within each recording of a folder.

    windows[epoch, index]: the `index`-th of an epoch, in an order that the seed and epoch alone decide, each window
    once an epoch; an interrupted training that asks for the same keys gets the same windows. windows[index]: in the
    order of the files. Both are (input, target):

    input: float32 [seq_len, gen + cond]: what was generated before (audio: class / channels, or one-hot), conditioning
    target: one value later: int64 [seq_len] classes for audio, float32 [seq_len, gen] for parameters
    """

    def __init__(self, index: Index, seed: int = 0, segments: list[Segment] | None = None):
        self.tier, self.seed, self.notices = index.tier, seed, index.notices
        self.index = index
        self.segments = segments or [Segment(each, 0, each.length) for each in index.recordings]
        counts = [_count(segment, self.tier) for segment in self.segments]
        self._ends = np.cumsum(counts)

    @classmethod
    def open(
        cls,
        tier: Tier,
        data_dir: str | os.PathLike,
        param_dir: str | os.PathLike | None = None,
        seed: int = 0,
        watch: Watch | None = None,
        in_memory: int = IN_MEMORY,
    ) -> Windows:
        """Those of a folder or file; see `read_index` for the arguments and errors."""
        return cls(read_index(tier, data_dir, param_dir, watch, in_memory), seed)

    def __len__(self) -> int:
        return int(self._ends[-1])

    @property
    def ranges(self) -> list[range]:
        """The indices of the windows of each recording (or part of one), in which they follow without a break."""
        ends = [0, *self._ends.tolist()]
        return [range(first, end) for first, end in pairwise(ends)]

    def steps(self, batch: int) -> int:
        """Batches in an epoch, the last one possibly smaller."""
        return -(-len(self) // batch)

    def place(self, key: int | tuple[int, int]) -> tuple[Recording, int]:
        """(recording, first value of the window) of a key."""
        if isinstance(key, tuple):
            epoch, index = key
            if not 0 <= index < len(self):
                raise IndexError(f"There are {len(self)} windows; {index} is none of them.")
            key = shuffled(int(index), len(self), self.seed, int(epoch))
        elif not -len(self) <= key < len(self):
            raise IndexError(f"There are {len(self)} windows; {key} is none of them.")
        index = int(key) % len(self)
        number = int(np.searchsorted(self._ends, index, side="right"))
        segment = self.segments[number]
        before = int(self._ends[number - 1]) if number else 0
        return segment.recording, segment.first + (index - before) * self.tier.stride

    def __getitem__(self, key: int | tuple[int, int]) -> tuple[Tensor, Tensor]:
        recording, start = self.place(key)
        inputs, target = window(recording, self.tier, start)
        return torch.from_numpy(np.ascontiguousarray(inputs)), torch.from_numpy(np.ascontiguousarray(target))

    def split(self, fraction: float) -> tuple[Windows, Windows | None]:
        """(training, validation): the last `fraction` of each recording validates, and no value is in both.

        Not whole recordings: those of a texture often have one parameter value each, and a held-out recording would
        be a value never heard. The validation part of a recording holds one window at least, one after
        another without overlap; a recording that is too short for a window of each only trains. None: all are.
        """
        need = self.tier.seq_len + 1
        training, validation = [], []
        for segment in self.segments:
            length = segment.last - segment.first
            kept = max(round(length * fraction), need)
            if fraction > 0 and length - kept >= need:
                training.append(Segment(segment.recording, segment.first, segment.last - kept))
                validation.append(Segment(segment.recording, segment.last - kept, segment.last))
            else:
                training.append(segment)
        apart = _WideWindows(self.index, self.seed, validation) if validation else None
        return Windows(self.index, self.seed, training), apart


class _WideWindows(Windows):
    """Windows side by side: neighbours at a stride of one value would say the same thing thousands of times."""

    def __init__(self, index: Index, seed: int, segments: list[Segment]):
        apart = Index(replace(index.tier, stride=index.tier.seq_len), index.recordings, index.notices)
        super().__init__(apart, seed, segments)


def _count(segment: Segment, tier: Tier) -> int:
    """Windows, with the value after each, that begin every `stride` values."""
    return (segment.last - segment.first - tier.seq_len - 1) // tier.stride + 1
