"""Makes the folder that cmake/zig-macos.cmake compiles against: torch for macOS, headers, stubs of system libraries.

A stub (.tbd) names what a library exports, so that a linker can do without the library. That of libc++ names what
torch's own libraries take from it: more than that is not known to be in every macOS they run on.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from binaries import read

MACOS = "14.0"  # of torch's wheel, and of cmake/zig-macos.cmake
WHEEL_PARTS = ("torch/include/", "torch/share/cmake/", "torch/lib/", "torch/version.py")
HEADERS = ("curl", "hwy", "zlib.h", "zconf.h", "nlohmann", "pd/m_pd.h")


def fetch_torch(requirement: str, root: Path) -> None:
    wheels = root / "wheels"
    platform = f"macosx_{MACOS.replace('.', '_')}_arm64"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps",
         "--only-binary=:all:", "--platform", platform, "--python-version", version, "--dest", wheels, requirement],
        check=True,
    )  # fmt: skip
    wheel = max(wheels.glob("torch-*.whl"), key=lambda path: path.stat().st_mtime)
    with zipfile.ZipFile(wheel) as archive:
        wanted = [name for name in archive.namelist() if name.startswith(WHEEL_PARTS) or "/licenses/" in name]
        archive.extractall(root, wanted)


def find_header(name: str) -> Path:
    for folder in (Path("/usr/include"), *Path("/usr/include").glob("*-linux-gnu")):
        if (folder / name).exists():
            return folder / name
    packages = "libcurl4-openssl-dev libhwy-dev zlib1g-dev nlohmann-json3-dev puredata-dev"
    sys.exit(f"The header {name} was not found; install these Debian packages: {packages}")


def copy_headers(root: Path) -> None:
    """Only these: the system's other headers are those of another C library."""
    for name in HEADERS:
        source, target = find_header(name), root / "include" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    shutil.copytree("/usr/share/cmake/nlohmann_json", root / "share/cmake/nlohmann_json", dirs_exist_ok=True)


def write_stub(path: Path, library: str, functions: Iterable[str]) -> None:
    names = ", ".join(f"'_{name}'" for name in sorted(functions))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-macos ]\n"
        f"install-name: '{library}'\nexports:\n  - targets: [ arm64-macos ]\n    symbols: [ {names} ]\n...\n"
    )


def declared(folder: Path, pattern: str, names: str) -> set[str]:
    text = "\n".join(file.read_text() for file in folder.glob(names))
    return set(re.findall(pattern, text))


def write_stubs(root: Path) -> None:
    system = "/usr/lib/libc++.1.dylib"
    used = {
        symbol.name
        for file in (root / "torch/lib").glob("*.dylib")
        for symbol in read(file).symbols.undefined
        if symbol.library == system
    }
    more = Path(__file__).parents[1] / "cmake/libc++.txt"
    used |= {line for line in more.read_text().splitlines() if not line.startswith("#")}
    write_stub(root / "lib/libc++.tbd", system, used)
    curl = declared(root / "include/curl", r"CURL_EXTERN[^;]*?\b(curl_\w+)\s*\(", "*.h")
    write_stub(root / "lib/libcurl.tbd", "/usr/lib/libcurl.4.dylib", curl)
    zlib = declared(root / "include", r"ZEXTERN[^;(]*?ZEXPORTV?A?\s+(\w+)", "zlib.h")
    write_stub(root / "lib/libz.tbd", "/usr/lib/libz.1.dylib", zlib)


def write_tools(root: Path) -> None:
    """CMake wants one program for each."""
    for tool in ("cc", "c++", "ar", "ranlib"):
        path = root / f"bin/zig-{tool}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ziglang {tool} "$@"\n')
        path.chmod(0o755)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--torch", default="torch==2.13.0")
    given = arguments.parse_args()
    fetch_torch(given.torch, given.root)
    copy_headers(given.root)
    write_stubs(given.root)
    write_tools(given.root)


if __name__ == "__main__":
    main()
