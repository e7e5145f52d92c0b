"""The halves of a transform as they play: audio ↔ features, hop by hop, state carried on. Scriptable.

    features = analysis(x)                 x [B, C, F·hop] → [B, C · planes, F, size]
    synthesis.remember(analysis.heard())   only for the inversion keep_input
    y = synthesis(features)                → [B, C, F·hop], `synthesis.delay` samples later than x

Feature frame m of the stream is frame m - `dgt.late` of the whole recording.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from .dgt import DGT
from .inversion.live import LiveInversion
from .layout import Layout
from .live import LiveAnalysis, LiveSynthesis
from .magnitude import Scaling


class Analysis(nn.Module):
    """Audio [B, C, F·hop] → scaled features [B, C · planes, F, size]."""

    def __init__(self, dgt: DGT, layout: Layout, scaling: Scaling):
        super().__init__()
        self.hop, self.planes, self.size = dgt.hop, layout.planes, layout.size
        self.analysis, self.layout, self.scaling = LiveAnalysis(dgt), layout, copy.deepcopy(scaling)
        # As pairs of real numbers, which every host can copy.
        self.register_buffer("spectrum", torch.zeros(1, 1, 0, dgt.bins, 2), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        spectrum = self.analysis(x)
        self.spectrum = torch.view_as_real(spectrum)
        return self.scaling(self.layout(spectrum)).flatten(1, 2)

    @torch.jit.export
    def heard(self) -> Tensor:
        """The spectra of the last block, complex [B, C, F, bins]."""
        return torch.view_as_complex(self.spectrum)

    @torch.jit.export
    def reset(self) -> None:
        self.analysis.reset()
        if self.layout.name == "polar_if":
            self.layout.frequency.reset()


class Synthesis(nn.Module):
    """Scaled features [B, C · planes, F, size] → audio [B, C, F·hop]; phases found by `inversion` where there are none.

    delay: samples, with an Analysis before it.
    """

    def __init__(self, dgt: DGT, layout: Layout, scaling: Scaling, mode: str = "pghi", look_ahead: int = 0):
        super().__init__()
        self.hop, self.planes, self.has_phase = dgt.hop, layout.planes, layout.has_phase
        self.layout, self.scaling = layout, copy.deepcopy(scaling)
        self.inversion = LiveInversion(dgt, mode, look_ahead)
        self.synthesis = LiveSynthesis(dgt)
        self.delay = self.synthesis.delay + (0 if layout.has_phase else look_ahead * dgt.hop)

    def forward(self, features: Tensor) -> Tensor:
        spectrum = self.layout.invert(self.scaling.invert(features.unflatten(1, [-1, self.planes])))
        if not self.has_phase:
            spectrum = self.inversion(torch.real(spectrum))
        return self.synthesis(spectrum)

    @torch.jit.export
    def remember(self, spectrum: Tensor) -> None:
        """Complex [B, C, F, bins] of the frames that come next."""
        self.inversion.remember(spectrum)

    @torch.jit.export
    def set_mode(self, mode: str) -> None:
        """random, pghi, keep_input or sinebank; ValueError for anything else."""
        self.inversion.set_mode(mode)

    @torch.jit.export
    def reset(self) -> None:
        self.inversion.reset()
        self.synthesis.reset()
        if self.layout.name == "polar_if":
            self.layout.frequency.reset()
