"""From a tree of settings to dataclasses and back, by the annotations of their fields."""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

from .gin_file import ConfigError, perhaps

_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a word", dict: "a table of settings"}


def build(hint: Any, value: Any, path: str) -> Any:
    """`value` as what `hint` annotates. Raises ConfigError: what at `path` is unknown or of the wrong kind."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, value, path)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _union(inner, value, path)
    if origin is dict and (value is None or isinstance(value, dict)):
        return {str(key): build(inner[1], item, f"{path}.{key}") for key, item in (value or {}).items()}
    if origin is list and value is not None and not isinstance(value, dict):
        items = list(value) if isinstance(value, list | tuple) else [value]  # one alone needs no brackets
        try:
            return [build(inner[0], item, path) for item in items]
        except ConfigError:
            if inner[0] not in _KINDS:
                raise  # what is said of a table says more
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if hint is float and fits:
        return float(value)
    if hint is int and fits and math.isfinite(value) and value == int(value):
        return int(value)
    if hint is str and (fits or value is None):
        return "none" if value is None else str(value)
    if hint in (bool, str) and isinstance(value, hint):
        return value
    if hint is bool and value in (0, 1):
        return bool(value)
    raise ConfigError(f"{path} must be {_told(hint)}, not {_shown(value)}.")


def _union(kinds: tuple[Any, ...], value: Any, path: str) -> Any:
    if value is None or (isinstance(value, str) and value.lower() == "none"):
        if type(None) in kinds:
            return None
        if str not in kinds:
            raise ConfigError(f"{path} must be {_told(typing.Union[kinds])}, not none.")  # noqa: UP007
    # Exact kinds first: 3 is no word where numbers are possible, and no list where there are both.
    kinds = tuple(
        sorted((k for k in kinds if k is not type(None)), key=lambda k: (k is str, typing.get_origin(k) is list))
    )
    if isinstance(value, list | tuple) and (lists := [k for k in kinds if typing.get_origin(k) is list]):
        return build(lists[0], value, path)
    for kind in kinds:
        try:
            return build(kind, value, path)
        except ConfigError:
            if kind is kinds[-1] and len(kinds) == 1:
                raise
    raise ConfigError(f"{path} must be {' or '.join(map(_told, kinds))}, not {_shown(value)}.")


def _dataclass(cls: type, value: Any, path: str) -> Any:
    names = [f.name for f in dataclasses.fields(cls)]
    value = {} if value is None else value
    if isinstance(value, str) and "type" in names:
        value = {"type": value}
    if not isinstance(value, dict):
        raise ConfigError(f"{path} must be a table of settings, not {_shown(value)}.")
    value = dict(value)
    if "args" in value and "args" not in names:
        arguments = value.pop("args") or {}
        if not isinstance(arguments, dict):
            raise ConfigError(f"{path}.args must be a table of settings, not {_shown(arguments)}.")
        value |= arguments
    before = f"{path}." if path else ""
    for name in value:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, 3)
            end = perhaps(before + other for other in near)
            known = "" if near else f" {path or 'A configuration'} has: {', '.join(names)}."
            raise ConfigError(f"There is no setting '{before}{name}'{end if near else ';' + known}")
    hints = typing.get_type_hints(cls)
    missing = [f.name for f in dataclasses.fields(cls) if f.name not in value and f.default is f.default_factory]
    if missing:
        raise ConfigError(f"{path} needs {before}{missing[0]}.")
    return cls(**{name: build(hints[name], item, before + name) for name, item in value.items()})


def _told(hint: Any) -> str:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join("none" if each is type(None) else _told(each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is list:
        return "a list" if typing.get_args(hint)[0] not in _KINDS else f"a list of {_plural(typing.get_args(hint)[0])}"
    return _KINDS.get(typing.get_origin(hint) or hint, "a table of settings")


def _plural(kind: type) -> str:
    return {int: "whole numbers", float: "numbers", str: "words"}.get(kind, "values")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:56]} …"


def bindings(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, plain value) of all settings; what no path can name is in the value of its parent."""
    if dataclasses.is_dataclass(value):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, dict) and value and all(_nameable(key) for key in value):
        for key, item in value.items():
            yield from bindings(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, plain(value)


def plain(value: Any) -> Any:
    """Dataclasses as dicts, all the way down."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _nameable(key: Any) -> bool:
    return isinstance(key, str) and re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) is not None
