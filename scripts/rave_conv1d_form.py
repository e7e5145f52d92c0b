"""The other way to stream a RAVE, to measure ours against: channel-major `conv1d` with cached padding.

Each convolution is `torch.conv1d` on [B, C, T] after its past is put before its input; strided ones
are lined up by delay lines, transposed ones add up their overlaps, residuals delay their straight
branch, activations and sums are separate. That is how files of RAVE 2.3 play; same weights as ours.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import nn_tilde
from nn_tilde.nn import residual
from nn_tilde.nn.activations import mod_sigmoid
from nn_tilde.nn.conv import Conv1d, ConvTranspose1d, fold_weight_norm
from nn_tilde.nn.noise import filter_frames, impulse_response
from nn_tilde.nn.residual import Branches, DilatedUnit, Named
from nn_tilde.rave.generators import GeneratorV1, GeneratorV2
from nn_tilde.rave.network import RAVE

VOICES = 64  # rows of every cache


# Classes and buffers have the names that they have in those files, which is how a host knows them.


class CachedPadding1d(nn.Module):
    """Puts the last `frames` frames before the input: [B, C, T] → [B, C, frames + T]; `crop`: and drops
    as many at the end, so that the input comes later."""

    def __init__(self, channels: int, frames: int, crop: bool = False):
        super().__init__()
        self.frames, self.crop = frames, crop
        self.register_buffer("pad", torch.zeros(VOICES, channels, frames))

    def forward(self, x: Tensor) -> Tensor:
        if self.frames > 0:
            x = torch.cat([self.pad[: x.size(0)], x], -1)
            self.pad[: x.size(0)].copy_(x[..., -self.frames :])
            if self.crop:
                x = x[..., : -self.frames]
        return x


class CachedConv1d(nn.Module):
    def __init__(self, conv: Conv1d, late: int, weight: Tensor | None = None):
        super().__init__()
        left, right = conv.pad
        wait = -(right + late) % conv.stride
        self.late = (right + wait + late) // conv.stride
        self.stride, self.dilation, self.groups = conv.stride, conv.dilation, conv.groups
        self.register_buffer("weight", (conv.folded() if weight is None else weight).detach().clone())
        self.bias = None if conv.bias is None else nn.Parameter(conv.bias.detach().clone())
        self.downsampling_delay = CachedPadding1d(conv.in_channels, wait, crop=True)
        self.cache = CachedPadding1d(conv.in_channels, left + right)

    def forward(self, x: Tensor) -> Tensor:
        x = self.cache(self.downsampling_delay(x))
        return F.conv1d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class CachedConvTranspose1d(nn.Module):
    def __init__(self, conv: ConvTranspose1d, late: int):
        super().__init__()
        self.ratio = conv.ratio
        self.late = late * conv.ratio + conv.ratio // 2
        self.register_buffer("weight", conv.folded().detach().clone())
        self.bias = None if conv.bias is None else nn.Parameter(conv.bias.detach().clone())
        self.register_buffer("cache", torch.zeros(VOICES, conv.out_channels, conv.ratio))

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv_transpose1d(x, self.weight, None, self.ratio)
        y[..., : self.ratio] += self.cache[: y.size(0)]
        self.cache[: y.size(0)].copy_(y[..., -self.ratio :])
        y = y[..., : -self.ratio]
        bias = self.bias
        if bias is not None:
            y = y + bias.unsqueeze(-1)
        return y


class AlignBranches(nn.Module):
    def __init__(self, branches: list[nn.Module], paddings: list[CachedPadding1d]):
        super().__init__()
        self.branches, self.paddings = nn.ModuleList(branches), nn.ModuleList(paddings)

    def forward(self, x: Tensor) -> list[Tensor]:
        outputs: list[Tensor] = []
        for branch, padding in zip(self.branches, self.paddings):  # noqa: B905 (TorchScript knows no strict)
            outputs.append(branch(padding(x)))
        return outputs


class Residual(nn.Module):
    def __init__(self, body: nn.Module, channels: int, frames: int):
        super().__init__()
        paddings = [CachedPadding1d(channels, wait, crop=True) for wait in (0, frames)]
        self.aligned = AlignBranches([body, nn.Identity()], paddings)

    def forward(self, x: Tensor) -> Tensor:
        body, straight = self.aligned(x)
        return body + straight


def convert(module: nn.Module, late: int) -> tuple[nn.Module, int]:
    """(the module with caches, delay of its output in its frames)."""
    if isinstance(module, nn.Sequential):
        parts = []
        for part in module:
            part, late = convert(part, late)
            parts.append(part)
        return nn.Sequential(*parts), late
    if isinstance(module, Named | DilatedUnit):
        return convert(module.net, late)
    if isinstance(module, Branches) and len(module.branches) == 1:
        return convert(module.branches[0], late)
    if isinstance(module, residual.Residual):
        body, after = convert(module.body, late)
        last = [part for part in module.body.modules() if isinstance(part, Conv1d)][-1]
        return Residual(body, last.out_channels, after - late), after
    if isinstance(module, Conv1d | ConvTranspose1d):
        made = (CachedConv1d if isinstance(module, Conv1d) else CachedConvTranspose1d)(module, late)
        return made, made.late
    if isinstance(module, nn.LeakyReLU | nn.BatchNorm1d):
        return copy.deepcopy(module), late
    raise TypeError(f"no conv1d form of {type(module).__name__}")


class HeadV1(nn.Module):
    def __init__(self, generator: GeneratorV1, late: int):
        super().__init__()
        self.waveform, self.loudness = CachedConv1d(generator.waveform, late), CachedConv1d(generator.loudness, late)
        self.late = max(self.waveform.late, self.loudness.late)
        width = generator.waveform.in_channels
        waits = [self.late - c.late for c in (self.waveform, self.loudness)]
        self.first, self.second = (CachedPadding1d(width, wait, crop=True) for wait in waits)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.waveform(self.first(x))) * mod_sigmoid(self.loudness(self.second(x)))


class HeadV2(nn.Module):
    def __init__(self, late: int):
        super().__init__()
        self.late = late

    def forward(self, x: Tensor) -> Tensor:
        waveform, amplitude = x.chunk(2, 1)
        return torch.tanh(waveform * torch.sigmoid(amplitude))


class NoisyHeadV2(nn.Module):
    def __init__(self, generator: GeneratorV2, late: int):
        super().__init__()
        self.waveform = CachedConv1d(generator.waveform_module, late)
        noise = generator.noise_module
        self.amplitudes, after = convert(noise.net, late)
        self.size, self.out, self.bands = noise.size, noise.out, noise.bands
        self.late = max(self.waveform.late, after * noise.size)
        channels = generator.waveform_module.out_channels
        self.first = CachedPadding1d(channels, self.late - self.waveform.late, crop=True)
        self.second = CachedPadding1d(noise.out, self.late - after * noise.size, crop=True)

    def forward(self, x: Tensor) -> Tensor:
        waveform, loudness = self.first(self.waveform(x)).chunk(2, 1)
        amplitudes = mod_sigmoid(self.amplitudes(x) - 5).transpose(1, 2)
        amplitudes = amplitudes.reshape(amplitudes.size(0), amplitudes.size(1), self.out, self.bands)
        response = impulse_response(amplitudes, self.size)
        noise = filter_frames(torch.rand_like(response) * 2 - 1, response).permute(0, 2, 1, 3).flatten(2)
        return torch.tanh(waveform * torch.sigmoid(loudness) + self.second(noise))


def turn(x: Tensor) -> Tensor:
    signs = torch.ones_like(x)
    signs[:, 1::2, ::2] = -1
    return x * signs


class Conv1dForm(nn_tilde.Module):
    """Mono, variational, filter bank on both sides: v1 without noise, v2 with or without.

    late_in, late_out: delays in samples of encoding and decoding.
    """

    def __init__(self, rave: RAVE):
        super().__init__(sr=rave.config.sampling_rate)
        rave = fold_weight_norm(copy.deepcopy(rave)).eval().requires_grad_(False)
        self.bands, self.latents = rave.config.n_band, rave.latent_size
        self.analysis = CachedConv1d(rave.pqmf.forward_conv, 0)
        self.encoder, late = convert(rave.encoder.encoder.net, 0)
        self.late_in = late * rave.ratio + self.analysis.late * self.bands
        self.net, late = convert(rave.decoder.net, 0)
        if isinstance(rave.decoder, GeneratorV1):
            self.head = HeadV1(rave.decoder, late)
        elif rave.decoder.noise is None:
            self.head = HeadV2(late)
        else:
            self.head = NoisyHeadV2(rave.decoder, late)
        self.synthesis = CachedConv1d(rave.pqmf.inverse_conv, self.head.late)
        self.late_out = self.synthesis.late * self.bands
        self.register_buffer("pca", rave.latent_pca.clone())
        self.register_buffer("mean", rave.latent_mean.clone())
        self.register_attribute("deterministic", False)
        self.register_method("forward", 1, 1, 1, 1, delay=self.late_in + self.late_out)

    def forward(self, x: Tensor) -> Tensor:
        mean, scale = self.encoder(turn(self.analysis(x))).chunk(2, 1)
        z = mean
        if not self.deterministic[0]:
            z = z + torch.randn_like(mean) * (F.softplus(scale) + 1e-4)
        z = F.conv1d(z - self.mean.unsqueeze(-1), self.pca.unsqueeze(-1))
        z = F.conv1d(z, self.pca.t().unsqueeze(-1)) + self.mean.unsqueeze(-1)
        y = self.synthesis(turn(self.head(self.net(z)))) * self.bands
        y = y.flip(1).transpose(1, 2)
        return y.reshape(y.size(0), 1, -1)
