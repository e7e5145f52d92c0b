"""A dataset to begin with: pops at a regular rate, which is the parameter; each pop of a pitch of its own.

It stands in for the QuickStart data of MTCRNN: as many sounds, of the same names, lengths and parameters.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from .params import SUFFIX, parameter, write_params

RATES = tuple(round(0.1 * step, 1) for step in range(11))
LOWEST, HIGHEST = 2.0, 5.0  # pops a second as powers of 2
_PITCHES = (300.0, 3000.0)  # Hz
_DECAY = 0.005  # seconds to 1/e
_LONGEST = 0.06  # seconds


def pops_per_second(rate: float) -> float:
    """What a value 0..1 of the parameter `rate` stands for: 4 to 32."""
    return 2.0 ** (LOWEST + (HIGHEST - LOWEST) * rate)


def pops(rate: float, seconds: float = 10.0, sample_rate: int = 16000, seed: int = 0) -> np.ndarray:
    """float32 [seconds · sample_rate]: regular pops, each a resonance of random pitch that dies away in hundredths."""
    random = np.random.default_rng((seed, round(1e6 * rate)))
    out = np.zeros(round(seconds * sample_rate))
    period = 1 / pops_per_second(rate)
    time = np.arange(round(_LONGEST * sample_rate)) / sample_rate
    fade = np.minimum(1, (_LONGEST - time) / 0.01)
    for at in np.arange(random.uniform(0, period), seconds, period):
        pitch = np.exp(random.uniform(*np.log(_PITCHES)))
        first = round(at * sample_rate)
        pop = 0.6 * np.sin(2 * np.pi * pitch * time) * np.exp(-time / _DECAY) * fade
        out[first : first + len(pop)] += pop[: len(out) - first]
    return np.clip(out, -1, 1).astype(np.float32)


def make(
    folder: str | os.PathLike,
    rates: Sequence[float] = RATES,
    seconds: float = 10.0,
    sample_rate: int = 16000,
    seed: int = 0,
    watch: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write RegularPopRandomPitch_rXX.XX.wav (mono, 16 bit) and .params for each of `rates` (0..1); returns the sounds.

    The same seed writes the same bytes. watch is called with the files done and their number.
    """
    import soundfile

    from ..audio.files import system_name

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for done, rate in enumerate(rates):
        path = folder / f"RegularPopRandomPitch_r{rate:05.2f}.wav"
        soundfile.write(system_name(path), pops(rate, seconds, sample_rate, seed), sample_rate, subtype="PCM_16")
        entry = parameter([0.0, float(seconds)], [float(rate)] * 2, "norm", len(rates), 0, 1, **_ORIGINAL)
        write_params(path.with_suffix(SUFFIX), {"meta": {"filename": path.name}, "rate": entry})
        paths.append(path)
        if watch:
            watch(done + 1, len(rates))
    return paths


_ORIGINAL = {"origUnits": "rate pow(2,n), n=[2,5]", "origMinval": LOWEST, "origMaxval": HIGHEST}
