"""What the flags of train and generate mean: a Tier and Sizes, checked against a model file. No torch here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

from .sizes import Sizes
from .tier import Tier

if TYPE_CHECKING:
    from .task import Recipe

Given = Collection[str]  # names of the flags that a command line has


class Stored(Protocol):
    """A model file (checkpoints.Saved)."""

    path: Any
    tier: Tier | None
    sizes: Sizes | None


# How a window is cut belongs to a training, not to a network.
_FREE = ("seq_len", "stride")


def settle(flags: Mapping[str, Any], given: Given, saved: Stored | None = None) -> tuple[Tier, Sizes, list[str]]:
    """The tier and sizes of a command, and remarks to print.

    With a model file that knows them, flags that were given only confirm what it says. Raises ValueError, one
    sentence.
    """
    said = {**flags, "generate": tuple(flags["generate"]), "prop": tuple(flags["prop"])}
    if saved is None or saved.tier is None or saved.sizes is None:
        tier = Tier(**{f.name: said[f.name] for f in fields(Tier)})
        sizes = Sizes(**{f.name: said[f.name] for f in fields(Sizes)})
    else:
        stored = {**vars(saved.tier), **vars(saved.sizes)}
        for name, value in stored.items():
            if name in given and name not in _FREE and said[name] != value:
                raise ValueError(
                    f"The model '{saved.path}' was trained with {_shown(name, value)}, not {_shown(name, said[name])}; "
                    "the flag can be left out."
                )
        cut = {name: said[name] for name in _FREE if name in given}
        tier = Tier(**{**vars(saved.tier), **cut})
        sizes = saved.sizes
    sizes.check(tier)
    return tier, sizes, _conflicts(flags, tier)


def _conflicts(flags: Mapping[str, Any], tier: Tier) -> list[str]:
    """--gen_size and --cond_size follow from the names; a number that differs is not worth a refusal."""
    remarks = []
    for flag, names, size in (("gen_size", "generate", tier.gen_size), ("cond_size", "prop", tier.cond_size)):
        if flags[flag] not in (None, size):
            remarks.append(f"--{flag} {flags[flag]} is not what --{names} says; it is {size}.")
    return remarks


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"no --{name}"
    if isinstance(value, tuple):
        return f"--{name} {' '.join(value)}" if value else f"no --{name}"
    return f"--{name} {value}"


def recipe_of(flags: Mapping[str, Any], total: int) -> Recipe:
    from .task import Recipe

    names = ("lr", "tfr", "ss", "loss", "clip", "loss_cutoff")
    return Recipe(total, **{name: flags[name] for name in names})
