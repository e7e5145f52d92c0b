"""Which part of a dataset trains, which validates and which tests: drawn once, and kept in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...audio.metadata import DatasetError

NAME = "split.json"
PARTS = ("train", "valid", "test")
FRACTIONS = (0.8, 0.2, 0.0)


class Piece(NamedTuple):
    """A recording from the fraction `first` to the fraction `last` of its length."""

    name: str
    first: float = 0.0
    last: float = 1.0

    def frames(self, count: int) -> tuple[int, int]:
        """First frame and the one after the last, of `count`; pieces that meet share none, and both have some."""
        first, last = (_boundary(fraction, count) for fraction in (self.first, self.last))
        return first, last


def _boundary(fraction: float, count: int) -> int:
    if fraction in (0, 1):
        return int(fraction) * count
    return min(max(int(fraction * count), 1), max(count - 1, 1))


@dataclass(frozen=True)
class Split:
    seed: int
    train: tuple[Piece, ...]
    valid: tuple[Piece, ...]
    test: tuple[Piece, ...] = ()
    notices: tuple[str, ...] = field(default=(), compare=False)

    def names(self) -> set[str]:
        return {piece.name for part in PARTS for piece in getattr(self, part)}


def draw_split(names: Sequence[str], seed: int, fractions: tuple[float, float, float] = FRACTIONS) -> Split:
    """A split that the names, the seed and the fractions alone decide, whatever the order of the names.

    Whole recordings go to a part at random. When there are too few for that (a part of which less than one recording
    would be left), the end of each recording validates, and what comes last tests. fractions: of train, valid and test.
    """
    if min(fractions) < 0 or not fractions[0] > 0 or abs(sum(fractions) - 1) > 1e-6:
        raise ValueError(f"The parts of a split are fractions that sum up to 1, not {fractions}.")
    names = sorted(names)
    counts = [int(fraction * len(names) + 1e-9) for fraction in fractions[1:]]  # 0.2 of 5 is one
    if any(fraction and not count for fraction, count in zip(fractions[1:], counts, strict=True)):
        ends = (0.0, fractions[0], fractions[0] + fractions[1], 1.0)
        if not fractions[2]:
            ends = (0.0, fractions[0], 1.0, 1.0)
        parts = [
            tuple(Piece(name, first, last) for name in names) if last > first else () for first, last in pairwise(ends)
        ]
        return Split(seed, *parts)
    order = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    valid, test = counts
    chosen = order[valid + test :], order[:valid], order[valid : valid + test]  # what rounding leaves trains
    return Split(seed, *(tuple(Piece(name) for name in sorted(part)) for part in chosen))


def split_in(folder: Path, names: Sequence[str], seed: int, fractions: tuple[float, float, float] = FRACTIONS) -> Split:
    """The split that `folder` keeps, or a new one, which it then keeps.

    A kept one stays, whatever the seed: recordings that are new train, ones that are gone are dropped, which
    the notices tell. One that leaves nothing to train or to validate with is drawn anew. Raises DatasetError when
    split.json is damaged.
    """
    path = folder / NAME
    kept = _read(path) if path.exists() else None
    if kept is not None:
        kept = _for(kept, set(names), seed, path)
        if kept.train and (kept.valid or not fractions[1]):
            return kept
    drawn = draw_split(names, seed, fractions)
    _write(path, drawn)
    if kept is not None:
        return replace(drawn, notices=(f"'{path}' is of other recordings, and was replaced.",))
    return drawn


def _for(split: Split, names: set[str], seed: int, path: Path) -> Split:
    """What of a split these recordings are."""
    notices = []
    if split.seed != seed:
        notices.append(f"'{path}' was drawn with the seed {split.seed} and is kept.")
    known = split.names()
    if gone := known - names:
        notices.append(f"{len(gone)} recording(s) of '{path}' are not there any more, as '{min(gone)}'.")
    if new := sorted(names - known):
        notices.append(f"{len(new)} recording(s) are not in '{path}' and train, as '{new[0]}'.")
    train, valid, test = (tuple(piece for piece in getattr(split, part) if piece.name in names) for part in PARTS)
    return Split(split.seed, (*train, *map(Piece, new)), valid, test, tuple(notices))


def _read(path: Path) -> Split:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["version"] != 1:
            raise DatasetError(f"'{path}' was made by a newer version of this program.")
        parts = [
            tuple(Piece(str(name), float(first), float(last)) for name, first, last in found[part]) for part in PARTS
        ]
        if all(0 <= piece.first < piece.last <= 1 for part in parts for piece in part):
            return Split(int(found["seed"]), *parts)
    except DatasetError:
        raise
    except (ValueError, KeyError, TypeError):
        pass
    raise DatasetError(f"'{path}' is damaged.")


def _write(path: Path, split: Split) -> None:
    content = {"version": 1, "seed": split.seed} | {part: getattr(split, part) for part in PARTS}
    temporary = path.with_name(f".{NAME}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise DatasetError(f"'{path}' cannot be written ({error.strerror or error}).") from None
