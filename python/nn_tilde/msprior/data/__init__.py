"""Latents on disk, and the windows of them that priors are trained on."""

from .latents import About, Key, Latents, open_latents

__all__ = ["About", "Key", "Latents", "open_latents"]
