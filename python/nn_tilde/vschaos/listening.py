"""What one hears and sees at each validation: a few short excerpts, before and after the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..train.figures import pixels, spectrograms
from ..train.task import Evaluation, Sound
from .render import decode, encode

if TYPE_CHECKING:
    from .data import Frames, Piece
    from .model.vae import VAE
    from .transforms import Transform

EXAMPLES, SECONDS = 2, 1.5  # finding phases takes about as long as they last


class Examples:
    """Excerpts from the middle of some pieces. picture: spectrograms too."""

    def __init__(self, frames: Frames, pieces: tuple[Piece, ...], transform: Transform, picture: bool = True):
        self.transform, self.picture = transform, picture
        self.excerpts = []  # (name, scaled features [C, T, bins], labels {task: [T]}, sound [channels, samples])
        count = max(int(SECONDS * frames.sample_rate / frames.hop), 2)
        stretches = frames.stretches(pieces)
        for i in range(min(EXAMPLES, len(stretches))):
            name, first, last = stretches[i * len(stretches) // EXAMPLES if len(stretches) > EXAMPLES else i]
            held = min(count, last - first)
            if held < 2:  # no sound comes of one frame
                continue
            first += (last - first - held) // 2
            features = transform.scale(frames.read(name, first, held))
            labels = frames.labels(name, first, held)
            self.excerpts.append((name, features, labels, transform.invert(features)))

    def __call__(self, vae: VAE) -> Evaluation:
        """vae: in eval mode."""
        rate, rows, sounds = self.transform.sample_rate, [], []
        for number, (name, features, labels, original) in enumerate(self.excerpts, 1):
            sound = self.transform.invert(decode(vae, encode(vae, features, labels), labels))
            for kind, samples in (("original", original), ("reconstruction", sound)):
                sounds.append(Sound(f"{kind} {number} ({name.removeprefix('data/')})", np.clip(samples, -1, 1), rate))
            rows.append([(f"original {number}", original.mean(0)), (f"reconstruction {number}", sound.mean(0))])
        pictures = {"spectrograms": pixels(spectrograms(rows, rate))} if rows and self.picture else {}
        return Evaluation(sounds=sounds, pictures=pictures)
