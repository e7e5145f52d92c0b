"""Distance between two sounds by the magnitudes of their spectra at several resolutions.

    d(x, y) = Σ over sizes of  mean (X−Y)² / mean X²  +  mean |log(X+ε) − log(Y+ε)|

X and Y are magnitudes of centred, reflect-padded short-time Fourier transforms with a Hann window and
a hop of a quarter (Yamamoto et al. 2020, arXiv 1910.11480; Engel et al. 2020, arXiv 2001.04643).

The gradient with respect to y is written out rather than recorded: at its sizes autograd keeps every
intermediate and transforms back by complex transforms twice as long as needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

# Power of a signal as loud as one step of 16 bit audio: a target below it counts as silent.
SILENCE = 2.0**-30


def at_least_float32(x: Tensor) -> Tensor:
    """x, unless it has fewer bits."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


class STFT(nn.Module):
    """Short-time Fourier transform: [N, T] → complex [N, frames, size/2 + 1].

    centered: the edges are reflected by half a window, 1 + T // (size/4) frames; otherwise only whole windows count.
    """

    window: Tensor

    def __init__(self, size: int, centered: bool = True):
        super().__init__()
        if size % 4:
            raise ValueError(f"A transform of {size} samples has no whole hop of a quarter.")
        self.size = size
        self.hop = size // 4
        self.centered = centered
        self.register_buffer("window", torch.hann_window(size))

    def forward(self, x: Tensor) -> Tensor:
        half = self.size // 2
        least = half + 1 if self.centered else self.size
        if x.shape[-1] < least:
            raise ValueError(f"{x.shape[-1]} samples are too few for a spectrum of {self.size}: give {least} or more.")
        if self.centered:
            x = F.pad(x[:, None], (half, half), mode="reflect")[:, 0]
        return torch.fft.rfft(x.unfold(-1, self.size, self.hop) * self.window)

    def adjoint(self, spectra: Tensor, length: int) -> Tensor:
        """The gradient of a signal [N, length] from that of its centred transform (overwritten)."""
        # irfft adds every inner bin to its mirror image; the transform has it once.
        spectra[..., 1:-1] *= 0.5
        frames = torch.fft.irfft(spectra, self.size, norm="forward").mul_(self.window)
        n, count, hop, half = len(frames), frames.shape[1], self.hop, self.size // 2
        padded = frames.new_zeros(n, max((count + 3) * hop, length + self.size))
        blocks = padded[:, : (count + 3) * hop].view(n, count + 3, hop)
        for quarter in range(4):
            blocks[:, quarter : quarter + count] += frames[..., quarter * hop : (quarter + 1) * hop]
        signal = padded[:, half : half + length]
        # What was reflected at the edges goes back to where it came from.
        signal[:, 1 : half + 1] += padded[:, :half].flip(-1)
        signal[:, length - half - 1 : length - 1] += padded[:, half + length : length + self.size].flip(-1)
        return signal


class _Distance(torch.autograd.Function):
    """One term of the sum above, with the gradient of y computed on the way."""

    @staticmethod
    def forward(ctx, x: Tensor, y: Tensor, stft: STFT, epsilon: float) -> Tensor:
        spectra = stft(torch.cat([x, y]))
        magnitudes = spectra.abs()
        target, magnitude = magnitudes.chunk(2)
        difference = magnitude - target
        energy = target.square().mean()
        # A silent target has no energy that errors could be relative to.
        floor = SILENCE * stft.window.square().sum()
        energy = torch.where(energy > floor, energy, 1.0)
        logs = torch.log(magnitudes + epsilon)
        ratio = logs[len(x) :] - logs[: len(x)]
        distance = difference.square().mean() / energy + ratio.abs().mean()
        if ctx.needs_input_grad[1]:
            slope = difference.mul_(2 / energy).add_(ratio.sign_().div_(magnitude + epsilon)).div_(difference.numel())
            # The derivative of |z| is z/|z|; at 0 there is none, and none is taken.
            slope.div_(magnitude.clamp_min_(1e-20))
            ctx.save_for_backward(stft.adjoint(spectra[len(x) :] * slope, y.shape[-1]))
        return distance

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return None, ctx.saved_tensors[0] * gradient, None, None


class MultiScaleSTFT(nn.Module):
    """The transforms of several sizes, under the names that release checkpoints have for them."""

    def __init__(self, scales: Sequence[int]):
        super().__init__()
        self.stfts = nn.ModuleList(STFT(scale) for scale in scales)

    def forward(self, x: Tensor) -> list[Tensor]:
        """[N, T] → one complex [N, frames, bins] a size."""
        return [stft(x) for stft in self.stfts]


class SpectralDistance(nn.Module):
    """The distance d(target, y) of two [..., T], a scalar; gradients flow to y only.

    epsilon: ε of the logarithm. ValueError: fewer samples than half the largest size and one.
    """

    def __init__(self, scales: Sequence[int] = (2048, 1024, 512, 256, 128), epsilon: float = 1e-7):
        super().__init__()
        self.epsilon = epsilon
        self.multiscale_stft = MultiScaleSTFT(scales)

    def forward(self, target: Tensor, y: Tensor) -> Tensor:
        # Spectra in 16 bits would be noise: magnitudes span more than five digits.
        with torch.autocast(y.device.type, enabled=False):
            x, y = at_least_float32(target.detach()).flatten(0, -2), at_least_float32(y).flatten(0, -2)
            return sum(_Distance.apply(x, y, stft, self.epsilon) for stft in self.multiscale_stft.stfts)
