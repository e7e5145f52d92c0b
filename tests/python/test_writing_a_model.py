"""docs/writing-a-model.md: its code runs, and its sentences are those that users get."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from nn_tilde import Module

PAGE = (Path(__file__).parents[2] / "docs" / "writing-a-model.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(blocks: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a script, because TorchScript wants to read the source."""
    monkeypatch.chdir(folder)
    page = folder / "page.py"
    page.write_text("\n".join(blocks))
    runpy.run_path(str(page), run_name="__main__")


def test_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run([block for block in BLOCKS if "Host" not in block], tmp_path, monkeypatch)
    written = {path.stem for path in tmp_path.glob("*.ts")}
    assert written == {"gain", "codec", "crush", "loop", "smooth"}


def test_code_with_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nn_tilde._core")
    run(BLOCKS, tmp_path, monkeypatch)


# Every row of the table of errors


class Broken(Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gain[0]


class Returns(Module):
    def __init__(self, answer: Callable) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.answer(x)


class Through(Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class ShortSetter(Through):
    def set_mix(self, dry: float) -> int:
        return 0


class UntypedSetter(Through):
    def set_gain(self, value) -> int:
        return 0


class RoundingGetter(Through):
    def get_gain(self) -> int:
        return 1


class Uncompiled(Through):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        try:
            return x
        finally:
            pass


def registered(module: Module, *ratios: int, **attributes: object) -> Module:
    for name, value in attributes.items():
        module.register_attribute(name, value)
    module.register_method("forward", *(ratios or (1, 1, 1, 1)))
    return module


CASES = [
    lambda: registered(Through(), 1, 1, 1, 2),
    lambda: registered(Through(), 1, 1, 2, 1),
    lambda: registered(Returns(lambda x: x[0])),
    lambda: registered(Returns(lambda x: x.double())),
    lambda: registered(Broken()),
    lambda: registered(Returns(lambda x: x.reshape(1, 1, -1))),
    lambda: Through().register_method("forward", 1, 1, 1, 64, test_buffer_size=1000),
    lambda: registered(Uncompiled()).export_to_ts("never.ts"),
    lambda: registered(ShortSetter(), mix=(0.0, 1.0)).finish(),
    lambda: registered(UntypedSetter(), gain=1.0).export_to_ts("never.ts"),
    lambda: registered(RoundingGetter(), gain=1.0).export_to_ts("never.ts"),
    lambda: registered(Through(), gain=np.float64(1)),
    lambda: registered(Through(), forward=1),
]
ROWS = [row.split(" | ")[0].removeprefix("| ") for row in PAGE.partition("| it says")[2].splitlines()[2:]]
SENTENCES = [row for row in ROWS if row.startswith(("method", "test_", "setter", "param", "getter", "attr", "'"))]


def test_every_sentence_has_a_case() -> None:
    assert len(SENTENCES) == len(CASES)


@pytest.mark.parametrize(("case", "sentence"), list(zip(CASES, SENTENCES, strict=True)), ids=range(len(CASES)))
def test_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Callable, sentence: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, TypeError, UserWarning)) as caught:
        case()  # a warning is an error here
    said = str(caught.value)
    beginning, cut, _ = sentence.partition("…")
    assert said.startswith(beginning) if cut else said == sentence
