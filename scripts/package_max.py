"""Makes the package of the Max externals: the folder nn_tilde for Max's folder Packages, and an archive of it.

    python scripts/package_max.py build/release build/package/max/nn_tilde --archive dist

The build says what it is for: externals and libnn_tilde for macOS, Windows, or, for tests only, Linux.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import mxo
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

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "max_package"
FOLDERS = ("docs", "examples", "extras", "help", "init", "patchers")
FILES = ("icon.png", "package-info.json", "README.txt")
EXTERNALS = ("nn~", "mc.nn~", "mcs.nn~", "nn.info")
SHARED = {"macos": "libnn_tilde.dylib", "windows": "nn_tilde.dll", "linux": "libnn_tilde.so"}


def system_of(build: Path) -> str:
    """macos, windows or linux, by the library in the build."""
    support = build / "max/nn_tilde/support"
    for system, name in SHARED.items():
        if (support / name).exists():
            return system
    sys.exit(f"There is no libnn_tilde in {support}: build with -DNN_BUILD_MAX=ON first.")


def find_libraries(build: Path, system: str, torch: Path) -> dict[str, Path]:
    made = build / "max/nn_tilde/support"
    if system == "macos":
        return find_macos_libraries(made / SHARED[system], torch)
    if system == "linux":
        return find_linux_libraries(made / SHARED[system])
    # torch's own all belong together; vcpkg puts those of curl and zlib beside what needs them.
    beside = [path for path in made.glob("*.dll") if path.name != SHARED[system]]
    return {path.name: path for path in [*(torch / "lib").glob("*.dll"), *beside]}


def copy_contents(folder: Path) -> None:
    """Patches, reference pages and what Max reads of a package."""
    for name in FOLDERS:
        shutil.copytree(SOURCE / name, folder / name, dirs_exist_ok=True)
    for name in FILES:
        shutil.copy(SOURCE / name, folder / name)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")


def copy_models_and_cards(models: Path, folder: Path) -> None:
    shutil.copytree(SOURCE / "models", folder, dirs_exist_ok=True)
    for model in copy_models(models, folder):
        card = ROOT / "models" / f"{model.stem}.md"
        if card.exists():
            shutil.copy(card, folder)


def make_bundles(folder: Path, version: str) -> None:
    """Of the libraries that macOS's build leaves in `folder`."""
    for name in EXTERNALS:
        mxo.bundle(folder / name, folder, version)
        (folder / name).unlink()


def make_folder(build: Path, folder: Path, models: Path, torch: Path, licences: dict[str, Path]) -> None:
    system = system_of(build)
    libraries = find_libraries(build, system, torch)
    refuse_cuda(libraries)
    install(build, "max", folder, strip=system == "linux")
    copy_contents(folder)
    shutil.copytree(SOURCE / "support", folder / "support", dirs_exist_ok=True)
    copy_libraries(libraries, folder / "support")
    copy_models_and_cards(models, folder / "models")
    if system == "macos":
        make_bundles(folder / "externals", cached(build, "CMAKE_PROJECT_VERSION"))
    write_licenses(folder / "licenses", libraries, torch, licences)


def archive(folder: Path, out: Path, system: str, version: str) -> Path:
    """A zip file with the folder in it. On macOS: after signing."""
    out.mkdir(parents=True, exist_ok=True)
    name = out / f"{folder.name}-max-{version}-{system}"
    return Path(shutil.make_archive(str(name), "zip", folder.parent, folder.name))


def licence(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if not Path(path).is_file():
        raise argparse.ArgumentTypeError(f"'{text}' is not name=file")
    return name, Path(path)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build", type=Path, help="build folder with the externals in it")
    arguments.add_argument("folder", type=Path, help="folder to make; its last part is the package's name")
    arguments.add_argument("--models", type=Path, default=Path("build/models"))
    arguments.add_argument("--torch", type=Path, help="torch for another system; default: the one installed here")
    arguments.add_argument("--licence", type=licence, action="append", default=[], metavar="NAME=FILE",
                           help="text for a library that does not come from Debian, such as nlohmann-json")  # fmt: skip
    arguments.add_argument("--archive", type=Path, help="folder for a zip file; without it none is made")
    arguments.add_argument("--only-archive", action="store_true", help="the folder is there, and perhaps signed")
    given = arguments.parse_args()
    if not given.only_archive:
        make_folder(given.build, given.folder, given.models, given.torch or installed_torch(), dict(given.licence))
        print(f"{given.folder}: {megabytes(list(given.folder.rglob('*')))} MB")
        subprocess.run([sys.executable, Path(__file__).with_name("inspect_max.py"), given.folder], check=True)
    if given.archive:
        version = cached(given.build, "CMAKE_PROJECT_VERSION")
        made = archive(given.folder, given.archive, system_of(given.build), version)
        print(f"{made}: {megabytes([made])} MB")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
