"""Sounds to learn from: excerpts of recordings, as mel frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...audio import AudioError, probe, read_excerpt
from .network import Front

_EXCERPT = 20  # seconds
_AT_MOST = 3600  # seconds in all


class SemanticError(ValueError):
    """The feature model cannot be made, or a file is none; one sentence."""


def plan(files: Sequence[str | os.PathLike], rate: int, hop: int, seed: int) -> list[tuple[Path, int, int, int]]:
    """Excerpts (file, first sample, samples, channels), in random order, an hour of them at most.

    Samples at `rate`, a multiple of `hop`. Files that cannot be read are left out. SemanticError when none can.
    """
    length = max(_EXCERPT * rate // hop, 1) * hop
    found = []
    for file in files:
        try:
            info = probe(file)
        except AudioError:
            continue
        samples = int(info.frames * rate / info.rate)
        for start in range(0, samples, length):
            rows = (samples - start) // hop
            if rows or not start:
                found.append((Path(file), start, min(max(rows, 1) * hop, length), info.channels))
    if not found:
        raise SemanticError("There is no sound that semantic features could be learned from.")
    order = np.random.default_rng(seed).permutation(len(found))
    kept, samples = [], 0
    for excerpt in (found[i] for i in order):
        if samples < _AT_MOST * rate:
            kept.append(excerpt)
            samples += excerpt[2]
    return kept


def read(
    excerpts: Sequence[tuple[Path, int, int, int]], rate: int, front: Front, watch: Callable[[int], None]
) -> Tensor:
    """Mel frames [N, 64] of all excerpts in turn, N a multiple of 4; sets the front's mean and spread by them."""
    pieces = []
    for done, (file, start, samples, channels) in enumerate(excerpts):
        try:
            x = read_excerpt(file, start, samples, rate, channels).mean(axis=0)
        except AudioError:  # its header was fine
            x = np.zeros(0, np.float32)
        if len(x):
            front.reset()
            pieces.append(front(torch.from_numpy(x)[None, None])[0])
        watch(done + 1)
    if not pieces:
        raise SemanticError("There is no sound that semantic features could be learned from.")
    mels = torch.cat(pieces)
    mean, spread = mels.mean(0), mels.std(0, correction=0).clamp(min=0.05)
    front.reset()
    front.mean.copy_(mean)
    front.spread.copy_(spread)
    return (mels - mean) / spread
