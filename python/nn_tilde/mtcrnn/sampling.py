"""From what a network says to what it makes, and back into its input.

Everywhere a higher temperature makes more noise and 0 none at all. `legacy` is the direction of the original for
Gaussians, where the temperature is the β of softplus_β(s) = log(1 + exp(βs)) / β and lowers the deviation.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from . import mulaw
from .sizes import CATEGORICAL, GAUSSIAN
from .tier import Tier

FLOOR = 1e-3  # smallest deviation: values are about 0 to 1, and a constant one would make the likelihood infinite


def deviation(s: Tensor) -> Tensor:
    """Standard deviation that a network's number `s` means."""
    return F.softplus(s) + FLOOR


def sample_categorical(logits: Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """[…, classes] → int64 […], drawn from softmax(logits / temperature)."""
    if temperature == 0:
        return logits.argmax(-1)
    chances = torch.softmax(logits.flatten(0, -2) / temperature, -1)
    return torch.multinomial(chances, 1, generator=generator).view(logits.shape[:-1])


def sample_gaussian(
    output: Tensor, temperature: float = 1.0, legacy: bool = False, generator: torch.Generator | None = None
) -> Tensor:
    """[…, 2, variables] → […, variables]: mean + temperature · deviation · noise."""
    mu, s = output.unbind(-2)
    sigma = F.softplus(s, beta=temperature) if legacy else deviation(s) * temperature
    return mu + sigma * noise(mu, generator)


def sample_mixture(
    output: Tensor, temperature: float = 1.0, legacy: bool = False, generator: torch.Generator | None = None
) -> Tensor:
    """[…, 3, components, variables] → […, variables]; the component is drawn for each variable.

    legacy: whatever the temperature, as at 1.
    """
    temperature = 1.0 if legacy else temperature
    pi, mu, s = output.unbind(-3)
    chosen = sample_categorical(pi.transpose(-1, -2), temperature, generator).unsqueeze(-2)
    mu, s = mu.gather(-2, chosen).squeeze(-2), s.gather(-2, chosen).squeeze(-2)
    return mu + temperature * deviation(s) * noise(mu, generator)


def noise(like: Tensor, generator: torch.Generator | None) -> Tensor:
    return torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)


@dataclass(frozen=True)
class Sampler:
    """How a tier draws values from its network's outputs. kind: the network's, of sizes.py.

    Raises ValueError, one sentence, for a temperature that cannot be.
    """

    tier: Tier
    kind: str
    temperature: float = 1.0
    legacy: bool = False

    def __post_init__(self):
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"--temp must be 0 or more, not {self.temperature}.")
        if self.legacy and self.temperature == 0:
            raise ValueError("--legacy_temperature divides by --temp, which must be above 0.")

    def draw(self, output: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Outputs […, …] → class indices int64 […], or values […, variables]. generator: on the outputs' device."""
        if self.kind == CATEGORICAL:
            return sample_categorical(output, self.temperature, generator)
        sample = sample_gaussian if self.kind == GAUSSIAN else sample_mixture
        return sample(output, self.temperature, self.legacy, generator)

    def feed(self, values: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """What was drawn → the first channels of the next input, […, gen_size]."""
        if self.kind != CATEGORICAL:
            return values.to(dtype)
        return mulaw.as_input(values, self.tier.mulaw_channels, self.tier.onehot).to(dtype)
