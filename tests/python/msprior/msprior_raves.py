"""RAVE files small enough for tests: exported by us, and one like those of RAVE's release."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from nn_tilde.rave.config import read
from nn_tilde.rave.export import export
from nn_tilde.rave.network import RAVE

RATE, RATIO = 8000, 128  # of all of them
_TINY = ["CAPACITY=2", "LATENT_SIZE=4", "RATIOS=[4, 2]", "DILATIONS=[[1, 3], [1]]", f"SAMPLING_RATE={RATE}"]
KINDS = {
    "continuous": ("v2", 1, []),  # variational: latents are drawn
    "plain": ("v2+wasserstein", 1, []),  # the same latents whenever the same is heard
    "stereo": ("v2+wasserstein", 2, []),
    "discrete": ("discrete", 1, ["NUM_QUANTIZERS=3", "CODEBOOK_SIZE=32"]),
    "discrete_stereo": ("discrete", 2, ["NUM_QUANTIZERS=3", "CODEBOOK_SIZE=32"]),
}
QUANTIZERS = {"continuous": 4, "plain": 4, "stereo": 4, "discrete": 3, "discrete_stereo": 3}


def tiny_rave(folder: Path, kind: str = "continuous", streaming: bool = False) -> Path:
    """Puts an untrained RAVE of one of KINDS into `folder`: RATE Hz, RATIO samples a frame; codes are below 32."""
    return Path(shutil.copy(_exported(kind, streaming), folder))


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="msprior_raves")  # which goes with this process


@lru_cache
def _exported(kind: str, streaming: bool) -> Path:
    name, channels, overrides = KINDS[kind]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        rave = RAVE(read(name.split("+"), [*_TINY, *overrides], channels=channels)).eval()
        for part in rave.modules():
            if hasattr(part, "weight_g"):
                part.weight_g.data *= 4
        if rave.config.regularization == "discrete":
            rave.encoder.enable()
            for layer in rave.encoder.rvq.layers:
                layer.codebook.embed.normal_()
    path = Path(_folder().name) / f"{kind}{'_streaming' if streaming else ''}.ts"
    export(rave, path, streaming=streaming)
    return path


class _Book(nn.Module):
    def __init__(self, codes: int, width: int):
        super().__init__()
        self.register_buffer("embed", torch.randn(codes, width))


class _Layer(nn.Module):
    def __init__(self, codes: int, width: int):
        super().__init__()
        self.codebook = _Book(codes, width)


class DiscreteEncoder(nn.Module):
    def __init__(self, quantizers: int, codes: int, width: int):
        super().__init__()
        self.layers = nn.ModuleList(_Layer(codes, width) for _ in range(quantizers))

    def forward(self, x: Tensor) -> Tensor:
        return x


class Released(nn.Module):
    """Like a file of RAVE's release. Codes are the mean of a frame, counted; cache: it goes on from call to call."""

    def __init__(self, quantizers: int = 3, codes: int = 32, cache: bool = False, batches: bool = True):
        super().__init__()
        self.encoder = DiscreteEncoder(quantizers, codes, 5)
        self.register_buffer("encode_params", torch.tensor([1, 1, quantizers, RATIO]))
        self.register_buffer("decode_params", torch.tensor([quantizers, RATIO, 1, 1]))
        self.register_buffer("sampling_rate", torch.tensor(RATE))
        self.register_buffer("cache", torch.zeros(1, 1, 64))
        self.sr, self.quantizers, self.codes, self.cached, self.batches = RATE, quantizers, codes, cache, batches

    @torch.jit.export
    def encode(self, x: Tensor) -> Tensor:
        if not self.batches and x.size(0) > 1:
            raise RuntimeError("expected one example")
        if self.cached:
            before = self.cache
            self.cache = x[:, :, -64:]
            x = torch.cat([before.expand(x.size(0), 1, 64), x], 2)[:, :, :-64]
        level = x.reshape(x.size(0), 1, -1, 128).abs().mean(3)
        return torch.floor((level * 2 * self.codes).clamp(0, self.codes - 1)).repeat(1, self.quantizers, 1)

    @torch.jit.export
    def decode(self, z: Tensor) -> Tensor:
        return (z[:, :1] / (2 * self.codes)).repeat_interleave(128, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


def released_rave(folder: Path, name: str = "released.ts", **options) -> Path:
    """Writes a `Released` into `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        torch.jit.script(Released(**options).eval()).save(str(folder / name))
    return folder / name
