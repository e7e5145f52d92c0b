"""What the packaging must know of a library for Linux (ELF) or macOS (Mach-O), in one form for both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from macholib.MachO import MachO
from macholib.SymbolTable import SymbolTable
from signature import is_intact

ARCHITECTURES = {"EM_X86_64": "amd64", "EM_AARCH64": "arm64", 0x1000007: "amd64", 0x100000C: "arm64"}
HOST = "the program that loads it"


class Symbol(NamedTuple):
    """Something a library uses but does not have."""

    name: str  # as C writes it: without the underscore that macOS puts in front
    library: str | None  # where it must come from; HOST; None where any library will do
    weak: bool


class Symbols(Protocol):
    """Read when asked for: the tables of libtorch_cpu take seconds."""

    @property
    def undefined(self) -> list[Symbol]: ...

    def has(self, name: str) -> bool:
        """Whether others can use it."""
        ...


@dataclass
class Binary:
    path: Path
    format: str  # "ELF" or "Mach-O"
    architecture: str
    needed: list[str]
    rpaths: list[str]
    needs_system: str  # newest symbol versions, or the oldest macOS
    symbols: Symbols
    rpaths_are_final: bool = False  # DT_RUNPATH: those of its loaders do not count
    signed: bool | None = None  # and unchanged since; None: not a question on this system
    load_commands: list[str] = field(default_factory=list)


def read(path: Path) -> Binary:
    """Raises ValueError when the file is neither."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"\x7fELF":
        return _read_elf(path)
    if magic == b"\xcf\xfa\xed\xfe":
        return _read_macho(path)
    raise ValueError(f"{path.name} is no library for Linux or macOS.")


def is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"\x7fELF", b"\xcf\xfa\xed\xfe")


def newest(versions: Iterable[str]) -> str:
    """Of the C and the C++ library, such as "GLIBC_2.34 GLIBCXX_3.4.29"."""
    found: dict[str, tuple[tuple[int, ...], str]] = {}
    for version in versions:
        family, _, number = version.rpartition("_")
        if family in ("GLIBC", "GLIBCXX") and number[:1].isdigit():
            parts = tuple(int(part) for part in number.split("."))
            found[family] = max(found.get(family, ((), "")), (parts, version))
    return " ".join(version for _, (_, version) in sorted(found.items()))


class _ElfSymbols:
    def __init__(self, elf: ELFFile, sources: dict[int, str]):
        self._elf, self._sources = elf, sources
        self._table = elf.get_section_by_name(".gnu.hash") or elf.get_section_by_name(".hash")

    @cached_property
    def undefined(self) -> list[Symbol]:
        numbers = self._elf.get_section_by_name(".gnu.version")
        found = []
        for index, symbol in enumerate(self._elf.get_section_by_name(".dynsym").iter_symbols()):
            if symbol["st_shndx"] == "SHN_UNDEF" and symbol.name:
                number = numbers.get_symbol(index)["ndx"] if numbers else 0
                source = self._sources.get(number & 0x7FFF) if isinstance(number, int) else None
                found.append(Symbol(symbol.name, source, symbol["st_info"]["bind"] == "STB_WEAK"))
        return found

    def has(self, name: str) -> bool:
        return self._table.get_symbol(name) is not None


def _read_elf(path: Path) -> Binary:
    elf = ELFFile(path.open("rb"))  # read as long as symbols are asked for
    dynamic = next(section for section in elf.iter_sections() if isinstance(section, DynamicSection))
    tags: dict[str, list[str]] = {"needed": [], "rpath": [], "runpath": []}
    for tag in dynamic.iter_tags():
        kind = tag.entry.d_tag.removeprefix("DT_").lower()
        if kind in tags:
            value = getattr(tag, kind)
            tags[kind] += [value] if kind == "needed" else value.split(":")

    # The library and version of a symbol, by its number in .gnu.version.
    sources: dict[int, str] = {}
    versions: set[str] = set()
    if section := elf.get_section_by_name(".gnu.version_r"):
        for need, parts in section.iter_versions():
            for part in parts:
                versions.add(part.name)
                sources[part["vna_other"] & 0x7FFF] = need.name
    return Binary(
        path, "ELF", ARCHITECTURES.get(elf["e_machine"], elf["e_machine"]), tags["needed"],
        tags["runpath"] or tags["rpath"], newest(versions), _ElfSymbols(elf, sources), bool(tags["runpath"]),
    )  # fmt: skip


class _MachoSymbols:
    def __init__(self, macho: MachO, needed: list[str]):
        self._macho, self._needed = macho, needed

    @cached_property
    def _table(self) -> SymbolTable:
        return SymbolTable(self._macho, self._macho.headers[0])

    @cached_property
    def _exported(self) -> set[str]:
        return {name.decode().removeprefix("_") for _, name in self._table.extdefsyms}

    @cached_property
    def undefined(self) -> list[Symbol]:
        found = []
        for entry, raw in self._table.undefsyms:
            # In which of the needed libraries dyld will look (two-level namespace).
            ordinal = entry.n_desc >> 8 & 0xFF
            source = self._needed[ordinal - 1] if 0 < ordinal <= len(self._needed) else HOST
            found.append(Symbol(raw.decode().removeprefix("_"), source, bool(entry.n_desc & 0x40)))
        return found

    def has(self, name: str) -> bool:
        return name in self._exported


def _read_macho(path: Path) -> Binary:
    macho = MachO(str(path))
    header = macho.headers[0]
    needed, rpaths, lines, system, signed = [], [], [], "", False
    for load, command, data in header.commands:
        kind = load.get_cmd_name()
        text = data.split(b"\0", 1)[0].decode() if isinstance(data, bytes) else ""
        if kind in ("LC_LOAD_DYLIB", "LC_LOAD_WEAK_DYLIB", "LC_REEXPORT_DYLIB"):
            needed.append(text)
        elif kind == "LC_RPATH":
            rpaths.append(text)
        elif kind == "LC_BUILD_VERSION":
            text = system = f"macOS {command.minos >> 16}.{command.minos >> 8 & 0xFF}"
        elif kind == "LC_CODE_SIGNATURE":
            signed = is_intact(path.read_bytes(), command.dataoff)
        lines.append(f"{kind} {text}".rstrip())
    return Binary(
        path, "Mach-O", ARCHITECTURES.get(header.header.cputype, "unknown"), needed, rpaths, system,
        _MachoSymbols(macho, needed), signed=signed, load_commands=lines,
    )  # fmt: skip
