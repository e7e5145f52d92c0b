"""The model that nn~ plays: methods, labels and attributes of a RAVE as patches know them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..export import Module
from ..nn.adain import AdaIN
from ..nn.streaming_layers import Delay
from . import streaming as halves
from .network import RAVE
from .resampler import Resampler

# Samples of a block that hosts are advised to play. Larger ones are cheaper; a causal network answers
# so soon that they would be most of its latency.
BLOCK, CAUSAL_BLOCK = 2048, 256


class Instrument(Module):
    """encode, decode, forward (and prior) of a network, at `rate` Hz and with `channels` of output.

    streaming: state goes on from block to block, and what looks ahead comes late. Otherwise every
    block is a recording of its own. space: see `spaces`. prior: has `sample(temperature [B, 1, F])`
    → [B, latents, F] and `reset()`; None for none.

    A network of fewer channels than asked for plays several times, with other random numbers each
    (pseudo-stereo); of one of more, the first are heard.
    """

    def __init__(
        self,
        rave: RAVE,
        space: nn.Module,
        *,
        streaming: bool,
        channels: int | None = None,
        rate: int | None = None,
        prior: nn.Module | None = None,
    ):
        config = rave.config
        super().__init__(sr=rate or config.sampling_rate)
        self.n_channels = rave.n_channels
        self.target_channels = channels or rave.n_channels
        self.copies = -(-self.target_channels // self.n_channels)
        self.stereo_mode = False
        self.latent_size, self.full_latent_size = space.size, rave.latent_size
        self.input_mode, self.output_mode = config.input_mode, config.output_mode
        self.is_using_adain = any(isinstance(part, AdaIN) for part in rave.modules())
        if self.is_using_adain and self.target_channels > self.n_channels:
            raise ValueError("A model that learns styles (AdaIN) plays its own channels only; leave --channels out.")
        self.space, self.prior_net = space, prior
        least = CAUSAL_BLOCK if config.causal else BLOCK
        usual = rave.ratio * max(1, least // rave.ratio)
        self.encoder = halves.encoder(rave, streaming, usual)
        self.decoder = halves.decoder(rave, streaming, usual)
        for name in ("latent_pca", "latent_mean", "fidelity"):
            self.register_buffer(name, getattr(rave, name).detach())
        self.resampler: Resampler | None = None
        if rate is not None and rate != config.sampling_rate:
            self.resampler = Resampler(config.sampling_rate, rate, rave.ratio, space.size, streaming)
        self._delays(rave.ratio)
        self.block = self.ratio * max(1, least // self.ratio)
        self._offer()

    def _delays(self, ratio: int) -> None:
        """What comes before its twin in the whole network waits for it; what comes late is declared."""
        early, late = self.encoder.delay, self.decoder.delay
        both = early * ratio + late
        self.latents_wait: Delay | None = Delay(-early, self.latent_size) if early < 0 else None
        self.audio_wait: Delay | None = Delay(-both, 1) if both < 0 else None
        rate = (0, 0) if self.resampler is None else (self.resampler.delay_in, self.resampler.delay_out)
        scale = 1.0 if self.resampler is None else self.resampler.factor
        self.ratio = ratio if self.resampler is None else self.resampler.ratio
        self.delays = {
            "encode": round(max(early, 0) * ratio * scale) + rate[0],
            "decode": round(late * scale) + rate[1],
            "forward": round(max(both, 0) * scale) + rate[0] + rate[1],
        }

    def _offer(self) -> None:
        for name in ("learn_target", "learn_source", "reset_target", "reset_source", "deterministic", "reset"):
            self.register_attribute(name, False)
        hears = [f"(signal) Channel {i + 1}" for i in range(self.n_channels)]
        plays = [f"(signal) Channel {i + 1}" for i in range(self.target_channels)]
        latents = [f"(signal) Latent dimension {i + 1}" for i in range(self.latent_size)]
        ends = {"audio in": (self.n_channels, 1, hears), "audio": (self.target_channels, 1, plays)}
        ends |= {"latents": (self.latent_size, self.ratio, latents)}
        ends |= {"temperature": (1, self.ratio, ["(signal) Temperature"])}
        block = self.ratio * -(-8192 // self.ratio)
        methods = [("encode", "audio in", "latents"), ("decode", "latents", "audio"), ("forward", "audio in", "audio")]
        if self.prior_net is not None:
            methods.append(("prior", "temperature", "latents"))
        for name, source, target in methods:
            (in_channels, in_ratio, in_labels), (out_channels, out_ratio, out_labels) = ends[source], ends[target]
            self.register_method(
                name,
                in_channels,
                in_ratio,
                out_channels,
                out_ratio,
                in_labels,
                out_labels,
                test_buffer_size=block,
                delay=self.delays.get(name, 0),
            )

    # What is heard.

    def encode(self, x: Tensor) -> Tensor:
        """Audio [B, C, N] → latents [B, latents, N / ratio]."""
        z = self._encode(self._resample_in(x))
        if self.latents_wait is not None:
            z = self.latents_wait(z)
        if self.resampler is not None:
            z = self.resampler.to_slots(z, x.size(2) // self.ratio)
        return z.transpose(1, 2).contiguous()

    def decode(self, z: Tensor, from_forward: bool = False) -> Tensor:
        """Latents [B, latents, N / ratio] → audio [B, C, N]."""
        samples = z.size(2) * self.ratio
        z = z.transpose(1, 2)
        if self.resampler is not None:
            z = self.resampler.to_frames(z)
        return self._resample_out(self._decode(z), samples)

    def forward(self, x: Tensor) -> Tensor:
        """Audio [B, C, N] → audio [B, C, N]."""
        y = self._decode(self._encode(self._resample_in(x)))
        if self.audio_wait is not None:
            batch, channels, samples = y.shape
            y = self.audio_wait(y.reshape(batch * channels, samples, 1)).reshape(batch, channels, samples)
        return self._resample_out(y, x.size(2))

    def prior(self, temperature: Tensor) -> Tensor:
        """Temperature [B, 1, N / ratio] → latents [B, latents, N / ratio]."""
        assert self.prior_net is not None
        if self.resampler is None:
            return self.prior_net.sample(temperature)
        # As many steps as the network will play frames.
        clock = self.resampler.sampling
        counts = clock(temperature.size(2))
        if self.resampler.aligned:
            counts = torch.ones_like(counts)
        steps = temperature.repeat_interleave(counts.to(temperature.device), 2)
        z = torch.zeros([temperature.size(0), 0, self.latent_size], dtype=steps.dtype, device=steps.device)
        if steps.size(2) > 0:
            z = self.prior_net.sample(steps).transpose(1, 2)
        return clock.hold(z, counts).transpose(1, 2).contiguous()

    def _resample_in(self, x: Tensor) -> Tensor:
        if x.size(2) % self.ratio != 0:
            raise ValueError(f"Blocks of this model are a multiple of {self.ratio} samples, not {x.size(2)}.")
        if self.stereo_mode:
            x = x[:, :1]
        if self.resampler is not None:
            x = self.resampler.to_model(x)
        return x

    def _encode(self, x: Tensor) -> Tensor:
        """Audio [B, C, samples of the model] → latents [B, F, latents]."""
        if x.size(2) == 0:
            return torch.zeros([x.size(0), 0, self.latent_size], dtype=x.dtype, device=x.device)
        return self.space.encode(self.encoder(x), self.deterministic[0])

    def _decode(self, z: Tensor) -> Tensor:
        """Latents [B, F, latents] → audio [B, C, samples of the model]."""
        batch = z.size(0)
        if z.size(1) == 0:
            return torch.zeros([batch, self.target_channels, 0], dtype=z.dtype, device=z.device)
        if self.copies > 1:
            z = z.repeat_interleave(self.copies, 0)
        y = self.decoder(self.space.decode(z, self.deterministic[0]))
        if self.copies > 1:
            y = y.reshape(batch, self.copies * self.n_channels, y.size(2))
        y = y[:, : self.target_channels]
        if self.stereo_mode and self.n_channels == 1 and self.target_channels == 1 and batch % 2 == 0:
            y = torch.cat([y[: batch // 2], y[batch // 2 :]], 1)
        return y

    def _resample_out(self, y: Tensor, samples: int) -> Tensor:
        if self.resampler is not None:
            y = self.resampler.to_host(y, samples)
        return y.contiguous()

    # What is set.

    def set_deterministic(self, value: bool) -> int:
        """Means instead of samples, zeros for the latents that are not sent."""
        self.deterministic = (value,)
        return 0

    def set_learn_target(self, value: bool) -> int:
        return self._learn(self.learn_source[0], value)

    def set_learn_source(self, value: bool) -> int:
        return self._learn(value, self.learn_target[0])

    def _learn(self, source: bool, target: bool) -> int:
        """Refused by models without styles."""
        if (source or target) and not self.is_using_adain:
            return -1
        self.learn_source, self.learn_target = (source,), (target,)
        self.encoder.listen(source, target)
        self.decoder.listen(source, target)
        return 0

    def set_reset_target(self, value: bool) -> int:
        return self._forget(False, value)

    def set_reset_source(self, value: bool) -> int:
        return self._forget(value, False)

    def _forget(self, source: bool, target: bool) -> int:
        """Happens once; the attribute is False again at once."""
        if (source or target) and not self.is_using_adain:
            return -1
        self.encoder.forget(source, target)
        self.decoder.forget(source, target)
        return 0

    def set_reset(self, value: bool) -> int:
        """Forgets all that was played."""
        if value:
            self.clear()
        return 0

    def clear(self) -> None:
        self.encoder.reset()
        self.decoder.reset()
        if self.latents_wait is not None:
            self.latents_wait.reset()
        if self.audio_wait is not None:
            self.audio_wait.reset()
        if self.resampler is not None:
            self.resampler.reset()
        if self.prior_net is not None:
            self.prior_net.reset()

    @torch.jit.export
    def set_stereo_mode(self, stereo: Tensor) -> None:
        """For the RAVE VST: a mono model decodes a batch of two as left and right."""
        self.stereo_mode = bool(stereo)
