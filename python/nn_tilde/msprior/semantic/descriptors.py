"""What a semantic.ts says, as descriptors: the keys semantic_indices and semantic_features of a dataset."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, field

import numpy as np
import torch

from ...export.torchscript import load, reason
from ..descriptors import Descriptor
from .sounds import SemanticError

_AT_ONCE = 256  # rows


@dataclass(eq=False)
class SemanticDescriptor(Descriptor):
    """Rows of a method of a model; every piece begins from the state that the file was saved with.

    A row at the beginning of a piece is that of the whole recording if the `context` samples before it are in the
    piece too.
    """

    resample: bool = False
    model: torch.jit.ScriptModule | None = field(default=None, repr=False)
    method: str = ""
    hop: int = 0  # samples of a row

    def example(self, audio: np.ndarray, path: str) -> np.ndarray:
        rows = max(-(-len(audio) // self.hop), 1)
        x = torch.from_numpy(np.pad(audio, (0, rows * self.hop - len(audio))))[None, None]
        play = getattr(copy.deepcopy(self.model), self.method)
        with torch.no_grad():
            found = [play(block.to(self.device or "cpu")).cpu()[0] for block in x.split(_AT_ONCE * self.hop, 2)]
        return torch.cat(found, 1).T.numpy()


def open_semantic(
    path: str | os.PathLike, ratio: int, sampling_rate: int, device: str | None = None
) -> list[Descriptor]:
    """The descriptors semantic_indices and semantic_features of a file, for a RAVE of that ratio and rate.

    SemanticError: the file cannot be read, or does not go with that RAVE.
    """
    if not os.path.isfile(path):
        raise SemanticError(f"There is no file '{path}'.")
    try:
        model = load(os.fspath(path)).eval().to(device or "cpu")
    except (RuntimeError, ValueError, OSError) as error:
        raise SemanticError(f"'{path}' is not a TorchScript file ({reason(error)}).") from None
    rate = model.get_sample_rate() if hasattr(model, "get_sample_rate") else -1
    if rate not in (None, -1, sampling_rate):
        raise SemanticError(f"'{path}' hears sound at {rate} Hz, and the RAVE is of {sampling_rate} Hz.")
    found: list[Descriptor] = []
    for name, method, kind in (
        ("semantic_indices", "tokens", "tokens"),
        ("semantic_features", "features", "features"),
    ):
        params = getattr(model, f"{method}_params", None)
        if params is None or not hasattr(model, method):
            raise SemanticError(f"'{path}' has no method '{method}', as the models of semantic features have.")
        inputs, in_ratio, _, hop = (int(value) for value in params)
        if (inputs, in_ratio) != (1, 1):
            raise SemanticError(f"Method '{method}' of '{path}' does not hear mono audio.")
        if hop < 1 or hop % ratio:
            raise SemanticError(
                f"'{path}' has a row each {hop} samples, no multiple of the {ratio} of a latent frame of the RAVE."
            )
        found.append(
            SemanticDescriptor(
                name=name,
                dtype=np.int32 if kind == "tokens" else np.float32,
                kind=kind,
                ratio=hop // ratio,
                num_tokens=len(getattr(model, "centres", ())) if kind == "tokens" else 0,
                sampling_rate=sampling_rate,
                device=device,
                context=int(getattr(model, "context", 0)),
                model=model,
                method=method,
                hop=hop,
            )
        )
    return found
