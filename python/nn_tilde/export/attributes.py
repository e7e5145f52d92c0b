"""Attributes: the values of a model that a patch sets, and what their getters and setters must look like."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from .buffer import Buffer

# The numbers that stand for the types in the file (`<attribute>_params`).
TYPE_HASH = {bool: 0, int: 1, float: 2, str: 3, torch.Tensor: 4, Buffer: 5}


@dataclass(frozen=True)
class Attribute:
    """One attribute: its name and the type of each of its elements."""

    name: str
    types: tuple[type, ...]

    def buffer_keys(self) -> Iterator[tuple[int, str]]:
        """(element, key) of its audio buffers; the host names them by these keys."""
        for element, kind in enumerate(self.types):
            if kind is Buffer:
                yield element, f"{self.name}#{element}"


def as_values(name: str, values: object) -> tuple:
    """The elements of attribute `name`, from one value or a list or tuple of them.

    Types are exact, because a TorchScript file fixes them: True is a bool, 1 an int, 1.0 a float.
    Raises ValueError when there are none, TypeError for a type that a patch cannot set.
    """
    elements = tuple(values) if isinstance(values, list | tuple) else (values,)
    if not elements:
        raise ValueError(f"attribute '{name}' has no value; give it at least one")
    for position, value in enumerate(elements):
        if type(value) not in TYPE_HASH:
            raise TypeError(
                f"attribute '{name}': element {position} is of type {type(value).__name__}; "
                "make it exactly a bool, int, float, str, torch.Tensor or Buffer"
            )
    return elements


def check_getter(attribute: Attribute, getter: Callable) -> None:
    """Raises ValueError unless a hand-written getter takes no argument."""
    needed = [p for p in inspect.signature(getter).parameters.values() if p.default is p.empty]
    if needed:
        raise ValueError(f"getter 'get_{attribute.name}' must take no argument besides self")


def check_setter(attribute: Attribute, setter: Callable) -> None:
    """Raises ValueError unless a hand-written setter takes one value per element, or none: read-only."""
    count = len(attribute.types)
    parameters = list(inspect.signature(setter).parameters.values())
    if not parameters:
        return
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = sum(p.default is p.empty for p in parameters)
    if len(positional) < count or needed > count:
        raise ValueError(
            f"setter 'set_{attribute.name}' must take one value per element of attribute "
            f"'{attribute.name}' ({count}), but takes {len(positional)}"
        )
