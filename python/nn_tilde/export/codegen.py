"""The functions that a file needs and that nobody wants to write: getters, setters, buffer calls.

TorchScript compiles functions from their source text, which it looks up with `inspect`. The text
of generated functions is put where `inspect` finds it, in `linecache`: no file is ever written.
"""

import hashlib
import linecache
import types
from collections.abc import Iterable

import torch

from .attributes import Attribute
from .buffer import Buffer

_WORDS = {bool: "bool", int: "int", float: "float", str: "str", torch.Tensor: "torch.Tensor", Buffer: "str"}


def getter(attribute: Attribute) -> str:
    """Source of `get_<attribute>`: a tuple of all elements, buffers as text."""
    name = attribute.name
    values = [f"self.{name}[{i}]" + (".to_str()" if t is Buffer else "") for i, t in enumerate(attribute.types)]
    kinds = ", ".join(_WORDS[t] for t in attribute.types)
    return f"""
def get_{name}(self) -> tuple[{kinds}]:
    return ({", ".join(values)},)
"""


def setter(attribute: Attribute) -> str:
    """Source of `set_<attribute>`: one parameter per element; returns 0.

    A buffer element takes its key as text and stays as it is: the host has put the audio there
    with `set_buffer_attribute`. Tensors are copied, the host may reuse their memory.
    """
    name = attribute.name
    parameters = [f"{name}{i}: {_WORDS[t]}" for i, t in enumerate(attribute.types)]
    values = []
    for i, kind in enumerate(attribute.types):
        if kind is Buffer:
            values.append(f"self.{name}[{i}]")
        else:
            values.append(f"{name}{i}" + (".clone()" if kind is torch.Tensor else ""))
    return f"""
def set_{name}(self, {", ".join(parameters)}) -> int:
    self.{name} = ({", ".join(values)},)
    return 0
"""


def buffer_calls(attributes: Iterable[Attribute]) -> str:
    """Source of the calls by which a host fills, empties and asks about buffers, by key.

    The first two return 0, or -1 for an unknown key or audio that the bounds refuse.
    """
    fill, empty, ask = [], [], []
    for attribute in attributes:
        for element, key in attribute.buffer_keys():
            condition = f"    if buffer_name == '{key}':\n"
            buffer = f"self.{attribute.name}[{element}]"
            fill.append(f"{condition}        return {buffer}.set_value(buffer, sr)\n")
            empty.append(f"{condition}        {buffer}.init_value()\n        return 0\n")
            ask.append(f"{condition}        return not {buffer}.has_value\n")
    return f"""
def set_buffer_attribute(self, buffer_name: str, buffer: torch.Tensor, sr: int) -> int:
{"".join(fill)}    return -1

def clear_buffer_attribute(self, buffer_name: str) -> int:
{"".join(empty)}    return -1

def is_buffer_empty(self, buffer_name: str) -> bool:
{"".join(ask)}    return True
"""


def rate_calls(place: str) -> str:
    """Source of the calls by which a host tells its sample rate in Hz; kept in `self.<place>`."""
    return f"""
def set_sample_rate(self, sample_rate: int | None) -> None:
    if sample_rate is not None:
        self.{place} = sample_rate

def get_sample_rate(self) -> int:
    rate = self.{place}
    return -1 if rate is None else rate
"""


def compile_functions(source: str) -> dict[str, types.FunctionType]:
    """The functions of `source`, by name, marked for TorchScript and as generated."""
    # Named by content: modules with the same functions share one entry.
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    file = f"<nn_tilde generated {digest}>"
    # No time stamp: linecache never drops such an entry as outdated.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space: dict = {"torch": torch, "__name__": __name__}
    exec(compile(source, file, "exec"), space)
    functions = {name: f for name, f in space.items() if isinstance(f, types.FunctionType)}
    for function in functions.values():
        torch.jit.export(function)
        function.generated_by_nn_tilde = True
    return functions


def is_generated(method: object) -> bool:
    """Whether a method of a module comes from here and not from its author."""
    return getattr(method, "generated_by_nn_tilde", False)
