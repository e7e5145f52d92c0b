"""What the packages for Pd and for Max are made with."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from binaries import read
from inspect_package import is_system


def cached(build: Path, name: str) -> str:
    """What CMake was configured with."""
    return re.search(rf"^{name}:\w+=(.+)$", (build / "CMakeCache.txt").read_text(), re.M)[1]


def install(build: Path, component: str, folder: Path, strip: bool) -> None:
    """What we made ourselves."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [cached(build, "CMAKE_COMMAND"), "--install", build, "--component", component, "--prefix", folder]
    subprocess.run([*command, *(["--strip"] if strip else [])], check=True, stdout=subprocess.DEVNULL)


def find_linux_libraries(library: Path) -> dict[str, Path]:
    """All that `library` needs, whichever way, and a system may not have."""
    listed = subprocess.run(["ldd", library], capture_output=True, text=True, check=True)
    found = {}
    for line in listed.stdout.splitlines():
        name, _, path = line.strip().partition(" => ")
        if path.startswith("not found"):
            sys.exit(f"{name} was not found on this machine.")
        if path and not is_system(name):
            found[name] = Path(path.rsplit(" (", 1)[0])
    return found


def find_macos_libraries(library: Path, torch: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    waiting = [library]
    while waiting:
        for needed in read(waiting.pop()).needed:
            name = needed.removeprefix("@rpath/")
            if name != needed and name not in found:
                found[name] = torch / "lib" / name
                waiting.append(found[name])
    return found


def refuse_cuda(libraries: dict[str, Path]) -> None:
    if any("cuda" in name for name in libraries):
        sys.exit("This torch is made for CUDA and has gigabytes; the package is made of the CPU wheel.")


def copy_libraries(libraries: dict[str, Path], folder: Path) -> None:
    for name, path in libraries.items():
        shutil.copy(path, folder / name)  # what a link leads to, not the link: an archive has none


def copy_models(models: Path, folder: Path) -> list[Path]:
    exported = sorted(models.glob("*.ts"))
    if not exported:
        sys.exit(f"There are no models in {models}: make models.")
    folder.mkdir(exist_ok=True)
    return [Path(shutil.copy(model, folder)) for model in exported]


def megabytes(paths: list[Path]) -> int:
    return round(sum(path.stat().st_size for path in paths if path.is_file()) / 1e6)


def installed_torch() -> Path:
    import torch

    return Path(torch.__file__).parent
