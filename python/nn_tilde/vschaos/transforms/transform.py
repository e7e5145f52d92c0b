"""Audio to features that a network learns, and back: a window, a layout of planes, a scaling by the dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from .dgt import DGT
from .inversion import reconstruct
from .layout import Layout
from .magnitude import Scaling
from .statistics import Statistics
from .streaming import Analysis, Synthesis


class Transform:
    """Audio float32 [channels, T] → features float32 [channels · planes, frames, size], and back by `invert`.

        transform = Transform(1024)
        transform.fit(chunks)                       audio of the dataset, chunk by chunk
        features = transform(audio, 44100)
        audio = transform.invert(features, len)

    Frame k is centred on sample k·hop. n_fft, hop: samples; the hop is a quarter where none is said. window: gaussian,
    hann, hamming, blackman. layout, contrast, mels, difference, unwrapped, keep_nyquist: as of `Layout`. scaling: as of
    `Scaling`. mono: channels are averaged into one. ValueError with one sentence: anything that does not go together.
    """

    def __init__(
        self,
        n_fft: int = 1024,
        hop: int | None = None,
        *,
        window: str = "gaussian",
        layout: str = "magnitude",
        contrast: str = "log1p",
        scaling: str = "unipolar",
        mels: int = 128,
        difference: str = "backward",
        unwrapped: bool = False,
        keep_nyquist: bool = True,
        mono: bool = True,
        sample_rate: int = 44100,
    ):
        self.dgt = DGT(n_fft, n_fft // 4 if hop is None and isinstance(n_fft, int) else hop, window)
        if not sample_rate > 0:
            raise ValueError(f"The sample rate must be above 0 Hz, not {sample_rate}.")
        options = {"mels": mels, "difference": difference, "unwrapped": unwrapped, "keep_nyquist": keep_nyquist}
        self.options = {"name": layout, "contrast": contrast, **options, "sample_rate": sample_rate}
        self.layout = Layout(self.dgt, **self.options)
        self.scaling = Scaling(scaling, self.layout.planes)
        self.mono, self.sample_rate = mono, sample_rate
        self.fitted = scaling == "none"

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return self.dgt.hop

    @property
    def planes(self) -> int:
        """Of the features, for each channel of audio."""
        return self.layout.planes

    @property
    def size(self) -> int:
        """Values in a frame of one plane."""
        return self.layout.size

    def key(self, scaled: bool = True) -> str:
        """All parameters as one word, fit for a file name, and for `scaled` features the scaling too."""
        o = self.options
        parts = [self.dgt.window_name, self.dgt.n_fft, self.dgt.hop, o["name"]]
        # Only what changes the numbers: caches of equal features are shared.
        if o["name"] != "cartesian":
            parts.append(o["contrast"])
        parts += [f"mels{o['mels']}"] if o["name"] == "mel" else []
        parts += [o["difference"]] if o["name"] == "polar_if" else []
        parts += ["unwrapped"] if o["name"] == "polar" and o["unwrapped"] else []
        parts += [] if o["keep_nyquist"] or o["name"] == "mel" else ["nonyquist"]
        parts += ["mono" if self.mono else "channels", o["sample_rate"]]
        if scaled:
            parts.append(self.scaling.mode)
            if self.scaling.mode != "none" and self.fitted:
                numbers = torch.stack([self.scaling.offset, self.scaling.scale]).numpy()
                parts.append(hashlib.sha256(numbers.tobytes()).hexdigest()[:12])
        return "-".join(map(str, parts))

    def unscaled(self) -> Unscaled:
        """What a cache of the dataset is made with: it does not depend on the scaling, which is fitted to the cache."""
        return Unscaled(self)

    def features(self, audio: np.ndarray, sample_rate: int | None = None) -> np.ndarray:
        """The features before they are scaled. ValueError: another sample rate, or no audio [channels, T]."""
        if sample_rate is not None and sample_rate != self.sample_rate:
            raise ValueError(f"The transform is for {self.sample_rate} Hz, the audio has {sample_rate} Hz.")
        audio = np.asarray(audio, np.float32)
        if audio.ndim != 2 or not audio.size:
            raise ValueError(f"Audio must be [channels, samples] and not empty, not of shape {list(audio.shape)}.")
        if self.mono:
            audio = audio.mean(0, keepdims=True)
        planes = self.layout(self.dgt(torch.from_numpy(np.ascontiguousarray(audio))))
        return planes.flatten(0, 1).numpy()

    def __call__(self, audio: np.ndarray, sample_rate: int | None = None) -> np.ndarray:
        """The scaled features. ValueError also before `fit`."""
        return self.scale(self.features(audio, sample_rate))

    def scale(self, features: np.ndarray) -> np.ndarray:
        """Features [channels · planes, frames, size] → scaled."""
        if not self.fitted:
            raise ValueError(f"The {self.scaling.mode} scaling has to be fitted to a dataset first.")
        return self.scaling(self._planes(features)).flatten(0, 1).numpy()

    def unscale(self, features: np.ndarray) -> np.ndarray:
        """The way back of `scale`."""
        return self.scaling.invert(self._planes(features)).flatten(0, 1).numpy()

    def fit(self, chunks: Iterable[np.ndarray]) -> Transform:
        """Takes the scaling from all frames of audio [channels, T], one chunk in memory at a time."""
        return self.fit_features(self.features(chunk) for chunk in chunks)

    def fit_features(self, chunks: Iterable[np.ndarray]) -> Transform:
        """The same from features that were not scaled."""
        # Phases are within -1 and 1 by nature.
        measured = self.planes if self.options["name"] == "cartesian" else 1
        seen = [Statistics() for _ in range(measured)]
        for chunk in chunks:
            planes = self._planes(chunk)
            for plane, statistics in enumerate(seen):
                statistics.add(planes[:, plane].numpy())
        self.scaling.set(seen, positive=self.options["name"] != "cartesian")
        self.fitted = True
        return self

    def invert(
        self,
        features: np.ndarray,
        samples: int | None = None,
        *,
        mode: str = "pghi",
        phase: np.ndarray | None = None,
        seed: int = 0,
        iterations: int | None = None,
        look_ahead: int = 0,
    ) -> np.ndarray:
        """Scaled features [channels · planes, frames, size] → audio float32 [channels, samples].

        mode and what follows as of `inversion.reconstruct`; layouts that have phases use those. phase: radians
        [channels, frames, bins]. samples: at most (frames - 1) · hop, the default.
        """
        with torch.inference_mode():
            spectrum = self.layout.invert(torch.from_numpy(self.unscale(features)).unflatten(0, (-1, self.planes)))
            if not self.layout.has_phase:
                given = None if phase is None else torch.from_numpy(np.asarray(phase))
                spectrum = reconstruct(
                    spectrum.real,
                    self.dgt,
                    mode,
                    phase=given,
                    seed=seed,
                    iterations=iterations,
                    look_ahead=look_ahead,
                )
            return self.dgt.inverse(spectrum, samples).numpy()

    def streaming(self, mode: str = "pghi", look_ahead: int = 0) -> tuple[Analysis, Synthesis]:
        """The scriptable halves that play, with the scaling as it is now; see `streaming`."""
        layouts = [Layout(self.dgt, **self.options, live=True) for _ in range(2)]
        return Analysis(self.dgt, layouts[0], self.scaling), Synthesis(
            self.dgt, layouts[1], self.scaling, mode, look_ahead
        )

    def state_dict(self) -> dict[str, object]:
        """The scaling and what it belongs to; `load_state_dict` takes it."""
        return {
            "key": self.key(scaled=False),
            "scaling": self.scaling.mode,
            "fitted": self.fitted,
            "offset": self.scaling.offset.flatten().tolist(),
            "scale": self.scaling.scale.flatten().tolist(),
        }

    def load_state_dict(self, state: dict[str, object]) -> None:
        """ValueError: the state of another transform."""
        mine = self.key(scaled=False), self.scaling.mode
        if (state["key"], state["scaling"]) != mine:
            raise ValueError(
                f"The statistics are of {state['key']} ({state['scaling']}), not of {mine[0]} ({mine[1]})."
            )
        for name in ("offset", "scale"):
            getattr(self.scaling, name).copy_(torch.tensor(state[name], dtype=torch.float32)[:, None, None])
        self.fitted = bool(state["fitted"])

    def _planes(self, features: np.ndarray) -> Tensor:
        """[channels · planes, frames, size] → [channels, planes, frames, size]."""
        features = np.asarray(features, np.float32)
        if features.ndim != 3 or features.shape[0] % self.planes or features.shape[2] != self.size:
            raise ValueError(
                f"Features must be [channels · {self.planes}, frames, {self.size}], not {list(features.shape)}."
            )
        return torch.from_numpy(np.ascontiguousarray(features)).unflatten(0, (-1, self.planes))


class Unscaled:
    """The features of a transform before they are scaled: audio [channels, T] → [channels · planes, frames, size]."""

    def __init__(self, transform: Transform):
        self.transform, self.hop = transform, transform.hop

    def key(self) -> str:
        return self.transform.key(scaled=False)

    def __call__(self, audio: np.ndarray, sample_rate: int) -> np.ndarray:
        return self.transform.features(audio, sample_rate)
