"""Makes the package of the Pd externals: a folder that works wherever it is put, and deken's archive of it.

python scripts/package_pd.py build/release build/package/linux/nn_tilde --archive dist
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from licenses import write_licenses
from package_parts import (
    cached,
    copy_libraries,
    copy_models,
    find_linux_libraries,
    find_macos_libraries,
    install,
    installed_torch,
    megabytes,
    refuse_cuda,
)


def is_for_macos(build: Path) -> bool:
    return (build / "pd/nn_tilde/libnn_tilde.dylib").exists()


def make_folder(build: Path, folder: Path, models: Path, torch: Path) -> None:
    """`torch`: the folder of the torch package that `build` was made with."""
    made = build / "pd/nn_tilde"
    macos = is_for_macos(build)
    shared = made / ("libnn_tilde.dylib" if macos else "libnn_tilde.so")
    libraries = find_macos_libraries(shared, torch) if macos else find_linux_libraries(shared)
    refuse_cuda(libraries)
    install(build, "pd", folder, strip=not macos)  # zig's libraries have a signature
    copy_libraries(libraries, folder)
    write_licenses(folder / "licenses", libraries, torch)
    copy_models(models, folder / "models")


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


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
