"""Objects on one file: one copy of the weights, a state each, whatever the code does with its tensors."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from nn_tilde import Host

ONES = np.ones((1, 64), np.float32)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))


class InPlace(Model):
    def __init__(self):
        super().__init__()
        self.register_buffer("a", torch.zeros(1))

    def forward(self, x: torch.Tensor):
        self.a.add_(1)
        return x * 0 + self.a


class PingPong(Model):
    """Two buffers change places: both are written, though the code writes to one name only."""

    def __init__(self):
        super().__init__()
        self.register_buffer("a", torch.zeros(1))
        self.register_buffer("b", torch.zeros(1))

    def forward(self, x: torch.Tensor):
        self.a.copy_(self.b + 1)
        t = self.a
        self.a = self.b
        self.b = t
        return x * 0 + self.b


class Window(Model):
    """A view that is kept in one call and written to in the next."""

    def __init__(self):
        super().__init__()
        self.register_buffer("bank", torch.zeros(2))
        self.register_buffer("window", torch.zeros(1))

    def forward(self, x: torch.Tensor):
        self.window.add_(1)
        self.window = self.bank[0:1]
        return x * 0 + self.bank[0]


class TwoNames(Model):
    def __init__(self):
        super().__init__()
        self.register_buffer("a", torch.zeros(2))
        self.register_buffer("view", self.a[1:])

    def forward(self, x: torch.Tensor):
        self.a.add_(1)
        return x * 0 + self.view


class Listed(Model):
    def __init__(self):
        super().__init__()
        self.states = [torch.zeros(1), torch.zeros(1)]

    def forward(self, x: torch.Tensor):
        self.states[1].add_(1)
        return x * 0 + self.states[1]


class Part(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("a", torch.zeros(1))

    def forward(self, x: torch.Tensor):
        self.a.add_(1)
        return x * 0 + self.a


class SharedPart(Model):
    """One submodule under two names."""

    def __init__(self):
        super().__init__()
        self.first = Part()
        self.second = self.first

    def forward(self, x: torch.Tensor):
        return self.first(x) * 0 + self.second(x) - 1


class OnOwnInput(Model):
    """Keeps a view of its input, and changes the tensor it is given."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(1))
        self.register_buffer("kept", torch.ones(1))

    def forward(self, x: torch.Tensor):
        self.count = self.count + self.kept
        self.kept = x[0, 0, :1]
        y = x * 0 + self.count
        x.unsqueeze_(1)
        return y


def save(cls: type, folder: Path) -> Path:
    path = folder / f"{cls.__name__}.ts"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(cls()).save(str(path))
    return path


@pytest.mark.parametrize("cls", [InPlace, PingPong, Window, TwoNames, Listed, SharedPart, OnOwnInput])
def test_states_are_apart_and_as_torch_has_them(cls, tmp_path):
    path = save(cls, tmp_path)
    hosts = [Host(path, block=64, vector=64) for _ in range(2)]
    expected = []
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        reference = torch.jit.load(str(path))
        for _ in range(5):
            expected.append(float(reference(torch.ones(1, 1, 64))[0, 0, -1]))
    assert expected[4] > expected[0]  # there is a state
    for host in hosts:  # one after the other: a shared state would go on where the first left it
        assert [float(host.process(ONES)[0, -1]) for _ in range(5)] == expected
        assert host.messages() == []


@pytest.mark.parametrize(
    "change",
    [
        "x.set_(torch.zeros([1]))",
        "x.resize_([1])\n    x.set_(torch.zeros([3]))",
        "x.resize_([100000])",
        "x.t_() if x.dim() < 3 else x.transpose_(0, 2)",
    ],
)
def test_what_a_model_does_to_its_input_stays_with_the_model(tmp_path, change):
    bare = type("Bare", (torch.nn.Module,), {})()
    bare.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = torch.jit.script(bare)
        module.define(f"def forward(self, x: Tensor):\n    y = x + 1\n    {change}\n    return y\n")
        module.save(str(tmp_path / "changes.ts"))
    host = Host(tmp_path / "changes.ts", block=64, vector=64)
    heard = [host.process(ONES) for _ in range(20)]
    if not host.messages():  # torch may refuse to resize; then the block is silent and all is well
        assert all((block == 2).all() for block in heard)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_eight_objects_share_the_weights_of_a_recurrent_model(tmp_path):
    """Scripted GRUs hold their weights in a list as well."""

    class Recurrent(Model):
        def __init__(self):
            super().__init__()
            self.gru = torch.nn.GRU(1, 1600, batch_first=True)
            self.register_buffer("h", torch.zeros(1, 1, 1600))

        def forward(self, x: torch.Tensor):
            y, h = self.gru(x[:1, :1, ::64].transpose(1, 2), self.h)
            self.h = h
            return x + y[:, :, :1].transpose(1, 2).repeat_interleave(64, -1)

    def dirty() -> int:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))

    path = save(Recurrent, tmp_path)
    size = path.stat().st_size
    assert size > 25e6
    Host(path, block=64).process(ONES)  # what torch needs once
    before = dirty()
    hosts = [Host(path, block=64) for _ in range(8)]
    for host in hosts:
        host.process(ONES)
    assert dirty() - before < 2 * size
