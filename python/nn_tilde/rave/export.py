"""From a trained network to the file that nn~ plays."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..nn.conv import fold_weight_norm
from .instrument import Instrument
from .network import RAVE
from .spaces import build_space


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    ratio: int  # samples per value of a latent
    latent_size: int
    delays: dict[str, int]  # of each method, in samples
    block: int  # advised, in samples
    sample_rate: int  # Hz
    channels: int  # of the output
    vst: bool  # whether the stereo mode of the RAVE VST has an effect


def build(
    rave: RAVE,
    *,
    streaming: bool = True,
    fidelity: float = 0.95,
    latent_size: int | None = None,
    channels: int | None = None,
    sr: int | None = None,
    prior: nn.Module | None = None,
) -> Instrument:
    """The instrument of a network, in evaluation mode; the network itself is left as it is.

    streaming: for live playing; otherwise each block is padded with silence, as in training.
    fidelity: share of the variance that the latents explain (variational only); latent_size: their
    number instead. channels: of the output. sr: Hz the file plays at. prior: see `Instrument`.
    ValueError says what cannot be had.
    """
    if not 0.1 <= fidelity <= 0.999:
        raise ValueError(f"--fidelity is between 0.1 and 0.999, not {fidelity}.")
    if channels is not None and channels < 1:
        raise ValueError(f"--channels is at least 1, not {channels}.")
    if sr is not None and not 1000 <= sr <= 768_000:
        raise ValueError(f"--sr is a sample rate in Hz, not {sr}.")
    rave = fold_weight_norm(copy.deepcopy(rave)).eval().requires_grad_(False)
    if prior is not None and latent_size is None and rave.config.regularization == "variational":
        latent_size = getattr(prior, "latent_size", None)
    space = build_space(rave, fidelity, latent_size)
    if prior is not None and getattr(prior, "latent_size", space.size) != space.size:
        raise ValueError(
            f"The prior continues {prior.latent_size} latents, but the model is exported with {space.size}."
        )
    with torch.no_grad():
        return Instrument(rave, space, streaming=streaming, channels=channels, rate=sr, prior=prior).eval()


def export(rave: RAVE, path: str | os.PathLike[str], **options: object) -> Exported:
    """Writes the file at `path`; options as those of `build`. What was there before stays when this fails."""
    instrument = build(rave, **options)
    instrument.export_to_ts(path, block=instrument.block)
    return Exported(
        path=Path(path),
        ratio=instrument.ratio,
        latent_size=instrument.latent_size,
        delays={method: instrument.delays[method] for method in ("encode", "decode", "forward")},
        block=instrument.block,
        sample_rate=instrument.get_sample_rate(),
        channels=instrument.target_channels,
        vst=instrument.target_channels == 1,
    )


def remarks(rave: RAVE, latent_size: int | None = None) -> list[str]:
    """What a musician should know before playing this network, one sentence each."""
    kind, found = rave.config.regularization, []
    if kind == "variational" and latent_size is None and not bool(rave.fidelity.any()):
        found.append("The latents have not been analysed (no validation yet), so all of them are exported.")
    if kind == "discrete" and not bool(rave.encoder.enabled):
        found.append(
            "This model was trained without its codes (a fault of RAVE 2.3), so its latents are not quantised."
        )
    return found
