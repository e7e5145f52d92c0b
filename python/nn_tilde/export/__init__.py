"""From a PyTorch model to a file that nn~ plays."""

from .attributes import TYPE_HASH
from .buffer import Buffer
from .metadata import read_metadata
from .module import Module

__all__ = ["TYPE_HASH", "Buffer", "Module", "read_metadata"]
