"""Descriptors: what is measured of sounds besides their latents, ours and those of users."""

from .base import Descriptor, DescriptorError
from .registry import OURS, load, register

__all__ = ["OURS", "Descriptor", "DescriptorError", "load", "register"]
