"""Adaptive instance normalisation in a stream: what a block teaches does not depend on where it was cut."""

from __future__ import annotations

import torch
from torch import Tensor

from .adain import AdaIN
from .streaming_layers import Piece


def _rows(state: Tensor, count: int) -> Tensor:
    """The first `count` rows; those that are not there yet are copies of the first."""
    fresh = state[:1].expand(max(count - state.size(0), 0), -1, -1)
    return torch.cat([state[:count], fresh])


class Side(Piece):
    """Mean and deviation per channel of everything heard while listening, one row per voice.

    Sums over all frames (Chan et al. 1979), so that blocks of a single frame count as well.
    """

    def __init__(self, mean: Tensor, std: Tensor, blocks: float):
        super().__init__(mean.numel())
        self.register_buffer("mean", mean.detach().reshape(1, 1, -1).clone())
        self.register_buffer("variance", std.detach().square().reshape(1, 1, -1).clone())
        self.frames = 0.0
        self.known = blocks > 0

    def hear(self, x: Tensor) -> None:
        """Adds frames [B, T, C]. What a checkpoint knew is replaced by what is heard."""
        self.spread(x.size(0))
        new = float(x.size(1))
        mean = x.mean(1, keepdim=True)
        squares = (x - mean).square().sum(1, keepdim=True)
        frames, step = self.frames + new, mean - self.mean
        if self.frames > 1.0:
            squares = squares + self.variance * (self.frames - 1.0)
        if self.frames > 0.0:
            squares = squares + step.square() * (self.frames * new / frames)
            mean = self.mean + step * (new / frames)
        self.mean = mean
        self.variance = squares / max(frames - 1.0, 1.0)
        self.frames = frames
        self.known = True

    def spread(self, count: int) -> None:
        """A row for each of `count` voices; new ones know what the first does."""
        if self.mean.size(0) != count:
            self.mean = _rows(self.mean, count)
            self.variance = _rows(self.variance, count)

    def reset(self) -> None:
        self.mean = torch.zeros_like(self.mean)
        self.variance = torch.ones_like(self.variance)
        self.frames = 0.0
        self.known = False


class Style(Piece):
    """Moves features from the statistics of a source to those of a target; [B, T, C] → the same.

    `listen` says what the input is at the moment. While the target is learned, and until both are
    known, features pass unchanged. `reset` leaves what was learned, `forget` drops it.
    """

    fresh = False

    def __init__(self, module: AdaIN):
        channels = module.mean_x.shape[1]
        super().__init__(channels)
        self.source = Side(module.mean_x[0], module.std_x[0], float(module.num_update_x))
        self.target = Side(module.mean_y[0], module.std_y[0], float(module.num_update_y))
        self.learn_source = False
        self.learn_target = False

    def forward(self, x: Tensor) -> Tensor:
        if self.learn_target:
            self.target.hear(x)
            return x
        if self.learn_source:
            self.source.hear(x)
        if self.source.known and self.target.known:
            self.source.spread(x.size(0))
            self.target.spread(x.size(0))
            gain = self.target.variance.sqrt() / (self.source.variance.sqrt() + 1e-5)
            x = (x - self.source.mean) * gain + self.target.mean
        return x

    def listen(self, source: bool, target: bool) -> None:
        self.learn_source = source
        self.learn_target = target

    def forget(self, source: bool, target: bool) -> None:
        if source:
            self.source.reset()
        if target:
            self.target.reset()
