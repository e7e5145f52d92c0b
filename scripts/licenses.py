"""The licences of what a package takes from others, and where each library comes from."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

COMMON = Path("/usr/share/common-licenses")  # Debian's copyright files name texts that lie here
HEADER_ONLY = "nlohmann-json3-dev"  # compiled into ours
TORCHS_GOMP = "libgomp1"  # the wheel has GCC's OpenMP without its licence


def query(*arguments: str) -> str:
    try:
        return subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        sys.exit("The licences come out of Debian's packages, and dpkg-query does not know " + arguments[-1] + ".")


def debian_package(library: str) -> str:
    return query("--search", f"*/{library}").split(":", 1)[0]


def copy_debian(package: str, folder: Path) -> str:
    """Returns where it comes from, in words."""
    source = Path("/usr/share/doc") / package / "copyright"
    text = source.read_text(errors="replace")
    (folder / package).mkdir(parents=True, exist_ok=True)
    (folder / package / "copyright").write_text(text)
    for name in set(re.findall(rf"{COMMON}/([\w.+-]*\w)", text)):
        (folder / COMMON.name).mkdir(exist_ok=True)
        shutil.copy(COMMON / name, folder / COMMON.name / name)
    version, origin = query("-W", "-f", "${source:Version}\t${source:Package}\n", package).splitlines()[0].split("\t")
    return f"Debian, source package {origin} {version}"


def copy_given(name: str, text: Path, folder: Path) -> str:
    """A licence from somewhere else than Debian; returns where it comes from, in words."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(text, folder / name / "copyright")
    return f"{name}, as it was installed where this was built"


def write_licenses(folder: Path, libraries: dict[str, Path], torch: Path, given: dict[str, Path] | None = None) -> None:
    """`libraries`: the place of each, in the torch package or where a Debian package put it.

    `given`: licence texts on systems without Debian's packages, by the first letters of a library's name, or
    "nlohmann-json".
    """
    given = given or {}
    metadata = max(torch.parent.glob("torch-*.dist-info"))
    shutil.copytree(metadata / "licenses", folder / "torch")
    lines = []
    for name, path in sorted(libraries.items()):
        if path.is_relative_to(torch):
            origin = f"PyTorch, wheel {metadata.stem}; licences in torch"
            if name.startswith("libgomp"):
                copy_debian(TORCHS_GOMP, folder)
                origin += f" and {TORCHS_GOMP}"
        elif own := next((start for start in given if name.startswith(start)), None):
            origin = f"{copy_given(own, given[own], folder)}; licence in {own}"
        else:
            package = debian_package(name)
            origin = f"{copy_debian(package, folder)}; licence in {package}"
        lines.append(f"{name:24} {origin}")
    if "nlohmann-json" in given:
        inside, place = copy_given("nlohmann-json", given["nlohmann-json"], folder), "nlohmann-json"
    else:
        inside, place = f"nlohmann-json: {copy_debian(HEADER_ONLY, folder)}", HEADER_ONLY
    lines.append(f"{'(in libnn_tilde)':24} {inside}; licence in {place}")
    texts = f"\nTexts that several of them share are in {COMMON.name}.\n" if (folder / COMMON.name).exists() else ""
    title = "Where the libraries in this package come from\n\n"
    (folder / "README.txt").write_text(title + "\n".join(lines) + "\n" + texts)
