"""A network that plays at another sample rate than it was trained at (`rave export --sr`)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from ..nn.streaming_layers import Past, Piece, Taps, Zeros, voices

ATTENUATION = 100.0  # dB, of what would be mirrored
CROSSINGS = 48  # of the sinc on each side: passes up to 0.87 of half the lower rate

LARGEST = 1 << 21  # numbers in the filters, which are one for each sample of a period of both rates


class Polyphase(Piece):
    """Changes the rate by many/each: every `each` samples become `many`; [B, C, N] → [B, C, N·many/each].

    A Kaiser-windowed sinc, one filter for each of the `many` phases, each of gain 1 at 0 Hz.
    late: how much later the output is, in samples of the output; 0 when not streaming.
    """

    def __init__(self, each: int, many: int, streaming: bool):
        super().__init__()
        self.each, self.many = each, many
        lower = min(1.0, many / each)  # of the two rates, in units of the input's
        half = CROSSINGS / lower  # length of a wing in samples of the input
        step = each / many  # input samples between two of the output
        # The newest input that a hop has is its last.
        self.late = max(0, math.ceil((half + 1) / step - 1)) if streaming else 0
        first = math.floor(-self.late * step - half)
        last = each - 1 if streaming else math.ceil(each - step + half)
        at = np.arange(many)[:, None] * step - self.late * step - np.arange(first, last + 1)[None]
        weight = torch.from_numpy(_windowed_sinc(at, lower, half)).float()[:, None]
        self.taps = Taps(weight, None, each)
        self.before: Piece = Past(-first, 1) if streaming else Zeros(-first, last - (each - 1), 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, samples = x.shape
        y = self.taps(self.before(x.reshape(batch * channels, samples, 1)))
        return y.reshape(batch, channels, samples // self.each * self.many)

    def reset(self) -> None:
        self.before.reset()


def _windowed_sinc(at: np.ndarray, rate: float, half: float) -> np.ndarray:
    """Values at times in input samples; rows have sum 1. rate: of the lower side, 1 for the input's."""
    beta = 0.1102 * (ATTENUATION - 8.7)
    transition = (ATTENUATION - 7.95) / (2.285 * 2 * math.pi * CROSSINGS)  # in units of `rate`, half of it
    cutoff = rate * (1 - transition)
    window = np.i0(beta * np.sqrt(np.clip(1 - (at / half) ** 2, 0, None))) / np.i0(beta) * (np.abs(at) <= half)
    h = np.sinc(cutoff * at) * window
    return h / h.sum(1, keepdims=True)


class Queue(Piece):
    """Samples that wait for others to come; `primed` zeros wait from the start."""

    def __init__(self, primed: int):
        super().__init__()
        self.primed = primed
        self.register_buffer("waiting", torch.zeros(1, 1, primed))

    def forward(self, x: Tensor, multiple: int, at_most: int) -> Tensor:
        """Puts [B, C, N] in; takes out a multiple, `at_most` if that is not negative."""
        waiting = self.waiting
        if waiting.size(1) != x.size(1):
            waiting = waiting[:, :1].expand(-1, x.size(1), -1)
        if waiting.size(0) != x.size(0):
            waiting = voices(waiting, x.size(0))
        joined = torch.cat([waiting, x], 2)
        count = joined.size(2) // multiple * multiple
        if at_most >= 0:
            count = min(count, at_most)
        self.waiting = joined[:, :, count:]
        return joined[:, :, :count]

    def reset(self) -> None:
        self.waiting = torch.zeros(1, 1, self.primed, dtype=self.waiting.dtype, device=self.waiting.device)


