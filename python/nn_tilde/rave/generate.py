"""Recordings through a model, whole files in constant memory: a trained network, or an exported instrument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from nn_tilde.audio import AudioError
from nn_tilde.rave import recordings
from nn_tilde.rave.recordings import Counted, Original, Written


class Player(Protocol):
    """What turns the pieces of a recording into those of its rendering, at a rate of its own."""

    rate: int | None  # Hz; None: any
    channels: int  # that it hears at once

    def play(self, pieces: Iterable[np.ndarray], channels: int) -> Iterator[np.ndarray]:
        """float32 [channels, any] → [C, any], aligned, at least as many samples in all."""
        ...


def voices(channels: int, heard: int, source: Path) -> int:
    """How often a model that hears `heard` channels is needed for a file of `channels`. Raises `AudioError`.

    A model of one channel takes each by itself; a mono file is given to all the channels of a model.
    """
    if heard == 1:
        return channels
    if channels in (1, heard):
        return 1
    raise AudioError(source, f"has {channels} channels, and the model takes {heard}")


class NetworkPlayer:
    """A trained network, as it was trained: not streaming, and with the latents' means unless `sample`."""

    def __init__(self, rave: torch.nn.Module, sample: bool = False, block: int | None = None, device: str = "cpu"):
        from nn_tilde.rave import chunked

        self.rave, self.block, self.device = rave.to(device), block or chunked.BLOCK, device
        self.rate, self.channels = rave.config.sampling_rate, rave.config.n_channels
        context = chunked.find_context(rave)
        latents = (lambda raw: rave.encoder.reparametrize(raw)[0]) if sample else rave.encoder.mean
        stages = [*chunked.encoder(rave, context, latents).stages, *chunked.decoder(rave, context).stages]
        self.chain = chunked.Chain(stages)

    def play(self, pieces: Iterable[np.ndarray], channels: int) -> Iterator[np.ndarray]:
        from nn_tilde.rave import chunked

        def heard() -> Iterator[torch.Tensor]:
            for piece in pieces:
                rows = torch.from_numpy(piece)
                yield rows[:, None] if self.channels == 1 else rows.expand(1, self.channels, -1)

        self.chain.reset()
        for y in chunked.stream(self.chain, heard(), chunked.frame_size(self.rave), self.block, self.device):
            yield y.flatten(0, 1).cpu().numpy()


class InstrumentPlayer:
    """A `.ts` file, played by our host; its latency is removed.

    sample: as it plays in a patch. Otherwise a file that knows `deterministic` plays the latents' means.
    """

    def __init__(self, path: Path, sample: bool = False, block: int | None = None, device: str = "cpu"):
        from nn_tilde.host import Host

        self.host = Host(path, method="forward", block=block, device=device)
        if not sample and "deterministic" in self.host.attributes:
            self.host.set("deterministic", True)
        self.channels = self.host.methods["forward"].in_channels
        self.rate = self.host.info.metadata["sample_rate"] or rate_inside(path)

    def play(self, pieces: Iterable[np.ndarray], channels: int) -> Iterator[np.ndarray]:
        from nn_tilde.render import CHUNK, messages_of

        count = channels if self.channels == 1 else 1
        renderers = [self.host.renderer(sample_rate=self.rate or 44100) for _ in range(count)]
        for piece in pieces:
            outs = []
            for v, renderer in enumerate(renderers):
                rows = (
                    piece[v : v + 1] if self.channels == 1 else np.broadcast_to(piece, (self.channels, piece.shape[1]))
                )
                out = np.empty((renderer.rows_out, piece.shape[1]), np.float32)
                outs.append(out[:, : renderer.process(np.ascontiguousarray(rows), out)])
            yield np.concatenate(outs)
        more = True
        while more:
            outs = [np.empty((renderer.rows_out, CHUNK), np.float32) for renderer in renderers]
            counts = [renderer.finish(out) for renderer, out in zip(renderers, outs, strict=True)]
            more = counts[0] > 0
            yield np.concatenate([out[:, :n] for out, n in zip(outs, counts, strict=True)])
        messages_of(renderers)


def rate_inside(path: Path) -> int | None:
    """The rate that files of other exporters keep as the attribute `sr`; None when there is none."""
    rate = getattr(torch.jit.load(path, map_location="cpu"), "sr", None)
    return rate if isinstance(rate, int) and rate > 0 else None


def generate(player: Player, source: Path, target: Path, progress: Callable[[float], None] | None = None) -> Written:
    """Render one file. Raises `AudioError`.

    The output has the length, the rate and, where its format can, the sample format of the input.
    """
    original = Original(source)
    voices(original.channels, player.channels, source)
    read = Counted(source)
    rate = player.rate or original.samplerate
    heard = recordings.resampled(watched(read, progress, original.samplerate), original.samplerate, rate)
    played = recordings.resampled(player.play(heard, original.channels), rate, original.samplerate)
    return recordings.write(target, recordings.as_long_as(played, read), original)


def watched(read: Counted, progress: Callable[[float], None] | None, rate: int) -> Iterator[np.ndarray]:
    """`progress` is called with the seconds read so far."""
    for piece in read:
        yield piece
        if progress:
            progress(read.samples / rate)
