"""Files that call something a Generator which is none: played as they are, or refused, never a crash."""

import numpy as np
import pytest
import torch

from nn_tilde import Host
from nn_tilde.export import Module
from nn_tilde.mtcrnn.plan import GRULayer, Layer, Plan
from nn_tilde.mtcrnn.streaming import Generator

COUNT = 3


def layer(outputs, inputs):
    return Layer(torch.full((outputs, inputs), 0.1), torch.zeros(outputs), torch.empty(0))


class Stranger(Module):
    """Silent, until its inlet is not: then its generator plays."""

    def __init__(self, generator, width):
        super().__init__(sr=16000)
        self.generator, self.width = generator, width
        self.register_method("forward", 1, 1, 1, 1, test_buffer_size=64)
        self.finish()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if float(x.abs().max()) < 1:
            return x
        noise = torch.full([x.shape[0], x.shape[2], self.width], 0.5)
        return self.generator(x.new_zeros(x.shape[0], x.shape[2], 0), noise, 1.0)[:, :, :1].transpose(1, 2)


def stranger(path, change, outputs=2 * COUNT):
    plan = Plan("gaussian", COUNT, False, COUNT, 0, 4)
    plan.entries.append((layer(4, COUNT), True))
    plan.cells.append(GRULayer(layer(12, 4), layer(12, 4), -1))
    plan.heads.append((layer(outputs, 4), 0, False))
    generator = Generator(plan)
    change(generator)
    Stranger(generator, generator.draw[1] * (2 if generator.draw[0] == 2 else 1)).eval().export_to_ts(path)
    return Host(path)


def shapes(**changes):
    def change(generator):
        for name, value in changes.items():
            part = generator
            *path, last = name.split("__")
            for step in path:
                part = part[int(step)] if step.isdecimal() else getattr(part, step)
            setattr(part, last, value)

    return change


@pytest.mark.parametrize(
    "changes",
    [
        {"draw": [2, 1367, 1047298, 0]},  # 3 · 1367 · 1047298 is 1802 in 32 bits
        {"draw": [1, -3, 1, 0]},
        {"draw": [7, 3, 1, 0]},
        {"draw": [1, 3, 1]},
        {"given": -1},
        {"given": 1 << 40},
        {"version": 2},
        {"cells__0__source": 5},
        {"cells__0__source": -7},
        {"heads__0__source": 1},
        {"heads__0__bias": torch.zeros(2)},
        {"cells__0__weight_hh": torch.zeros(12, 5)},
        {"cells__0__scales_ih": torch.full((12,), float("nan"))},
        {"entries__0__weight": torch.zeros(0, 3)},
    ],
    ids=str,
)
def test_what_is_no_generator_is_left_as_it_is(tmp_path, changes):
    outputs = 1802 if changes.get("draw", [0])[0] == 2 else 2 * COUNT
    host = stranger(tmp_path / "file.ts", shapes(**changes), outputs)
    quiet = host.process(np.zeros((1, 512), np.float32))
    assert not quiet.any()
    host.process(np.ones((1, 9000), np.float32))  # silence and a line, or what torch makes of it
    assert host.process(np.zeros((1, 512), np.float32)).shape == (1, 512)


@pytest.mark.parametrize(
    "changes",
    [{"hidden": torch.zeros(2, 1, 4)}, {"hidden": torch.zeros(1, 1, 5)}, {"made": torch.zeros(1, 1, 2)}],
    ids=str,
)  # fmt: skip
def test_states_of_other_shapes_are_an_error_while_playing(tmp_path, changes):
    host = stranger(tmp_path / "file.ts", shapes(**changes))
    host.process(np.ones((1, 9000), np.float32))
    assert any("shape" in line or "size" in line for line in host.messages())


def test_a_plain_one_plays(tmp_path):
    host = stranger(tmp_path / "file.ts", shapes())
    assert host.accelerated
    assert host.process(np.ones((1, 9000), np.float32)).any()
    assert not host.messages()
