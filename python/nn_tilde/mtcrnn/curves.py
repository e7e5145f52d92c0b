"""Conditioning curves: what a parameter is to do while a model plays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def constant(length: int, value: float) -> np.ndarray:
    """float64 [length]: one value."""
    return np.full(length, float(value))


def glide(length: int, *values: float) -> np.ndarray:
    """Straight lines from value to value, each as long as the others; the first and last are reached exactly."""
    if len(values) < 2:
        raise ValueError("glide needs at least 2 values, e.g. glide:1,0")
    return np.interp(np.linspace(0, len(values) - 1, length), np.arange(len(values)), values)


def steps(length: int, *values: float) -> np.ndarray:
    """One value after the other, each as long as the others."""
    return np.asarray(values, np.float64)[np.arange(length) * len(values) // length]


def gaussians(length: int, *values: float, times: int | None = None, width: float = 0.15) -> np.ndarray:
    """Bumps side by side: values are low, then the heights of the bumps in turn.

    times: number of bumps (as many as heights unless given); width: standard deviation, as part of a bump's place.
    """
    if len(values) < 2:
        raise ValueError("gaussians needs the low value and a height, e.g. gaussians:0,1@4")
    low, heights = values[0], values[1:]
    count = times or len(heights)
    place = np.arange(length) * count / length
    distance = place[:, None] - (np.arange(count) + 0.5)
    rises = (np.resize(heights, count) - low) * np.exp(-0.5 * np.square(distance / width))
    # Neighbours overlap: the highest counts, or bumps would add up to more than their heights.
    strongest = np.abs(rises).argmax(axis=1)
    return low + rises[np.arange(length), strongest]


def arpeggio(length: int, *values: float, times: int | None = None) -> np.ndarray:
    """The values in turn, over and over. times: notes in all (two rounds unless given)."""
    count = times or 2 * len(values)
    return np.resize(np.asarray(values, np.float64), count)[np.arange(length) * count // length]


SHAPES: dict[str, Callable[..., np.ndarray]] = {
    "constant": constant,
    "glide": glide,
    "steps": steps,
    "gaussians": gaussians,
    "arpeggio": arpeggio,
}
_TIMES = ("gaussians", "arpeggio")


def curve(text: str, length: int) -> np.ndarray:
    """float64 [batch, length] of `SHAPE:VALUE,VALUE,…[@TIMES]`; a batch of one unless values differ within the batch.

    Values with slashes make a batch: glide:0/0.5,1 goes from 0 to 1 in its first item, from 0.5 to 1 in the second.
    ValueError, one sentence, for anything else.
    """
    shape, colon, rest = text.partition(":")
    if shape not in SHAPES or not colon:
        raise ValueError(f"'{text}' is no curve; say {', '.join(SHAPES)}, then values, e.g. glide:1,0.")
    numbers, at, times = rest.partition("@")
    if at and shape not in _TIMES:
        raise ValueError(f"'{text}': only {' and '.join(_TIMES)} take a number after @.")
    try:
        values = [[float(part) for part in value.split("/")] for value in numbers.split(",")]
        options = {"times": int(times)} if at else {}
    except ValueError:
        raise ValueError(f"'{text}': the values of a curve are numbers with commas between them.") from None
    if at and int(times) < 1:
        raise ValueError(f"'{text}': the number after @ is at least 1.")
    if not all(np.isfinite(value).all() for value in values):
        raise ValueError(f"'{text}': the values of a curve are finite.")
    if shape == "constant" and len(values) > 1:
        raise ValueError(f"'{text}': constant takes one value; steps takes several.")
    batch = max(map(len, values))
    if any(len(value) not in (1, batch) for value in values):
        raise ValueError(f"'{text}': values with slashes have the same number of parts, one for each of the batch.")
    try:
        return np.stack(
            [SHAPES[shape](length, *(value[b % len(value)] for value in values), **options) for b in range(batch)]
        )
    except ValueError as error:
        raise ValueError(f"'{text}': {error}.") from None


def side_by_side(texts: Sequence[str], length: int, batch: int | None = None) -> np.ndarray:
    """float64 [batch, length, features]: curves as features; those without a batch of their own serve for all of it."""
    if length < 1:
        raise ValueError(f"A curve has at least 1 value, not {length}.")
    made = [curve(text, length) for text in texts]
    size = batch or max(len(each) for each in made)
    for text, each in zip(texts, made, strict=True):
        if len(each) not in (1, size):
            raise ValueError(f"'{text}' is a batch of {len(each)}, and the others make {size}.")
    return np.stack([np.broadcast_to(each, (size, length)) for each in made], axis=2)
