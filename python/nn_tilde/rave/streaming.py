"""The halves of a RAVE as they play: audio [B, C, T] ↔ frames [B, F, channels], state carried on.

Frames of the filter bank have alternating signs (`PQMF`), so both ends must agree on which frame is
even. The banks here count the frames of the whole recording, delays included: an odd delay does not
turn the odd bands over.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..nn import streaming_layers as layers
from ..nn.activations import mod_sigmoid
from ..nn.mel import Mel
from ..nn.pqmf import PQMF
from ..nn.streaming import Builder, add, add_taps, align, merge
from .generators import GeneratorV1, GeneratorV2
from .network import RAVE


def _signs(n_band: int, late: int) -> Tensor:
    """[2, M]: of a frame and the next, the first of which is frame -late of the recording."""
    signs = torch.ones(2, n_band)
    signs[late % 2, 1::2] = -1
    return signs


class Raw(layers.Piece):
    """Audio [B, C, T] as frames [B, T, C], or frames as audio."""

    fresh = False

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2)


class Analysis(layers.Piece):
    """Audio [B, C, T] → bands [B, T/M, C·M], T a multiple of 2·M."""

    def __init__(self, pqmf: PQMF, builder: Builder):
        super().__init__()
        conv = pqmf.forward_conv
        inner = builder.branch()
        add_taps(inner, conv.folded(), None, conv.pad[0], conv.stride)
        self.net, builder.delay, builder.frames = inner.chain(), inner.delay, inner.frames
        self.bands = pqmf.n_band
        self.register_buffer("signs", _signs(self.bands, builder.delay))

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, samples = x.shape
        y = self.net(x.reshape(batch * channels, samples, 1))
        y = y.view(batch * channels, -1, 2, self.bands) * self.signs
        frames = samples // self.bands
        y = y.view(batch, channels, frames, self.bands)
        return y.transpose(1, 2).reshape(batch, frames, channels * self.bands)

    def reset(self) -> None:
        self.net.reset()


class Synthesis(layers.Piece):
    """Bands [B, F, C·M] → audio [B, C, F·M], F even."""

    def __init__(self, pqmf: PQMF, builder: Builder):
        super().__init__()
        self.bands = pqmf.n_band
        self.register_buffer("signs", _signs(self.bands, builder.delay))
        conv = pqmf.inverse_conv
        inner = builder.branch()
        # The gain and the order of the phases lie in the weights: a row is M samples in order.
        add_taps(inner, (conv.folded() * self.bands).flip(0), None, conv.pad[0])
        self.net, builder.delay = inner.chain(), inner.delay * self.bands

    def forward(self, x: Tensor) -> Tensor:
        batch, frames, rows = x.shape
        channels = rows // self.bands
        x = x.reshape(batch, frames, channels, self.bands).transpose(1, 2)
        x = x.reshape(batch * channels, -1, 2, self.bands) * self.signs
        y = self.net(x.view(batch * channels, frames, self.bands))
        return y.view(batch, channels, frames * self.bands)

    def reset(self) -> None:
        self.net.reset()


class MelFrames(layers.Piece):
    """Audio [B, C, T] → log mel powers [B, T/hop, C·mels]; see `Mel`."""

    def __init__(self, mel: Mel, builder: Builder):
        super().__init__()
        self.n_fft, self.hop, self.streaming = mel.n_fft, mel.hop, builder.streaming
        window = mel.spectrogram.window
        self.register_buffer("window", window.clone())
        self.register_buffer("filters", mel.mel_scale.fb / window.square().sum())
        left = self.n_fft // 2
        late = (self.n_fft - 1 - left) // self.hop if self.streaming else 0
        builder.delay, builder.frames = late, builder.frames // self.hop
        self.past = layers.Past(left + late * self.hop, 1)
        self.margin = left

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, samples = x.shape
        x = x.reshape(batch * channels, samples, 1)
        if self.streaming:
            x = self.past(x).squeeze(2)
        else:
            x = nn.functional.pad(x.transpose(1, 2), [self.margin, self.margin], mode="reflect").squeeze(1)
        spectrum = torch.view_as_real(torch.fft.rfft(x.unfold(1, self.n_fft, self.hop) * self.window))
        mels = torch.log1p(spectrum.square().sum(-1) @ self.filters)
        frames = samples // self.hop
        y = mels[:, :frames].reshape(batch, channels, frames, mels.size(2))
        return y.transpose(1, 2).reshape(batch, frames, channels * mels.size(2))

    def reset(self) -> None:
        self.past.reset()


class HeadV1(layers.Piece):
    """tanh(waveform) · loudness, and noise. both: features → waveform and loudness side by side."""

    def __init__(self, both: layers.Chain, noise: layers.Chain | None):
        super().__init__(both.channels - 1)
        self.both, self.noise = both, noise

    def forward(self, x: Tensor) -> Tensor:
        both = self.both(x)
        y = torch.tanh(both[:, :, : self.channels]) * mod_sigmoid(both[:, :, self.channels :])
        if self.noise is not None:
            y = y + self.noise(x)
        return y

    def reset(self) -> None:
        self.both.reset()
        if self.noise is not None:
            self.noise.reset()


class HeadV2(layers.Piece):
    """tanh(waveform · sigmoid(amplitude) + noise)."""

    def __init__(self, waveform: layers.Chain, noise: layers.Chain | None, out: int, modulated: bool):
        super().__init__(out)
        self.waveform, self.noise, self.modulated = waveform, noise, modulated

    def forward(self, x: Tensor) -> Tensor:
        y = self.waveform(x)
        if self.modulated:
            y = y[:, :, : self.channels] * torch.sigmoid(y[:, :, self.channels :])
        if self.noise is not None:
            y = y + self.noise(x)
        return torch.tanh(y)

    def reset(self) -> None:
        self.waveform.reset()
        if self.noise is not None:
            self.noise.reset()


@add.register
def _(module: GeneratorV1, builder: Builder) -> None:
    builder.add(module.net)
    branches = [builder.branch().add(merge([module.waveform, module.loudness]))]
    if module.noise is not None and bool(module.warmed_up):  # before the second phase there is none
        branches.append(builder.branch().add(module.noise))
    builder.delay = align(branches)
    both, *noise = [branch.chain() for branch in branches]
    builder.pieces.append(HeadV1(both, noise[0] if noise else None))


@add.register
def _(module: GeneratorV2, builder: Builder) -> None:
    builder.add(module.net)
    waveform = builder.branch()
    branches = [waveform]
    if module.noise is not None:
        waveform.add(module.waveform_module)
        branches.append(builder.branch().add(module.noise))
        out = module.noise.out
    else:
        out = module.net[-1].out_channels // (2 if module.amplitude_modulation else 1)
    builder.delay = align(branches)
    first, *noise = [branch.chain() for branch in branches]
    builder.pieces.append(HeadV2(first, noise[0] if noise else None, out, module.amplitude_modulation))


def encoder(rave: RAVE, streaming: bool = True, block: int = 0) -> layers.Chain:
    """Audio [B, C, F·ratio] → raw latents [B, F, L·outputs]; delay in latent frames.

    block: samples in a usual call, for speed; 0 for not known.

    It may be negative: a causal network that does not look at the newest samples it could know
    comes before its offline twin.
    """
    config = rave.config
    if config.input_mode == "pqmf" and config.n_band > 1 and config.ratio // config.n_band % 2:
        raise ValueError("A filter bank needs an even number of its frames for each latent frame.")
    builder = Builder(0, streaming, block)
    if rave.spectrogram is not None:
        builder.pieces.append(MelFrames(rave.spectrogram, builder))
    elif config.input_mode == "pqmf" and config.n_band > 1:
        builder.pieces.append(Analysis(rave.pqmf, builder))
    else:
        builder.pieces.append(Raw())
    return builder.add(rave.encoder.encoder.net).chain().eval()


def decoder(rave: RAVE, streaming: bool = True, block: int = 0) -> layers.Chain:
    """Inputs of the generator [B, F, L + noise channels] → audio [B, C, F·ratio]; delay in samples."""
    config = rave.config
    builder = Builder(0, streaming, block // rave.ratio).add(rave.decoder)
    if config.output_mode == "pqmf" and config.n_band > 1:
        builder.pieces.append(Synthesis(rave.pqmf, builder))
    else:
        builder.pieces.append(Raw())
    return builder.chain().eval()
