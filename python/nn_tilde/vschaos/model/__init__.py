"""The networks of vschaos and their training losses. Importing this needs no torch; its modules do."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dimension import LatentSpaces
    from .vae import VAE, Outputs

__all__ = ["VAE", "LatentSpaces", "Outputs"]
_HOMES = {"VAE": ".vae", "Outputs": ".vae", "LatentSpaces": ".dimension"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name], __name__), name)
