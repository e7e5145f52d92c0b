"""A prior goes on by itself, into a sound file of any length: prompt ─ encode ─ prior ─ decode ─ audio."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch

from ..audio import AudioError, blocks, probe
from ..audio.files import system_name
from .combine import about_rave, check_pair, open_prior, open_rave
from .playing import Pieces, Stage
from .steering import Steering

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
    """A prior and its RAVE, or a file of both, on our host, for one take.

    rate: Hz; ratio: samples a frame; group: frames of a semantic value, which are played at once; tokens: whether those
    steer, not features; vae: whose latents steer, or None; remarks: a sentence each. Raises ValueError, one sentence.
    """

    def __init__(self, prior: Path, rave: Path | None = None):
        self.remarks: list[str] = []
        if rave is None:
            codec = whole = open_rave(prior)
            name, params = "prior", whole.params("prior")
            if params is None:
                raise ValueError(f"'{prior}' has no prior inside; msprior combine makes files that do.")
        else:
            whole, codec = open_prior(prior), open_rave(rave)
            check_pair(whole, codec)
            self.remarks = about_rave(whole, codec)
            name, params = "forward", whole.params("forward")
        self.rate = codec.rate or whole.rate or RATE
        self.ratio, self.streams = params[1], params[2] - 1
        self.extras = params[0] - self.streams
        self.tokens = any(label.endswith("semantic tokens") for label in whole.labels(name, "input") or [])
        self.vae = getattr(getattr(whole.module, "prior_model", whole.module), "vae", None)
        group = whole.params("dummy_method")
        self.group = 1 if group is None else group[1] // self.ratio
        self.frame = self.group * self.ratio
        self.prior = Stage(prior, name, self.frame, self.rate)
        self.encode, self.decode = (Stage(codec.path, method, self.frame, self.rate) for method in ("encode", "decode"))

    def begin(self, seed: int, options: Options) -> Iterator[np.ndarray] | None:
        """What steers, frame by frame. Raises ValueError, one sentence."""
        for name in ("temperature", "top_p"):
            if (value := getattr(options, name)) is not None:
                self.prior.set(name, float(value))
        if "seed" in self.prior.host.attributes:
            self.prior.set("seed", seed)
        if options.semantic_model is None:
            if options.semantic is not None:
                raise ValueError("--semantic needs --semantic_model, which understands the sound.")
            return None
        if self.extras == 0:
            raise ValueError("This prior has no semantic inlets; leave --semantic_model out.")
        if options.semantic is None and options.prompt is None:
            raise ValueError("--semantic_model needs a sound to understand: --semantic or --prompt.")
        frame = Fraction(self.ratio, self.rate)
        steering = Steering(options.semantic_model, self.extras, frame, self.rate, self.vae, self.tokens)
        return steering.values(options.prompt, options.semantic)

    def length(self, options: Options) -> int:
        """Samples of the output, by what the prompt's header says. Raises AudioError."""
        heard = 0.0
        if options.prompt is not None and options.echo:
            info = probe(options.prompt)
            heard = info.frames / info.rate
        return round((heard + options.seconds) * self.rate)


def generate(
    player: Player, target: Path, seed: int, options: Options, progress: Callable[[int], None] | None = None
) -> Made:
    """One take to `target`, under a temporary name until it is whole. progress is called with samples done.

    The same seed gives the same samples. Raises ValueError (AudioError), one sentence.
    """
    import soundfile

    channels = player.decode.outlets
    layout = {"samplerate": player.rate, "channels": channels, **layout_of(target)}
    if player.length(options) * channels * 3 > 4e9 and layout["format"] == "WAV":
        layout["format"] = "RF64"  # a WAV counts its bytes in 32 bits
    part, peak = target.with_name(f".{uuid4().hex}.part"), 0.0
    try:
        with torch.random.fork_rng(devices=[]):
            take = _Take(player, seed, options)
            torch.manual_seed(seed)  # for what the decoder draws, and priors of others
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
    """Iterates over float32 [C, n], aligned with the prompt: what comes late is cut off at the beginning.

    frames, surprise: how many the prior has made, and the sum of their perplexities.
    """

    def __init__(self, player: Player, seed: int, options: Options):
        self.player, self.options = player, options
        self.frames, self.surprise = 0, 0.0
        self.heard, self.done = 0, 0  # samples: of the prompt, and out of the decoder
        self.wanted = round(options.seconds * player.rate)
        told = player.begin(seed, options)
        self.told = None if told is None else Pieces(told, player.extras)
        # Latents that are late by whole frames are dropped, so that the prior goes on where the prompt ends.
        self.wait = round(player.encode.late / player.ratio)
        self.late = max(0, player.encode.late - self.wait * player.ratio + player.decode.late)

    def __iter__(self) -> Iterator[np.ndarray]:
        player = self.player
        if self.options.prompt is not None:
            player.prior.set("listen", True)
            latents = Pieces(self._encoded(), player.streams)
            while (z := latents.take(player.group)).shape[1] == player.group:
                yield self._kept(player.decode(self._made(z)[:-1]))
        player.prior.set("listen", False)
        silence = np.zeros((player.streams, player.group), np.float32)
        while self.done < self.late + self.heard + self.wanted:
            z = self._made(silence)
            self.frames, self.surprise = self.frames + z.shape[1], self.surprise + float(z[-1].sum())
            yield self._kept(player.decode(z[:-1]))

    def _encoded(self) -> Iterator[np.ndarray]:
        """Latents [Q, any] of the prompt, the first one that of its beginning."""
        player, skip = self.player, self.wait
        hears = player.encode.inlets
        for piece in blocks(self.options.prompt, player.frame, player.rate, None if hears == 1 else hears):
            if piece.shape[1] < player.frame:
                if self.heard:
                    break  # less than a frame: the prior goes on from here
                piece = np.pad(piece, ((0, 0), (0, player.frame - piece.shape[1])))
            self.heard += player.frame
            z = player.encode(piece.mean(0, keepdims=True) if hears == 1 else piece)
            yield z[:, skip:]
            skip = max(0, skip - z.shape[1])
        if self.heard == 0:
            raise AudioError(self.options.prompt, "is empty")
        for _ in range(-(-self.wait // player.group)):
            z = player.encode(np.zeros((hears, player.frame), np.float32))
            yield z[:, skip:]
            skip = max(0, skip - z.shape[1])

    def _made(self, z: np.ndarray) -> np.ndarray:
        """Latents [Q, T] → latents and perplexities [Q + 1, T] of the prior."""
        told = np.zeros((self.player.extras, z.shape[1]), np.float32)
        if self.told is not None:
            told = self.told.take(z.shape[1])
        return self.player.prior(np.concatenate([z, told]))

    def _kept(self, audio: np.ndarray) -> np.ndarray:
        """What belongs into the file of the next samples [C, n]."""
        first = self.late + (0 if self.options.echo else self.heard)
        end = self.late + self.heard + self.wanted
        at, self.done = self.done, self.done + audio.shape[1]
        return audio[:, max(first - at, 0) : max(end - at, 0)]
