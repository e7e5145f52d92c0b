"""What `mtcrnn export` writes: a tier, or a chain of them, with its parameters as inlets.

    inlets ──► Curves (slow tier) ──► Curves ──► audio tier ──► outlet
       └──────────────────────────────────────────► ┘

Time is counted in values of the last tier. A slower tier draws a value when its time has come, knowing what its inlets
are then, one value ahead of where it is needed, so that lines between them need no latency.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..export.seeded import Seeded
from . import mulaw
from .lines import between
from .plan import Plan
from .randomness import PRIMERS, noise, uniform
from .sizes import CATEGORICAL
from .streaming import generator_of
from .tier import Tier


class Voice(nn.Module):
    """A generator with its random numbers. kind, variables: of its plan; offset: added to the seed, as in a chain."""

    def __init__(self, plan: Plan, tier: Tier, offset: int):
        super().__init__()
        self.generator = generator_of(plan)
        self.kind, self.variables, self.offset = plan.kind, plan.count, offset
        self.fed, self.onehot, self.primers = plan.made, plan.onehot, PRIMERS
        self.inputs = plan.made + plan.given

    def primer(self, seed: int, batch: int) -> Tensor:
        """What is heard first, [batch, 1, fed + cond]: random numbers, as with --rand_prime."""
        x = uniform(seed + self.offset, self.primers, 1, batch, self.inputs)
        if self.onehot:
            classes = (x[..., 0] * self.variables).to(torch.int64)
            x[..., : self.fed] = nn.functional.one_hot(classes, self.variables).to(x.dtype)
        return x.to(self.generator.hidden.device)

    def begin(self, seed: int, batch: int) -> None:
        self.generator.begin(self.primer(seed, batch)[..., : self.fed])

    def widen(self, seed: int, batch: int) -> None:
        self.generator.widen(self.primer(seed, batch)[..., : self.fed])

    def forward(self, given: Tensor, seed: int, start: int, temperature: float) -> Tensor:
        """given [B, T, cond] → values start … start + T, [B, T, variables or 1]."""
        draws = noise(self.kind, seed + self.offset, start, given.shape[1], given.shape[0], self.variables)
        return self.generator(given, draws.to(given.device), temperature)


class Curves(nn.Module):
    """A tier that makes parameters, at `slow` values a second, as curves of `fast`.

    columns: which channels of what comes in steer it. State: kept [B, 2, F], the two values that time is between.
    """

    def __init__(self, plan: Plan, tier: Tier, offset: int, columns: list[int], fast: int):
        super().__init__()
        self.voice = Voice(plan, tier, offset)
        self.slow, self.fast, self.ratio = tier.sample_rate, fast, fast // tier.sample_rate
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.int64))
        self.register_buffer("kept", torch.zeros(1, 2, plan.count))

    def begin(self, seed: int, batch: int) -> None:
        self.voice.begin(seed, batch)
        self.kept = self.kept.new_zeros(batch, 2, self.kept.shape[2])

    def widen(self, seed: int, batch: int) -> None:
        self.voice.widen(seed, batch)
        both = min(batch, self.kept.shape[0])
        others = self.kept[:1].expand(batch - both, 2, self.kept.shape[2])
        self.kept = torch.cat([self.kept[:both], others])

    def forward(self, x: Tensor, seed: int, start: int, temperature: float) -> Tensor:
        """x [B, T, channels] at times start … start + T → [B, T, F]."""
        steering = x[:, :, self.columns]
        length = x.shape[1]
        known = (start - 1) // self.ratio + 2 if start > 0 else 0
        wanted = (start + length - 1) // self.ratio + 2
        # Value i hears what the inlets were when value i − 1 was due; the first ones hear the primer.
        due = (torch.arange(known, wanted, dtype=torch.int64) - 1) * self.ratio - start
        given = steering[:, due.clamp(min=0)]
        if start == 0:
            primer = self.voice.primer(seed, x.shape[0])[..., self.voice.fed :]
            given = torch.cat([primer, given[:, 1:]], 1)
        fresh = self.voice(given, seed, known, temperature)
        values = fresh if start == 0 else torch.cat([self.kept, fresh], 1)
        first = 0 if start == 0 else known - 2
        self.kept = values[:, -2:]
        return between(values, first, start, length, self.slow, self.fast)


class Texture(Seeded):
    """stages: plans and tiers in the order of the chain. hold: samples of the host's for a value of the last tier.

    Attributes: temperature; seed, with which everything begins anew, and so it does with reset.
    """

    def __init__(self, stages: list[tuple[Plan, Tier]], hold: int = 1, seed: int = 0, temperature: float = 1.0):
        plan, tier = stages[-1]
        super().__init__(sr=tier.sample_rate * hold)
        names, curves = list(stages[0][1].prop), []
        inlets = len(names)
        for offset, (slow, upper) in enumerate(stages[:-1]):
            if tier.sample_rate % upper.sample_rate:
                raise ValueError(
                    f"A tier of {upper.sample_rate} values a second cannot play under one of {tier.sample_rate}: "
                    "the rates of a chain must divide that of its last tier."
                )
            curves.append(Curves(slow, upper, offset, [_last(names, name) for name in upper.prop], tier.sample_rate))
            names += upper.generate
        self.curves = nn.ModuleList(curves)
        self.voice = Voice(plan, tier, len(stages) - 1)
        self.audio, self.inlets = plan.kind == CATEGORICAL, inlets
        self.outlets = 1 if self.audio else len(tier.generate)
        self.register_buffer("columns", torch.tensor([_last(names, name) for name in tier.prop], dtype=torch.int64))
        self.register_buffer("before", torch.zeros(1, 1, len(tier.prop)))  # steering of the value before this block
        self.register_buffer("position", torch.zeros(1, dtype=torch.int64))  # values of the last tier made so far
        table = mulaw.decode(torch.arange(tier.mulaw_channels), tier.mulaw_channels) if self.audio else torch.zeros(1)
        self.register_buffer("table", table)
        self.register_attribute("temperature", float(temperature))
        self.register_attribute("seed", seed)
        self.register_attribute("reset", False)
        self.register_method(
            "forward",
            *(max(inlets, 1), hold, self.outlets, hold),
            input_labels=[f"(signal) {name}" for name in stages[0][1].prop] or ["(signal) unused"],
            output_labels=["(signal) audio"] if self.audio else [f"(signal) {name}" for name in tier.generate],
            test_buffer_size=16 * hold,
        )
        self.finish()

    def forward(self, x: Tensor) -> Tensor:
        """Parameters [B, inlets, T] → audio [B, 1, T], or generated parameters [B, variables, T]."""
        if x.shape[0] == 0 or x.shape[2] == 0:
            return x.new_zeros(x.shape[0], self.outlets, x.shape[2])
        seed, temperature, start = self.seed[0], self.temperature[0], int(self.position)
        batch = x.shape[0]
        if start == 0:
            self.begin(seed, batch)
        elif batch != self.before.shape[0]:
            self.widen(seed, batch)
        # Far beyond what parameters are, a number would stay in the state for good.
        heard = x[:, : self.inlets].transpose(1, 2).clamp(-1e3, 1e3)
        for curves in self.curves:
            heard = torch.cat([heard, curves(heard, seed, start, temperature)], 2)
        steering = torch.cat([self.before, heard[:, :, self.columns]], 1)
        self.before = steering[:, -1:]
        values = self.voice(steering[:, :-1], seed, start, temperature)
        self.position.add_(x.shape[2])
        if self.audio:
            values = self.table[values.to(torch.int64)]  # each class as what it stands for
        return values.transpose(1, 2)

    def begin(self, seed: int, batch: int) -> None:
        for curves in self.curves:
            curves.begin(seed, batch)
        self.voice.begin(seed, batch)
        self.before = self.voice.primer(seed, batch)[..., self.voice.fed :]

    def widen(self, seed: int, batch: int) -> None:
        for curves in self.curves:
            curves.widen(seed, batch)
        self.voice.widen(seed, batch)
        both = min(batch, self.before.shape[0])
        others = self.before[:1].expand(batch - both, 1, self.before.shape[2])
        self.before = torch.cat([self.before[:both], others])


def _last(names: list[str], name: str) -> int:
    """The newest channel of that name: what a tier makes takes the place of an inlet."""
    return len(names) - 1 - names[::-1].index(name)
