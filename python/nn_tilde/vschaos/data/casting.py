"""From the texts of labels to numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from .tables import Cell

MOST_CLASSES = 1 << 16

_INTEGER = re.compile(r"\+?\d+(\.0*)?")


def cast_labels(
    cells: Sequence[Cell], given: dict[int, str], kind: str | None
) -> tuple[str, tuple[str, ...], dict[str, float]]:
    """(type, names of the classes by number, value of each text) of the labels of a task; NaN: unlabelled.

    given: classes of classes.txt; kind: int, float, str, or None to choose (see `callbacks.Callback`).
    Classes are numbered by `given`; without it integers are numbers of classes, and names are numbered in their order.
    Raises MetadataError for a label that is none.
    """
    first: dict[str, Cell] = {}  # by text, the order in which they stand
    for cell in cells:
        first.setdefault(cell.text, cell)
    labelled = {text: cell for text, cell in first.items() if not cell.unlabelled}
    kind = kind or _kind(labelled, bool(given))
    values = dict.fromkeys(first, math.nan)
    if kind == "float":
        return kind, (), values | {text: _number(cell) for text, cell in labelled.items()}
    if kind == "str" and not given:
        given = dict(enumerate(sorted(labelled)))
    numbers: dict[str, int] = {}
    for number, name in sorted(given.items(), reverse=True):
        numbers[name] = number  # of two classes of one name, the first
    for text, cell in labelled.items():
        values[text] = _class(cell, kind, numbers, given)
    last = max([*given, *(int(values[text]) for text in labelled)], default=-1)
    return kind, tuple(given.get(number, str(number)) for number in range(last + 1)), values


def _kind(labelled: dict[str, Cell], named: bool) -> str:
    if all(_INTEGER.fullmatch(text.removeprefix("-")) for text in labelled):
        return "int"  # of which negative ones are refused, lest a −1 for "no label" make everything continuous
    return "float" if not named and all(_float(text) is not None for text in labelled) else "str"


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number(cell: Cell) -> float:
    value = _float(cell.text)
    if value is None or not math.isfinite(value):
        raise cell.error(f"'{cell.text}' is not a number")
    return value


def _class(cell: Cell, kind: str, numbers: dict[str, int], given: dict[int, str]) -> int:
    """The number of the class. A name is one where names are expected first, a number where numbers are."""
    integer = int(float(cell.text)) if _INTEGER.fullmatch(cell.text) else None
    if kind == "str" and cell.text in numbers:
        return numbers[cell.text]
    if integer is not None and (kind == "int" or integer in given):
        if integer >= MOST_CLASSES:
            raise cell.error(f"{integer} is not the number of a class: the largest is {MOST_CLASSES - 1}")
        return integer
    if cell.text in numbers:
        return numbers[cell.text]
    if given:
        raise cell.error(f"'{cell.text}' is not in classes.txt")
    raise cell.error(f"'{cell.text}' is not the number of a class (0, 1, 2 …); there are the types float and str too")
