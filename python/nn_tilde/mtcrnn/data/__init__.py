"""Windows of recordings and their parameters for training; primers and conditioning for generation."""

from importlib import import_module
from typing import TYPE_CHECKING

from .index import Index, read_index
from .priming import conditioning, primer

if TYPE_CHECKING:
    from .windows import Windows

__all__ = ["Index", "Windows", "conditioning", "primer", "read_index"]


def __getattr__(name: str) -> object:
    if name != "Windows":  # which alone needs torch
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return import_module(".windows", __name__).Windows
