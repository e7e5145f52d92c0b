"""Checkpoints with objects of other programs in them: tensors are read, the objects become empty shells.

Passed to torch.load as `pickle_module`. No code that a file names is imported or run, so that old checkpoints load
without the libraries they were made with, and hostile ones do nothing.
"""

from __future__ import annotations

import pickle
from typing import IO, Any

_KNOWN = {
    ("collections", "OrderedDict"),
    ("torch", "Size"),
    ("torch", "device"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_tensor"),
    ("torch._utils", "_rebuild_tensor_v2"),
}


class Shell:
    """What stands for an object of a class, or the result of a function, that we do not know."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Shell:
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __setstate__(self, state: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def append(self, value: Any) -> None: ...

    def extend(self, values: Any) -> None: ...


class Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _KNOWN or (module == "torch" and name.endswith("Storage")):
            return super().find_class(module, name)
        return Shell


def load(file: IO[bytes], **kwargs: Any) -> Any:
    """As `pickle.load`."""
    return Unpickler(file, **kwargs).load()
