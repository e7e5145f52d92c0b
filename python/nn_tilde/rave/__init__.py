"""RAVE: a real-time variational autoencoder for audio (Caillon and Esling 2021, arXiv 2111.05011).

`load(run_or_checkpoint)` returns a trained network in eval mode:

    rave = nn_tilde.rave.load("runs/strings")
    z = rave.encode(x)             # [B, C, T] → [B, latents, T / rave.ratio]
    y = rave.decode(z)
    m = rave.pqmf(x)               # bands; rave.pqmf.inverse(m) is the way back
    raw = rave.encoder(m)          # before reparametrisation
    bands = rave.decoder(z)

The command line is in `cli`. Names are loaded when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import Config, ConfigError
    from .loading import load
    from .network import RAVE

__all__ = ["RAVE", "Config", "ConfigError", "load"]
_HOMES = {"load": ".loading", "RAVE": ".network", "Config": ".config", "ConfigError": ".config"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'nn_tilde.rave' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value
