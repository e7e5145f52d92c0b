"""Parameters measured from sound: level, brightness, pitch, fill and mel cepstrum, as the tiers of MTCRNN use them.

A feature at `rate` values a second has round(seconds · rate) + 1 values at times from 0 to the end of the sound, both
included; each is measured in a frame whose middle is at its time, with silence before the beginning and after the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .framing import frames
from .pitch import pitches

SAMPLE_RATE = 16000  # Hz of the analysis
MFCCS = 13
_BANDS = 40
_SILENT = 1e-10  # power of −100 dB

NAMES = ("rmse", "centroid", "pitch", "fill", *(f"mfcc{number}" for number in range(MFCCS)))


@dataclass(frozen=True)
class Feature:
    """values [n] at times [n] in seconds; scaled: still to be brought to 0..1 over the whole set of sounds."""

    times: np.ndarray
    values: np.ndarray
    units: str
    meaning: str  # of the values before they were scaled to 0..1
    low: float  # what becomes 0
    high: float  # what becomes 1
    scaled: bool = False


def default_rate(name: str) -> float:
    """Values a second: frames of 4000 samples every 1000 for the level, every 240 for the rest, at 16 kHz."""
    return SAMPLE_RATE / 1000 if name == "rmse" else SAMPLE_RATE / 240


def extract(x: np.ndarray, names: Sequence[str], rate_of: Callable[[str], float] = default_rate) -> dict[str, Feature]:
    """name → feature of x [time] at 16 kHz. ValueError: an unknown name, or nothing to measure."""
    if unknown := [name for name in names if name not in NAMES]:
        raise ValueError(f"'{unknown[0]}' cannot be extracted; {', '.join(NAMES[:4])} and mfcc0 to mfcc12 can.")
    if not len(x):
        raise ValueError("A sound without samples has no features.")
    found, cepstra = {}, {}
    for name in names:
        times = _times(len(x), rate_of(name))
        if name == "rmse":
            found[name] = Feature(times, rms(x, times), "amplitude", "root mean square", 0, 1)
        elif name == "centroid":
            found[name] = Feature(times, centroid(x, times), "norm", "log(1 + Hz)", 0, float(np.log1p(SAMPLE_RATE / 2)))
        elif name == "pitch":
            values = pitches(x, times, SAMPLE_RATE) / 127
            found[name] = Feature(times, values, "norm", "MIDI note number", 0, 127)
        elif name == "fill":
            ends = times[[0, -1]]
            found[name] = Feature(ends, np.array([0.0, 1.0]), "norm", "part of the recording", 0, 1)
        else:
            if len(times) not in cepstra:
                cepstra[len(times)] = mfcc(x, times)
            column = cepstra[len(times)][:, int(name[4:])]
            meaning = f"mel cepstral coefficient {name[4:]}, dB"
            found[name] = Feature(times, column, "norm", meaning, column.min(), column.max(), True)
    return found


def _times(samples: int, rate: float) -> np.ndarray:
    seconds = samples / SAMPLE_RATE
    return np.linspace(0, seconds, max(round(seconds * rate), 1) + 1)


def rms(x: np.ndarray, times: np.ndarray, size: int = 4000) -> np.ndarray:
    """Root mean square of frames of `size` samples."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(np.asarray(x, np.float64)))])
    middles = np.rint(times * SAMPLE_RATE).astype(np.int64)
    ends = np.clip(np.stack([middles - size // 2, middles - size // 2 + size]), 0, len(x))
    return np.sqrt((energy[ends[1]] - energy[ends[0]]) / size)


def centroid(x: np.ndarray, times: np.ndarray, size: int = 1024) -> np.ndarray:
    """Mean frequency of the magnitude spectrum, log(1 + f)/log(1 + 8000); 0 in silence."""
    spectrum = np.abs(np.fft.rfft(frames(x, times, size, SAMPLE_RATE) * np.hanning(size)))
    total = spectrum.sum(axis=1)
    sounding = total > size * np.sqrt(_SILENT)
    hertz = spectrum @ np.fft.rfftfreq(size, 1 / SAMPLE_RATE) / np.where(sounding, total, 1)
    return np.where(sounding, np.log1p(hertz) / np.log1p(SAMPLE_RATE / 2), 0.0)


def mfcc(x: np.ndarray, times: np.ndarray, size: int = 480) -> np.ndarray:
    """[len(times), 13]: cosine transform of the levels in 40 mel bands (Davis and Mermelstein 1980), dB."""
    from scipy.fft import dct

    power = np.square(np.abs(np.fft.rfft(frames(x, times, size, SAMPLE_RATE) * np.hanning(size)))) / size
    levels = 10 * np.log10(power @ _mel_bands(size).T + _SILENT)
    return dct(levels, norm="ortho", axis=1)[:, :MFCCS]


def _mel_bands(size: int) -> np.ndarray:
    """[bands, bins]: triangles, equally wide in mel (2595 log10(1 + f/700)), from 0 Hz to half the rate."""
    top = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    rising = (bins - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - bins) / np.diff(corners)[1:, None]
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    # The lowest bands are narrower than a bin and may fall between two: they hear the nearest.
    for band in np.flatnonzero(triangles.sum(axis=1) == 0):
        triangles[band, np.abs(bins - corners[band + 1]).argmin()] = 1
    return triangles
