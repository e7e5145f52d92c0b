"""For scripts and notebooks written for paramManager; the work is done by nn_tilde.mtcrnn.params."""

from .paramManager import paramManager, pdict

# Scripts say `from paramManager import paramManager` and then either paramManager(…) or paramManager.paramManager(…).
paramManager.paramManager, paramManager.pdict = paramManager, pdict

__all__ = ["paramManager", "pdict"]
