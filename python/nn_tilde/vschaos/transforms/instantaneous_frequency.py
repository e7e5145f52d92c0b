"""How much faster or slower than the middle of its bin each phase turns, and the phases again from that.

With u the phase less what the middle of a bin m turns, 2πm·hop/n_fft a frame, and wrapped differences along time:

    backward   u(n) - u(n-1)           first frame: u(0)
    forward    u(n+1) - u(n)           last frame: u(0), as it has no successor
    central    (u(n+1) - u(n-1)) / 2   first frame: u(0); last: u(last) - u(last - 1)

in units of π, so in [-1, 1]: 1 is half a turn a frame, sample_rate / (2·hop) Hz. What stands in frames without a
difference makes the way back exact. Only backward is known at once; live, it carries on (`LiveFrequency`).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ...nn.streaming_layers import voices
from .dgt import DGT
from .phase import wrap

DIFFERENCES = ("backward", "forward", "central")


class InstantaneousFrequency(nn.Module):
    """Spectra, complex [..., F, bins] of whole recordings → [..., F, bins]; `invert` gives radians.

    ValueError: an unknown difference.
    """

    def __init__(self, dgt: DGT, difference: str = "backward"):
        super().__init__()
        if difference not in DIFFERENCES:
            raise ValueError(f"The difference must be one of {', '.join(DIFFERENCES)}, not '{difference}'.")
        self.difference, self.hop, self.n_fft = difference, dgt.hop, dgt.n_fft

    def forward(self, spectrum: Tensor) -> Tensor:
        phase = torch.angle(spectrum)
        u = phase - self._middles(phase)
        steps = wrap(u[..., 1:, :] - u[..., :-1, :])
        first = wrap(u[..., :1, :])
        if self.difference == "backward":
            y = torch.cat([first, steps], -2)
        elif self.difference == "forward":
            y = torch.cat([steps, first], -2)
        else:
            y = torch.cat([first, (steps[..., 1:, :] + steps[..., :-1, :]) / 2, steps[..., -1:, :]], -2)
        return y / math.pi

    @torch.jit.export
    def invert(self, y: Tensor) -> Tensor:
        y = y * math.pi
        if self.difference == "forward":
            y = torch.cat([y[..., -1:, :], y[..., :-1, :]], -2)
        elif self.difference == "central" and y.size(-2) > 2:
            y = self._steps(y)
        # In double precision: an hour of turns leaves float32 no digits.
        u = torch.cumsum(y.double(), -2).to(y.dtype)
        return wrap(u + self._middles(y))

    def _steps(self, y: Tensor) -> Tensor:
        """Central differences → backward ones, from the last, which is one: d(n) = 2c(n) - d(n+1)."""
        count = y.size(-2)
        signs = (1 - 2 * (torch.arange(count, device=y.device) % 2)).to(torch.float64)[:, None]
        # The recursion, solved: (-1)ⁿ d(n) is a sum of 2(-1)ⁿ c(n) from the end.
        terms = y.double() * 2 * signs
        terms[..., -1, :] = y[..., -1, :].double() * signs[-1]
        sums = torch.flip(torch.cumsum(torch.flip(terms, [-2]), -2), [-2]) * signs
        return torch.cat([y[..., :1, :], sums[..., 1:, :].to(y.dtype)], -2)

    def _middles(self, like: Tensor) -> Tensor:
        """What the middles of bins have turned by each frame [F, bins], in radians."""
        m = torch.arange(like.size(-1), device=like.device) * self.hop % self.n_fft
        turns = m * torch.arange(like.size(-2), device=like.device)[:, None] % self.n_fft
        return (turns.double() * (2 * math.pi / self.n_fft)).to(like.dtype)


class LiveFrequency(nn.Module):
    """The backward differences of a stream, and from them its phases; the first frame ever follows silence."""

    def __init__(self, dgt: DGT):
        super().__init__()
        turns = (torch.arange(dgt.bins) * dgt.hop % dgt.n_fft).double() / dgt.n_fft
        self.register_buffer("advance", (2 * math.pi * turns).float())
        self.register_buffer("heard", torch.zeros(1, 1, dgt.bins))
        self.register_buffer("played", torch.zeros(1, 1, dgt.bins))

    def forward(self, spectrum: Tensor) -> Tensor:
        """Complex [..., F, bins] → [..., F, bins] in units of π."""
        if spectrum.size(-2) == 0:
            return torch.real(spectrum)
        phase = torch.angle(spectrum.reshape(-1, spectrum.size(-2), spectrum.size(-1)))
        joined = torch.cat([voices(self.heard, phase.size(0)), phase], 1)
        self.heard = phase[:, -1:]
        return (wrap(joined[:, 1:] - joined[:, :-1] - self.advance) / math.pi).view(spectrum.shape)

    @torch.jit.export
    def invert(self, y: Tensor) -> Tensor:
        """→ radians."""
        if y.size(-2) == 0:
            return y
        steps = y.reshape(-1, y.size(-2), y.size(-1)) * math.pi + self.advance
        phase = wrap(voices(self.played, steps.size(0)) + torch.cumsum(steps, 1))
        self.played = phase[:, -1:]
        return phase.view(y.shape)

    @torch.jit.export
    def reset(self) -> None:
        self.heard = torch.zeros_like(self.heard)
        self.played = torch.zeros_like(self.played)
