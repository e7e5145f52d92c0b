"""Makes the package of the Pd externals: a folder that works wherever it is put, and deken's archive of it.

python scripts/package_pd.py build/release build/package/linux/nn_tilde --archive dist
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from binaries import read
from inspect_package import is_system
from licenses import write_licenses


def install(build: Path, folder: Path) -> None:
    """What we made ourselves."""
    shutil.rmtree(folder, ignore_errors=True)
    strip = [] if is_for_macos(build) else ["--strip"]  # zig's libraries have a signature
    command = [cached(build, "CMAKE_COMMAND"), "--install", build, "--component", "pd", "--prefix", folder, *strip]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def is_for_macos(build: Path) -> bool:
    return (build / "pd/nn_tilde/libnn_tilde.dylib").exists()


def cached(build: Path, name: str) -> str:
    return re.search(rf"^{name}:\w+=(.+)$", (build / "CMakeCache.txt").read_text(), re.M)[1]


def find_linux_libraries(build: Path) -> dict[str, Path]:
    """All that libnn_tilde needs, whichever way, and a system may not have."""
    listed = subprocess.run(["ldd", build / "pd/nn_tilde/libnn_tilde.so"], capture_output=True, text=True, check=True)
    found = {}
    for line in listed.stdout.splitlines():
        name, _, path = line.strip().partition(" => ")
        if path.startswith("not found"):
            sys.exit(f"{name} was not found on this machine.")
        if path and not is_system(name):
            found[name] = Path(path.rsplit(" (", 1)[0])
    return found


def find_macos_libraries(build: Path, torch: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    waiting = [build / "pd/nn_tilde/libnn_tilde.dylib"]
    while waiting:
        for library in read(waiting.pop()).needed:
            name = library.removeprefix("@rpath/")
            if name != library and name not in found:
                found[name] = torch / "lib" / name
                waiting.append(found[name])
    return found


def make_folder(build: Path, folder: Path, models: Path, torch: Path) -> None:
    """`torch`: the folder of the torch package that `build` was made with."""
    libraries = find_macos_libraries(build, torch) if is_for_macos(build) else find_linux_libraries(build)
    if any("cuda" in name for name in libraries):
        sys.exit("This torch is made for CUDA and has gigabytes; the package is made of the CPU wheel.")
    install(build, folder)
    for name, path in libraries.items():
        shutil.copy(path, folder / name)  # what a link leads to, not the link: an archive has none
    write_licenses(folder / "licenses", libraries, torch)
    exported = sorted(models.glob("*.ts"))
    if not exported:
        sys.exit(f"There are no models in {models}: make models.")
    (folder / "models").mkdir()
    for model in exported:
        shutil.copy(model, folder / "models")


def make_archive(folder: Path, out: Path, version: str) -> Path:
    """The archive, its checksum and list of objects, by deken's own tool, which names it by what it finds inside."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / "new"
    shutil.rmtree(fresh, ignore_errors=True)
    options = ["--version", version, "--no-sign-gpg", "--output-dir", fresh]
    command = [sys.executable, "-m", "deken", "package", *options, folder]
    ran = subprocess.run(command, capture_output=True, text=True)
    archives = list(fresh.glob("*.dek"))
    if ran.returncode or len(archives) != 1:
        sys.exit(f"deken made no archive:\n{ran.stdout}{ran.stderr}")
    for file in fresh.iterdir():
        file.replace(out / file.name)
    fresh.rmdir()
    return out / archives[0].name


def megabytes(paths: list[Path]) -> int:
    return round(sum(path.stat().st_size for path in paths if path.is_file()) / 1e6)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build", type=Path, help="build folder with the externals in it")
    arguments.add_argument("folder", type=Path, help="folder to make; its last part is the package's name")
    arguments.add_argument("--models", type=Path, default=Path("build/models"))
    arguments.add_argument("--torch", type=Path, help="torch for another system; default: the one installed here")
    arguments.add_argument("--archive", type=Path, help="folder for the archive; without it none is made")
    given = arguments.parse_args()
    torch = given.torch or installed_torch()
    make_folder(given.build, given.folder, given.models, torch)
    print(f"{given.folder}: {megabytes(list(given.folder.rglob('*')))} MB")
    subprocess.run([sys.executable, Path(__file__).with_name("inspect_package.py"), given.folder], check=True)
    if given.archive:
        archive = make_archive(given.folder, given.archive, cached(given.build, "CMAKE_PROJECT_VERSION"))
        print(f"{archive}: {megabytes([archive])} MB")


def installed_torch() -> Path:
    import torch

    return Path(torch.__file__).parent


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
