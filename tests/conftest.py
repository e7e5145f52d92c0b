"""Small models and sounds the tests share."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import nn_tilde


class Gain(nn_tilde.Module):
    """x · gain, and a running sum over blocks to see state."""

    def __init__(self):
        super().__init__(44100)
        self.register_attribute("gain", 1.0)
        self.register_attribute("pair", [1, "one"])
        self.register_attribute("table", torch.zeros(1))
        self.register_attribute("sound", nn_tilde.Buffer())
        self.register_buffer("total", torch.zeros(64, 1, 1))
        self.register_method("forward", 1, 1, 1, 1)
        self.register_method("running", 1, 1, 1, 1)
        self.register_method("stereo", 2, 1, 2, 1)
        self.register_method("encode", 1, 1, 3, 256)
        self.register_method("rate", 1, 1, 1, 1)

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        return x * self.gain[0]

    @torch.jit.export
    def running(self, x: torch.Tensor):
        y = torch.cumsum(x, -1) + self.total[: x.size(0)]
        self.total[: x.size(0)] = y[..., -1:]
        return y

    @torch.jit.export
    def stereo(self, x: torch.Tensor):
        return x.flip(1)

    @torch.jit.export
    def encode(self, x: torch.Tensor):
        return x.reshape(x.size(0), 1, -1, 256).mean(-1).repeat(1, 3, 1)

    @torch.jit.export
    def rate(self, x: torch.Tensor):
        return x * 0 + float(self.get_sample_rate())


class Stack(nn_tilde.Module):
    """Frames of 64 samples through cached convolutions, as streaming models are; large enough to be accelerated."""

    def __init__(self, channels: int = 192, layers: int = 3):
        super().__init__(44100)
        self.into = torch.nn.Conv1d(1, channels, 64, stride=64)
        self.layers = torch.nn.ModuleList(torch.nn.Conv1d(channels, channels, 3) for _ in range(layers))
        self.out = torch.nn.ConvTranspose1d(channels, 1, 64, stride=64)
        self.register_buffer("past", torch.zeros(layers, 8, channels, 2))
        self.register_attribute("gain", 1.0)
        self.register_method("forward", 1, 1, 1, 1)

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        h = self.into(x)
        for i, layer in enumerate(self.layers):
            joined = torch.cat([self.past[i, : x.size(0)], h], -1)
            self.past[i, : x.size(0)] = joined[..., -2:]
            h = torch.nn.functional.leaky_relu(layer(joined), 0.2)
        return self.out(h) * self.gain[0]


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Folder with gain.ts and stack.ts."""
    folder = tmp_path_factory.mktemp("models")
    Gain().export_to_ts(str(folder / "gain.ts"))
    torch.manual_seed(0)
    Stack().export_to_ts(str(folder / "stack.ts"))
    return folder


@pytest.fixture(scope="session")
def gain(models):
    return models / "gain.ts"


@pytest.fixture(scope="session")
def stack(models):
    return models / "stack.ts"


@pytest.fixture
def noise():
    def make(channels: int, samples: int, seed: int = 0) -> np.ndarray:
        random = np.random.default_rng(seed)
        return random.uniform(-0.9, 0.9, (channels, samples)).astype(np.float32)

    return make
