"""Packed weights take the place of the plain ones, once for all objects on a file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import nn_tilde
from nn_tilde.compare import memory

MEGABYTE = 1 << 20
SPARE = 4 * MEGABYTE  # pages begun and not filled, code that TorchScript makes

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell")


class Wide(nn_tilde.Module):
    def __init__(self, channels: int = 768, layers: int = 6):
        super().__init__(44100)
        self.into = torch.nn.Conv1d(1, channels, 64, stride=64)
        self.layers = torch.nn.ModuleList(torch.nn.Conv1d(channels, channels, 3, padding=1) for _ in range(layers))
        self.out = torch.nn.ConvTranspose1d(channels, 1, 64, stride=64)
        self.register_method("forward", 1, 1, 1, 1)

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        h = self.into(x)
        for layer in self.layers:
            h = torch.nn.functional.leaky_relu(layer(h), 0.2)
        return self.out(h)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """(path, bytes of its weights)."""
    torch.manual_seed(0)
    model, path = Wide(), tmp_path_factory.mktemp("large") / "large.ts"
    model.export_to_ts(path)
    return path, sum(weight.numel() for weight in model.parameters()) * 4


@pytest.mark.parametrize(("precision", "share"), [("exact", 1.0), ("half", 0.5), ("bf16", 0.5)])
def test_packed_weights_are_all_that_is_kept(large, precision, share):
    path, weights = large
    assert weights > 32 * MEGABYTE
    used = memory(path, precision)
    besides = used.plain - weights  # caches, buffers of audio
    assert besides > -SPARE
    assert used.accelerated - besides < 1.15 * share * weights + SPARE


def test_objects_on_one_file_share_them(large):
    path, weights = large
    one, eight = memory(path), memory(path, hosts=8)
    for first, all_ in ((one.plain, eight.plain), (one.accelerated, eight.accelerated)):
        assert (all_ - first) / 7 < 0.1 * weights
