"""Semantic features: a small model that learns from recordings what sounds are like, without labels.

It stands in for rave2vec, which the original's models were to be steered by and which was never published.
"""

from .descriptors import SemanticDescriptor, open_semantic
from .instrument import Semantic
from .prepare import NAME, STEPS, prepare
from .sounds import SemanticError

__all__ = ["NAME", "STEPS", "Semantic", "SemanticDescriptor", "SemanticError", "open_semantic", "prepare"]