class Clock(Piece):
    """When a frame of the model ends, in slots of the patch. See `Resampler`."""

    def __init__(self, slot: int, group: int, made: int, frame: int, channels: int):
        super().__init__(channels)
        self.slot, self.group, self.made, self.frame = slot, group, made, frame
        self.now = 0
        self.register_buffer("held", torch.zeros(1, 1, channels))

    def forward(self, slots: int) -> Tensor:
        """How many frames end in each of the next slots, int64 [slots]."""
        at = torch.arange(self.now, self.now + slots + 1) * self.slot
        self.now = (self.now + slots) % (self.group * self.frame)  # both sides begin anew together then
        return torch.diff(at // self.group * self.made // self.frame)

    def hold(self, z: Tensor, counts: Tensor) -> Tensor:
        """Frames [B, F, channels] → the newest of them in each slot, [B, slots, channels]."""
        held = self.held
        if held.size(0) != z.size(0):
            held = voices(held, z.size(0))
        frames = torch.cat([held, z], 1)
        self.held = frames[:, -1:]
        return frames[:, counts.cumsum(0).to(frames.device)]

    def reset(self) -> None:
        self.now = 0
        self.held = torch.zeros_like(self.held)


class Resampler(nn.Module):
    """Between a patch at `host` Hz and a network at `model` Hz with latent frames of `frame` samples.

    ratio: samples of the patch per value of a latent. Where a frame is no whole number of the
    patch's samples (44.1 to 48 kHz), it is the power of two below. The network then runs whenever
    a frame is full; each value of a latent is that of the newest frame, and audio waits in a queue
    long enough never to be empty.
    factor: host over model. delay_in, delay_out: added to what the network hears, to what it plays,
    in samples of the patch.
    """

    def __init__(self, model: int, host: int, frame: int, latents: int, streaming: bool):
        super().__init__()
        common = math.gcd(model, host)
        self.group, self.made = host // common, model // common  # group samples of the patch are made of the model
        if self.group * self.made > LARGEST:
            raise ValueError(
                f"From {model} to {host} Hz is {self.group} to {self.made} samples, more filters than fit in a file; "
                "give --sr a rate with smaller numbers."
            )
        self.frame, self.factor = frame, host / model
        self.aligned = frame * self.group % self.made == 0
        if not (self.aligned or streaming):
            raise ValueError(f"From {model} to {host} Hz blocks do not line up; export with --streaming.")
        exact = frame * self.group / self.made
        self.ratio = int(exact) if self.aligned else 2 ** int(math.log2(exact))
        self.down, self.up = Polyphase(self.group, self.made, streaming), Polyphase(self.made, self.group, streaming)
        self.delay_in = round(self.down.late * self.factor)
        wait = 0 if self.aligned else self._longest_wait()
        self.delay_out = self.up.late + wait
        self.heard, self.model_in, self.model_out, self.played = Queue(0), Queue(0), Queue(0), Queue(wait)
        sizes = (self.ratio, self.group, self.made, frame)
        # One for each method that a patch may play, which may each have begun at another time.
        self.encoding, self.decoding, self.sampling = (Clock(*sizes, latents) for _ in range(3))

    def _longest_wait(self) -> int:
        """Samples of the patch that may have come before the network's answer to the first of them is complete."""
        now = np.arange(self.ratio, self.frame * self.group + self.ratio, self.ratio)
        frames = now // self.group * self.made // self.frame
        return int((now - frames * self.frame // self.made * self.group).max())

    def to_model(self, x: Tensor) -> Tensor:
        """[B, C, N] → [B, C, whole frames], none perhaps."""
        if self.aligned:
            return self.down(x)
        return self.model_in(self.down(self.heard(x, self.group, -1)), self.frame, -1)

    def to_host(self, y: Tensor, samples: int) -> Tensor:
        """[B, C, whole frames] → [B, C, samples]."""
        if self.aligned:
            return self.up(y)
        return self.played(self.up(self.model_out(y, self.made, -1)), 1, samples)

    def to_slots(self, z: Tensor, slots: int) -> Tensor:
        """Latents [B, frames, L] of the network → of the patch, [B, slots, L]."""
        if self.aligned:
            return z
        return self.encoding.hold(z, self.encoding(slots))

    def to_frames(self, z: Tensor) -> Tensor:
        """Latents [B, slots, L] of the patch → those that the network's next frames fall on."""
        if self.aligned:
            return z
        return z.repeat_interleave(self.decoding(z.size(1)).to(z.device), 1)

    def reset(self) -> None:
        self.down.reset()
        self.up.reset()
        self.heard.reset()
        self.model_in.reset()
        self.model_out.reset()
        self.played.reset()
        self.encoding.reset()
        self.decoding.reset()
        self.sampling.reset()
