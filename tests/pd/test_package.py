"""The package of the externals plays wherever it is put, and its inspection sees what would hinder that."""

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from patch import EXTERNALS, ROOT, Patch

if shutil.which("dpkg-query") is None or not (EXTERNALS / "libnn_tilde.so").exists():
    pytest.skip("packages for Linux are made on Debian", allow_module_level=True)

# The programs in pd-hosts look into the system's folder before the package, for libraries that do not say otherwise.
FOUND_FIRST = {"libgomp.so.1"}


def script(name, *arguments):
    command = [sys.executable, str(ROOT / "scripts" / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


if torch.version.cuda:
    pytest.skip("packages are made of torch's CPU wheel", allow_module_level=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory, demos):
    """(package folder, folder of the archive), not where they were made."""
    work = tmp_path_factory.mktemp("package")
    folders = EXTERNALS.parents[1], work / "made/nn_tilde", "--models", demos, "--archive", work / "dist"
    ran = script("package_pd.py", *folders)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (work / "made").rename(work / "elsewhere")
    yield work / "elsewhere/nn_tilde", work / "dist"
    shutil.rmtree(work)  # half a gigabyte


def test_plays_from_another_folder(made, pd, folder):
    package, _ = made
    patch = Patch()
    source, nn, info = patch.obj("noise~"), patch.obj("nn~ effects thru 1024"), patch.obj("nn.info effects")
    patch.chain(source, nn)
    patch.connect(info, 1, patch.obj("print methods"), 0)
    patch.at(50, "methods", info)
    patch.record([(source, 0), (nn, 0)], 8192, 400)
    log = {"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(folder / "loaded")}
    ran = patch.run(pd, folder, ms=500, externals=package, environment=log)
    assert (ran.status, ran.errors) == (0, []), ran.console
    assert "method thru" in ran.printed("methods")
    heard_in, heard = ran.audio()
    latency = int(np.flatnonzero(heard)[0])
    np.testing.assert_array_equal(heard[latency:], heard_in[: heard.size - latency])

    logs = "".join(file.read_text(errors="replace") for file in folder.glob("loaded*"))
    loaded = {Path(path) for path in re.findall(r"calling init: (/\S+)", logs)}
    assert {"libtorch_cpu.so", "libcurl.so.4", "libssl.so.3"} <= {path.name for path in loaded}
    own = {file.name for file in package.iterdir()} - FOUND_FIRST
    assert [path for path in loaded if path.name in own and path.parent != package] == []


def test_archive(made):
    package, dist = made
    version = re.search(r"project\(nn_tilde VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    (archive,) = dist.glob("*.dek")
    assert re.fullmatch(rf"nn_tilde\[v{version}\]\(Linux-(\w+)-32\)\(Linux-\1-64\)\.dek", archive.name)
    assert Path(f"{archive}.sha256").read_text().split()[0] == hashlib.sha256(archive.read_bytes()).hexdigest()
    inside = {name for name in zipfile.ZipFile(archive).namelist() if not name.endswith("/")}
    assert inside == {f"nn_tilde/{file.relative_to(package)}" for file in package.rglob("*") if file.is_file()}
    for name in ("LICENSE", "README.txt", "licenses/README.txt", "licenses/torch/LICENSE", "models/effects.ts"):
        assert f"nn_tilde/{name}" in inside
    # Which objects it has, for those who search.
    helped = {file.name.removesuffix("-help.pd") for file in package.glob("*-help.pd")}
    listed = Path(f"{archive}.txt").read_text().splitlines() if helped else []
    assert {line.split("\t")[0] for line in listed} == helped


def test_tells_nothing_of_the_machine_that_made_it(made):
    package, _ = made
    own = [*package.glob("nn*"), *package.glob("libnn_tilde.*")]
    assert len(own) >= 5
    assert [file.name for file in own if file.is_file() and bytes(ROOT) in file.read_bytes()] == []


@pytest.fixture
def links(made, folder):
    """A copy of the package that may be spoilt."""
    package, _ = made
    for file in package.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


def test_inspection_is_content(links):
    ran = script("inspect_package.py", links)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(r"they need GLIBC_[\d.]+ GLIBCXX_[\d.]+$", ran.stdout.strip())


def replace(folder, name, source):
    (folder / name).unlink()
    (folder / name).symlink_to(source)


FAULTS = {
    "missing library": (
        lambda folder: (folder / "libgomp.so.1").unlink(),
        "libtorch_cpu.so needs libgomp.so.1, which is neither in the folder nor in every system.",
    ),
    "missing object": (
        lambda folder: [file.unlink() for file in folder.glob("nn.info.*")],
        "There is no nn.info in the folder.",
    ),
    "absolute path": (
        lambda folder: replace(folder, "nn~.pd_linux", EXTERNALS / "nn~.pd_linux"),
        r"nn~.pd_linux looks for libraries in '/.*/torch/lib', which is not where it lies itself.",
    ),
    "wrong size of floats": (
        lambda folder: replace(folder, "nn~.pd_linux", next(EXTERNALS.glob("nn~.linux-*-64.so"))),
        "nn~.pd_linux does not call class_new: its floats have not the size that its name says.",
    ),
    "wrong object": (
        lambda folder: replace(folder, "nn~.pd_linux", EXTERNALS / "nn.info.pd_linux"),
        "nn~.pd_linux has no function nn_tilde_setup, which Pd calls first.",
    ),
    "missing function": (
        lambda folder: replace(folder, "libc10.so", folder / "libz.so.1"),
        r"libnn_tilde.so uses _ZN3c10\w+, which nobody has.",
    ),
    "library nobody looks for": (
        lambda folder: replace(folder, "libnn_tilde.so", folder / "libcurl.so.4"),
        "libnn_tilde.so needs libssl.so.3, but does not look for it in the folder.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_inspection_finds(fault, links):
    spoil, sentence = FAULTS[fault]
    spoil(links)
    ran = script("inspect_package.py", links)
    assert ran.returncode == 1
    assert any(re.fullmatch(sentence, line) for line in ran.stderr.splitlines()), ran.stderr
