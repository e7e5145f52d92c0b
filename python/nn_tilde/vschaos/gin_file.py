"""Configurations as one tree of settings: stacked gin and YAML files, then overrides as of Hydra.

A binding is the path of a setting, `model.latent.dim = 8`; capitals without a point are macros, `LATENT_SIZE = 8`,
used as `%LATENT_SIZE`. Parsed by gin's own parser, but nothing is imported, registered or called.
"""

from __future__ import annotations

import ast
import difflib
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

CONFIGS = Path(__file__).parent / "configs"
_ENDINGS = (".gin", ".yaml", ".yml")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_WORDS = {"null": None, "none": None, "true": True, "false": False}


class ConfigError(ValueError):
    """What is wrong with a configuration, in one sentence."""


@dataclass(frozen=True)
class Macro:
    """`%NAME`."""

    name: str


class _Delegate:
    """What gin's parser asks for its values."""

    def configurable_reference(self, scoped_name: str, evaluate: bool) -> NoReturn:
        raise ConfigError(f"'@{scoped_name}' is of no use here: classes are named by words, without an @.")

    def macro(self, scoped_name: str) -> Macro:
        return Macro(scoped_name)


@dataclass
class Tree:
    """Settings and macros of a stack of files; later ones replace earlier ones. `top`: the settings of first level."""

    top: frozenset[str]
    macros: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    _read: set[Path] = field(default_factory=set)

    def read(self, path: Path) -> None:
        """A .gin, .yaml or .yml file. One that two files include counts the first time."""
        if path.resolve() in self._read:
            return
        self._read.add(path.resolve())
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"'{path}' cannot be read ({error}).") from error
        if path.suffix in _ENDINGS[1:]:
            self._read_yaml(text, path)
        else:
            self.parse(text, path)

    def parse(self, text: str, path: Path) -> None:
        from gin import config_parser

        try:
            for statement in config_parser.ConfigParser(text, _Delegate()):
                if isinstance(statement, config_parser.IncludeStatement):
                    self.read(find(statement.filename, path.parent))
                elif isinstance(statement, config_parser.BindingStatement):
                    name = statement.selector
                    self.set(f"{name}.{statement.arg_name}" if statement.arg_name else name, statement.value)
        except ConfigError as error:
            raise ConfigError(str(error).splitlines()[0]) from None  # gin adds lines to it
        except (SyntaxError, tokenize.TokenError, ValueError) as error:
            line = getattr(error, "lineno", None)
            where = f"'{path}'" if line is None else f"'{path}', line {line}"
            raise ConfigError(f"{where}: {str(error.args[0]).splitlines()[0].rstrip('.')}.") from error

    def _read_yaml(self, text: str, path: Path) -> None:
        import yaml

        try:
            content = yaml.safe_load(text) or {}
        except yaml.YAMLError as error:
            raise ConfigError(f"'{path}' is no YAML ({' '.join(str(error).split())}).") from error
        if not isinstance(content, dict):
            raise ConfigError(f"'{path}' holds no settings.")
        for name in _listed(content.pop("defaults", [])):
            if isinstance(name, str) and name != "_self_":
                self.read(find(name, path.parent))
        _merge(self.values, _plain(content))

    def override(self, text: str) -> None:
        """`NAME=value` or `path.of.a.setting=value`, with + or ++ before it or not; `~path` takes it out."""
        if text.startswith("~"):
            self._remove(text[1:].partition("=")[0].strip())
            return
        name, equals, value = (part.strip() for part in text.lstrip("+").partition("="))
        if not equals or not re.fullmatch(r"[\w+-]+(\.[\w+-]+)*", name):
            raise ConfigError(f"A setting is changed by name=value, not by '{text}'.")
        if "." not in name and name not in self.top and name not in self.macros:
            known = [*self.top, *self.macros]
            near = difflib.get_close_matches(name, known, 3) or [known[i] for i in _same(name, known)]
            raise ConfigError(f"There is no setting '{name}'{perhaps(near)}")
        self.set(name, value_of(value))

    def set(self, name: str, value: Any) -> None:
        if "." not in name and name not in self.top:
            self.macros[name] = value
            return
        *parents, last = name.split(".")
        place = self.values
        for parent in parents:
            if not isinstance(place.get(parent), dict):
                place[parent] = {}  # what was one value, or nothing, gets parts
            place = place[parent]
        place[last] = dict(value) if isinstance(value, dict) else value

    def _remove(self, name: str) -> None:
        *parents, last = name.split(".")
        place: Any = self.values
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if not isinstance(place, dict) or last not in place:
            raise ConfigError(f"'~{name}' cannot take out what is not there.")
        del place[last]

    def resolved(self) -> dict[str, Any]:
        """The settings, macros replaced by their values."""
        return self._resolve(self.values, 0)

    def _resolve(self, value: Any, depth: int) -> Any:
        if isinstance(value, Macro):
            if value.name not in self.macros or depth > 20:
                near = difflib.get_close_matches(value.name, self.macros, 3)
                raise ConfigError(f"The configuration uses %{value.name}, but does not say what it is{perhaps(near)}")
            return self._resolve(self.macros[value.name], depth + 1)
        if isinstance(value, list | tuple):
            return [self._resolve(item, depth) for item in value]
        if isinstance(value, dict):
            return {key: self._resolve(item, depth) for key, item in value.items()}
        return value


def value_of(text: str) -> Any:
    """A value as one writes it in a shell: Python's or YAML's, or a word without quotes."""
    if re.fullmatch(r"%\w+", text):
        return Macro(text[1:])
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        pass
    if text[:1] not in ("[", "{"):
        return _plain(text)
    import yaml

    try:
        return _plain(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ConfigError(f"'{text}' is no value.") from error


def _plain(value: Any) -> Any:
    """YAML's values as Python's: 1e-4 is a number, and so on."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        if value.lower() in _WORDS:
            return _WORDS[value.lower()]
        if _NUMBER.fullmatch(value) and not value.isdigit():
            return float(value)
    return value


def _merge(into: dict[str, Any], new: Mapping[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _same(name: str, known: list[str]) -> list[int]:
    return [i for i, other in enumerate(known) if other.lower() == name.lower()]


def perhaps(near: Iterable[str]) -> str:
    """The end of a sentence about something that is not there."""
    near = list(near)
    return f"; is it {' or '.join(near)}?" if near else "."


def ours() -> list[str]:
    """Names of the configurations that come with the toolkit."""
    return sorted(path.stem for path in CONFIGS.glob("*.gin"))


def find(name: str, beside: Path | None = None) -> Path:
    """The file of a configuration: a path, with its ending or without, also from the folder `beside`, or the name of
    one of ours."""
    files = [name] if name.endswith(_ENDINGS) else [f"{name}{ending}" for ending in _ENDINGS]
    folders = [Path(), *([beside] if beside else []), CONFIGS]
    for place in [folder / file for folder in folders for file in files] + [CONFIGS / f"{Path(name).name}.gin"]:
        if place.is_file():
            return place
    near = difflib.get_close_matches(Path(name).stem, ours(), 3, 0.5)
    end = perhaps(near)
    raise ConfigError(
        f"There is no configuration '{name}'{end if near else ', but there are: ' + ', '.join(ours()) + '.'}"
    )
