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
from .sizes import CATEGORICAL, GAUSSIAN, MIXTURE
from .tier import Tier

COLD = 1e-6  # a temperature below is none: to divide by it would leave the numbers
FLOOR = 1e-3  # smallest deviation: values are about 0 to 1, and a constant one would make the likelihood infinite


def deviation(s: Tensor, floor: float = FLOOR) -> Tensor:
    """Standard deviation that a network's number `s` means."""
    return F.softplus(s) + floor


def sample_categorical(logits: Tensor, noise: Tensor, temperature: float = 1.0, cold: float = COLD) -> Tensor:
    """[…, classes] and noise […] in (0, 1) → int64 […]: the class where the sum of softmax(logits / temperature),
    from the first on, goes beyond the noise."""
    if temperature < cold:
        return logits.argmax(-1)
    shares = torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)
    # Sums of many small shares; Apple GPUs have no double precision.
    sums = shares.to(torch.float32 if shares.device.type == "mps" else torch.float64).cumsum(-1)
    wanted = noise.unsqueeze(-1).to(sums.dtype) * sums[..., -1:]
    return (sums <= wanted).sum(-1).clamp(max=logits.shape[-1] - 1)


def sample_gaussian(output: Tensor, noise: Tensor, temperature: float = 1.0, legacy: bool = False) -> Tensor:
    """[…, 2, variables] and normal noise […, variables] → […, variables]: mean + temperature · deviation · noise."""
    mu, s = output[..., 0, :], output[..., 1, :]
    sigma = F.softplus(s, beta=temperature) if legacy else deviation(s) * temperature
    return mu + sigma * noise


def sample_mixture(output: Tensor, noise: Tensor, temperature: float = 1.0, legacy: bool = False) -> Tensor:
    """[…, 3, components, variables] → […, variables]; the component is drawn for each variable.

    noise […, 2 · variables]: in (0, 1) for the components, then normal. legacy: whatever the temperature, as at 1.
    """
    heat = 1.0 if legacy else temperature
    variables = output.shape[-1]
    logits = output[..., 0, :, :].transpose(-1, -2)
    chosen = sample_categorical(logits, noise[..., :variables], heat).unsqueeze(-2)
    mu = output[..., 1, :, :].gather(-2, chosen).squeeze(-2)
    s = output[..., 2, :, :].gather(-2, chosen).squeeze(-2)
    return mu + heat * deviation(s) * noise[..., variables:]


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
        return self.pick(output, self.noise(output, generator))

    def noise(self, output: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Random numbers for such outputs, as `pick` takes them."""
        batch = output.shape[: output.ndim - {CATEGORICAL: 1, GAUSSIAN: 2, MIXTURE: 3}[self.kind]]
        like = {"generator": generator, "dtype": output.dtype, "device": output.device}
        if self.kind == CATEGORICAL:
            return torch.rand((*batch, 1), **like)
        deviations = torch.randn((*batch, output.shape[-1]), **like)
        if self.kind == GAUSSIAN:
            return deviations
        return torch.cat([torch.rand(deviations.shape, **like), deviations], -1)

    def pick(self, output: Tensor, noise: Tensor) -> Tensor:
        """As `draw`, with given random numbers: noise […, width] of randomness.noise."""
        if self.kind == CATEGORICAL:
            return sample_categorical(output, noise[..., 0], self.temperature)
        sample = sample_gaussian if self.kind == GAUSSIAN else sample_mixture
        return sample(output, noise, self.temperature, self.legacy)

    def feed(self, values: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """What was drawn → the first channels of the next input, […, gen_size]."""
        if self.kind != CATEGORICAL:
            return values.to(dtype)
        return mulaw.as_input(values, self.tier.mulaw_channels, self.tier.onehot).to(dtype)
