"""The whole network. Its state_dict has the names of the release's checkpoints."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..nn.mel import Mel
from ..nn.pqmf import PQMF
from .config import Config
from .encoders import build_encoder
from .generators import build_generator
from .regularize import build_latents


class RAVE(nn.Module):
    """Audio [B, C, T] ↔ latents [B, L, T/ratio]; T a multiple of `ratio`.

    Whole signals, padded with silence at both ends; for streams see `export`. `discriminator` is
    None until `attach_discriminator`.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        size = config.latent_size
        self.register_buffer("latent_pca", torch.eye(size))
        self.register_buffer("latent_mean", torch.zeros(size))
        self.register_buffer("fidelity", torch.zeros(size))
        self.register_buffer("receptive_field", torch.zeros(2, dtype=torch.long))
        self.pqmf = PQMF(config.n_band, config.attenuation, config.causal)
        self.spectrogram: Mel | None = None
        if config.mel is not None:
            mel = config.mel
            self.spectrogram = Mel(config.sampling_rate, mel.n_fft, mel.hop, mel.n_mels)
        self.encoder = build_latents(config, build_encoder(config))
        self.decoder = build_generator(config)
        self.discriminator: nn.Module | None = None

    @property
    def ratio(self) -> int:
        """Samples per latent frame."""
        return self.config.ratio

    @property
    def latent_size(self) -> int:
        """Dimensions of the encoder's latents, before any is dropped at export."""
        return self.config.latent_size

    @property
    def n_channels(self) -> int:
        return self.config.n_channels

    @property
    def warmed_up(self) -> bool:
        """Whether the second phase of training has begun: noise is on, the encoder stays as it is."""
        flags = [part.warmed_up for part in (self.encoder, self.decoder) if hasattr(part, "warmed_up")]
        return bool(flags) and bool(flags[0])

    @warmed_up.setter
    def warmed_up(self, value: bool) -> None:
        for part in (self.encoder, self.decoder):
            if hasattr(part, "warmed_up"):
                part.warmed_up.fill_(int(value))

    def analysis(self, x: Tensor) -> Tensor:
        """What the encoder hears of audio [B, C, T]: bands, mel frames or the audio itself."""
        if self.spectrogram is not None:
            return self.spectrogram(x)
        return self.pqmf(x) if self.config.input_mode == "pqmf" else x

    def synthesis(self, y: Tensor) -> Tensor:
        """Audio [B, C, T] of what the generator makes."""
        return self.pqmf.inverse(y) if self.config.output_mode == "pqmf" else y

    def encode(self, x: Tensor) -> Tensor:
        """Input of the generator [B, L + noise channels, T/ratio], without chance: means, zero noise."""
        return self.encoder.mean(self.encoder(self.analysis(x)))

    def decode(self, z: Tensor) -> Tensor:
        """Audio [B, C, F·ratio] of inputs of the generator [B, L + noise channels, F]."""
        return self.synthesis(self.decoder(z))

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


def attach_discriminator(rave: RAVE) -> RAVE:
    """Gives the network the discriminator of its configuration, for training."""
    from ..nn import discriminators

    rave.discriminator = discriminators.build(rave.config)
    return rave
