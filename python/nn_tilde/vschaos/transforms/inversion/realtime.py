"""Real-time phase gradient heap integration: frame by frame, all bins at once, scriptable.

Průša and Søndergaard 2016, "Real-time spectrogram inversion using phase gradient heap integration", DAFx. With the
gradients of `gradients` (a hop, M n_fft, s log magnitude, bin m, frame n):

    from the last frame    φ(m, n) = φ(m, n-1) + ½ (t(m, n-1) + t(m, n)),     t = (aM/γ)(s(m+1) - s(m-1))/2 + 2πam/M
    from the bin below     φ(m, n) = φ(m-1, n) + ½ (w(m-1, n) + w(m, n)),     w = -(γ/aM) ∂s/∂n, from above likewise

Which of them each bin uses is what the heap would do (`scan`). A run of bins that descend from one origin o is then
a difference of cumulative sums W of ½(w(m-1) + w(m)):

    φ(m, n) = φ(o, n-1) + ½ (t(o, n-1) + t(o, n)) + W(m) - W(o)

∂s/∂n is (s(n+1) - s(n-1))/2 with one frame of look-ahead. Without, the paper takes (3s(n) - 4s(n-1) + s(n-2))/2, which
is wrong in the first two frames of whatever begins. Here one frame's own spectrum says how its level bends: but for
the Gaussian, X is an analytic function of time and frequency, whose logarithm is harmonic wherever X is not 0, so
that with x = na/√γ and y = m√γ/M, in which the window is exp(-πx²),

    ∂²s/∂x² + ∂²s/∂y² = -2π        (one sine, chirp or click has both terms between -2π and 0)

and a Taylor expansion backwards from n, exact up to third order, needs the last frame only:

    ∂s/∂n = s(n) - s(n-1) + (a²/γ) (q(n)/3 + q(n-1)/6),       q = -2π - (M²/γ)(s(m+1) - 2s(m) + s(m-1)) in [-2π, 0]

|w| > π says that a frame which the difference takes in does not have the sound yet, or any more. With a look-ahead the
difference to the other neighbour is taken then. Without, what was not there a frame ago can only be in the newest
hop, the middle of which is the best guess: w = -π(1 - a/M).

Another departure from the paper: what was too quiet in the last frame has no phase to give, so it is reached from
within its frame if it can be, and where a whole stretch is new, from its loudest bin.

With a window that is no Gaussian the levels near its edges are not what the formulas expect: the frame in which a
click enters is then less exact than with the Gaussian one, and no later frame can make up for it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ....nn.streaming_layers import voices
from ..dgt import DGT
from .scan import origins

TOLERANCE = 1e-4  # of the largest magnitude of this frame and the last; quieter bins get random phases
LEAST = 1e-20  # magnitude that silence counts as
NEW = -1000.0  # priority of what has no past: below all logarithms of float32


class RealTimePGHI(nn.Module):
    """Magnitudes [..., F, bins] ≥ 0 → spectrum, complex, of the same shape, `look_ahead` frames late.

    tolerance: relative to the largest magnitude of a frame and the one before. look_ahead: 0 or 1 frames.
    """

    def __init__(self, dgt: DGT, tolerance: float = TOLERANCE, look_ahead: int = 0):
        super().__init__()
        if look_ahead not in (0, 1):
            raise ValueError(f"The look-ahead must be 0 or 1 frames, not {look_ahead}.")
        if not 0 <= tolerance < 1:
            raise ValueError(f"The tolerance must be at least 0 and less than 1, not {tolerance}.")
        self.look_ahead, self.tolerance, self.least, self.new = look_ahead, float(tolerance), LEAST, NEW
        self.ratio = dgt.gamma / (dgt.hop * dgt.n_fft)
        self.spacing = dgt.hop**2 / dgt.gamma  # of frames, squared, in units of x
        self.curve = self.spacing * dgt.n_fft**2 / dgt.gamma
        self.newest = -math.pi * (1 - dgt.hop / dgt.n_fft)
        bins = torch.arange(dgt.bins)
        # In whole numbers first: float32 has no digits to spare for thousands of turns.
        turns = (bins * dgt.hop % dgt.n_fft).double() / dgt.n_fft
        self.register_buffer("advance", (2 * math.pi * turns).float())
        # Phases here are relative to the middle of the frame; its first sample is half a turn per bin from there.
        self.register_buffer("signs", (1 - 2 * (bins % 2)).float())
        self.register_buffer("past", torch.zeros(1, 1 + look_ahead, dgt.bins))  # magnitudes
        self.register_buffer("phase", torch.zeros(1, dgt.bins))

    def forward(self, magnitude: Tensor) -> Tensor:
        count, bins = magnitude.size(-2), magnitude.size(-1)
        if count == 0:
            return torch.complex(magnitude, magnitude)
        rows = magnitude.reshape(-1, count, bins)
        every = torch.cat([voices(self.past, rows.size(0)), rows], 1)
        self.past = every[:, count:]
        s = torch.log(every.clamp(min=self.least))
        bend = self._bend(s)
        new, last = s[:, 1 : count + 1], s[:, :count]
        now = every[:, 1 : count + 1]
        peak = every[:, : count + 1].amax(2, keepdim=True)
        # Along frequency: half the sum of these of two neighbours is the step between them.
        w = -self.ratio * (new - last + bend[:, 1 : count + 1] / 3 + bend[:, :count] / 6)
        if self.look_ahead == 1:
            forward = -self.ratio * (s[:, 2:] - new - bend[:, 1:-1] / 3 - bend[:, 2:] / 6)
            middle = -self.ratio * (s[:, 2:] - last) / 2
            w = torch.where(middle < -math.pi, forward, torch.where(middle > math.pi, w, middle))
        else:
            w = torch.where(w < -math.pi, self.newest, w)
        w = w.clamp(-math.pi, math.pi)
        least = self.tolerance * torch.maximum(peak[:, 1:], peak[:, :-1])
        loud = now > least
        known = last > torch.log(least.clamp(min=self.least))
        origin = origins(torch.where(known, last, self.new + new), new, loud)
        # Along time, from the last frame to this one.
        step = (self._across(last) + self._across(new)) / (2 * self.ratio) + self.advance
        # Along frequency, from a bin's origin to the bin.
        sums = torch.cumsum((w + torch.cat([w[..., :1], w[..., :-1]], -1)) / 2, -1)
        rise = sums - sums.gather(2, origin)
        phase = voices(self.phase, rows.size(0))
        phases: list[Tensor] = []
        for frame in range(count):
            phase = (phase + step[:, frame]).gather(1, origin[:, frame]) + rise[:, frame]
            phase = torch.where(loud[:, frame], phase, torch.rand_like(phase) * (2 * math.pi))
            phase = torch.remainder(phase, 2 * math.pi)
            phases.append(phase)
        self.phase = phase
        return torch.polar(now, torch.stack(phases, 1)).mul(self.signs).view(magnitude.shape)

    def _across(self, s: Tensor) -> Tensor:
        """∂s/∂m, as central differences; at the ends, the difference to the one neighbour."""
        inner = (s[..., 2:] - s[..., :-2]) / 2
        return torch.cat([s[..., 1:2] - s[..., :1], inner, s[..., -1:] - s[..., -2:-1]], -1)

    def _bend(self, s: Tensor) -> Tensor:
        """∂²s/∂n² from each frame alone."""
        second = s[..., 2:] - 2 * s[..., 1:-1] + s[..., :-2]
        edged = torch.cat([second[..., :1], second, second[..., -1:]], -1)
        return (-2 * math.pi * self.spacing - edged * self.curve).clamp(-2 * math.pi * self.spacing, 0.0)

    @torch.jit.export
    def reset(self) -> None:
        self.past = torch.zeros_like(self.past)
        self.phase = torch.zeros_like(self.phase)
