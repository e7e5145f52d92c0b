"""Through a model and back to sound: features ↔ frames ↔ latents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from .model.vae import VAE

Labels = Mapping[str, np.ndarray | float]
"""By task: a number for all frames, or one for each [T]; −1 (of classes) or NaN where there is none."""

MOST = 4096  # frames at a time


def _device(vae: VAE) -> torch.device:
    return next(vae.parameters()).device


def _of(labels: Labels, first: int, count: int, device: torch.device) -> dict[str, Tensor]:
    """{task: [count]} of the frames from `first` on."""
    found = {}
    for task, label in labels.items():
        row = np.broadcast_to(np.asarray(label, np.float32), (count,)) if np.ndim(label) == 0 else label[first:][:count]
        found[task] = torch.tensor(np.array(row, np.float32), device=device)
    return found


@torch.no_grad()
def encode(vae: VAE, features: np.ndarray, labels: Labels, temperature: float = 0.0) -> Tensor:
    """Scaled features [C, T, bins] → latents [T, latents], on the CPU."""
    x = torch.from_numpy(np.ascontiguousarray(features)).movedim(0, 1)  # [T, C, bins]
    x = x[:, 0] if vae.channels == 1 else x
    device, parts = _device(vae), []
    for first in range(0, len(x), MOST):
        part = x[first : first + MOST].to(device)
        parts.append(vae.encode(part, _of(labels, first, len(part), device), temperature).cpu())
    return torch.cat(parts)


@torch.no_grad()
def decode(vae: VAE, z: Tensor, labels: Labels) -> np.ndarray:
    """Latents [T, latents] → scaled features [C, T, bins]; missing labels are the predicted ones."""
    device, parts = _device(vae), []
    for first in range(0, len(z), MOST):
        part = z[first : first + MOST].to(device)
        y = vae.decode(part, _of(labels, first, len(part), device))
        parts.append(y.reshape(len(part), vae.channels, vae.bins).cpu())
    return torch.cat(parts).movedim(1, 0).contiguous().numpy()
