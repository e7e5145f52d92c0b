"""Phases for magnitudes: for whole recordings (`reconstruct`) and live (`LiveInversion`)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..dgt import DGT
from .griffin_lim import griffin_lim
from .live import LIVE_MODES, LiveInversion
from .pghi import pghi
from .realtime import RealTimePGHI
from .sinebank import sinebank

MODES = ("pghi", "pghi_refined", "pghi_realtime", "griffin_lim", "random", "keep_input", "sinebank")

__all__ = ["LIVE_MODES", "MODES", "LiveInversion", "RealTimePGHI", "griffin_lim", "pghi", "reconstruct", "sinebank"]


def reconstruct(
    magnitude: Tensor,
    dgt: DGT,
    mode: str = "pghi",
    *,
    phase: Tensor | None = None,
    seed: int = 0,
    iterations: int | None = None,
    momentum: float = 0.99,
    look_ahead: int = 0,
) -> Tensor:
    """Magnitudes [..., F, bins] of a whole recording → spectrum of that shape, complex; negative ones count as 0.

    mode: one of MODES; pghi_refined is Griffin-Lim that starts from pghi. phase: radians, of the input, for keep_input.
    iterations, momentum: of griffin_lim, None for 10 after pghi and else 30. look_ahead: 0 or 1 frames, of
    pghi_realtime. The same seed gives the same phases. ValueError: an unknown mode, or no phase to keep.
    """
    magnitude = magnitude.clamp(min=0)
    if mode in ("pghi", "pghi_refined"):
        phases = torch.from_numpy(pghi(magnitude.cpu().numpy(), dgt, seed=seed)).to(magnitude)
        if mode == "pghi_refined":
            phases = griffin_lim(magnitude, dgt, 10 if iterations is None else iterations, momentum, start=phases)
    elif mode == "pghi_realtime":
        return _realtime(magnitude, dgt, look_ahead, seed)
    elif mode == "griffin_lim":
        phases = griffin_lim(magnitude, dgt, 30 if iterations is None else iterations, momentum, seed=seed)
    elif mode == "random":
        generator = torch.Generator().manual_seed(seed)
        phases = (torch.rand(magnitude.shape, generator=generator) * (2 * math.pi)).to(magnitude)
    elif mode == "sinebank":
        return sinebank(magnitude, dgt, seed)
    elif mode == "keep_input":
        if phase is None or phase.shape != magnitude.shape:
            raise ValueError("keep_input needs the phases of the input, one for each magnitude.")
        phases = phase.to(magnitude)
    else:
        raise ValueError(f"The inversion must be one of {', '.join(MODES)}, not '{mode}'.")
    return torch.polar(magnitude, phases)


def _realtime(magnitude: Tensor, dgt: DGT, look_ahead: int, seed: int) -> Tensor:
    live = RealTimePGHI(dgt, look_ahead=look_ahead).to(magnitude.device)
    # A recording goes on before its first frame as it begins: nobody knows better.
    live.past = magnitude[..., :1, :].reshape(-1, 1, dgt.bins).repeat(1, 1 + look_ahead, 1).float()
    after = magnitude[..., -1:, :].expand(*magnitude.shape[:-2], look_ahead, magnitude.shape[-1])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return live(torch.cat([magnitude, after], -2).float())[..., look_ahead:, :]
