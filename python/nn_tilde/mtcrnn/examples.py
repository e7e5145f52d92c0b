"""What a tier makes while it is trained: sound, or curves in a picture, that go on from windows kept apart."""

from __future__ import annotations

import numpy as np

from ..train.task import Evaluation, Sound
from . import mulaw
from .generate import generate
from .networks import Network
from .sampling import Sampler
from .stepper import make_stepper
from .tier import Tier

SEED = 0  # the same draws at every validation


def examples(network: Network, tier: Tier, windows: np.ndarray, seconds: float) -> Evaluation:
    """windows: float32 [B, T, gen + cond], heard first; the conditioning is then held for `seconds` of values."""
    length = max(1, round(seconds * tier.sample_rate))
    held = np.repeat(windows[:, -1:, tier.gen_size :], length, 1)
    stepper = make_stepper(network, Sampler(tier, network.kind), SEED, device=next(network.parameters()).device)
    values = generate(stepper, windows, held)
    if not tier.audio:
        from ..train.figures import pixels
        from .pictures import conditioning

        figure = conditioning(values, tier.generate, tier.sample_rate, "generated")
        return Evaluation(pictures={"generated": pixels(figure)})
    sounds = []
    for row, steering in zip(mulaw.decode(values, tier.mulaw_channels), held[:, 0], strict=True):
        said = ", ".join(f"{name} {value:.3g}" for name, value in zip(tier.prop[:3], steering, strict=False))
        sounds.append(Sound(f"generated {len(sounds) + 1}" + f" ({said})" * bool(said), row[None], tier.sample_rate))
    return Evaluation(sounds=sounds)
