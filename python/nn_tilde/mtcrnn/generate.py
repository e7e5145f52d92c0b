"""Values of a tier, from a primer and conditioning; and the files they go to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from . import mulaw
from .stepper import Stepper
from .tier import Tier

PIECE = 256  # values between two looks at the clock


def generate(
    stepper: Stepper,
    primer: np.ndarray,
    conditioning: np.ndarray,
    progress: Callable[[int], None] = lambda done: None,
) -> np.ndarray:
    """primer [B, P, gen + cond] and conditioning [B, length, cond] → int64 [B, length] classes, or float32
    [B, length, variables].

    progress: called with the values done since the last call.
    """
    stepper.prime(primer)
    pieces = []
    for start in range(0, conditioning.shape[1], PIECE):
        piece = conditioning[:, start : start + PIECE]
        pieces.append(stepper.run(piece.shape[1], piece))
        progress(piece.shape[1])
    return np.concatenate(pieces, 1)


def random_primer(tier: Tier, length: int, batch: int, seed: int) -> np.ndarray:
    """float32 [batch, length, gen + cond], uniform in 0..1, the conditioning too; classes for one-hot audio."""
    from .randomness import PRIMERS, uniform

    x = uniform(seed, PRIMERS, length, batch, tier.input_size).numpy()
    if tier.onehot:
        classes = (x[..., 0] * tier.mulaw_channels).astype(np.int64)
        x[..., : tier.gen_size] = mulaw.as_input(classes, tier.mulaw_channels, True)
    return x


def write_audio(out: str, classes: np.ndarray, tier: Tier, legacy: bool = False) -> list[Path]:
    """Classes [B, length] → `<out>.wav`, or `<out>_<i>.wav` of a batch: 24 bits, at the tier's rate.

    legacy: mu-law as MTCRNN decodes it.
    """
    import soundfile

    stem = out.removesuffix(".wav")
    paths = [Path(f"{stem}.wav")] if len(classes) == 1 else [Path(f"{stem}_{i}.wav") for i in range(len(classes))]
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    for path, row in zip(paths, classes, strict=True):
        soundfile.write(path, mulaw.decode(row, tier.mulaw_channels, legacy), tier.sample_rate, subtype="PCM_24")
    return paths


def write_values(out: str, values: np.ndarray) -> Path:
    """Values [B, length, F] → `<out>.npy`; [B, length] where F is 1."""
    path = Path(f"{out.removesuffix('.npy')}.npy")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, values[..., 0] if values.shape[-1] == 1 else values)
    return path
