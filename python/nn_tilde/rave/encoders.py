"""Encoders: bands or mel frames [B, data, F] → raw latents [B, out, F/prod(ratios)]."""

from __future__ import annotations

from torch import Tensor, nn

from ..nn.activations import activation
from ..nn.adain import AdaIN
from ..nn.conv import Conv1d
from ..nn.residual import DilatedUnit, Residual
from .config import Config


class Encoder(nn.Module):
    def __init__(self, net: nn.Sequential):
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def down(ratio: int, tight: bool, causal: bool) -> tuple[int, int]:
    """Padding of a strided convolution with 2·ratio taps.

    The release's causal one ends with the first sample of each hop; the tight one with the last,
    which a stream knows as early, and so hears ratio - 1 samples more recent.
    """
    if tight:
        return ratio, ratio - 1
    return (2 * ratio - 1, 0) if causal else (ratio - 1, ratio)


def encoder_v1(c: Config, data: int, outputs: int) -> Encoder:
    """The first RAVE's: strided convolutions with batch normalisation.

    With two outputs the last convolution has two groups: mean and deviation each see half.
    """
    width = c.capacity
    net: list[nn.Module] = [Conv1d(data, width, 7, causal=c.causal)]
    for ratio in c.encoder_ratios:
        net += [nn.BatchNorm1d(width), nn.LeakyReLU(0.2)]
        net.append(Conv1d(width, 2 * width, 2 * ratio + 1, ratio, causal=c.causal))
        width *= 2
    net += [nn.LeakyReLU(0.2), Conv1d(width, c.latent_size * outputs, 5, groups=outputs, causal=c.causal)]
    return Encoder(nn.Sequential(*net))


def encoder_v2(c: Config, data: int, outputs: int) -> Encoder:
    """RAVE 2's: dilated residual units before each strided convolution."""
    width = c.capacity
    net: list[nn.Module] = [Conv1d(data, width, 2 * c.kernel_size + 1, causal=c.causal, weight_norm=True)]
    for ratio, dilations in zip(c.encoder_ratios, c.encoder_dilations, strict=False):
        for dilation in dilations:
            if c.adain:
                net.append(AdaIN(width))
            net.append(Residual(DilatedUnit(width, c.kernel_size, dilation, c.unit_activation, c.causal)))
        net.append(activation(c.activation, width))
        pad = down(ratio, c.tight_stride, c.causal)
        wider = width * (ratio if c.keep_dim else 2)
        net.append(Conv1d(width, wider, 2 * ratio, ratio, pad=pad, weight_norm=True))
        width = wider
    net.append(activation(c.activation, width))
    last = Conv1d(width, c.latent_size * outputs, c.kernel_size, causal=c.causal, weight_norm=True)
    return Encoder(nn.Sequential(*net, last))


def build_encoder(c: Config) -> Encoder:
    """The encoder of a configuration, without what makes its output a latent (`regularize`)."""
    per_channel = {"pqmf": c.n_band, "raw": 1, "mel": c.mel.n_mels if c.mel else 0}[c.input_mode]
    outputs = 2 if c.regularization == "variational" else 1
    build = encoder_v1 if c.architecture == "v1" else encoder_v2
    return build(c, per_channel * c.n_channels, outputs)
