"""From a trained model to the file that nn~ plays."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from .folding import fold
from .instrument import Instrument
from .model import VAE
from .settings import Config
from .transforms import Transform


@dataclass(frozen=True)
class Exported:
    """What was written. hop, block (the advised one) and delays of the methods in samples; sample_rate in Hz."""

    path: Path
    hop: int
    block: int
    delays: dict[str, int]
    sample_rate: int
    inlets: dict[str, tuple[str, ...]]
    outlets: dict[str, tuple[str, ...]]
    attributes: tuple[str, ...]


def build(vae: VAE, config: Config, transform: Transform) -> Instrument:
    """The instrument of a model, in evaluation mode; the model is left as it is. ValueError: what does not fit."""
    with torch.no_grad():
        own = copy.deepcopy(vae).cpu().eval().requires_grad_(False)
        return Instrument(fold(own), config, transform).eval()


def export(vae: VAE, config: Config, transform: Transform, path: str | os.PathLike[str]) -> Exported:
    """Writes the file at `path`. What was there before stays when this fails, with a ValueError."""
    instrument = build(vae, config, transform)
    instrument.export_to_ts(path, block=instrument.block)
    methods = instrument.get_methods()
    labels = {
        side: {name: tuple(getattr(instrument, f"{name}_{side}_labels")) for name in methods}
        for side in ("input", "output")
    }
    return Exported(
        Path(path),
        instrument.hop,
        instrument.block,
        dict(instrument.delays),
        instrument.get_sample_rate(),
        labels["input"],
        labels["output"],
        tuple(instrument.get_attributes()),
    )
