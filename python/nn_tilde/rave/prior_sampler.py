"""Sampling a prior step by step: every layer keeps what it needs of the past, so that a frame costs one new step."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from nn_tilde.rave.prior import Block, Prior, dequantize


class Step(nn.Module):
    """A `Block` that takes one step [B, C] at a time; the past is a ring of rows.

    With dilation d and kernel k the taps lie d apart in a ring of (k−1)·d rows, the oldest where the new row goes.
    """

    def __init__(self, block: Block):
        super().__init__()
        kernel, dilation = block.dconv.kernel_size[0], block.dconv.dilation[0]
        self.taps, self.dilation = kernel - 1, dilation
        out, size = block.dconv.weight.shape[:2]
        self.register_buffer("weight", block.dconv.weight.detach().permute(2, 1, 0).reshape(kernel * size, out).clone())
        self.register_buffer("bias", block.dconv.bias.detach().clone())
        # Residual and skip read the same row: one product for both.
        mixed = torch.cat([block.rconv.weight, block.sconv.weight]).detach()[..., 0]
        self.register_buffer("out_weight", mixed.t().contiguous())
        self.register_buffer("out_bias", torch.cat([block.rconv.bias, block.sconv.bias]).detach().clone())
        self.size = size
        self.register_buffer("ring", torch.zeros(1, self.taps * dilation, size))

    def reset(self, batch: int) -> None:
        self.ring = torch.zeros(batch, self.taps * self.dilation, self.size, dtype=self.ring.dtype).to(self.ring.device)

    def forward(self, x: torch.Tensor, time: int) -> tuple[torch.Tensor, torch.Tensor]:
        length = self.taps * self.dilation
        rows = [self.ring[:, (time + i * self.dilation) % length] for i in range(self.taps)]
        rows.append(x)
        gate, value = torch.addmm(self.bias, torch.cat(rows, 1), self.weight).chunk(2, 1)
        self.ring[:, time % length] = x
        both = torch.addmm(self.out_bias, torch.sigmoid(gate) * torch.tanh(value), self.out_weight)
        return x + both[:, : self.size], both[:, self.size :]


class PriorSampler(nn.Module):
    """Draws latents from a `Prior`; TorchScript compiles it. Holds a copy of the weights and no gradients.

    `sample` continues where the last call ended, for each example of the batch on its own; another batch size, or
    `reset()`, begins anew from nothing. Dimension d of the output is silent (0) for the first D−1−d frames.
    """

    def __init__(self, prior: Prior):
        super().__init__()
        self.latent_size, self.resolution = prior.latent_size, prior.resolution
        kernel = prior.kernel_size
        first, last = prior.pre_net[0], prior.post_net[2]
        # A grouped convolution of one-hot steps is a look-up; the row after the classes is "nothing yet".
        table = first.weight.detach().unflatten(0, (self.latent_size, -1)).permute(3, 0, 2, 1)  # [k, D, R, C/D]
        self.register_buffer("table", F.pad(table, (0, 0, 0, 1)).contiguous())
        self.register_buffer("table_bias", first.bias.detach().clone())
        self.steps = nn.ModuleList(Step(block) for block in prior.residuals)
        self.register_buffer("head_weight", prior.post_net[0].weight.detach()[..., 0].t().contiguous())
        self.register_buffer("head_bias", prior.post_net[0].bias.detach().clone())
        logits = last.weight.detach()[..., 0].unflatten(0, (self.latent_size, self.resolution))
        self.register_buffer("logit_weight", logits.transpose(1, 2).contiguous())  # [D, skip/D, R]
        self.register_buffer("logit_bias", last.bias.detach().reshape(self.latent_size, 1, self.resolution).clone())
        self.kernel = kernel
        self.time = 0
        self.register_buffer("classes", torch.full((1, kernel, self.latent_size), self.resolution))
        self.register_buffer("line", torch.zeros(1, self.latent_size, self.latent_size))

    @torch.jit.export
    def reset(self) -> None:
        self._begin(self.classes.size(0))

    def _begin(self, batch: int) -> None:
        device, size = self.line.device, self.latent_size
        self.time = 0
        self.classes = torch.full((batch, self.kernel, size), self.resolution).to(device)
        self.line = torch.zeros(batch, size, size, dtype=self.line.dtype).to(device)
        for step in self.steps:
            step.reset(batch)

    def _logits(self) -> torch.Tensor:
        """[B, D, R] of the next step."""
        batch = self.classes.size(0)
        x = self.table_bias.unsqueeze(0).expand(batch, -1)
        dims = torch.arange(self.latent_size, device=self.classes.device)
        for k in range(self.kernel):
            x = x + self.table[k, dims, self.classes[:, k]].flatten(1)
        x = F.leaky_relu(x, 0.2)
        skips = torch.zeros_like(self.head_bias).unsqueeze(0)
        for step in self.steps:
            x, skip = step(x, self.time)
            skips = skips + skip
        h = F.leaky_relu(torch.addmm(self.head_bias, skips, self.head_weight), 0.2)
        h = h.view(batch, self.latent_size, -1).transpose(0, 1)  # dimension by dimension: [D, B, skip/D]
        return torch.baddbmm(self.logit_bias, h, self.logit_weight).transpose(0, 1)

    @torch.jit.export
    def draw(self, temperature: torch.Tensor, chance: torch.Tensor, dither: torch.Tensor) -> torch.Tensor:
        """`sample` with the randomness given.

        temperature: [B, F], above 0. chance, dither: [B, F, D] uniform in [0, 1). Returns [B, D, F].
        """
        if temperature.size(0) != self.classes.size(0):
            self._begin(temperature.size(0))
        frames: list[torch.Tensor] = []
        for f in range(temperature.size(1)):
            p = torch.softmax(self._logits() / temperature[:, f, None, None], -1).cumsum(-1)
            # Inverse of the cumulative distribution; its last value may miss 1 by rounding.
            drawn = (p < (chance[:, f] * p[..., -1]).unsqueeze(-1)).sum(-1).clamp(max=self.resolution - 1)
            self.time += 1
            self.classes = torch.cat([self.classes[:, 1:], drawn.unsqueeze(1)], 1)
            step = dequantize(drawn, dither[:, f], self.resolution)
            self.line = torch.cat([self.line[:, 1:], step.unsqueeze(1)], 1)
            frames.append(torch.diagonal(self.line, 0, 1, 2))  # dimension d of D−1−d steps ago
        return torch.stack(frames, -1)

    @torch.jit.export
    def sample(self, temperature: torch.Tensor) -> torch.Tensor:
        """The next latents.

        temperature: [B, 1, F], one knob a frame: 0 samples at temperature 1, below 0 is steadier, above 0 wilder
            (softplus(knob) / ln 2).
        Returns [B, D, F].
        """
        knob = F.softplus(temperature.mean(1)) / math.log(2.0)
        size = [knob.size(0), knob.size(1), self.latent_size]
        chance = torch.rand(size, dtype=self.line.dtype, device=self.line.device)
        return self.draw(knob.clamp(min=1e-3), chance, torch.rand_like(chance))
