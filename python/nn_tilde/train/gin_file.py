"""Gin files as plain bindings: parsed by gin's own parser, but nothing is imported, registered or called.

A binding is known by its class and argument, `EncoderV2.capacity`, whatever module or scope is
written before: files of the release say `variational/blocks.EncoderV2.capacity`. Only where the
scope makes the difference it is kept: `periods/ConvNet.kernel_size`.
"""

from __future__ import annotations

import ast
import difflib
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

SCOPES = ("periods", "scales")  # that matter


class ConfigError(ValueError):
    """What is wrong with a configuration, in one sentence."""


@dataclass(frozen=True)
class Reference:
    """`@class` or `@class()`."""

    name: str


@dataclass(frozen=True)
class Macro:
    """`%NAME`."""

    name: str


class _Delegate:
    """What gin's parser asks for its values."""

    def configurable_reference(self, scoped_name: str, evaluate: bool) -> Reference:
        return Reference(short(scoped_name))

    def macro(self, scoped_name: str) -> Macro:
        return Macro(scoped_name)


def short(name: str) -> str:
    """`scope/module.Class` → `Class`, or `scope/Class` for scopes that matter."""
    scope, _, selector = name.rpartition("/")
    scope = scope.rpartition("/")[2]
    selector = selector.rpartition(".")[2]
    return f"{scope}/{selector}" if scope in SCOPES else selector


@dataclass
class Bindings:
    """Macros and bindings of a stack of files; later ones replace earlier ones. folder: of a toolkit's own files."""

    folder: Path
    macros: dict[str, object] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)  # names of all files read, includes too
    _read: set[Path] = field(default_factory=set)

    def read(self, path: Path) -> None:
        if path.resolve() in self._read:
            return  # included by two files of the stack: the first time counts
        self._read.add(path.resolve())
        self.files.append(path.stem)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"'{path}' cannot be read ({error}).") from error
        self.parse(text, str(path))

    def parse(self, text: str, where: str) -> None:
        from gin import config_parser

        try:
            for statement in config_parser.ConfigParser(text, _Delegate()):
                if isinstance(statement, config_parser.IncludeStatement):
                    self.read(find(self.folder, statement.filename))
                elif isinstance(statement, config_parser.BindingStatement):
                    self._bind(statement.scope, statement.selector, statement.arg_name, statement.value)
        except ConfigError:
            raise
        except (SyntaxError, tokenize.TokenError, ValueError) as error:
            raise ConfigError(f"{where}: {str(error.args[0]).splitlines()[0]}.") from error

    def _bind(self, scope: str, selector: str, argument: str, value: object) -> None:
        if not argument:
            self.macros[selector] = value
        else:
            self.values[f"{short(f'{scope}/{selector}' if scope else selector)}.{argument}"] = value

    def override(self, text: str) -> None:
        """`NAME = value` or `class.argument = value`, as after `--override`."""
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise ConfigError(f"--override takes 'NAME = value', not '{text}'.")
        known = {**self.macros, **self.values}
        key = name if name in self.macros else short(name.rpartition(".")[0]) + "." + name.rpartition(".")[2]
        if key not in known and name not in known:
            near = difflib.get_close_matches(name, known, 3, 0.5)
            raise ConfigError(f"--override: there is no setting '{name}'{_perhaps(near)}")
        if value[0] not in "@%[({" and not _literal(value):
            value = repr(value)  # a word or a path without quotes
        self.parse(f"{name} = {value}", "--override")

    def get(self, key: str, default: object = None) -> object:
        """The value of `Class.argument` with its macros resolved; a list where `default` is one."""
        value = self.resolve(self.values[key]) if key in self.values else default
        if isinstance(default, list) and not isinstance(value, list | tuple):
            raise ConfigError(f"{key} must be a list, not {value!r}.")
        return value

    def resolve(self, value: object, depth: int = 0) -> object:
        if isinstance(value, Macro):
            if value.name not in self.macros or depth > 20:
                raise ConfigError(f"The configuration uses %{value.name}, but does not say what it is.")
            return self.resolve(self.macros[value.name], depth + 1)
        if isinstance(value, list | tuple):
            return type(value)(self.resolve(item, depth) for item in value)
        if isinstance(value, dict):
            return {key: self.resolve(item, depth) for key, item in value.items()}
        return value


def _literal(value: str) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return False
    return True


def _perhaps(near: Iterable[str]) -> str:
    near = list(near)
    return f"; is it {' or '.join(near)}?" if near else "."


def find(folder: Path, name: str, what: str = "configuration") -> Path:
    """The file of a configuration: a path, or the name of one in `folder`, with or without .gin."""
    file = name if name.endswith(".gin") else f"{name}.gin"
    for place in (Path(file), folder / file, folder / Path(file).name):
        if place.is_file():
            return place
    ours = sorted(path.stem for path in folder.glob("*.gin"))
    near = difflib.get_close_matches(Path(name).stem, ours, 3, 0.4)
    raise ConfigError(
        f"There is no {what} '{name}'{_perhaps(near)[:-1]}{'?' if near else ''} We have: {', '.join(ours)}."
    )
