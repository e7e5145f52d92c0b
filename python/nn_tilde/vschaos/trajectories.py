"""Curves through a latent space: arrays [batch, n, dim] over t from 0 to 1, drawn from `rng`.

line             between two points drawn from the prior
polar_line       the same in hyperspherical coordinates
circle, helix    radius 1, in a plane drawn at random; a helix has 3 turns and climbs from 0 to 1
ellipse          all angles of hyperspherical coordinates turn once, radius 1
sin, square, sawtooth    2 periods, each latent with its own amplitude, -5 to 5, about a point drawn from the prior
random           a walk, steps of N(0, 0.2²)
uniform, normal  another point at each step
zero             nothing moves
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

Curve = Callable[[np.ndarray, int, int, np.random.Generator], np.ndarray]

PERIODS, AMPLITUDE, WALK, TURNS = 2.0, 5.0, 0.2, 3.0


def _points(batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((batch, 1, dim))


def _turned(way: str, x: np.ndarray) -> np.ndarray:
    """The coordinates that patches have as `dimred spherical`."""
    import torch  # not needed for the names of the curves

    from .model import dimension

    return getattr(dimension, way)(torch.from_numpy(x)).numpy()


def _line(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    a, b = _points(batch, dim, rng), _points(batch, dim, rng)
    return a + (b - a) * t[:, None]


def _polar_line(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    a, b = (_turned("to_spherical", _points(batch, dim, rng)) for _ in range(2))
    return _turned("from_spherical", a + (b - a) * t[:, None])


def _circle(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator, climb: float = 0.0) -> np.ndarray:
    """In two, or with `climb` three, directions at right angles."""
    needed = 3 if climb else 2
    if dim < needed:
        raise ValueError(f"A {'helix' if climb else 'circle'} needs {needed} latents, and there are {dim}.")
    angle = 2 * math.pi * t * (TURNS if climb else 1)
    flat = np.stack([np.cos(angle), np.sin(angle), climb * t][:needed], -1)
    directions = np.linalg.qr(rng.standard_normal((batch, dim, needed)))[0]
    return flat @ directions.transpose(0, 2, 1)


def _helix(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    return _circle(t, batch, dim, rng, 1.0)


def _ellipse(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    angles = np.repeat(2 * math.pi * t[:, None], dim - 1, 1)
    return np.repeat(_turned("from_spherical", np.concatenate([np.ones((len(t), 1)), angles], 1))[None], batch, 0)


def _periodic(shape: Callable[[np.ndarray], np.ndarray]) -> Curve:
    """shape: of the phase, in periods, → −1 to 1."""

    def curve(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
        amplitude = rng.uniform(-AMPLITUDE, AMPLITUDE, (batch, 1, dim))
        return amplitude * shape(PERIODS * np.arange(len(t)) / len(t))[:, None] + _points(batch, dim, rng)

    return curve


def _random(t: np.ndarray, batch: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    return np.cumsum(WALK * rng.standard_normal((batch, len(t), dim)), 1)


CURVES: dict[str, Curve] = {
    "line": _line,
    "sin": _periodic(lambda phase: np.sin(2 * math.pi * phase)),
    "square": _periodic(lambda phase: np.where(phase % 1 < 0.5, 1.0, -1.0)),
    "sawtooth": _periodic(lambda phase: 2 * (phase % 1) - 1),
    "ellipse": _ellipse,
    "random": _random,
    "polar_line": _polar_line,
    "circle": _circle,
    "helix": _helix,
    "uniform": lambda t, batch, dim, rng: rng.uniform(-1, 1, (batch, len(t), dim)),
    "normal": lambda t, batch, dim, rng: rng.standard_normal((batch, len(t), dim)),
    "zero": lambda t, batch, dim, rng: np.zeros((batch, len(t), dim)),
}


def make(kind: str, batch: int, steps: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    """float32 [batch, steps, dim] of one of CURVES. ValueError: it needs more latents."""
    return CURVES[kind](np.linspace(0, 1, steps), batch, dim, rng).astype(np.float32)
