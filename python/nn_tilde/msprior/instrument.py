"""The model that nn~ plays: a prior that hears latents, or goes on from those it has heard, frame by frame.

    latents ──► tokens ──┬─ listen ──► frame ──┬──► tokens ──► latents
                         │               ▲     │
    semantic inlets ──► Stepper ─────► draw    └──► previous frame ──► Stepper

Every frame is fed once, as the previous one of the next: listening and generating differ in where a frame is from, so
that a switch between them goes on seamlessly.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..export.seeded import Seeded
from ..nn.randomness import uniform
from .quantise import dequantise, quantise

START = 1 << 40  # place of the numbers that choose the first frame: no performance gets there
LARGEST = 1e3  # of a semantic value: a greater one would stay in the state for good


@dataclass(frozen=True)
class Form:
    """What goes in and out of a prior.

    ratio: samples a frame, at `sampling_rate` Hz. num_tokens: of each of the `quantizers` streams. levels: classes of
    continuous latents. semantic: none, tokens (one inlet, of semantic_tokens) or features (semantic_size of them), a
    value each `encoder_ratio` frames.
    """

    sampling_rate: int
    ratio: int
    quantizers: int
    num_tokens: int
    continuous: bool
    levels: int
    semantic: str = "none"
    semantic_size: int = 0
    semantic_tokens: int = 0
    encoder_ratio: int = 1


class Instrument(Seeded):
    """forward: latents and semantic inlets → latents and perplexity, at the rate of frames.

    stepper: see model/streaming.py. starts: int [n, Q], frames one of which goes before the first, by the seed. vae: a
    TorchScript module whose decode makes the features of the latents that its inlets then are; None for none.
    Attributes: temperature (0: the likeliest tokens), top_p, listen, learn_context (of the VAE), reset, and seed, with
    which everything begins anew.
    """

    def __init__(self, stepper: nn.Module, form: Form, starts: Tensor, vae: nn.Module | None = None, seed: int = 0):
        super().__init__(sr=form.sampling_rate)
        self.stepper, self.vae = stepper, vae
        self.ratio, self.quantizers = form.ratio, form.quantizers
        self.num_tokens, self.levels, self.continuous = form.num_tokens, form.levels, form.continuous
        self.semantic_size, self.encoder_ratio = form.semantic_size, form.encoder_ratio
        self.semantic_tokens = form.semantic_tokens if form.semantic == "tokens" else 0
        self.start_place, self.largest = START, LARGEST
        self.extras = _extras(form, vae)
        self.block = form.ratio * form.encoder_ratio
        first = starts.reshape(-1, form.quantizers).to(torch.int64).clamp(0, form.num_tokens - 1)
        self.register_buffer("starts", first if len(first) else first.new_zeros(1, form.quantizers))
        self.register_buffer("previous", torch.zeros(1, form.quantizers, dtype=torch.int64))
        self.register_buffer("held", torch.zeros(1, form.semantic_size))  # what the last group of frames was told
        self.register_buffer("position", torch.zeros(1, dtype=torch.int64))  # frames since the beginning
        self.register_attribute("temperature", 1.0)
        self.register_attribute("listen", True)
        self.register_attribute("learn_context", False)
        self.register_attribute("reset", False)
        self.register_attribute("top_p", 1.0)
        self.register_attribute("seed", seed)
        latents = [f"(signal) rave latent {i + 1}" for i in range(form.quantizers)]
        inlets, outlets = latents + self.extras, [*latents, "(signal) perplexity"]
        self.register_method(
            "forward",
            *(len(inlets), form.ratio, len(outlets), form.ratio, inlets, outlets),
            test_buffer_size=2 * self.block,
        )
        if form.semantic != "none":  # blocks of hosts are then never shorter than a semantic value
            self.register_method("dummy_method", 1, self.block, 1, self.block, test_buffer_size=2 * self.block)
        self.finish()

    # What is heard.

    def forward(self, x: Tensor) -> Tensor:
        """Latents and semantic inlets [B, Q + S, T] → latents and perplexity [B, Q + 1, T]."""
        batch, frames, streams = x.shape[0], x.shape[2], self.quantizers
        if batch == 0 or frames == 0:
            return x.new_zeros(batch, streams + 1, frames)
        if batch != self.previous.shape[0]:
            self.position.zero_()
        start = int(self.position)
        if start == 0:
            self.begin(batch)
        listen, temperature, top_p = self.listen[0], self.temperature[0], self.top_p[0]
        heard = self.tokens_of(x[:, :streams]).transpose(1, 2)
        told = self.told(x[:, streams:], start)
        draws = uniform(self.seed[0], start, frames, batch, 2 * streams).to(x.device)
        made: list[Tensor] = []
        surprise: list[Tensor] = []
        for t in range(frames):
            context = self.stepper.feed(self.previous, told[:, t])
            if listen:
                frame = heard[:, t]
                logits = self.stepper.judge(context, frame)
            else:
                frame, logits = self.stepper.draw(context, draws[:, t, :streams], temperature, top_p)
            self.previous.copy_(frame)
            made.append(frame)
            surprise.append(perplexity(logits))
        self.position.add_(frames)
        tokens = torch.stack(made, 1)
        values = tokens.to(x.dtype)
        if self.continuous:
            values = dequantise(tokens, draws[..., streams:], self.levels)
        return torch.cat([values, torch.stack(surprise, 1).unsqueeze(2)], 2).transpose(1, 2).contiguous()

    def dummy_method(self, x: Tensor) -> Tensor:
        """Nothing: its ratio tells hosts how long a block is at least."""
        return x

    def begin(self, batch: int) -> None:
        """Forgets all that was played."""
        chance = uniform(self.seed[0], self.start_place, 1, batch, 1)[:, 0, 0].to(self.starts.device)
        count = self.starts.shape[0]
        self.previous = self.starts[(chance * count).to(torch.int64).clamp(max=count - 1)]
        self.held = self.held.new_zeros(batch, self.semantic_size)
        self.stepper.begin(batch)

    def tokens_of(self, z: Tensor) -> Tensor:
        """Latents [B, Q, T] → int64 tokens, whatever comes in."""
        if self.continuous:
            return quantise(z, self.levels)
        return whole(z, self.num_tokens)

    def told(self, x: Tensor, start: int) -> Tensor:
        """Semantic inlets [B, S, T] → what the stepper is told of each frame [B, T, S].

        A group of frames is told the last value that its inlet has within it, of the block in which it begins.
        """
        batch, frames, ratio = x.shape[0], x.shape[2], self.encoder_ratio
        if self.semantic_size == 0:
            return x.new_zeros(batch, frames, 0)
        places = torch.arange(start, start + frames, dtype=torch.int64, device=x.device)
        known, wanted = (start + ratio - 1) // ratio, (start + frames - 1) // ratio + 1
        values = self.held.unsqueeze(2)
        if wanted > known:
            groups = torch.arange(known, wanted, dtype=torch.int64, device=x.device)
            last = ((groups + 1) * ratio - 1 - start).clamp(max=frames - 1)
            values = torch.cat([values, self.understood(x[:, :, last])], 2)
        self.held = values[:, :, -1]
        at = torch.div(places, ratio, rounding_mode="floor") - (known - 1)
        return values[:, :, at].transpose(1, 2)

    def understood(self, x: Tensor) -> Tensor:
        """Semantic inlets [B, inlets, groups] → what they mean [B, S, groups]."""
        if self.semantic_tokens > 0:
            return whole(x, self.semantic_tokens).to(x.dtype)
        x = torch.nan_to_num(x).clamp(-self.largest, self.largest)
        if self.vae is not None:
            x = torch.nan_to_num(self.vae.decode(x)).clamp(-self.largest, self.largest)
        return x

    # What is set.

    def set_top_p(self, top_p: float) -> int:
        """The share of probability that the tokens drawn from have together at least."""
        if not 0 < top_p <= 1:
            return -1
        self.top_p = (top_p,)
        return 0

    def set_learn_context(self, learn_context: bool) -> int:
        """For a VAE that learns from what it hears; of no effect otherwise."""
        self.learn_context = (learn_context,)
        if self.vae is not None:  # noqa: SIM102  (TorchScript decides each by itself)
            if hasattr(self.vae, "set_learn_context"):
                self.vae.set_learn_context(learn_context)
        return 0


def whole(x: Tensor, count: int) -> Tensor:
    """Numbers of any kind → the nearest of the classes 0 … count − 1; 0 for what is no number."""
    return torch.nan_to_num(x).round().clamp(0, count - 1).to(torch.int64)


def perplexity(logits: Tensor) -> Tensor:
    """Logits [B, Q, V] → [B]: among how many tokens the model hesitates, the mean of its streams."""
    known = torch.log_softmax(logits, -1)
    return torch.exp(-(known.exp() * known).sum(-1)).mean(-1)


def _extras(form: Form, vae: nn.Module | None) -> list[str]:
    """Labels of the inlets that steer."""
    if form.semantic == "none":
        return []
    if form.semantic == "tokens":
        return ["(signal) semantic tokens"]
    if vae is None:
        return [f"(signal) semantic feature {i}" for i in range(form.semantic_size)]
    return [f"(signal) semantic latent {i}" for i in range(int(vae.decode_params[0]))]
