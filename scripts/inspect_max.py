"""Checks a package for Max: python scripts/inspect_max.py build/package/max/nn_tilde

Everything a user needs is in it; every library that an external or another library needs is in support/ or in every
system, and is looked for there. Prints one sentence for each problem, and exits with 1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from binaries import Binary, is_binary, read
from inspect_package import is_system

EXTERNALS = ("nn~", "mc.nn~", "mcs.nn~", "nn.info")
NEEDED = (
    "package-info.json", "icon.png", "README.txt", "LICENSE", "licenses/README.txt", "init/nn_tilde-fileformats.txt",
    "extras/nn~ Overview.maxpat", "patchers/nn.latents.maxpat", "models/effects.ts", "models/effects.md",
    *(f"help/{name}.maxhelp" for name in EXTERNALS), *(f"docs/refpages/{name}.maxref.xml" for name in EXTERNALS),
)  # fmt: skip
# From where a binary lies to support/.
FROM_EXTERNAL = {"ELF": "$ORIGIN/../support", "Mach-O": "@loader_path/../../../../support"}
BESIDE = {"ELF": "$ORIGIN", "Mach-O": "@loader_path"}


def external(folder: Path, name: str) -> Path | None:
    """The file that Max loads: in a bundle, or as it is."""
    places = (f"{name}.mxo/Contents/MacOS/{name}", f"{name}.mxe64", f"{name}.so")
    return next((path for place in places if (path := folder / "externals" / place).is_file()), None)


def check_search(binary: Binary, place: str, support: dict[str, Binary], inherited: bool = False) -> list[str]:
    """`place`: where `binary` must look; `inherited`: whether who loads it looks for it."""
    found = [f"{binary.path.name} has no valid signature: macOS will not load it."] if binary.signed is False else []
    looks = inherited or any(path.rstrip("/.") == place for path in binary.rpaths)
    for library in binary.needed:
        name = library.removeprefix("@rpath/")
        if is_system(library):
            continue
        if name not in support:
            found.append(f"{binary.path.name} needs {library}, which is neither in support nor in every system.")
        elif not looks:
            found.append(f"{binary.path.name} needs {library}, but does not look for it in support.")
        elif support[name].architecture != binary.architecture:
            found.append(f"{name} is for {support[name].architecture}, {binary.path.name} for {binary.architecture}.")
    return found


def check_binaries(folder: Path) -> list[str]:
    """Of Windows's none: what is there is compared by name only."""
    files = [path for path in (folder / "support").iterdir() if path.is_file() and is_binary(path)]
    support = {path.name: read(path) for path in files}
    problems = []
    for name in EXTERNALS:
        path = external(folder, name)
        if path is not None and path.suffix != ".mxe64":
            binary = read(path)
            problems += check_search(binary, FROM_EXTERNAL[binary.format], support)
    for binary in support.values():
        # Debian's libraries look nowhere; they are found through ours (DT_RPATH), or not at all on other systems.
        ours = binary.path.name.startswith("libnn_tilde") or "torch" in binary.path.name
        problems += check_search(binary, BESIDE[binary.format], support, inherited=not ours)
    return problems


def check(folder: Path) -> list[str]:
    problems = [f"{name} is missing." for name in NEEDED if not (folder / name).exists()]
    problems += [f"There is no {name} in externals." for name in EXTERNALS if external(folder, name) is None]
    if not any(
        (folder / "support" / name).exists() for name in ("libnn_tilde.dylib", "libnn_tilde.so", "nn_tilde.dll")
    ):
        problems.append("There is no libnn_tilde in support.")
    for bundle in (folder / "externals").glob("*.mxo"):
        problems += [
            f"{bundle.name} has no {part}."
            for part in ("Info.plist", "PkgInfo")
            if not (bundle / "Contents" / part).exists()
        ]
    for path in (folder / "package-info.json", *folder.rglob("*.max[ph]*")):
        if path.suffix in (".json", ".maxpat", ".maxhelp") and path.exists():
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                problems.append(f"{path.name} is not valid: {error}.")
    return problems + (check_binaries(folder) if (folder / "support").is_dir() else [])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    problems = check(arguments.parse_args().folder)
    for problem in sorted(set(problems)):
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
