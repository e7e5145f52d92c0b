"""`export_to_ts`: what is in the file, what is refused, and that a failure leaves nothing behind."""

import json
import os
import re
import stat
import warnings
import zipfile
from pathlib import Path

import pytest
import torch
from export_models import Methods, Model

import nn_tilde
from nn_tilde import Module
from nn_tilde.export import read_metadata
from nn_tilde.export.torchscript import quiet


def load(path: Path) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.load(str(path))


class Plain(Module):
    """Whatever a test registers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

    def single(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(1, 1, -1)


# A good file


def test_contents(tmp_path: Path) -> None:
    path = tmp_path / "model.ts"
    module = Model()
    module.export_to_ts(path)
    assert os.listdir(tmp_path) == ["model.ts"]
    file = load(path)
    assert not file.training
    assert not file.dropout.training
    assert file.get_methods() == ["forward", "slow"]
    assert file.get_attributes() == ["gain", "buf"]
    assert file.get_buffer_attributes() == ["buf#0"]
    assert file.forward_params.tolist() == [1, 1, 1, 1]
    assert file.slow_params.tolist() == [2, 4, 1, 1024]
    assert file.slow_params.dtype == torch.int64
    assert file.slow_input_labels == ["left", "right"]
    assert file.slow_output_labels == ["mean"]
    assert file.get_sample_rate() == 44100
    x = torch.rand(3, 1, 64)
    assert torch.equal(file(x), x * 0.5)
    assert file.set_gain(2.0) == 0
    assert torch.equal(file(x), x * 2)


def test_the_calls_hosts_rely_on(tmp_path: Path) -> None:
    Model().export_to_ts(tmp_path / "model.ts")
    file = load(tmp_path / "model.ts")
    schemas = {
        "get_methods": "() -> str[]",
        "get_attributes": "() -> str[]",
        "get_buffer_attributes": "() -> str[]",
        "get_gain": "() -> ((float))",
        "set_gain": "(float gain0) -> int",
        "get_buf": "() -> ((str))",
        "set_buf": "(str buf0) -> int",
        "set_buffer_attribute": "(str buffer_name, Tensor buffer, int sr) -> int",
        "clear_buffer_attribute": "(str buffer_name) -> int",
        "is_buffer_empty": "(str buffer_name) -> bool",
        "set_sample_rate": "(int? sample_rate) -> NoneType",
        "get_sample_rate": "() -> int",
    }
    for name, wanted in schemas.items():
        schema = re.sub(r"\(\S+ self(, )?", "(", str(file._c._get_method(name).schema).removeprefix(name))
        assert (name, schema) == (name, wanted)


@pytest.mark.parametrize("block", [None, 2048])
def test_metadata(tmp_path: Path, block: int | None) -> None:
    path = tmp_path / "model.ts"
    Model().export_to_ts(str(path), block=block)
    about = read_metadata(path)
    assert about == {
        "format": 1,
        "toolkit": nn_tilde.__version__,
        "torch": torch.__version__.split("+")[0],
        "block": block,
        "sample_rate": 44100,
        "methods": {"forward": {"delay": 512, "batch": True}, "slow": {"delay": 0, "batch": True}},
    }
    extra = {"nn_tilde.json": ""}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.load(str(path), _extra_files=extra)
    assert json.loads(extra["nn_tilde.json"]) == about


@pytest.mark.parametrize(("sr", "noted"), [(22050, 22050), ((1, 2), None), ("x", None)])
def test_sample_rate_of_an_attribute(tmp_path: Path, sr: object, noted: int | None) -> None:
    module = Plain()
    module.register_attribute("sr", sr)
    module.register_method("forward", 1, 1, 1, 1)
    module.export_to_ts(tmp_path / "model.ts")
    assert read_metadata(tmp_path / "model.ts")["sample_rate"] == noted


def test_one_example_at_a_time_is_noted(tmp_path: Path) -> None:
    module = Plain()
    with pytest.warns(UserWarning, match="one example at a time"):
        module.register_method("single", 1, 1, 1, 1)
    module.export_to_ts(tmp_path / "model.ts")
    about = read_metadata(tmp_path / "model.ts")
    assert about["methods"] == {"single": {"delay": 0, "batch": False}}
    assert about["sample_rate"] is None


def test_modules_of_one_class_may_offer_different_methods(tmp_path: Path) -> None:
    for names in (["forward", "single"], ["forward"]):
        module = Methods(*names)
        module.export_to_ts(tmp_path / "model.ts")
        file = load(tmp_path / "model.ts")
        assert file.get_methods() == names
        assert file._c._has_method("single") == ("single" in names)


def test_reading_metadata_of_other_files(tmp_path: Path) -> None:
    path = tmp_path / "x.ts"
    with pytest.raises(FileNotFoundError):
        read_metadata(path)
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="is not a readable model file"):
        read_metadata(path)
    for text, sentence in (("{", "is not a readable model file"), ("[1]", "has a damaged description")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("m/extra/nn_tilde.json", text)
        with pytest.raises(ValueError, match=sentence):
            read_metadata(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", b"")
    assert read_metadata(path) == {}


def test_the_module_stays_as_it_was(tmp_path: Path) -> None:
    module = Model()
    module.dropout.eval()
    module.export_to_ts(tmp_path / "a.ts")
    assert module.training
    assert not module.dropout.training
    assert module.get_gain() == (0.5,)
    module.export_to_ts(tmp_path / "b.ts")
    module.set_gain(3.0)
    module.export_to_ts(tmp_path / "c.ts")  # as it is now
    assert load(tmp_path / "b.ts").get_gain() == (0.5,)
    assert load(tmp_path / "c.ts").get_gain() == (3.0,)


def test_no_deprecation_warnings(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.simplefilter("error")
        Model().export_to_ts(tmp_path / "model.ts")
        with pytest.raises(DeprecationWarning):  # silenced where we call, and nowhere else
            torch.jit.script(torch.nn.ReLU())


def test_only_those_warnings_are_silenced() -> None:
    with pytest.warns(UserWarning, match="of the model"), quiet():
        warnings.warn("of the model", UserWarning, stacklevel=1)
    with pytest.warns(DeprecationWarning, match="of another kind"), quiet():
        warnings.warn("of another kind", DeprecationWarning, stacklevel=1)


def test_nested_module(tmp_path: Path) -> None:
    class Outer(Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Model()
            self.register_method("forward", 1, 1, 1, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inner(x)

    Outer().export_to_ts(tmp_path / "model.ts")
    assert load(tmp_path / "model.ts").get_methods() == ["forward"]


# Whole files or none


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model.ts"
    Model().export_to_ts(path)
    old = path.read_bytes()
    for name in ("eager", "shrinks", "fails"):
        with pytest.raises(ValueError, match=f"method '{name}'"):
            Methods(name).export_to_ts(path)
        assert os.listdir(tmp_path) == ["model.ts"]
        assert path.read_bytes() == old


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    path = tmp_path / "model.ts"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(OSError, match="no space left"):
        Model().export_to_ts(path)
    assert os.listdir(tmp_path) == ["model.ts"]
    assert path.read_bytes() == b"old"


def test_the_name_appears_after_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    check = nn_tilde.export.module.verify

    def spy(path: str, *rest: object) -> None:
        seen.append((Path(path).parent, sorted(os.listdir(tmp_path))))
        check(path, *rest)

    monkeypatch.setattr(nn_tilde.export.module, "verify", spy)
    Model().export_to_ts(tmp_path / "model.ts")
    [(folder, names)] = seen
    assert folder == tmp_path
    assert len(names) == 1
    assert names[0].startswith(".model.ts.")


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"folder '.*nowhere' does not exist; create it first"):
        Model().export_to_ts(tmp_path / "nowhere" / "model.ts")


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_links_and_modes(tmp_path: Path) -> None:
    real, link = tmp_path / "real.ts", tmp_path / "link.ts"
    real.write_bytes(b"old")
    link.symlink_to(real)
    Model().export_to_ts(link)
    assert link.is_symlink()
    assert real.read_bytes() != b"old"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(real.stat().st_mode) == 0o666 & ~umask
