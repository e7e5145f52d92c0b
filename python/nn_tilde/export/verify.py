"""Plays a written file once, before it gets its name, as a host would."""

import warnings
from collections.abc import Iterable

import torch

from .attributes import Attribute
from .buffer import Buffer
from .methods import Method, check_output, silence
from .torchscript import load, reason

_KINDS = {
    bool: "BoolType",
    int: "IntType",
    float: "FloatType",
    str: "StringType",
    torch.Tensor: "TensorType",
    Buffer: "StringType",  # its key
}
_READ_AS = {Buffer: str}  # the text of Buffer.to_str()


def verify(path: str, methods: Iterable[Method], attributes: Iterable[Attribute], block: int | None) -> None:
    """Loads the file and runs every getter, setter and method of it.

    block: samples per call; None for the size each method was tested with. Raises ValueError that
    names the method or attribute that fails. A method whose author wanted no test only warns.
    """
    try:
        file = load(path)
    except RuntimeError as error:
        raise ValueError(f"the exported file cannot be loaded again: {reason(error)}") from error
    with torch.inference_mode():  # as hosts run it
        for attribute in attributes:
            _set(file, attribute, _get(file, attribute))
        for method in methods:
            try:
                _play(file, method, block or method.block)
            except ValueError as error:
                if method.tested:
                    raise
                warnings.warn(f"untested {error}", UserWarning, stacklevel=5)


def _call(file: torch.jit.ScriptModule, name: str, what: str, *arguments: object) -> object:
    try:
        # By its name in the file: the Python wrapper hides some names, such as get_buffer.
        return file._c._get_method(name)(*arguments)
    except Exception as error:
        raise ValueError(f"{what} fails in the exported file: {reason(error)}") from error


def _get(file: torch.jit.ScriptModule, attribute: Attribute) -> list:
    what = f"getter 'get_{attribute.name}'"
    count = len(attribute.types)
    values = _call(file, f"get_{attribute.name}", what)
    values = list(values) if isinstance(values, tuple | list) else [values]
    if len(values) != count:
        raise ValueError(
            f"{what} must return one value per element of attribute '{attribute.name}' ({count}), "
            f"but returns {len(values)}"
        )
    for value, kind in zip(values, attribute.types, strict=True):
        wanted = _READ_AS.get(kind, kind)
        if type(value) is not wanted:
            raise ValueError(
                f"{what} returns {type(value).__name__} where attribute '{attribute.name}' has "
                f"{wanted.__name__}; return the types it was registered with"
            )
    return values


def _set(file: torch.jit.ScriptModule, attribute: Attribute, values: list) -> None:
    """Sets what the getter returned. A setter may refuse it: that is what a read-only attribute does."""
    name = f"set_{attribute.name}"
    schema = file._c._get_method(name).schema
    for argument, kind in zip(schema.arguments[1:], attribute.types, strict=False):
        if argument.type.kind() != _KINDS[kind]:
            wanted = _READ_AS.get(kind, kind).__name__
            raise ValueError(
                f"parameter '{argument.name}' of setter '{name}' is of type {argument.type.annotation_str}; "
                f"annotate it as {wanted}, as attribute '{attribute.name}' was registered"
            )
    if schema.returns[0].type.kind() != "IntType":
        raise ValueError(f"setter '{name}' must return an int: 0 when it takes the values, -1 when it refuses")
    if len(schema.arguments) == 1:  # read-only: it takes nothing and refuses
        values = []
    for element, key in attribute.buffer_keys():
        if values:
            values[element] = key
    _call(file, name, f"setter '{name}'", *values)


def _play(file: torch.jit.ScriptModule, method: Method, block: int) -> None:
    # Two blocks: the second meets the state that the first left.
    for _ in range(2):
        output = _call(file, method.name, f"method '{method.name}'", silence(method, 1, block))
        check_output(method, output, 1, block)
