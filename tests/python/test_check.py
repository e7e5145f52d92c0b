"""`nntilde check`: each fault has its sentence, and a good model none."""

from __future__ import annotations

import pytest
import torch
from click.testing import CliRunner

from nn_tilde.check import check_model
from nn_tilde.cli import cli


def save(path, params, **methods):
    """A TorchScript file made by hand, past all checks of our own exporter."""
    bare = type("Bare", (torch.nn.Module,), {})()  # torch shares code between modules of one class
    for name, numbers in params.items():
        bare.register_buffer(f"{name}_params", torch.tensor(numbers))
    module = torch.jit.script(bare)
    for code in methods.values():
        module.define(code)
    module.save(str(path))
    return path


def findings(path, kind):
    return [finding.text for finding in check_model(path) if finding.kind == kind]


IDENTITY = "def forward(self, x: Tensor):\n    return x\n"


def test_a_good_model_has_no_problem(gain):
    assert findings(gain, "problem") == []
    result = CliRunner().invoke(cli, ["check", str(gain)])
    assert result.exit_code == 0
    assert "no problem" in result.output


@pytest.mark.parametrize(
    ("params", "methods", "sentence"),
    [
        ({"forward": [1, 1, 2, 1]}, {"forward": IDENTITY}, "where [1, 2, 1] was expected"),
        ({"forward": [1, 0, 1, 1]}, {"forward": IDENTITY}, "no method that can be played"),
        (
            {"forward": [1, 1, 1, 1]},
            {"forward": "def forward(self, x: Tensor):\n    return x / 0.0\n"},
            "not numbers",
        ),
        (
            {"forward": [1, 1, 1, 1]},
            {"forward": "def forward(self, x: Tensor):\n    assert False, 'no strings'\n    return x\n"},
            "no strings",
        ),
        (
            {"forward": [1, 1, 1, 1], "speed": [2]},
            {"forward": IDENTITY, "set": "def set_speed(self, v: float):\n    return 0\n"},
            "no get_speed",
        ),
        (
            {"forward": [1, 1, 1, 1], "speed": [2, 2]},
            {
                "forward": IDENTITY,
                "get": "def get_speed(self):\n    return 1.0\n",
                "set": "def set_speed(self, v: float, w: float):\n    return 0\n",
            },
            "has 2 elements, and get_speed returns 1",
        ),
        (
            {"forward": [1, 1, 1, 1], "speed": [2]},
            {
                "forward": IDENTITY,
                "get": "def get_speed(self):\n    return 1.0\n",
                "set": "def set_speed(self, v: float):\n    return -1\n",
            },
            "refuses its own value",
        ),
    ],
)
def test_faults_are_named(tmp_path, params, methods, sentence):
    path = save(tmp_path / "faulty.ts", params, **methods)
    assert any(sentence in text for text in findings(path, "problem")), list(check_model(path))
    assert CliRunner().invoke(cli, ["check", str(path)]).exit_code == 1


def test_surprises_are_noted(tmp_path):
    random = "def forward(self, x: Tensor):\n    return x + torch.rand_like(x)\n"
    path = save(tmp_path / "random.ts", {"forward": [1, 1, 1, 1]}, forward=random)
    assert any("draws at random" in text for text in findings(path, "note"))
    stateless = "def forward(self, x: Tensor):\n    return x.flip(-1)\n"
    path = save(tmp_path / "stateless.ts", {"forward": [1, 1, 1, 1]}, forward=stateless)
    assert any("another block size" in text for text in findings(path, "note"))
    single = "def forward(self, x: Tensor):\n    return x.reshape(1, 1, -1)\n"
    path = save(tmp_path / "single.ts", {"forward": [1, 1, 1, 1]}, forward=single)
    assert not findings(path, "problem")


def test_no_model_at_all(tmp_path):
    (tmp_path / "text.ts").write_text("hello")
    assert "no TorchScript archive" in findings(tmp_path / "text.ts", "problem")[0]
