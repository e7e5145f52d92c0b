"""The module that scripts and notebooks import as `paramManager.paramManager`: see nn_tilde.mtcrnn.params."""

from nn_tilde.mtcrnn.params import paramManager, pdict

__all__ = ["paramManager", "pdict"]
