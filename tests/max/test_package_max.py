"""The package for Max: bundles, contents, what the inspection sees."""

import json
import plistlib
import shutil
import struct
import subprocess
import sys
import zipfile

import inspect_max
import mxo
import package_max
import pytest
from max_package_files import BUILD, BUILT, OBJECTS, PACKAGE, ROOT
from PIL import Image

VERSION = "1.2.3"


def macho(path):
    """The least that is a library for macOS on Apple silicon: a header without commands."""
    path.write_bytes(struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 8, 0, 0, 0, 0))
    return path


@pytest.mark.parametrize("name", OBJECTS)
def test_a_bundle(name, tmp_path):
    made = mxo.bundle(macho(tmp_path / name), tmp_path / "out", VERSION)
    assert made.name == f"{name}.mxo"
    files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    assert files == sorted(["Contents/Info.plist", f"Contents/MacOS/{name}", "Contents/PkgInfo"])
    with (made / "Contents/Info.plist").open("rb") as file:
        told = plistlib.load(file)
    assert told["CFBundleExecutable"] == name
    assert told["CFBundlePackageType"] == "iLaX"
    assert told["CFBundleVersion"] == told["CFBundleShortVersionString"] == VERSION
    assert set(told["CFBundleIdentifier"]) <= set("abcdefghijklmnopqrstuvwxyz.-")
    assert (made / "Contents/PkgInfo").read_text() == "iLaX????"
    assert (made / f"Contents/MacOS/{name}").stat().st_mode & 0o111


def test_identifiers_differ():
    assert len({mxo.identifier(name) for name in OBJECTS}) == len(OBJECTS)


def test_only_libraries_for_macos_become_bundles(tmp_path):
    elf = tmp_path / "nn~"
    elf.write_bytes(b"\x7fELF and so on")
    with pytest.raises(ValueError, match="not a library for macOS"):
        mxo.bundle(elf, tmp_path, VERSION)


def test_the_icon_is_a_square():
    with Image.open(PACKAGE / "icon.png") as icon:
        assert icon.size == (256, 256)


def test_the_init_file_says_what_is_documented():
    """`max fileformat` with an ending and four letters; nothing else."""
    (file,) = (PACKAGE / "init").iterdir()
    words = file.read_text().split()
    assert words == ["max", "fileformat", ".ts", "nnTS;"]


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    """A package with externals for macOS that are empty but for their headers."""
    folder = tmp_path_factory.mktemp("package") / "nn_tilde"
    (folder / "externals").mkdir(parents=True)
    package_max.copy_contents(folder)
    for name in OBJECTS:
        macho(folder / "externals" / name)
    package_max.make_bundles(folder / "externals", VERSION)
    (folder / "support").mkdir()
    macho(folder / "support/libnn_tilde.dylib")
    (folder / "licenses").mkdir()
    (folder / "licenses/README.txt").write_text("none")
    models = tmp_path_factory.mktemp("models")
    for card in (ROOT / "models").glob("*.md"):
        (models / f"{card.stem}.ts").write_bytes(b"")
    package_max.copy_models_and_cards(models, folder / "models")
    return folder


def unsigned(problems):
    return [sentence for sentence in problems if "signature" not in sentence]


def test_contents_are_complete(contents):
    assert unsigned(inspect_max.check(contents)) == []
    here = {path.name for path in contents.iterdir()}
    sources = {"source", "patches", "reference", "generate.py", "CMakeLists.txt"}
    assert here == {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"} - sources | {
        "externals", "support", "models", "licenses", "LICENSE",
    }  # fmt: skip
    assert (contents / "models/effects.md").read_bytes() == (ROOT / "models/effects.md").read_bytes()
    assert not list(contents.rglob("*.py"))


FAULTS = {
    "help/nn~.maxhelp is missing.": lambda folder: (folder / "help/nn~.maxhelp").unlink(),
    "There is no mc.nn~ in externals.": lambda folder: shutil.rmtree(folder / "externals/mc.nn~.mxo"),
    "There is no libnn_tilde in support.": lambda folder: (folder / "support/libnn_tilde.dylib").unlink(),
    "nn~.mxo has no Info.plist.": lambda folder: (folder / "externals/nn~.mxo/Contents/Info.plist").unlink(),
    "models/effects.ts is missing.": lambda folder: (folder / "models/effects.ts").unlink(),
    "licenses/README.txt is missing.": lambda folder: (folder / "licenses/README.txt").unlink(),
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_the_inspection_sees(sentence, contents, tmp_path):
    folder = tmp_path / "nn_tilde"
    shutil.copytree(contents, folder)
    FAULTS[sentence](folder)
    assert unsigned(inspect_max.check(folder)) == [sentence]


def test_a_patch_that_is_no_json_is_seen(contents, tmp_path):
    folder = tmp_path / "nn_tilde"
    shutil.copytree(contents, folder)
    (folder / "examples/nn.voices.maxpat").write_text("{")
    assert any("nn.voices.maxpat is not valid" in sentence for sentence in inspect_max.check(folder))


def test_the_archive_holds_the_folder(contents, tmp_path):
    made = package_max.archive(contents, tmp_path, "macos", VERSION)
    assert made.name == f"nn_tilde-max-{VERSION}-macos.zip"
    inside = {name for name in zipfile.ZipFile(made).namelist() if not name.endswith("/")}
    assert inside == {
        f"nn_tilde/{path.relative_to(contents).as_posix()}" for path in contents.rglob("*") if path.is_file()
    }


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the workflow makes the real package")
def test_the_whole_package(tmp_path):
    """What was built, with all its libraries."""
    import torch

    if not (BUILT / "support/libnn_tilde.so").is_file():
        pytest.fail(f"There is no libnn_tilde in {BUILT.relative_to(ROOT)}: run `make build-tests`.")
    if torch.version.cuda:
        pytest.skip("packages are made of torch's CPU wheel")
    models = tmp_path / "models"
    export = [sys.executable, ROOT / "models/export.py", models]
    subprocess.run(export, check=True, capture_output=True)
    command = [sys.executable, ROOT / "scripts/package_max.py", BUILD, tmp_path / "nn_tilde", "--models", models]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    folder = tmp_path / "nn_tilde"
    assert json.loads((folder / "package-info.json").read_text())["name"] == "nn_tilde"
    assert (folder / "support/libtorch_cpu.so").exists()
    own = [*folder.glob("externals/*"), *folder.glob("support/libnn_tilde.*")]
    assert [file.name for file in own if bytes(ROOT) in file.read_bytes()] == []
    shutil.rmtree(folder)  # half a gigabyte
