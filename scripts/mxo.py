"""Makes the bundle that Max on macOS loads, around a library.

    python scripts/mxo.py build/release/max/nn_tilde/externals/nn~ OUT

A bundle is a folder: nn~.mxo/Contents/{Info.plist,PkgInfo,MacOS/nn~}. It has to be signed after it was made.
"""

from __future__ import annotations

import argparse
import plistlib
import re
import shutil
import sys
from pathlib import Path

IDENTIFIERS = "org.nn-tilde-toolkit.max"
TYPE, CREATOR = "iLaX", "max2"  # by which Max knows its externals
MACH_O = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")  # for one processor, for several
MACOS = "14.0"  # of torch's wheel; see macos_root.py


def identifier(name: str) -> str:
    """Letters, digits, points and hyphens only: mc.nn~ is …mc.nn-tilde."""
    return f"{IDENTIFIERS}.{name.replace('~', '-tilde')}"


def information(name: str, version: str) -> dict[str, object]:
    return {
        "CFBundleDevelopmentRegion": "English",
        "CFBundleExecutable": name,
        "CFBundleIdentifier": identifier(name),
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleLongVersionString": f"{name} {version}",
        "CFBundleName": name,
        "CFBundlePackageType": TYPE,
        "CFBundleShortVersionString": version,
        "CFBundleSignature": CREATOR,
        "CFBundleSupportedPlatforms": ["MacOSX"],
        "CFBundleVersion": version,
        "CSResourcesFileMapped": True,
        "LSMinimumSystemVersion": MACOS,
    }


def bundle(library: Path, folder: Path, version: str) -> Path:
    """Returns the bundle, made anew. Raises ValueError when `library` is not for macOS."""
    with library.open("rb") as file:
        magic = file.read(4)
    if magic not in MACH_O:
        raise ValueError(f"{library.name} is not a library for macOS.")
    made = folder / f"{library.name}.mxo"
    shutil.rmtree(made, ignore_errors=True)
    program = made / "Contents/MacOS" / library.name
    program.parent.mkdir(parents=True)
    shutil.copy(library, program)
    program.chmod(0o755)
    with (made / "Contents/Info.plist").open("wb") as file:
        plistlib.dump(information(library.name, version), file)
    (made / "Contents/PkgInfo").write_text(f"{TYPE}????")
    return made


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("library", type=Path)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--version", help="default: that of the project")
    given = arguments.parse_args()
    project = Path(__file__).parents[1] / "pyproject.toml"
    version = given.version or re.search(r'^version = "([^"]+)"', project.read_text(), re.M)[1]
    try:
        print(bundle(given.library, given.folder, version))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
