"""What of a spectrum becomes which plane of the features. Scriptable, for whole recordings or live.

magnitude   contrast(|X|)                     phases have to be found
mel         contrast(mel bands of |X|)        phases have to be found
polar       contrast(|X|), phase / π
polar_if    contrast(|X|), instantaneous frequency (`InstantaneousFrequency`)
cartesian   real part, imaginary part         no contrast
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .dgt import DGT
from .instantaneous_frequency import InstantaneousFrequency, LiveFrequency
from .magnitude import Contrast
from .mel import Mel
from .phase import Phase

LAYOUTS = ("magnitude", "mel", "polar", "polar_if", "cartesian")


class AllBins(nn.Module):
    """Stands where mel bands are not wanted."""

    def forward(self, magnitude: Tensor) -> Tensor:
        return magnitude

    @torch.jit.export
    def invert(self, bands: Tensor) -> Tensor:
        return bands


class Layout(nn.Module):
    """Spectra, complex [..., F, bins] → [..., planes, F, size]; `invert` is the way back.

    has_phase: False when `invert` gives magnitudes only, as complex numbers without imaginary part. keep_nyquist:
    False leaves out the last bin, which comes back as 0. ValueError: parameters that do not go together.
    """

    def __init__(
        self,
        dgt: DGT,
        name: str = "magnitude",
        contrast: str = "log1p",
        *,
        mels: int = 128,
        difference: str = "backward",
        unwrapped: bool = False,
        keep_nyquist: bool = True,
        sample_rate: float = 44100,
        live: bool = False,
    ):
        super().__init__()
        if name not in LAYOUTS:
            raise ValueError(f"The layout must be one of {', '.join(LAYOUTS)}, not '{name}'.")
        if live and name == "polar" and unwrapped:
            raise ValueError("An unwrapped phase grows without end, so it cannot be played live: take polar_if.")
        if live and name == "polar_if" and difference != "backward":
            raise ValueError(f"A {difference} difference needs the next frame: live, take backward.")
        self.name, self.bins = name, dgt.bins
        self.planes = 1 if name in ("magnitude", "mel") else 2
        self.has_phase = self.planes == 2
        # mel bands have no last bin to leave out.
        self.cut = 0 if keep_nyquist or name == "mel" else 1
        self.size = mels if name == "mel" else dgt.bins - self.cut
        self.contrast = Contrast(contrast)
        self.bands = Mel(dgt.bins, mels, sample_rate) if name == "mel" else AllBins()
        self.phase = Phase(unwrapped)
        self.frequency = LiveFrequency(dgt) if live else InstantaneousFrequency(dgt, difference)

    def forward(self, spectrum: Tensor) -> Tensor:
        if self.name == "cartesian":
            planes = [torch.real(spectrum), torch.imag(spectrum)]
        else:
            planes = [self.contrast(self.bands(spectrum.abs()))]
            if self.name == "polar":
                planes.append(self.phase(spectrum))
            elif self.name == "polar_if":
                planes.append(self.frequency(spectrum))
        features = torch.stack(planes, -3)
        return features[..., : features.size(-1) - self.cut]

    @torch.jit.export
    def invert(self, features: Tensor) -> Tensor:
        """[..., planes, F, size] → complex [..., F, bins]."""
        if self.cut > 0:
            # The contrast of magnitude 0 is not always 0.
            zero = self.contrast(torch.zeros_like(features[..., :1, :, :1]))
            if self.name == "cartesian":
                zero = torch.zeros_like(zero)
            features = torch.cat([features, zero.expand(features[..., :1].shape)], -1)
        first = features[..., 0, :, :]
        if self.name == "cartesian":
            return torch.complex(first, features[..., 1, :, :])
        magnitude = self.bands.invert(self.contrast.invert(first))
        if self.name == "polar":
            return torch.polar(magnitude, self.phase.invert(features[..., 1, :, :]))
        if self.name == "polar_if":
            return torch.polar(magnitude, self.frequency.invert(features[..., 1, :, :]))
        return torch.complex(magnitude, torch.zeros_like(magnitude))
