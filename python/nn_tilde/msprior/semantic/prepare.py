"""From recordings to a semantic.ts beside the dataset, and to the descriptors that it gives."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from ...export.writing import write_whole
from ..descriptors import Descriptor
from .clusters import kmeans
from .descriptors import open_semantic
from .instrument import Semantic
from .network import STACK, Front, network
from .sounds import SemanticError, plan, read
from .training import train

NAME = "semantic.ts"
STEPS = 1000
_CLASSES, _ROWS_A_CLASS = 1024, 16  # at most; at least, on average
_ROWS_CLUSTERED = 50_000


def prepare(
    files: Sequence[str | os.PathLike],
    ratio: int,
    sampling_rate: int,
    steps: int = STEPS,
    model_path: str | os.PathLike | None = None,
    out_folder: str | os.PathLike = ".",
    device: str | torch.device | None = None,
    watch: Callable[[int, int], None] | None = None,
    seed: int = 0,
) -> list[Descriptor]:
    """The descriptors semantic_indices and semantic_features of `out_folder`/semantic.ts.

    That file is used if it is there, as when a dataset is continued. Otherwise it is a copy of `model_path`, or a model
    trained on the recordings: an hour of excerpts at most, the same for the same `seed`. ratio: samples of a latent
    frame at `sampling_rate` Hz. watch: is told what is done, and of how much. SemanticError, one sentence.
    """
    target = Path(out_folder) / NAME
    device = None if device is None else str(device)
    if model_path is not None:
        found = open_semantic(model_path, ratio, sampling_rate, device)  # before anything is written
        target.parent.mkdir(parents=True, exist_ok=True)
        content = Path(model_path).read_bytes()
        if not target.exists():
            write_whole(target, content, lambda path: None)
        elif target.read_bytes() != content:
            raise SemanticError(f"'{target}' is there already and another model than '{model_path}'.")
        return found
    if not target.exists():
        if steps < 0 or ratio < 1 or sampling_rate < 1:
            raise SemanticError(f"{steps} steps at {sampling_rate} Hz and ratio {ratio} teach nothing.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = _learn(files, ratio, sampling_rate, steps, device or "cpu", watch or _silent, seed)
            model.export_to_ts(target, block=model.hop)
    return open_semantic(target, ratio, sampling_rate, device)


def _silent(done: int, total: int) -> None:
    pass


def _learn(
    files: Sequence[str | os.PathLike],
    ratio: int,
    sampling_rate: int,
    steps: int,
    device: str,
    watch: Callable[[int, int], None],
    seed: int,
) -> Semantic:
    excerpts = plan(files, sampling_rate, STACK * ratio, seed)
    total = len(excerpts) + steps
    watch(0, total)
    front, net = Front(sampling_rate, ratio), network()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        mels = read(excerpts, sampling_rate, front, lambda done: watch(done, total))
    net.to(device)
    train(net, mels.to(device), steps, generator, lambda done: watch(len(excerpts) + done, total))
    net.to("cpu")
    with torch.no_grad():
        rows = _standardise(net, mels)
        rows = rows[torch.randperm(len(rows), generator=generator)[:_ROWS_CLUSTERED]]
        centres = kmeans(rows, min(_CLASSES, max(len(rows) // _ROWS_A_CLASS, 2)), generator)
    return Semantic(front, net.eval(), centres, sampling_rate)


def _standardise(net: nn.Sequential, mels: Tensor) -> Tensor:
    """Has features of mean 0 and deviation 1 come out, through the last layer's weights; gives those of all rows."""
    # The network forgets within a few rows what it heard, so that where the pieces are cut makes no difference.
    rows = torch.cat([net(piece.T[None])[0].T for piece in mels.split(4096 * STACK)])
    mean, spread = rows.mean(0), rows.std(0, correction=0).clamp(min=1e-3)
    last = net[-1]
    last.weight.div_(spread[:, None, None])
    last.bias.sub_(mean).div_(spread)
    return (rows - mean) / spread
