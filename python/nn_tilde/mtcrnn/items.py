"""The windows of a tier as the trunk deals them: at random, or each row of a batch walking on through the data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data import Windows

LARGEST_PACK = 1 << 20  # examples that the trunk shuffles in one go; the order of all windows is data.shuffling's
VALIDATION_WINDOWS = 256  # at most


@dataclass(frozen=True)
class TrainingItems:
    """items[epoch, index] → (input, target); each window once before any comes again."""

    windows: Windows

    def __len__(self) -> int:
        return min(len(self.windows), LARGEST_PACK)

    def __getitem__(self, key: tuple[int, int]) -> tuple[Any, Any]:
        epoch, index = key
        return self.windows[divmod(epoch * len(self) + index, len(self.windows))]


@dataclass(frozen=True)
class ValidationItems:
    """items[index] → (input, target): at most `most` windows, evenly spaced. windows: None where none is kept apart."""

    windows: Windows | None
    most: int = VALIDATION_WINDOWS

    def __len__(self) -> int:
        return 0 if self.windows is None else min(len(self.windows), self.most)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.windows[index * len(self.windows) // len(self)]


@dataclass(frozen=True)
class StatefulItems:
    """items[step, lane] → (input, target, lane, fresh): row `lane` of the batch of a step.

    Having as many items as a batch has rows, the trunk deals all of them at every step, in some order, and what it
    takes for the epoch is the number of the step. walks: of windows, each beginning where the one before ends; the
    lanes begin at places spread over them. fresh: what the row heard before is not what comes before this window.
    """

    windows: Windows
    walks: Sequence[range]
    lanes: int

    def __len__(self) -> int:
        return self.lanes

    def __getitem__(self, key: tuple[int, int]) -> tuple[Any, Any, int, bool]:
        step, lane = key
        ends = list(accumulate(map(len, self.walks)))
        place = (lane * ends[-1] // self.lanes + step) % ends[-1]
        walk = bisect_right(ends, place)
        within = place - (ends[walk - 1] if walk else 0)
        return *self.windows[self.walks[walk][within]], lane, step == 0 or within == 0


def walks(windows: Windows) -> list[range]:
    """Windows of each recording side by side, for StatefulItems. Raises ValueError when the stride leaves none."""
    length, stride = windows.tier.seq_len, windows.tier.stride
    if length % stride:
        raise ValueError(f"--stateful needs a --seq_len ({length}) that is a multiple of --stride ({stride}).")
    found, begin = [], 0
    for segment in windows.segments:
        count = (segment.last - segment.first - length - 1) // stride + 1
        found.append(range(begin, begin + count, length // stride))
        begin += count
    return found
