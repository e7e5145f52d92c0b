"""Methods of files, played by our host in whole frames, for those who make sound files and not live sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch  # noqa: F401  (libtorch must be in the process before our extension looks for it)

from ..host import Host


class Stage:
    """One method of a file. frame: samples that it plays at once; its state goes on from call to call."""

    def __init__(self, path: Path, method: str, frame: int, rate: int):
        block = 0 if frame & (frame - 1) else frame  # the host makes powers of two of others; of 0 what divides a frame
        self.host = Host(path, method, block, vector=frame, sample_rate=rate)
        about = self.host.methods[method]
        self.slow, self.fast, self.late = about.in_ratio, about.out_ratio, about.delay
        self.inlets, self.outlets = about.in_channels, about.out_channels

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """float32 [inlets, values] → [outlets, values], of as many whole frames. ValueError: the model fails."""
        made = self.host.process(np.ascontiguousarray(x.repeat(self.slow, 1), np.float32))
        if said := self.host.messages():
            raise ValueError(f"'{self.host.path}': {said[0]}")
        return made[:, :: self.fast]

    def set(self, name: str, value: object) -> None:
        """ValueError for an attribute that there is not."""
        if name not in self.host.attributes:
            raise ValueError(f"'{self.host.path}' has no attribute {name}; msprior export makes files that do.")
        self.host.set(name, value)
        if self.host.attributes[name].readable:
            self.host.get(name)  # waits until it is set


class Pieces:
    """Arrays [channels, any], one after the other, cut to any length."""

    def __init__(self, source: Iterator[np.ndarray], rows: int):
        self.source, self.rest = source, np.zeros((rows, 0), np.float32)

    def take(self, count: int) -> np.ndarray:
        """The next [channels, count]; fewer at the end."""
        while self.rest.shape[1] < count and (piece := next(self.source, None)) is not None:
            self.rest = np.concatenate([self.rest, piece], 1)
        taken, self.rest = self.rest[:, :count], self.rest[:, count:]
        return taken
