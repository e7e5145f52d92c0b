"""Accelerated, a RAVE sounds as it does plain: from one state, with the same random numbers.

NN_SOAK=1 plays 200 blocks of every method in mono and stereo, alone and four at once; otherwise 12 blocks of four at
once, in mono or stereo.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from test_rave_streaming import MODELS, small
from test_rave_whole import STACKS

from nn_tilde.compare import Comparer
from nn_tilde.rave.export import export

LONG = os.environ.get("NN_SOAK") == "1"
BLOCKS = 200 if LONG else 12
BLOCK = 2048
PLAYED = [(m, b) for m in ("encode", "decode", "forward") for b in (1, 4)] if LONG else [("forward", 4)]
CLOSE = 1e-5  # of the peak: what `exact` promises
# Latents on a sphere are angles, and one that is hardly defined turns rounding into more.
CLOSE_ANGLES = 1e-4
CONFIGS = list(dict.fromkeys([*MODELS, *STACKS.split()]))
# Those that the benchmark can write as releases do; in stereo it writes none.
RELEASED = ["v1", "raspberry", "v2", "v2+causal"]
# Networks of others, under another name.
SAME = ["v2_nopqmf_small", "v2_48k", "raspberry"]
SAME += ["v2+default", "v2+spectral_discriminator", "v2+descript_discriminator"]
if not LONG:
    CONFIGS = [name for name in CONFIGS if name not in SAME]
CASES = [(name, channels) for i, name in enumerate(CONFIGS) for channels in ((1, 2) if LONG else (1 + i % 2,))]
if LONG:
    RELEASED += ["v2_small", "v2+noise", "v2_48k", "onnx", "live", "v1+causal", "v2_small+causal"]


@pytest.fixture
def released_form(monkeypatch):
    """network → a module with cached convolutions that has the names and methods of released files."""
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "scripts")
    from rave_conv1d_form import Conv1dForm, turn

    class Released(Conv1dForm):
        def __init__(self, rave):
            super().__init__(rave)
            self.register_method("encode", 1, 1, self.latents, rave.ratio)
            self.register_method("decode", self.latents, rave.ratio, 1, 1)

        @torch.jit.export
        def encode(self, x: torch.Tensor):
            mean, scale = self.encoder(turn(self.analysis(x))).chunk(2, 1)
            z = mean + torch.randn_like(mean) * (F.softplus(scale) + 1e-4)
            return F.conv1d(z - self.mean.unsqueeze(-1), self.pca.unsqueeze(-1))

        @torch.jit.export
        def decode(self, z: torch.Tensor):
            z = F.conv1d(z, self.pca.t().unsqueeze(-1)) + self.mean.unsqueeze(-1)
            y = (self.synthesis(turn(self.head(self.net(z)))) * self.bands).flip(1).transpose(1, 2)
            return y.reshape(y.size(0), 1, -1)

    return Released


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Other tests see what an export plays before it is written."""
    monkeypatch.setattr("nn_tilde.export.module.verify", lambda *_: None)


def assert_accelerated_and_close(path, angles=False):
    both = Comparer(path)  # which has played three blocks of each method, alone
    assert both.remark == ""
    assert both.accelerated
    block = both.rounded((BLOCK,))[0]
    for method, batch in PLAYED:
        error = both.row(method, block, batch, BLOCKS).error
        close = CLOSE_ANGLES if angles and method == "encode" else CLOSE
        assert error <= close, (method, batch, error)  # no number at all is not close


@pytest.mark.parametrize(("name", "channels"), CASES)
def test_every_network_as_we_export_it(name, channels, tmp_path):
    export(small(name, channels), tmp_path / "x.ts", streaming=True)
    assert_accelerated_and_close(tmp_path / "x.ts", angles="spherical" in name)


@pytest.mark.parametrize("name", RELEASED)
def test_networks_as_releases_export_them(name, released_form, tmp_path):
    released_form(small(name)).eval().export_to_ts(tmp_path / "x.ts", block=BLOCK)
    assert_accelerated_and_close(tmp_path / "x.ts")
