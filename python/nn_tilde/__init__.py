"""Play, export and train neural audio models.

`nn_tilde.Module` and `nn_tilde.Buffer` turn a PyTorch model into a file that nn~ plays;
`nn_tilde.Host` plays such a file from Python. Names are loaded when first used, so that
`import nn_tilde` costs nothing and needs no torch.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .export import TYPE_HASH, Buffer, Module
    from .host import Error, Host

__all__ = ["TYPE_HASH", "Buffer", "Error", "Host", "Module", "__version__"]

try:
    __version__ = version("nn-tilde-toolkit")
except PackageNotFoundError:  # run from a source tree that is not installed
    __version__ = "0+unknown"

_HOMES = {"Module": ".export", "Buffer": ".export", "TYPE_HASH": ".export", "Host": ".host", "Error": ".host"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'nn_tilde' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
