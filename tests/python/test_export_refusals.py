"""What `export_to_ts` refuses: one sentence that names the part, and no file."""

import os
from pathlib import Path

import pytest
import torch
from export_models import Methods, Model

from nn_tilde import Buffer, Module
from nn_tilde.export import read_metadata


class Setters(Module):
    """Getters and setters that are wrong; each test registers one of them."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__()
        self.register_attribute(name, value)
        self.register_method("forward", 1, 1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

    def set_untyped(self, value) -> int:
        return 0

    def set_silent(self, value: float):
        pass

    def get_short(self) -> list[float]:
        return [1.0]

    def get_rounded(self) -> int:
        return 1

    def get_broken(self) -> float:
        raise ValueError("no value yet")

    def set_strict(self, value: float) -> int:
        assert value > 10.0, "too small"
        return 0

    def set_worded(self, value: float) -> int:
        return 0

    def set_uncompiled(self, value: float) -> int:
        try:
            return int(value)
        except OverflowError:
            return -1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("untyped", 1.0, "parameter 'value' of setter 'set_untyped' is of type Tensor; annotate it as float"),
        ("silent", 1.0, "setter 'set_silent' must return an int"),
        (
            "short",
            (1.0, 2.0),
            r"getter 'get_short' must return one value per element of attribute 'short' \(2\), but returns 1",
        ),
        ("rounded", 1.0, "getter 'get_rounded' returns int where attribute 'rounded' has float"),
        ("broken", 1.0, "getter 'get_broken' fails in the exported file: .*no value yet"),
        ("strict", 1.0, "setter 'set_strict' fails in the exported file: .*too small"),
        ("worded", Buffer(), "parameter 'value' of setter 'set_worded' is of type float; annotate it as str"),
        ("uncompiled", 1.0, "method 'set_uncompiled' cannot be compiled"),
    ],
)
def test_refused_accessors(tmp_path: Path, name: str, value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        Setters(name, value).export_to_ts(tmp_path / "model.ts")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


COMPILER = r" cannot be compiled by TorchScript: [^\n]+ \([^\n]*export_\w+\.py, line \d+\)$"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("eager", "method 'eager'" + COMPILER),
        ("deep", "method 'deep'" + COMPILER),
        ("shrinks", "method 'shrinks' must return 8192 frames for a block of 8192 samples"),
        ("fails", "method 'fails' fails in the exported file: mat1 and mat2"),
    ],
)
def test_refused_methods(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        Methods(name).export_to_ts(tmp_path / "model.ts")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_an_exported_method_that_is_not_registered_is_named(tmp_path: Path) -> None:
    class Unregistered(Methods):
        @torch.jit.export
        def other(self, x: torch.Tensor) -> torch.Tensor:
            return x * eval("1")

    with pytest.raises(ValueError, match="method 'other'" + COMPILER):
        Unregistered("forward").export_to_ts(tmp_path / "model.ts")


def test_classes_without_source_text(tmp_path: Path) -> None:
    space = {"Module": Module}
    exec("class Typed(Module):\n    def forward(self, x):\n        return x", space)
    module = space["Typed"]()
    module.register_method("forward", 1, 1, 1, 1)
    with pytest.raises(ValueError, match=r"class Typed cannot be compiled by TorchScript: OSError: .*source"):
        module.export_to_ts(tmp_path / "model.ts")


def test_files_that_cannot_be_loaded(tmp_path: Path) -> None:
    # TorchScript writes the name of the module into the file, but cannot read this one.
    named = type("Named", (Methods,), {"__module__": "<console>"})
    with pytest.raises(ValueError, match="the exported file cannot be loaded again: "):
        named("forward").export_to_ts(tmp_path / "model.ts")
    assert os.listdir(tmp_path) == []


def test_untested_methods_only_warn(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="untested method 'fails' fails in the exported file") as seen:
        Methods("fails", test_method=False).export_to_ts(tmp_path / "model.ts")
    assert seen[0].filename == __file__
    assert read_metadata(tmp_path / "model.ts")["methods"]["fails"]["batch"] is None


def test_second_block_is_played_too(tmp_path: Path) -> None:
    class Tires(Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0
            self.register_method("forward", 1, 1, 1, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            return x[..., 1:] if torch.jit.is_scripting() and self.calls == 2 else x

    with pytest.raises(ValueError, match="method 'forward' must return 8192 frames"):
        Tires().export_to_ts(tmp_path / "model.ts")


def test_a_module_without_methods(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Module has no method to play; call register_method first"):
        Module().export_to_ts(tmp_path / "model.ts")


@pytest.mark.parametrize("block", [0, 1000, 1536, 2.0])
def test_refused_blocks(tmp_path: Path, block: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^block"):
        Model().export_to_ts(tmp_path / "model.ts", block=block)
    assert os.listdir(tmp_path) == []
