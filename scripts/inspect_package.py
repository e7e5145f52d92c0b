"""Checks a folder of externals: python scripts/inspect_package.py build/package/linux/nn_tilde

Every library that is needed is in the folder, or on a short list of what each system has; it is found by where the
folder lies, not by where it was made; what nn~ and nn.info use, somebody has. Prints a table, one sentence for each
problem, and exits with 1 when there is one.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from binaries import HOST, Binary, is_binary, newest, read

# What a desktop has: of Linux the C and C++ libraries, of macOS what lies in /usr/lib and the frameworks.
LINUX = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libstdc++.so.6", "libgcc_s.so.1",
}  # fmt: skip
MACOS = {
    "/usr/lib/libSystem.B.dylib", "/usr/lib/libc++.1.dylib", "/usr/lib/libobjc.A.dylib", "/usr/lib/libcurl.4.dylib",
    "/usr/lib/libz.1.dylib",
}  # fmt: skip
FRAMEWORK = re.compile(
    r"/System/Library/Frameworks/(Accelerate|CoreFoundation|Foundation|IOKit|Metal|MetalPerformanceShaders"
    r"|MetalPerformanceShadersGraph)\.framework/.*"
)
ORIGIN = {"ELF": "$ORIGIN", "Mach-O": "@loader_path"}
EXTERNAL = re.compile(r"(nn~|nn\.info)\.(pd_linux|pd_darwin|(linux|darwin)-(amd64|arm64)-64\.so)")
SETUP = {"nn~": "nn_tilde_setup", "nn.info": "setup_nn0x2einfo"}


def is_system(library: str) -> bool:
    return library in LINUX or library in MACOS or FRAMEWORK.fullmatch(library) is not None


def is_ours(path: Path) -> bool:
    return EXTERNAL.fullmatch(path.name) is not None or path.name.startswith("libnn_tilde.")


def pd_functions() -> set[str]:
    """What Pd offers: the names that its header declares."""
    for folder in (os.environ.get("PD_INCLUDE_DIR", ""), "/usr/include/pd", "/usr/include"):
        header = Path(folder) / "m_pd.h"
        if folder and header.is_file():
            text = header.read_text(errors="replace")
            declarations = re.findall(r"^EXTERN\b([^;(]*)", text, re.M)
            return {name for declaration in declarations for name in re.findall(r"\w+(?=\s*(?:,|$))", declaration)}
    sys.exit("Pd's m_pd.h was not found: install puredata-dev, or set PD_INCLUDE_DIR.")


def check_search(
    binary: Binary, folder: dict[str, Binary], inherited: list[str], problems: set[str], seen: set
) -> None:
    """Follows what `binary` needs, as the loader of the system would."""
    searched = binary.rpaths if binary.rpaths_are_final else binary.rpaths + inherited
    passed_on = inherited if binary.rpaths_are_final else searched
    beside = any(path.rstrip("/.") == ORIGIN[binary.format] for path in searched)
    for library in binary.needed:
        if is_system(library):
            continue
        found = folder.get(library.removeprefix("@rpath/"))
        if found is None:
            problems.add(f"{binary.path.name} needs {library}, which is neither in the folder nor in every system.")
        elif not beside:
            problems.add(f"{binary.path.name} needs {library}, but does not look for it in the folder.")
        elif found.architecture != binary.architecture:
            problems.add(f"{library} is for {found.architecture}, {binary.path.name} for {binary.architecture}.")
        elif (found.path, tuple(passed_on)) not in seen:
            seen.add((found.path, tuple(passed_on)))
            check_search(found, folder, passed_on, problems, seen)


def check_symbols(binary: Binary, folder: dict[str, Binary], pd: set[str], problems: set[str]) -> None:
    for symbol in binary.symbols.undefined:
        library = (symbol.library or "").removeprefix("@rpath/")
        if symbol.weak or is_system(library):
            continue
        if library in folder:
            known = folder[library].symbols.has(symbol.name)
        elif symbol.library == HOST:
            known = symbol.name in pd
        else:
            known = symbol.name in pd or any(other.symbols.has(symbol.name) for other in folder.values())
        if not known:
            problems.add(f"{binary.path.name} uses {symbol.name}, which nobody has.")


def check_external(binary: Binary, problems: set[str]) -> None:
    name, ending = re.fullmatch(r"(nn~|nn\.info)(\..*)", binary.path.name).groups()
    if not binary.symbols.has(SETUP[name]):
        problems.add(f"{binary.path.name} has no function {SETUP[name]}, which Pd calls first.")
    used = {symbol.name for symbol in binary.symbols.undefined}
    maker = "class_new64" if "-64." in ending else "class_new"
    if maker not in used:
        problems.add(f"{binary.path.name} does not call {maker}: its floats have not the size that its name says.")


def check(binaries: list[Binary]) -> set[str]:
    """One sentence for each problem."""
    problems: set[str] = set()
    folder = {binary.path.name: binary for binary in binaries}
    externals = [binary for binary in binaries if EXTERNAL.fullmatch(binary.path.name)]
    for name in SETUP:
        if not any(binary.path.name.startswith(f"{name}.") for binary in externals):
            problems.add(f"There is no {name} in the folder.")
    pd = pd_functions()
    for binary in binaries:
        problems |= {
            f"{binary.path.name} looks for libraries in '{path}', which is not where it lies itself."
            for path in binary.rpaths
            if path.rstrip("/.") != ORIGIN[binary.format]
        }
        if binary.signed is False:
            problems.add(f"{binary.path.name} has no valid signature: macOS will not load it.")
    for binary in externals:
        check_external(binary, problems)
        check_search(binary, folder, [], problems, set())
    for binary in binaries:
        if is_ours(binary.path):
            check_symbols(binary, folder, pd, problems)
    return problems


def table(binaries: list[Binary]) -> str:
    rows = [("file", "kB", "for", "needs of the system", "looks in", "needs from the folder")]
    for binary in binaries:
        beside = [Path(library).name for library in binary.needed if not is_system(library)]
        rows.append((
            binary.path.name, str(binary.path.stat().st_size // 1000), f"{binary.format} {binary.architecture}",
            binary.needs_system, " ".join(binary.rpaths) or "-", " ".join(beside) or "-",
        ))  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[5]] for row in rows]
    return "\n".join("  ".join(line) for line in lines)


def needs(binaries: list[Binary]) -> str:
    """Which systems the folder is for."""
    megabytes = round(sum(binary.path.stat().st_size for binary in binaries) / 1e6)
    asked = {part for binary in binaries for part in binary.needs_system.split(" ")}
    macs = [binary.needs_system for binary in binaries if binary.format == "Mach-O"]
    system = max(macs, key=lambda text: [int(part) for part in re.findall(r"\d+", text)]) if macs else newest(asked)
    return f"{len(binaries)} libraries, {megabytes} MB; they need {system}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    given = arguments.parse_args()
    files = [path for path in given.folder.iterdir() if path.is_file() and is_binary(path)]
    binaries = [read(path) for path in sorted(files, key=lambda path: (not is_ours(path), path.name))]
    print(table(binaries))
    for binary in binaries:
        if binary.load_commands and is_ours(binary.path):
            print(f"\n{binary.path.name}\n  " + "\n  ".join(binary.load_commands))
    print(f"\n{needs(binaries)}")
    problems = check(binaries)
    for problem in sorted(problems):
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
