"""The table of descriptors: `register` enters one, `load` finds those that a command names."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TypeVar

from .base import Descriptor, DescriptorError

OURS = ("loudness", "centroid", "spectral_entropy", "sync")
_PREFIX = "descriptors."

_T = TypeVar("_T", Descriptor, type)
_table: dict[str, Descriptor] = {}
_modules: dict[str, list[str]] = {}  # what importing a module has registered


def register(descriptor: _T) -> _T:
    """Enters a descriptor, or as a decorator the one that a class without arguments makes. Raises DescriptorError."""
    entry = descriptor() if isinstance(descriptor, type) else descriptor
    if not isinstance(entry, Descriptor):
        raise DescriptorError(f"A descriptor is a Descriptor, not {entry!r}.")
    there = _table.get(entry.name)
    if there is not None and _origin(there) != _origin(entry):
        raise DescriptorError(f"There are two descriptors '{entry.name}'; give one another name.")
    _table[entry.name] = entry
    return descriptor


def _origin(descriptor: Descriptor) -> tuple[str, str]:
    return type(descriptor).__module__, type(descriptor).__qualname__


def load(names: Sequence[str]) -> list[Descriptor]:
    """The descriptors that are named, each once. Raises DescriptorError.

    names: ours, with or without `descriptors.` before; `all` of ours; Python modules below the current folder or
    installed, of which everything that they register is taken; or what has been registered already.
    """
    importlib.import_module(".spectral", __package__)  # registers ours
    importlib.import_module(".beats", __package__)
    found: dict[str, Descriptor] = {}
    for name in names:
        short = name.removeprefix(_PREFIX)
        for entry in OURS if short == "all" else (short,) if short in OURS else _of_module(name):
            found[entry] = _table[entry]
    return list(found.values())


def _of_module(name: str) -> list[str]:
    if name in _table:
        return [name]
    before = dict(_table)
    here = os.getcwd()
    sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
    except DescriptorError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            known = ", ".join((*OURS, "all"))
            raise DescriptorError(
                f"There is no descriptor or Python module '{name}'; of ours there are {known}."
            ) from None
        raise DescriptorError(f"The module '{name}' needs the module '{error.name}', which is not installed.") from None
    except (ValueError, TypeError) as error:
        if not all(part.isidentifier() for part in name.split(".")):
            raise DescriptorError(f"'{name}' is neither a descriptor nor the name of a Python module.") from None
        raise _not_imported(name, error) from error
    except Exception as error:  # whatever a user's code raises
        raise _not_imported(name, error) from error
    finally:
        if here in sys.path:
            sys.path.remove(here)
    fresh = [entry for entry, descriptor in _table.items() if before.get(entry) is not descriptor]
    own = [entry for entry, descriptor in _table.items() if type(descriptor).__module__ == module.__name__]
    _modules[name] = list(dict.fromkeys([*_modules.get(name, []), *fresh, *own]))
    if not _modules[name]:
        raise DescriptorError(f"The module '{name}' registers no descriptor.")
    return _modules[name]


def _not_imported(name: str, error: Exception) -> DescriptorError:
    said = " ".join(str(error).split()) or type(error).__name__
    return DescriptorError(f"The module '{name}' cannot be imported ({said}).")
