"""Discrete Gabor and short-time Fourier transforms of whole recordings, with exact inverses.

frame k     |<----- n_fft ----->|        centred on sample k·hop, zeros outside the recording
audio            0 ......... T           frames 0 to ⌈T/hop⌉, so that every sample lies between two middles
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from . import window as windows


def overlap_add(frames: Tensor, hop: int) -> Tensor:
    """Frames [..., F, n_fft], each `hop` samples after the last → their sum [..., (F - 1)·hop + n_fft]."""
    count, parts = frames.shape[-2], frames.shape[-1] // hop
    total = frames.new_zeros((*frames.shape[:-2], count + parts - 1, hop))
    for part in range(parts):
        total[..., part : part + count, :] += frames[..., part * hop : (part + 1) * hop]
    return total.flatten(-2)


class DGT:
    """Audio [..., T] → complex [..., frames, n_fft/2 + 1]; `inverse` is the way back.

    Phases are relative to the first sample of each frame. window: one of `window.WINDOWS`; with "gaussian" it is a
    Gabor transform, with others the usual short-time Fourier transform. hop: samples, divides n_fft/2.
    ValueError: parameters with which there is no exact inverse.
    """

    def __init__(self, n_fft: int, hop: int, window: str = "gaussian"):
        windows.check(n_fft, hop, window)
        self.n_fft, self.hop, self.window_name = n_fft, hop, window
        self.bins = n_fft // 2 + 1
        self.window = windows.make(window, n_fft)
        self.gamma = windows.gamma(window, n_fft)

    @property
    def late(self) -> int:
        """Frame m of a stream, made of the newest n_fft samples, is frame m - late of the recording."""
        return self.n_fft // (2 * self.hop) - 1

    def frames(self, samples: int) -> int:
        """How many frames a recording of so many samples has."""
        return 1 + -(-samples // self.hop)

    def __call__(self, audio: Tensor) -> Tensor:
        samples = audio.shape[-1]
        if not samples:
            raise ValueError("A sound without samples has no spectrum.")
        right = (self.frames(samples) - 1) * self.hop + self.n_fft // 2 - samples
        padded = F.pad(audio, (self.n_fft // 2, right))
        return torch.fft.rfft(padded.unfold(-1, self.n_fft, self.hop) * self._window(audio))

    def inverse(self, spectrum: Tensor, samples: int | None = None) -> Tensor:
        """Complex [..., frames, bins] → audio [..., samples], whose transform is nearest in the least squares.

        samples: at most (frames - 1)·hop, the default. (Griffin and Lim 1984, equation 6)
        """
        if spectrum.shape[-1] != self.bins:
            raise ValueError(f"A transform of {self.n_fft} samples has {self.bins} bins, not {spectrum.shape[-1]}.")
        count = spectrum.shape[-2]
        most = (count - 1) * self.hop
        samples = most if samples is None else samples
        if not 0 <= samples <= most:
            raise ValueError(f"{count} frames every {self.hop} samples are no more than {most} samples, not {samples}.")
        frames = torch.fft.irfft(spectrum, self.n_fft)
        window = self._window(frames)
        # At both ends fewer frames overlap than elsewhere, so the operator is summed as the frames are.
        weight = overlap_add(window.square().expand(count, -1), self.hop)
        inside = slice(self.n_fft // 2, self.n_fft // 2 + samples)
        return overlap_add(frames * window, self.hop)[..., inside] / weight[inside]

    def _window(self, like: Tensor) -> Tensor:
        return self.window.to(like.device, like.dtype)


class STFT(DGT):
    """`DGT` with Hann's window unless told otherwise."""

    def __init__(self, n_fft: int, hop: int, window: str = "hann"):
        super().__init__(n_fft, hop, window)
