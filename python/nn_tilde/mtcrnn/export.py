"""From trained tiers to the file that nn~ plays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from .instrument import Texture
from .networks import Network
from .plan import plan_of
from .tier import Tier

HOST_RATE = 16000  # Hz: what parameters are played at, unless told otherwise


@dataclass(frozen=True)
class Exported:
    """What was written. hold: samples for a value; sample_rate: Hz that it plays right at."""

    path: Path
    inlets: tuple[str, ...]
    outlets: tuple[str, ...]
    sample_rate: int
    hold: int


def export(
    stages: Sequence[tuple[Network, Tier]],
    path: str | os.PathLike[str],
    *,
    precision: str = "int8",
    seed: int = 0,
    temperature: float = 1.0,
    host_rate: int = HOST_RATE,
) -> Exported:
    """Writes the file at `path`. stages: networks in the order of their chain, the last makes what is heard.

    precision: of plan.py. seed, temperature: what the attributes begin with. host_rate: Hz at which parameters are
    played, when the last tier makes some: a multiple of its rate. What was at `path` stays when this fails. ValueError
    says what cannot be had.
    """
    tier = stages[-1][1]
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"--temp must be 0 or more, not {temperature}.")
    hold = 1 if tier.audio else host_rate // tier.sample_rate
    if not tier.audio and (hold < 1 or host_rate % tier.sample_rate):
        raise ValueError(f"--host_rate must be a multiple of the tier's {tier.sample_rate} Hz, not {host_rate}.")
    with torch.no_grad():
        plans = [(plan_of(network, each, precision), each) for network, each in stages]
        texture = Texture(plans, hold, seed, temperature).eval()
        texture.export_to_ts(path, block=hold * (1024 if tier.audio else 1))
    outlets = ("audio",) if tier.audio else tier.generate
    return Exported(Path(path), stages[0][1].prop, outlets, tier.sample_rate * hold, hold)
