"""How an object is described."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Argument:
    name: str
    type: str  # symbol, int, float, list
    digest: str
    description: str = ""
    optional: bool = True


@dataclass(frozen=True)
class Message:
    name: str
    digest: str
    arguments: tuple[Argument, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Attribute:
    name: str
    type: str  # int, symbol
    default: str
    label: str
    digest: str
    description: str = ""
    style: str = ""  # onoff, enum
    values: tuple[str, ...] = ()
    settable: bool = True  # false: only when the object is made


@dataclass(frozen=True)
class Port:
    kind: str  # of an inlet or outlet: signal, multichannelsignal, message, dictionary
    digest: str


@dataclass(frozen=True)
class Object:
    name: str
    digest: str
    description: str
    inlets: tuple[Port, ...]
    outlets: tuple[Port, ...]
    arguments: tuple[Argument, ...]
    messages: tuple[Message, ...]
    attributes: tuple[Attribute, ...]
    tags: tuple[str, ...] = field(default=("MSP Synthesis", "neural", "models", "machine learning"))
    see_also: tuple[str, ...] = ()
