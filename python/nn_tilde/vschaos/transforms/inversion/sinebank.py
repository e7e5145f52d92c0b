"""A bank of sines, one at the middle of each bin, as loud as the bin: the vintage sound, and no phase to guess."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .. import window as windows
from ..dgt import DGT


def start_phases(bins: int, seed: int | None = 0) -> Tensor:
    """Random phases [bins] in radians."""
    generator = torch.Generator().manual_seed(seed) if seed is not None else None
    return torch.rand(bins, generator=generator) * (2 * math.pi)


def gain(dgt: DGT) -> float:
    """What makes the bank as loud as the sound.

    Sines of random phases add up in power: √(n_fft / Σg²) for the analysis; and the overlapping dual windows are on
    average as high as Σ dual / hop.
    """
    dual = windows.dual(dgt.window, dgt.hop)
    return math.sqrt(dgt.n_fft / float(dgt.window.square().sum())) * dgt.hop / float(dual.sum())


def sinebank(magnitude: Tensor, dgt: DGT, seed: int | None = 0) -> Tensor:
    """Magnitudes [..., F, bins] → spectrum of that shape, complex."""
    frames, bins = magnitude.shape[-2:]
    # A sine of bin m turns m·hop/n_fft times a frame; whole turns go before they cost digits.
    turns = torch.arange(bins) * dgt.hop % dgt.n_fft * torch.arange(frames)[:, None] % dgt.n_fft
    phases = start_phases(bins, seed) + turns * (2 * math.pi / dgt.n_fft)
    return torch.polar(magnitude * gain(dgt), phases.to(magnitude.device, magnitude.dtype).expand_as(magnitude))
