"""models/unmix.py around separation models that fit and that do not."""

import warnings
from pathlib import Path

import pytest
import torch
from model_files import MODELS, load, play, run


class Stems(torch.nn.Module):
    """Splits by gain; `count` stems."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.gains = torch.nn.Parameter(torch.arange(1.0, count + 1).reshape(1, -1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gains


def save(model: torch.nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(model).save(str(path))
    return path


def test_unmix(tmp_path: Path) -> None:
    save(Stems(4), tmp_path / "unmix.pt")
    done = run(MODELS / "export.py", tmp_path, f"unmix={tmp_path / 'unmix.pt'}")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{tmp_path / 'unmix.ts'}\n")
    model = load(tmp_path / "unmix.ts")
    assert model.forward_params.tolist() == [1, 1, 4, 1]
    assert model.forward_output_labels == ["drums", "vocals", "bass", "others"]
    x = torch.rand(2, 1, 64)
    assert torch.equal(play(model, "forward", x), x * torch.arange(1.0, 5).reshape(1, 4, 1))


@pytest.mark.parametrize("case", ["stems", "no TorchScript", "missing"])
def test_unmix_says_what_is_wrong(tmp_path: Path, case: str) -> None:
    path = tmp_path / "unmix.pt"
    sentence = "No such file"
    if case == "stems":
        save(Stems(2), path)
        sentence = "returns [1, 2, 8192] for audio of shape [1, 1, 8192]; it must return [1, 4, 8192]: drums"
    elif case == "no TorchScript":
        path.write_bytes(b"x" * 1000)
        sentence = "is not a TorchScript file"
    done = run(MODELS / "unmix.py", path, tmp_path / "out.ts")
    assert done.returncode == 1
    assert done.stderr.startswith("unmix: ")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out.ts").exists()
