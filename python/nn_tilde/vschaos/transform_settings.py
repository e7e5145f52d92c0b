"""What the transforms of a configuration are to `transforms.Transform`. No torch here."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .gin_file import ConfigError, perhaps

_WINDOWED = {"n_fft": "n_fft", "hop": "hop", "hop_length": "hop", "window": "window"}
_BASES = {"DGT": "gaussian", "STFT": "hann"}
_SCALED = {"contrast": "contrast", "mode": "scaling", "scaling": "scaling", "keep_nyquist": "keep_nyquist"}
# Parameters of each transform, and those of `Transform` that they are. None: a change of shape, which nothing needs.
_KNOWN: dict[str, dict[str, str] | None] = {
    "Mono": {},
    "DGT": _WINDOWED,
    "STFT": _WINDOWED,
    "Magnitude": {**_SCALED, "mel": "mel", "mels": "mels"},
    "Polar": {**_SCALED, "unwrap": "unwrapped", "unwrapped": "unwrapped"},
    "PolarIF": {**_SCALED, "method": "difference", "difference": "difference"},
    "Cartesian": {k: v for k, v in _SCALED.items() if k != "contrast"},
    **dict.fromkeys(("Squeeze", "Unsqueeze", "Transpose")),
}
_LAYOUTS = {"Magnitude": "magnitude", "Polar": "polar", "PolarIF": "polar_if", "Cartesian": "cartesian"}


@dataclass(frozen=True)
class Frame:
    """arguments: of `Transform`. planes: for each channel of audio; bins: of a plane."""

    arguments: dict[str, Any]
    planes: int
    bins: int


def frame_of(transforms: Mapping[str, Mapping[str, Any]], sample_rate: int) -> Frame:
    """Raises ConfigError for transforms that are unknown, or are none of a spectrum."""
    found: dict[str, Any] = {"mono": "Mono" in transforms, "sample_rate": sample_rate}
    chosen: dict[str, list[str]] = {"base": [], "layout": []}
    for name, parameters in transforms.items():
        if name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, 3)
            raise ConfigError(f"There is no transform '{name}'{perhaps(near or list(_KNOWN)[:6])}")
        known = _KNOWN[name]
        if known is None:
            continue
        if name in _BASES:
            chosen["base"].append(name)
            found["window"] = _BASES[name]
        elif name in _LAYOUTS:
            chosen["layout"].append(name)
            found["layout"] = _LAYOUTS[name]
        for key, value in parameters.items():
            if name == "Mono":
                continue
            if key not in known:
                near = difflib.get_close_matches(key, known, 3)
                raise ConfigError(f"{name} has no '{key}'{perhaps(near or known)}")
            found[known[key]] = "none" if value is None else value
    for names in chosen.values():
        if len(names) > 1:
            raise ConfigError(f"{' and '.join(names)} are two transforms for one purpose; take one.")
    if not chosen["base"]:
        raise ConfigError("The transforms of the configuration need a DGT or an STFT.")
    return _frame(found)


def _frame(found: dict[str, Any]) -> Frame:
    found.setdefault("n_fft", 1024)
    found.setdefault("hop", found["n_fft"] // 4 if _whole(found["n_fft"]) else 256)
    found.setdefault("layout", "magnitude")
    if found["layout"] == "cartesian":
        found["contrast"] = "none"
    mel = found.pop("mel", False)
    if mel not in (False, "none"):
        found["layout"] = "mel"
        if mel is not True:
            found["mels"] = mel
    for name in ("n_fft", "hop", "mels"):
        if name in found and not _whole(found[name]):
            raise ConfigError(f"{name} must be a whole number above 0, not {found[name]!r}.")
    bins = found["n_fft"] // 2 + 1 - (not found.get("keep_nyquist", True))
    if found["layout"] == "mel":
        bins = found.setdefault("mels", 128)
    return Frame(found, 1 if found["layout"] in ("magnitude", "mel") else 2, bins)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
