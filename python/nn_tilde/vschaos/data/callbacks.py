"""`metadata_callbacks` of a configuration: how the labels of a task are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .tables import MetadataError

SINGLE, MULTI, EITHER, FOLDER = "read_single_metadata", "read_multi_metadata", "read_metadata", "read_folder"
TYPES = ("int", "float", "str")


@dataclass(frozen=True)
class Callback:
    """single: a value of metadata.txt may be a label; multi: it may name a track. With both, what exists as a track is
    one. folder: the label is the folder below data/ that holds the recording, and there is no metadata.txt.

    type: of TYPES; None: found out from the labels: integers are numbers of classes, other numbers are continuous
    values, anything else names classes.
    """

    single: bool = True
    multi: bool = True
    folder: bool = False
    type: str | None = None

    @classmethod
    def parse(cls, task: str, spec: Mapping[str, Any] | str | Callback | None) -> Callback:
        """spec: {name, type} as in a configuration, or the name alone. name: one of the four above, or several.

        Raises MetadataError.
        """
        if isinstance(spec, Callback):
            return spec
        entry = {"name": spec} if isinstance(spec, str) else dict(spec or {})
        names, kind = entry.pop("name", None) or EITHER, entry.pop("type", None)
        kind = getattr(kind, "__name__", kind)  # the type itself will do
        where = f"metadata_callbacks of the task '{task}'"
        if entry:
            raise MetadataError(f"The {where} take name and type, not {', '.join(map(str, entry))}.")
        if kind not in (None, *TYPES):
            raise MetadataError(f"The type in the {where} is {', '.join(TYPES)}, not {kind}.")
        found = set(_listed(names))
        if unknown := found - {SINGLE, MULTI, EITHER, FOLDER}:
            raise MetadataError(
                f"The name in the {where} is {SINGLE}, {MULTI}, {EITHER} or {FOLDER}, not {sorted(unknown)[0]}."
            )
        if FOLDER in found:
            if len(found) > 1:
                raise MetadataError(f"In the {where}, {FOLDER} goes with no other name.")
            return cls(False, False, True, kind)
        return cls(bool(found & {SINGLE, EITHER}), bool(found & {MULTI, EITHER}), False, kind)


def _listed(names: str | Iterable[str]) -> list[str]:
    parts = names.split(",") if isinstance(names, str) else names
    return [str(part).strip() for part in parts]
