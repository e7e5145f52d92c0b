"""The offline network on recordings of any length, in constant memory: the same samples as all at once.

A network without recurrence is local: a frame of output depends on a window of input. Windows are taken with that
much context on both sides, and the context's output is dropped:

    input    |----context----|========block========|----context----|
    output                   |========block========|

The recording's own edges have no context, so that a network pads there what it pads in one piece. A frame is the
shortest stretch after which the network looks the same: a latent frame, or two frames of the filter bank.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from nn_tilde.nn.recurrent import GRU
from nn_tilde.rave.network import RAVE

BLOCK = 1 << 17  # samples of new audio in a window, unless asked otherwise


class Local:
    """A network [B, in, F·hop_in] → [B, out, F·hop_out] on a stream of frames.

    left, right: frames of input that a frame of output depends on besides its own.
    """

    def __init__(self, network: Callable[[Tensor], Tensor], hop_in: int, hop_out: int, left: int, right: int):
        self.network, self.hop_in, self.hop_out, self.left, self.right = network, hop_in, hop_out, left, right
        self.reset()

    def reset(self) -> None:
        """Another recording begins."""
        self.kept: Tensor | None = None  # input from `context` frames before the next output on
        self.context = 0

    def push(self, x: Tensor, last: bool) -> Tensor | None:
        """The next frames of input, [B, in, F·hop_in]; returns what is certain by now, or None."""
        x = x if self.kept is None else torch.cat([self.kept, x], -1)
        frames = x.shape[-1] // self.hop_in
        ready = frames - self.context - (0 if last else self.right)
        if ready <= 0:
            self.kept = x
            return None
        y = self.network(x)[..., self.context * self.hop_out : (self.context + ready) * self.hop_out]
        done = self.context + ready
        self.context = min(done, self.left)
        self.kept = x[..., (done - self.context) * self.hop_in :].clone()
        return y


class Carried:
    """A recurrent layer on a stream of frames; its state goes on from block to block."""

    def __init__(self, layer: GRU):
        self.layer = layer
        self.reset()

    def reset(self) -> None:
        self.state: Tensor | None = None

    def push(self, x: Tensor, last: bool) -> Tensor | None:
        y, self.state = self.layer.gru(x.transpose(1, 2), self.state)
        return y.transpose(1, 2)


class Chain:
    """Stages one after the other."""

    def __init__(self, stages: list[Local | Carried]):
        self.stages = stages

    def reset(self) -> None:
        for stage in self.stages:
            stage.reset()

    def push(self, x: Tensor | None, last: bool) -> Tensor | None:
        for stage in self.stages:
            if x is None:
                return None
            x = stage.push(x, last)
        return x


def frame_size(rave: RAVE) -> int:
    """Samples in a frame."""
    return math.lcm(rave.ratio, 2 * rave.config.n_band)


class Context(NamedTuple):
    """Frames before and after its own that a frame of output depends on."""

    encoder: tuple[int, int]
    decoder: tuple[int, int]


def find_context(rave: RAVE) -> Context:
    """Found with gradients, on a network of the same convolutions with next to no channels (see `receptive`).

    A recurrent layer does not count.
    """
    size, per_frame = frame_size(rave), frame_size(rave) // rave.ratio
    plain = {"regularization": "variational", "noise_augmentation": 0, "recurrent": 0}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        small = RAVE(rave.config.replace(capacity=4, latent_size=2, n_channels=1, **plain)).double().eval()
        small.warmed_up = True
        return Context(
            _reach(lambda x: small.encoder(small.analysis(x)), 1, size, per_frame),
            _reach(small.decode, 2, per_frame, size),
        )


def _reach(network: Callable[[Tensor], Tensor], channels: int, hop_in: int, hop_out: int) -> tuple[int, int]:
    frames = 8
    while True:
        x = torch.randn(1, channels, frames * hop_in, dtype=torch.double, requires_grad=True)
        with torch.enable_grad():
            y = network(x)[..., frames // 2 * hop_out : (frames // 2 + 1) * hop_out]
            (gradient,) = torch.autograd.grad(y.abs().sum(), x)
        heard = (gradient != 0).any(1).reshape(frames, hop_in).any(1).nonzero().flatten()
        first, final = int(heard[0]), int(heard[-1])
        # Both edges unheard: the window was wide enough to show all.
        if first > 0 and final < frames - 1:
            return max(0, frames // 2 - first), max(0, final - frames // 2)
        frames *= 2


def encoder(rave: RAVE, context: Context, latents: Callable[[Tensor], Tensor] | None = None) -> Chain:
    """Audio [B, C, T] → what `latents` makes, frame by frame, of the encoder's output; by default the means."""

    def frames(x: Tensor) -> Tensor:
        return (latents or rave.encoder.mean)(rave.encoder(rave.analysis(x)))

    size = frame_size(rave)
    return Chain([Local(frames, size, size // rave.ratio, *context.encoder)])


def decoder(rave: RAVE, context: Context) -> Chain:
    """Decoder input → audio [B, C, T]."""
    size = frame_size(rave)
    per_frame = size // rave.ratio
    layers = list(rave.decoder.net)
    recurrent = next((i for i, layer in enumerate(layers) if isinstance(layer, GRU)), None)
    if recurrent is None:
        return Chain([Local(rave.decode, per_frame, size, *context.decoder)])
    before: list[Local | Carried] = []
    if recurrent > 0:
        before.append(Local(rave.decoder.net[:recurrent], per_frame, per_frame, *context.decoder))
    after = copy.copy(rave.decoder)
    after._modules = {**rave.decoder._modules, "net": rave.decoder.net[recurrent + 1 :]}
    last = Local(lambda x: rave.synthesis(after(x)), per_frame, size, *context.decoder)
    return Chain([*before, Carried(layers[recurrent]), last])


def stream(
    chain: Chain, audio: Iterable[Tensor], size: int, block: int = BLOCK, device: str = "cpu"
) -> Iterator[Tensor]:
    """Pieces of a recording [B, C, any] through a chain, about `block` samples a time in whole frames of `size`.

    The last frame is filled with zeros.
    """
    block = max(1, block // size) * size
    waiting: list[Tensor] = []
    count = 0
    for piece in audio:
        waiting.append(piece)
        count += piece.shape[-1]
        if count < block + size:  # what is left for the end is never nothing
            continue
        x = torch.cat(waiting, -1)
        whole = (count - 1) // size * size
        waiting, count = [x[..., whole:]], count - whole
        for at in range(0, whole, block):
            y = _push(chain, x[..., at : min(at + block, whole)].to(device), False)
            if y is not None:
                yield y
    if count:
        x = torch.nn.functional.pad(torch.cat(waiting, -1), (0, -count % size))
        y = _push(chain, x.to(device), True)
        if y is not None:
            yield y


def _push(chain: Chain, x: Tensor, last: bool) -> Tensor | None:
    with torch.no_grad():  # not around `yield`, which would switch gradients off for whoever reads
        return chain.push(x, last)
