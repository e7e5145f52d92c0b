"""Generators: latents [B, L, F] → bands [B, C·M, F·prod(ratios)], or audio where there are no bands."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ..nn.activations import activation, mod_sigmoid
from ..nn.adain import AdaIN
from ..nn.conv import Conv1d, ConvTranspose1d
from ..nn.noise import noise_v1, noise_v2
from ..nn.recurrent import GRU
from ..nn.residual import DilatedUnit, Named, Residual, residual_stack
from .config import Config


def upsample(width: int, out: int, ratio: int, causal: bool) -> nn.Module:
    """A ratio of 1 is a convolution of three taps."""
    if ratio == 1:
        return Conv1d(width, out, 3, causal=causal, weight_norm=True)
    return ConvTranspose1d(width, out, ratio, weight_norm=True)


class GeneratorV1(nn.Module):
    """The first RAVE's: waveform · loudness, and noise from the second phase on."""

    def __init__(self, c: Config, latents: int, out: int):
        super().__init__()
        self.register_buffer("warmed_up", torch.tensor(0))
        width = 2 ** len(c.ratios) * c.capacity
        net: list[nn.Module] = [Conv1d(latents, width, 7, causal=c.causal, weight_norm=True)]
        if c.recurrent:
            net.append(GRU(width, c.recurrent))
        for ratio in c.ratios:
            up = upsample(width, width // 2, ratio, c.causal)
            net.append(Named(nn.Sequential(activation(c.activation, width), up)))
            width //= 2
            net.append(residual_stack(width, c.stack_kernels, c.stack_dilations, c.activation, c.causal))
        self.net = nn.Sequential(*net)
        branches: list[nn.Module] = [
            Conv1d(width, out, 7, causal=c.causal, weight_norm=True),
            Conv1d(width, 1, 3, causal=c.causal, weight_norm=True),
        ]
        if c.noise is not None:
            branches.append(noise_v1(width, out, c.noise.bands, c.noise.ratios, c.activation, c.causal))
        self.synth = nn.ModuleDict({"branches": nn.ModuleList(branches)})

    @property
    def waveform(self) -> Conv1d:
        return self.synth["branches"][0]

    @property
    def loudness(self) -> Conv1d:
        return self.synth["branches"][1]

    @property
    def noise(self) -> nn.Module | None:
        branches = self.synth["branches"]
        return branches[2] if len(branches) > 2 else None

    def forward(self, z: Tensor) -> Tensor:
        features = self.net(z)
        y = torch.tanh(self.waveform(features)) * mod_sigmoid(self.loudness(features))
        if self.noise is None:
            return y
        # Multiplied, not branched on: reading the phase would make a GPU wait.
        return y + self.noise(features) * self.warmed_up.clamp(0, 1)


class GeneratorV2(nn.Module):
    """RAVE 2's: dilated residual units after each upsampling; waveform · sigmoid(amplitude), noise, tanh."""

    def __init__(self, c: Config, latents: int, out: int):
        super().__init__()
        self.amplitude_modulation = c.amplitude_modulation
        width = c.capacity * (math.prod(c.ratios) if c.keep_dim else 2 ** len(c.ratios))
        net: list[nn.Module] = [GRU(latents, c.recurrent)] if c.recurrent else []
        net.append(Conv1d(latents, width, c.kernel_size, causal=c.causal, weight_norm=True))
        for ratio, dilations in zip(reversed(c.ratios), reversed(c.dilations[: len(c.ratios)]), strict=True):
            narrower = width // (ratio if c.keep_dim else 2)
            net += [activation(c.activation, width), upsample(width, narrower, ratio, c.causal)]
            width = narrower
            for dilation in dilations:
                if c.adain:
                    net.append(AdaIN(width))
                net.append(Residual(DilatedUnit(width, c.kernel_size, dilation, c.unit_activation, c.causal)))
        net.append(activation(c.activation, width))
        rows = out * (2 if c.amplitude_modulation else 1)
        last = Conv1d(width, rows, 2 * c.kernel_size + 1, causal=c.causal, weight_norm=True)
        if c.noise is None:
            net.append(last)
        else:
            self.waveform_module = last
            n = c.noise
            self.noise_module = noise_v2(width, n.hidden, out, n.bands, n.ratios, c.activation)
        self.net = nn.Sequential(*net)

    @property
    def noise(self) -> nn.Module | None:
        return getattr(self, "noise_module", None)

    def forward(self, z: Tensor) -> Tensor:
        x = self.net(z)
        y = x if self.noise is None else self.waveform_module(x)
        if self.amplitude_modulation:
            y, amplitude = y.chunk(2, 1)
            y = y * torch.sigmoid(amplitude)
        if self.noise is not None:
            y = y + self.noise_module(x)
        return torch.tanh(y)


def build_generator(c: Config) -> nn.Module:
    out = c.n_channels * (c.n_band if c.output_mode == "pqmf" else 1)
    latents = c.latent_size + c.noise_augmentation
    return (GeneratorV1 if c.architecture == "v1" else GeneratorV2)(c, latents, out)
