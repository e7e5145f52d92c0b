"""A prior goes on by itself, into a sound file of any length: prompt ─ encode ─ prior ─ decode ─ audio, in pieces."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from torch import Tensor

from ..audio import AudioError, blocks, probe
from ..audio.files import system_name
from .combine import about_rave, check_pair, open_prior, open_rave
from .steering import Held, Steering

BLOCK = 16  # frames at a time
RATE = 44100  # Hz, of a RAVE that does not say its own


@dataclass(frozen=True)
class Options:
    """seconds: to be made after the prompt; prompt: a sound to listen to first, heard in the output too if `echo`;
    semantic: a sound that steers, over and over, and semantic_model: what is to be understood of it."""

    seconds: float = 30.0
    prompt: Path | None = None
    echo: bool = True
    temperature: float | None = None
    top_p: float | None = None
    semantic: Path | None = None
    semantic_model: Path | None = None


@dataclass(frozen=True)
class Made:
    """frames: that the prior has made; perplexity: their mean; peak: 1.0 is full scale."""

    path: Path
    frames: int
    perplexity: float
    peak: float


class Player:
    """A prior and its RAVE, or a file of both, at work on one take after another.

    rate: Hz; ratio: samples a frame; streams: latents; extras: semantic inlets. Raises ValueError, one sentence.
    """

    def __init__(self, prior: Path, rave: Path | None = None):
        self.paths = prior, rave
        if rave is None:
            self.codec = open_rave(prior)
            self.prior = self.codec
            self.params = self.codec.params("prior")
            if self.params is None:
                raise ValueError(f"'{prior}' has no prior inside; msprior combine makes files that do.")
            self.listens = self.codec.module.prior
        else:
            self.prior, self.codec = open_prior(prior), open_rave(rave)
            check_pair(self.prior, self.codec)
            self.params = self.prior.params("forward")
            self.listens = self.prior.module.forward
        self.rate = self.codec.rate or self.prior.rate or RATE
        self.ratio, self.streams = self.params[1], self.params[2] - 1
        self.extras = self.params[0] - self.streams
        self.hears = self.codec.params("encode")[0]
        self.channels = self.codec.params("decode")[2]
        self.late = [self.codec.delays.get(method, 0) for method in ("encode", "decode")]
        group = self.codec.params("dummy_method") if rave is None else self.prior.params("dummy_method")
        self.group = 1 if group is None else group[1] // self.ratio  # frames of a semantic value
        self.block = -(-BLOCK // self.group) * self.group

    def again(self) -> Player:
        """The same, having heard nothing yet."""
        return Player(*self.paths)

    def length(self, options: Options) -> int:
        """Samples of the output, by what the prompt's header says. Raises AudioError."""
        heard = 0.0
        if options.prompt is not None and options.echo:
            info = probe(options.prompt)
            heard = info.frames / info.rate
        return round((heard + options.seconds) * self.rate)

    def remarks(self) -> list[str]:
        """A sentence each. Raises ValueError when the two do not go together."""
        return [] if self.paths[1] is None else about_rave(self.prior, self.codec)

    def check(self, name: str) -> None:
        """ValueError unless the prior has the attribute."""
        if not hasattr(self.prior.module, f"set_{name}"):
            raise ValueError(f"This prior has no attribute {name}; msprior export makes files that do.")

    def set(self, name: str, value: object) -> None:
        self.check(name)
        if getattr(self.prior.module, f"set_{name}")(value) != 0:
            raise ValueError(f"--{name} cannot be {value}.")

    def begin(self, seed: int, options: Options) -> None:
        for name in ("temperature", "top_p"):
            if (value := getattr(options, name)) is not None:
                self.set(name, float(value))
        if hasattr(self.prior.module, "set_seed"):
            self.set("seed", seed)

    def steered(self, options: Options) -> Held | None:
        """What the semantic inlets are told; None for nothing. Raises ValueError, one sentence."""
        if options.semantic_model is None:
            if options.semantic is not None:
                raise ValueError("--semantic needs --semantic_model, which understands the sound.")
            return None
        if self.extras == 0:
            raise ValueError("This prior has no semantic inlets; leave --semantic_model out.")
        if options.semantic is None and options.prompt is None:
            raise ValueError("--semantic_model needs a sound to understand: --semantic or --prompt.")
        frame = Fraction(self.ratio, self.rate)
        steering = Steering(options.semantic_model, self.extras, frame, self.rate)
        return Held(steering.values(options.prompt, options.semantic))


