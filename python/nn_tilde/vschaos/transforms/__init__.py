"""Audio as spectra that a network learns, and back, whole or live: see `Transform`."""

from __future__ import annotations

from .dgt import DGT, STFT
from .inversion import LIVE_MODES, MODES, reconstruct
from .transform import Transform

__all__ = ["DGT", "LIVE_MODES", "MODES", "STFT", "Transform", "reconstruct"]
