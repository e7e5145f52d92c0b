"""One recording as a tier sees it: mono samples at the tier's rate, parameters at any time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...audio import AudioInfo, probe, read_audio, read_excerpt
from ...audio.resampling import resampled_length
from .. import mulaw
from ..params import ParamsError, curves_of, interpolate, params_path, read_params
from ..tier import Tier

Curve = tuple[np.ndarray, np.ndarray]  # times in seconds and values


@dataclass(frozen=True)
class Recording:
    path: Path
    info: AudioInfo  # of the file
    length: int  # values at the tier's rate
    generated: tuple[Curve, ...] = ()
    given: tuple[Curve, ...] = ()
    samples: np.ndarray | None = None  # float32 [length], when they are kept in memory

    @property
    def seconds(self) -> float:
        return self.info.frames / self.info.rate

    def read(self, start: int, count: int, rate: int) -> np.ndarray:
        """float32 [count]: samples at the tier's rate, all channels mixed to one; zeros past the end."""
        if self.samples is None:
            return read_excerpt(self.path, start, count, rate, self.info.channels).mean(axis=0)
        piece = self.samples[start : start + count]
        return np.pad(piece, (0, count - len(piece))) if len(piece) < count else piece


def look_at(path: Path, tier: Tier) -> Recording:
    """A recording as its header describes it, without parameters. AudioError."""
    info = probe(path)
    return Recording(path, info, resampled_length(info.frames, info.rate, tier.sample_rate))


def with_samples(recording: Recording, tier: Tier) -> Recording:
    """The same with its samples decoded, however many there prove to be. AudioError."""
    samples = read_audio(recording.path, tier.sample_rate)[0].mean(axis=0)
    return replace(recording, samples=samples, length=len(samples))


def with_curves(recording: Recording, tier: Tier, data_dir: Path | None, param_dir: Path | None) -> Recording:
    """The same with the parameters that the tier needs. ParamsError names what is missing."""
    generate = () if tier.audio else tier.generate
    names = (*generate, *tier.prop)
    if not names:
        return recording
    path = params_path(recording.path, data_dir, param_dir)
    try:
        curves = curves_of(read_params(path), names, path)
    except FileNotFoundError:
        raise ParamsError(f"'{recording.path}' has no parameter file '{path}'.") from None
    return replace(recording, generated=tuple(curves[: len(generate)]), given=tuple(curves[len(generate) :]))


def columns(curves: tuple[Curve, ...], at: np.ndarray) -> np.ndarray:
    """float32 [len(at), len(curves)]: the curves at these seconds."""
    rows = [interpolate(times, values, at) for times, values in curves]
    return np.stack(rows, axis=1).astype(np.float32) if rows else np.zeros((len(at), 0), np.float32)


def audio_rows(recording: Recording, tier: Tier, start: int, count: int, classes: np.ndarray) -> np.ndarray:
    """float32 [count, gen + cond]: `classes` int64 [count] as input, and the conditioning from sample `start` on."""
    # Both ends of the window are points of the conditioning, as in MTCRNN: a step is a little longer than a sample.
    begin = start / tier.sample_rate
    at = np.linspace(begin, begin + count / tier.sample_rate, count)
    heard = mulaw.as_input(classes, tier.mulaw_channels, tier.onehot)
    return np.concatenate([heard, columns(recording.given, at)], axis=1)


def window(recording: Recording, tier: Tier, start: int) -> tuple[np.ndarray, np.ndarray]:
    """(input float32 [seq_len, gen + cond], target) of the window from value `start` on.

    target: what comes one value later; int64 [seq_len] classes for audio, float32 [seq_len, gen] for parameters.
    """
    if tier.audio:
        samples = recording.read(start, tier.seq_len + 1, tier.sample_rate)
        classes = mulaw.encode(samples, tier.mulaw_channels)
        return audio_rows(recording, tier, start, tier.seq_len, classes[:-1]), classes[1:]
    begin = start / tier.sample_rate
    at = np.linspace(begin, begin + tier.seq_len / tier.sample_rate, tier.seq_len + 1)
    full = columns((*recording.generated, *recording.given), at)
    return full[:-1], full[1:, : tier.gen_size]


def rows(recording: Recording, tier: Tier, start: float, count: int) -> np.ndarray:
    """float32 [count, gen + cond]: what the network would hear from second `start` on."""
    if tier.audio:
        first = round(start * tier.sample_rate)
        classes = mulaw.encode(recording.read(first, count, tier.sample_rate), tier.mulaw_channels)
        return audio_rows(recording, tier, first, count, classes)
    return columns((*recording.generated, *recording.given), start + np.arange(count) / tier.sample_rate)