def generate(
    player: Player, target: Path, seed: int, options: Options, progress: Callable[[int], None] | None = None
) -> Made:
    """One take to `target`, under a temporary name until it is whole. progress is called with samples done.

    The same seed gives the same samples. Raises ValueError (AudioError), one sentence.
    """
    import soundfile

    part, peak = target.with_name(f".{uuid4().hex}.part"), 0.0
    layout = {"samplerate": player.rate, "channels": player.channels, **layout_of(target)}
    if player.length(options) * player.channels * 3 > 4e9 and layout["format"] == "WAV":
        layout["format"] = "RF64"  # a WAV counts its bytes in 32 bits
    try:
        # Every piece is a little different from the last in size or state, which the optimiser of TorchScript dislikes.
        with torch.jit.optimized_execution(False), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # for what the decoder draws, and priors of others
            take = _Take(player.again(), seed, options)
            with soundfile.SoundFile(system_name(part), "w", **layout) as writer:
                for piece in take:
                    peak = max(peak, float(np.abs(piece).max(initial=0.0)))
                    writer.write(piece.T)
                    if progress:
                        progress(piece.shape[1])
        os.replace(part, target)
    except (soundfile.SoundFileError, OSError) as error:
        said = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
        raise AudioError(target, f"cannot be written ({said.rstrip('.')})") from None
    finally:
        part.unlink(missing_ok=True)
    return Made(target, take.frames, take.surprise / max(take.frames, 1), peak)


def layout_of(target: Path) -> dict[str, str]:
    """Container and sample format by the ending. Raises AudioError."""
    kinds = {".wav": "WAV", ".flac": "FLAC", ".aif": "AIFF", ".aiff": "AIFF"}
    if (kind := kinds.get(target.suffix.lower())) is None:
        raise AudioError(target, "does not end in .wav, .flac or .aiff")
    return {"format": kind, "subtype": "PCM_24"}


class _Take:
    """Iterates over float32 [C, n], aligned with the prompt: what is late is cut off at the beginning.

    frames, surprise: how many the prior has made, and the sum of their perplexities.
    """

    def __init__(self, player: Player, seed: int, options: Options):
        self.player, self.options = player, options
        self.frames, self.surprise = 0, 0.0
        self.heard, self.done = 0, 0  # samples: of the prompt, and out of the decoder
        self.wanted = round(options.seconds * player.rate)
        player.begin(seed, options)
        self.told = player.steered(options)
        # Latents that are late by whole frames are dropped, so that the prior goes on where the prompt ends.
        self.wait = round(player.late[0] / player.ratio)
        self.late = max(0, player.late[0] - self.wait * player.ratio + player.late[1])

    def __iter__(self) -> Iterator[np.ndarray]:
        player = self.player
        if self.options.prompt is not None:
            player.set("listen", True)
            for z in self._listened():
                yield self._kept(self._played(z))
        player.set("listen", False)
        silence = torch.zeros(1, player.streams, player.block)
        while self.done < self._end():
            missing = -(-(self._end() - self.done) // player.ratio)  # frames
            missing = -(-missing // player.group) * player.group
            z, surprise = self._made(silence[..., :missing])
            self.frames, self.surprise = self.frames + z.shape[2], self.surprise + float(surprise.sum())
            yield self._kept(self._sounding(z))

    def _listened(self) -> Iterator[Tensor]:
        """Latents [1, Q, T] of the prompt, the first one that of its beginning."""
        player, skip = self.player, self.wait
        size = player.block * player.ratio
        for piece in itertools.chain(self._sound(size), [self.wait * player.ratio]):
            if isinstance(piece, int):
                x = np.zeros((player.hears, piece), np.float32)
            else:
                self.heard += piece.shape[1]
                x = np.pad(piece, ((0, 0), (0, -piece.shape[1] % player.ratio)))
            if x.shape[1] == 0:
                continue
            with torch.inference_mode():
                z = player.codec.module.encode(torch.from_numpy(x)[None])
            z, skip = z[..., skip:], max(0, skip - z.shape[2])
            if z.shape[2]:
                yield z
        if self.heard == 0:
            raise AudioError(self.options.prompt, "is empty")

    def _sound(self, size: int) -> Iterator[np.ndarray]:
        """float32 [channels, size] of the prompt, as many channels as the RAVE hears."""
        hears = self.player.hears
        for piece in blocks(self.options.prompt, size, self.player.rate, None if hears == 1 else hears):
            yield piece.mean(0, keepdims=True) if hears == 1 else piece

    def _made(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Latents [1, Q, T] → latents and perplexities of the prior."""
        with torch.inference_mode():
            told = self.told.take(z.shape[2]) if self.told else z.new_zeros(1, self.player.extras, z.shape[2])
            made = self.player.listens(torch.cat([z, told], 1))
        return made[:, :-1], made[:, -1]

    def _sounding(self, z: Tensor) -> np.ndarray:
        """Latents [1, Q, T] → float32 [C, samples]."""
        with torch.inference_mode():
            return self.player.codec.module.decode(z)[0].numpy()

    def _played(self, z: Tensor) -> np.ndarray:
        return self._sounding(self._made(z)[0])

    def _end(self) -> int:
        """Samples out of the decoder with which all is made; it moves while the prompt is read."""
        return self.late + self.heard + self.wanted

    def _kept(self, audio: np.ndarray) -> np.ndarray:
        """What belongs into the file of the next samples [C, n]."""
        first = self.late + (0 if self.options.echo else self.heard)
        at, self.done = self.done, self.done + audio.shape[1]
        return audio[:, max(first - at, 0) : max(self._end() - at, 0)]
