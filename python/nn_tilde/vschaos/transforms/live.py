"""The transforms as a stream plays them: scriptable, the past in buffers, any number of hops a call.

Analysis and synthesis in a row give the audio n_fft - hop samples late, and nothing else changes. Frame m is frame
m - `DGT.late` of the whole recording. A larger batch than before brings silent rows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...nn.streaming_layers import voices
from . import window as windows
from .dgt import DGT


class LiveAnalysis(nn.Module):
    """Audio [..., F·hop] → complex [..., F, bins]."""

    def __init__(self, dgt: DGT):
        super().__init__()
        self.n_fft, self.hop, self.bins = dgt.n_fft, dgt.hop, dgt.bins
        self.register_buffer("window", dgt.window.float())
        self.register_buffer("past", torch.zeros(1, self.n_fft - self.hop))

    def forward(self, x: Tensor) -> Tensor:
        if x.size(-1) % self.hop != 0:
            raise ValueError(f"A block must be a multiple of {self.hop} samples, not {x.size(-1)}.")
        count = x.size(-1) // self.hop
        shape = list(x.shape[:-1]) + [count, self.bins]  # noqa: RUF005  TorchScript
        if count == 0:
            return torch.zeros(shape, dtype=torch.complex64, device=x.device)
        rows = x.reshape(-1, x.size(-1))
        joined = torch.cat([voices(self.past, rows.size(0)), rows], 1)
        self.past = joined[:, rows.size(1) :]
        return torch.fft.rfft(joined.unfold(1, self.n_fft, self.hop) * self.window).view(shape)

    @torch.jit.export
    def reset(self) -> None:
        self.past = torch.zeros_like(self.past)


class LiveSynthesis(nn.Module):
    """Complex [..., F, bins] → audio [..., F·hop], by the canonical dual window."""

    def __init__(self, dgt: DGT):
        super().__init__()
        self.n_fft, self.hop = dgt.n_fft, dgt.hop
        self.delay = dgt.n_fft - dgt.hop  # samples, with LiveAnalysis before it
        self.register_buffer("dual", windows.dual(dgt.window, dgt.hop).float())
        self.register_buffer("tail", torch.zeros(1, self.n_fft - self.hop))

    def forward(self, spectrum: Tensor) -> Tensor:
        count, hop = spectrum.size(-2), self.hop
        shape = list(spectrum.shape[:-2]) + [count * hop]  # noqa: RUF005  TorchScript
        if count == 0:
            return torch.zeros(shape, dtype=self.dual.dtype, device=spectrum.device)
        frames = torch.fft.irfft(spectrum.reshape(-1, count, spectrum.size(-1)), self.n_fft) * self.dual
        parts = self.n_fft // hop
        total = torch.zeros(frames.size(0), count + parts - 1, hop, dtype=frames.dtype, device=frames.device)
        for part in range(parts):
            total[:, part : part + count] += frames[:, :, part * hop : (part + 1) * hop]
        total = total.view(frames.size(0), -1)
        total[:, : self.n_fft - hop] += voices(self.tail, frames.size(0))
        self.tail = total[:, count * hop :]
        return total[:, : count * hop].reshape(shape)

    @torch.jit.export
    def reset(self) -> None:
        self.tail = torch.zeros_like(self.tail)
