"""The ways to find phases that a stream has, in one scriptable module whose mode may change while it plays."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ....nn.streaming_layers import voices
from ..dgt import DGT
from .realtime import TOLERANCE, RealTimePGHI
from .sinebank import gain, start_phases

LIVE_MODES = ("random", "pghi", "keep_input", "sinebank")


class LiveInversion(nn.Module):
    """Magnitudes [..., F, bins] ≥ 0 → spectrum, complex, of the same shape, `look_ahead` frames late in every mode.

    keep_input takes the phases of the last `remember`. Frames that none were remembered for go on from the last ones,
    each bin at the pace it had between them: a held chord, where repeating the same frame would buzz.
    """

    def __init__(self, dgt: DGT, mode: str = "pghi", look_ahead: int = 0, tolerance: float = TOLERANCE):
        super().__init__()
        self.pghi = RealTimePGHI(dgt, tolerance, look_ahead)
        self.look_ahead, self.n_fft = look_ahead, dgt.n_fft
        self.gain = gain(dgt)
        self.mode = "pghi"
        self.register_buffer("advance", self.pghi.advance.clone())
        self.register_buffer("start", start_phases(dgt.bins))
        self.register_buffer("waiting", torch.zeros(1, look_ahead, dgt.bins))  # magnitudes
        self.register_buffer("queue", torch.zeros(1, look_ahead, dgt.bins))  # phases remembered, not played yet
        self.register_buffer("newest", torch.zeros(1, dgt.bins))  # phase remembered
        self.register_buffer("last", torch.zeros(1, dgt.bins))  # phase played
        self.register_buffer("pace", self.advance.clone()[None])  # radians per frame
        self.register_buffer("turn", torch.zeros(dgt.bins))  # of the sines
        self.set_mode(mode)

    @torch.jit.export
    def set_mode(self, mode: str) -> None:
        """ValueError: not one of LIVE_MODES."""
        if mode not in ("random", "pghi", "keep_input", "sinebank"):
            raise ValueError(f"The inversion must be random, pghi, keep_input or sinebank, not '{mode}'.")
        self.mode = mode

    @torch.jit.export
    def remember(self, spectrum: Tensor) -> None:
        """Keeps the phases of spectra [..., F, bins] that were just analysed, for the F frames that come next."""
        if spectrum.size(-2) == 0:
            return
        rows = torch.angle(spectrum.reshape(-1, spectrum.size(-2), spectrum.size(-1)))
        before = rows[:, -2] if rows.size(1) > 1 else voices(self.newest, rows.size(0))
        self.newest = rows[:, -1]
        self.pace = self.newest - before
        # What was analysed and never asked for is dropped, but for what waits for the look-ahead.
        late = min(self.look_ahead, self.queue.size(1))
        waiting = self.queue[:, self.queue.size(1) - late :]
        self.queue = torch.cat([voices(waiting, rows.size(0)), rows], 1)

    def forward(self, magnitude: Tensor) -> Tensor:
        count, bins = magnitude.size(-2), magnitude.size(-1)
        if count == 0:
            return torch.complex(magnitude, magnitude)
        if self.mode == "pghi":
            return self.pghi(magnitude)
        rows = magnitude.reshape(-1, count, bins)
        if self.look_ahead > 0:
            joined = torch.cat([voices(self.waiting, rows.size(0)), rows], 1)
            rows, self.waiting = joined[:, :count], joined[:, count:]
        if self.mode == "random":
            phases = torch.rand_like(rows) * (2 * math.pi)
        elif self.mode == "sinebank":
            steps = torch.arange(count + 1, device=rows.device, dtype=rows.dtype)[:, None]
            turns = torch.remainder(self.turn + steps * self.advance, 2 * math.pi)
            self.turn = turns[-1]
            phases, rows = turns[:-1] + self.start, rows * self.gain
        else:
            phases = self._kept(count, rows.size(0))
        return torch.polar(rows, phases.expand_as(rows)).reshape(magnitude.shape)

    def _kept(self, count: int, batch: int) -> Tensor:
        """Phases [batch, count, bins] for the next frames."""
        queue = voices(self.queue, batch)
        ready, self.queue = queue[:, :count], queue[:, count:]
        last = ready[:, -1] if ready.size(1) > 0 else voices(self.last, batch)
        steps = torch.arange(1, count - ready.size(1) + 1, device=last.device, dtype=last.dtype)[:, None]
        onward = torch.remainder(last[:, None] + steps * voices(self.pace, batch)[:, None], 2 * math.pi)
        phases = torch.cat([ready, onward], 1)
        self.last = phases[:, -1]
        return phases

    @torch.jit.export
    def reset(self) -> None:
        self.pghi.reset()
        self.waiting = torch.zeros_like(self.waiting)
        self.queue = torch.zeros(1, self.look_ahead, self.start.size(0), device=self.start.device)
        self.newest = torch.zeros_like(self.newest)
        self.last = torch.zeros_like(self.last)
        self.pace = self.advance[None]
        self.turn = torch.zeros_like(self.turn)
