"""Descriptors of a sound, for patches that listen: level, brightness, noisiness, spread."""

import torch

import nn_tilde


class Features(nn_tilde.Module):
    """Four measurements. The spectral ones look at the last 1024 samples, every 256 samples."""

    def __init__(self):
        super().__init__(sr=44100)
        self.size, self.hop = 1024, 256
        self.register_buffer("window", torch.hann_window(self.size))
        # What each spectral method heard before this block: [method, batch, samples]. With it the
        # windows run across blocks, and the values do not depend on the block size.
        self.register_buffer("past", torch.zeros(3, 1, self.size - self.hop))

        self.register_method("rms", 1, 1, 1, 1024, output_labels=["level"])
        self.register_method("centroid", 1, 1, 1, 256, output_labels=["brightness in Hz"])
        self.register_method("flatness", 1, 1, 1, 256, output_labels=["noisiness from 0 to 1"])
        self.register_method("bandwidth", 1, 1, 1, 256, output_labels=["spread in Hz"])

    @torch.jit.export
    def rms(self, x: torch.Tensor) -> torch.Tensor:
        groups = x.reshape(x.shape[0], 1, -1, 1024)
        return groups.square().mean(-1).sqrt()

    @torch.jit.export
    def centroid(self, x: torch.Tensor) -> torch.Tensor:
        share = self.shares(self.magnitudes(x, 0))
        return (share * self.frequencies()).sum(-1).unsqueeze(1)

    @torch.jit.export
    def flatness(self, x: torch.Tensor) -> torch.Tensor:
        power = self.magnitudes(x, 1).square() + 1e-10
        ratio = power.log().mean(-1).exp() / power.mean(-1)
        # Silence is flat too, but not noisy.
        return torch.where(power.mean(-1) > 1e-9, ratio, torch.zeros_like(ratio)).unsqueeze(1)

    @torch.jit.export
    def bandwidth(self, x: torch.Tensor) -> torch.Tensor:
        share = self.shares(self.magnitudes(x, 2))
        frequency = self.frequencies()
        centre = (share * frequency).sum(-1, keepdim=True)
        return (share * (frequency - centre).square()).sum(-1).sqrt().unsqueeze(1)

    def magnitudes(self, x: torch.Tensor, row: int) -> torch.Tensor:
        """[batch, 1, samples] to magnitudes [batch, frames, bins]; row: whose past to continue."""
        batch = x.shape[0]
        overlap = self.size - self.hop
        if self.past.shape[1] != batch:
            self.past = torch.zeros(3, batch, overlap, device=x.device)
        heard = torch.cat((self.past[row], x[:, 0]), -1)
        self.past[row] = heard[:, -overlap:]
        return torch.fft.rfft(heard.unfold(-1, self.size, self.hop) * self.window).abs()

    def shares(self, magnitude: torch.Tensor) -> torch.Tensor:
        """Magnitudes that sum to 1 over the bins, or to 0 in silence."""
        return magnitude / magnitude.sum(-1, keepdim=True).clamp(min=1e-5)

    def frequencies(self) -> torch.Tensor:
        """The frequency of every bin, in Hz."""
        sr = self.get_sample_rate()
        rate = sr if sr > 0 else 44100
        bins = self.size // 2 + 1
        return torch.arange(bins, device=self.window.device) * (rate / self.size)
