"""The model that nn~ plays: methods, labels and attributes of vschaos as patches know them.

audio ─ ring ─ Analysis ─ encoder ─ latents ─┬─ decoder ─ Synthesis ─ ring ─ audio
                             ↑               │     ↑
                           labels        predictors ┴ labels where none are given
"""

import math

import torch
from torch import Tensor

from ..export import Module
from ..nn.streaming_layers import Delay
from .model import VAE
from .model.dimension import KINDS
from .ring import Ring
from .settings import Config
from .transforms import LIVE_MODES, Transform

BLOCK = 1024  # samples that hosts are advised to play at once, or one hop where that is more


class Instrument(Module):
    """encode, decode and forward of a model in evaluation mode, with a transform that was fitted.

    Time is in frames, one a hop; what comes in at sample t is in frames around t, and comes out n_fft - hop later:

        encode    audio, labels    → latents, predicted labels    n_fft/2 - hop samples late
        decode    latents, labels  → audio                        n_fft/2 samples late
        forward   audio, labels    → audio, predicted labels      the sum of both

    A label is that of the newest sample of its hop, so it acts at once; below 0 there is none, and the predicted one is
    taken, or what any label would be on average. Predicted labels leave `forward` together with their sound.
    ValueError, one sentence: parts that do not go together.
    """

    encoder_tasks: list[str]  # told to TorchScript, which cannot guess what an empty list is of
    decoder_tasks: list[str]
    forward_tasks: list[str]
    predicted: list[str]
    heard: list[str]

    def __init__(self, vae: VAE, config: Config, transform: Transform):
        super().__init__(sr=int(transform.sample_rate))
        if not transform.fitted:
            raise ValueError("The transform has not been fitted to a dataset, so nothing says how loud its frames are.")
        if vae.bins != transform.size or vae.channels % transform.planes:
            raise ValueError(
                f"The model is of frames of {vae.channels} × {vae.bins} values, but the transform makes "
                f"{transform.planes} × {transform.size}."
            )
        self.vae, self.latent, self.channels = vae, vae.latent, vae.channels // transform.planes
        self.hop, self.n_fft = transform.hop, transform.dgt.n_fft
        self.block = self.hop * max(1, BLOCK // self.hop)
        self.analysis, self.synthesis = transform.streaming("keep_input")
        self.ring = Ring(self.hop)
        self.encoder_tasks, self.decoder_tasks = vae.encoder_labels.tasks, vae.decoder_labels.tasks
        self.predicted = [task for task in vae.tasks if task in vae.predicted]
        self.forward_tasks = [
            task for task in vae.tasks
            if task in self.encoder_tasks or (task in self.decoder_tasks and task not in self.predicted)
        ]  # fmt: skip
        self.heard = [task for task in self.predicted if task not in self.encoder_tasks]
        self.modes, self.kinds = list(LIVE_MODES), list(KINDS)
        self.wait = Delay(self.n_fft // (2 * self.hop), len(self.heard))
        self._offer(_ranges(config))

    def _offer(self, ranges: dict[str, str]) -> None:
        self.register_attribute("inversion_mode", "keep_input")
        self.register_attribute("temperature", 0.0)
        self.register_attribute("dimred", "none")
        self.register_attribute("min_buffer_size", self.n_fft)
        self.register_attribute("reset", False)
        audio = [f"(signal) channel {i + 1}" for i in range(self.channels)]
        latents = [f"(signal) latent dim {i + 1}" for i in range(self.latent)]
        half = self.n_fft // 2
        self.delays = {"encode": half - self.hop, "decode": half, "forward": self.n_fft - self.hop}
        for name, source, asked, target, told in (
            ("encode", audio, self.encoder_tasks, latents, self.predicted),
            ("decode", latents, self.decoder_tasks, audio, []),
            ("forward", audio, self.forward_tasks, audio, self.heard),
        ):
            inlets = source + [f"(signal) {task} label ({ranges[task]})" for task in asked]
            outlets = target + [f"(signal) {task} label ({ranges[task]})" for task in told]
            self.register_method(
                name,
                *(len(inlets), self.hop if source is latents else 1),
                *(len(outlets), self.hop if target is latents else 1),
                inlets,
                outlets,
                test_buffer_size=2 * self.block,
                delay=self.delays[name],
            )

    # What is heard.

    def encode(self, x: Tensor) -> Tensor:
        """Audio and labels [B, channels + labels, N] → latents and labels [B, latents + labels, N / hop]."""
        if x.size(2) % self.hop != 0:
            raise ValueError(f"Latents come every {self.hop} samples, which {x.size(2)} is not a multiple of.")
        z = self._encoded(x, self.encoder_tasks)
        told = self._predicted(z, self.predicted)
        return torch.cat([self.vae.spaces.project(z, self.dimred[0]), told], 2).transpose(1, 2).contiguous()

    def decode(self, z: Tensor) -> Tensor:
        """Latents and labels [B, latents + labels, F] → audio [B, channels, F · hop]."""
        labels = self._labels(z[:, self.latent :], self.decoder_tasks)
        rows = self.vae.spaces.restore(z[:, : self.latent].transpose(1, 2), self.dimred[0])
        # There is no input whose phases could be kept.
        mode = self.inversion_mode[0]
        return self._decoded(rows, labels, "pghi" if mode == "keep_input" else mode)

    def forward(self, x: Tensor) -> Tensor:
        """Audio and labels [B, channels + labels, N], any N → audio and labels [B, channels + labels, N]."""
        whole = self.ring.take(x)
        z = self._encoded(whole, self.forward_tasks)
        labels = self._labels(self._newest(whole), self.forward_tasks)
        if self.inversion_mode[0] == "keep_input":
            self.synthesis.remember(self.analysis.heard())
        y = self._decoded(z, labels, self.inversion_mode[0])
        if len(self.heard) > 0:
            told = self.wait(self._predicted(z, self.heard)).transpose(1, 2)
            y = torch.cat([y, told.repeat_interleave(self.hop, 2)], 1)
        return self.ring.give(y, x.size(2))

    def _encoded(self, x: Tensor, tasks: list[str]) -> Tensor:
        """Audio and labels in whole hops [B, channels + labels, F · hop] → latents [B, F, latents]."""
        features = self.analysis(x[:, : self.channels])  # [B, planes, F, size]
        if features.size(2) == 0:
            return x.new_zeros(x.size(0), 0, self.latent)
        frames = features[:, 0] if features.size(1) == 1 else features.transpose(1, 2)
        return self.vae.encode(frames, self._labels(self._newest(x), tasks), self.temperature[0])

    def _decoded(self, z: Tensor, labels: dict[str, Tensor], mode: str) -> Tensor:
        """Latents [B, F, latents] → audio [B, channels, F · hop]."""
        if z.size(1) == 0:
            return z.new_zeros(z.size(0), self.channels, 0)
        frames = self.vae.decode(z, labels)
        features = frames.unsqueeze(1) if frames.dim() == 3 else frames.transpose(1, 2)
        self.synthesis.set_mode(mode)
        return self.synthesis(features)

    def _newest(self, x: Tensor) -> Tensor:
        """Labels at the end of each hop [B, labels, F]."""
        return x[:, self.channels :, self.hop - 1 :: self.hop]

    def _labels(self, x: Tensor, tasks: list[str]) -> dict[str, Tensor]:
        labels: dict[str, Tensor] = {}
        for i, task in enumerate(tasks):
            labels[task] = x[:, i]
        return labels

    def _predicted(self, z: Tensor, tasks: list[str]) -> Tensor:
        """[B, F, tasks]."""
        rows = [z.new_zeros(z.size(0), z.size(1), 0)]
        if len(tasks) > 0 and z.size(1) > 0:
            found = self.vae.predict(z)
            for task in tasks:
                rows.append(found[task].unsqueeze(2))
        elif len(tasks) > 0:
            rows = [z.new_zeros(z.size(0), 0, len(tasks))]
        return torch.cat(rows, 2)

    # What is set.

    def set_inversion_mode(self, mode: str) -> int:
        if mode not in self.modes:
            return -1
        self.inversion_mode = (mode,)
        return 0

    def set_temperature(self, temperature: float) -> int:
        """How many deviations the latents of `encode` and `forward` stray from their means."""
        if not (temperature >= 0 and temperature < math.inf):
            return -1
        self.temperature = (temperature,)
        return 0

    def set_dimred(self, kind: str) -> int:
        if kind not in self.kinds:
            return -1
        self.dimred = (kind,)
        return 0

    def set_min_buffer_size(self, samples: int) -> int:
        """It can only be read."""
        return -1

    def set_reset(self, value: bool) -> int:
        """Forgets all that was played."""
        if value:
            self.clear()
        return 0

    def clear(self) -> None:
        self.analysis.reset()
        self.synthesis.reset()
        self.ring.reset()
        self.wait.reset()


def _ranges(config: Config) -> dict[str, str]:
    """What the label of each task may be, as patches show it."""
    model, found = config.model, {}
    for task in model.tasks:
        part = model.conditioning.get(task) or model.prediction[task]
        found[task] = f"0-{part.dim - 1}" if model.categorical(task) else "float"
    return found
