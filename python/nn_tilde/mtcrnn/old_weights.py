"""Weights under other names: a state_dict of the original is told apart by shapes, order and hints in its names.

Tensors are taken in groups, one a layer (a recurrent layer's four, a Linear's two). Groups of one make are paired by
what their names say (mean, deviation, …) where they say it, else in the order they have in the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

# Words in a layer's name → what it is for; the first that is found counts.
_ROLES = (
    ("sigma", re.compile(r"sig|var|std|dev|(^|[._2])s(\d|$|[._])")),
    ("mu", re.compile(r"mu|mean")),
    ("pi", re.compile(r"(^|[._2])pi(\d|$|[._])|mix|alpha")),
    ("hidden", re.compile(r"hid|h2h|recur|_hh")),
)
_LEAVES = (
    ("period", re.compile("period|tau")),
    ("phase", re.compile("phase|shift")),
    ("ratio", re.compile("ratio|r_on")),
)
_LAYER = re.compile(r"_l(\d+)$")


class Ambiguous(ValueError):
    """What is what cannot be told; the sentence says why."""


class Group(NamedTuple):
    """One layer: its name, and for each kind of tensor the full name and the shape."""

    name: str
    tensors: dict[str, tuple[str, tuple[int, ...]]]

    @property
    def make(self) -> tuple:
        return tuple(sorted((kind, shape) for kind, (_, shape) in self.tensors.items()))

    @property
    def role(self) -> str | None:
        return next((role for role, pattern in _ROLES if pattern.search(self.name.lower())), None)


def renamed(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of `theirs` under the names of `ours`. Raises Ambiguous."""
    theirs = {name.removeprefix("module."): tensor for name, tensor in theirs.items()}  # of DataParallel
    if set(ours) == set(theirs):
        return theirs
    mine, other = _groups(ours), _groups(theirs)
    makes = Counter(group.make for group in mine)
    if makes != Counter(group.make for group in other):
        raise Ambiguous(_difference(ours, theirs))
    result = {}
    for make in makes:
        for a, b in _pairs([g for g in mine if g.make == make], [g for g in other if g.make == make]):
            result |= {a.tensors[kind][0]: theirs[b.tensors[kind][0]] for kind in a.tensors}
    return result


def _groups(state: Mapping[str, Tensor]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for name, tensor in state.items():
        prefix, _, leaf = name.rpartition(".")
        layer = match[1] if (match := _LAYER.search(leaf)) else ""
        leaf = _LAYER.sub("", leaf)
        kind = next((kind for kind, pattern in _LEAVES if pattern.search(leaf.lower())), leaf)
        group = groups.setdefault((prefix, layer), Group(prefix, {}))
        group.tensors[kind] = (name, tuple(tensor.shape))
    return list(groups.values())


def _pairs(mine: list[Group], other: list[Group]) -> list[tuple[Group, Group]]:
    """Groups of one make, paired."""
    roles = Counter(g.role for g in mine)
    if roles == Counter(g.role for g in other):
        pairs = []
        for role in roles:
            pairs += zip([g for g in mine if g.role == role], [g for g in other if g.role == role], strict=True)
        return pairs
    # Without names that tell, the order does where each role comes once: mean before deviation before weight.
    # Several variables with a mean and a deviation each might be in either order.
    if any(g.role for g in other) or (len(roles) > 1 and max(roles.values()) > 1 and _heads(mine)):
        names = ", ".join(g.name for g in other)
        raise Ambiguous(f"the layers {names} have one shape and names that do not say which is which")
    return list(zip(mine, other, strict=True))


def _heads(groups: list[Group]) -> bool:
    return all(set(g.tensors) == {"weight", "bias"} for g in groups)


def _difference(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> str:
    """Where the shapes first part, in words."""
    a, b = ([tuple(t.shape) for t in state.values()] for state in (ours, theirs))
    if Counter(a) == Counter(b):
        return "its tensors have the right shapes and names that do not say which is which"
    numbers = sum(t.numel() for t in ours.values()), sum(t.numel() for t in theirs.values())
    for i, (mine, other) in enumerate(zip(a, b, strict=False)):
        if mine != other:
            shapes = ["×".join(map(str, shape)) or "one number" for shape in (other, mine)]
            return f"its tensor {i + 1} is {shapes[0]}, and one of {shapes[1]} was expected"
    return f"it has {numbers[1]} numbers and {numbers[0]} were expected"
