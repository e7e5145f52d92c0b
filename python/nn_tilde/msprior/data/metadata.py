"""`metadata.yaml` and `index.jsonl` of a dataset of `msprior preprocess`: what its latents are, and which are whose."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ...audio.metadata import DatasetError

METADATA, INDEX, TOKENS, KEYS = "metadata.yaml", "index.jsonl", "tokens.i16", "keys"
_FORMAT, _VERSION = "msprior", 1
_COUNTS = ("sampling_rate", "ratio", "quantizers", "channels", "num_tokens", "levels")


@dataclass(frozen=True)
class Metadata:
    """What all recordings of a dataset share."""

    sampling_rate: int  # Hz, of the RAVE
    ratio: int  # samples a latent frame
    quantizers: int
    channels: int  # of sound that the RAVE hears
    continuous: bool  # whether its latents are numbers, which were quantised, or codes
    num_tokens: int
    levels: int  # of `quantise`
    rave: str  # name of the RAVE's copy in the dataset
    rave_digest: str
    num_secs: float
    overlap: float
    normalize: bool
    silence_threshold: int | None
    keys: dict[str, dict] = field(default_factory=dict)  # name → width (0: not known yet), ratio, kind, num_tokens
    labels: list[str] = field(default_factory=list)  # of what a line of the index says in words
    complete: bool = False  # while `msprior preprocess` is at work, and after it was interrupted

    def settings(self) -> dict:
        """What must be equal for one call to continue another, in words."""
        names = ("num_tokens", "num_secs", "overlap", "normalize", "silence_threshold")
        measured = " ".join([*sorted(self.keys), *sorted(self.labels)]) or "none"
        return {**{name: getattr(self, name) for name in names}, "descriptors": measured}

    def write(self, folder: Path) -> None:
        """Replaces the file of `folder` at once, never half."""
        import yaml

        temporary = folder / f".{METADATA}.{os.getpid()}"
        content = {"format": _FORMAT, "version": _VERSION, **asdict(self)}
        temporary.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        os.replace(temporary, folder / METADATA)


def is_store(folder: Path) -> bool:
    """Whether `folder` holds a dataset of `msprior preprocess`, whole or damaged."""
    return _content(folder).get("format") == _FORMAT


def read_metadata(folder: Path) -> Metadata:
    """Raises DatasetError."""
    found = _content(folder)
    if found.get("format") != _FORMAT:
        raise DatasetError(f"'{folder}' is no dataset of msprior preprocess.")
    if found.get("version") != _VERSION:
        raise DatasetError(f"'{folder}' was made by a newer version of this program.")
    try:
        metadata = Metadata(**{name: found[name] for name in Metadata.__dataclass_fields__ if name in found})
        whole = all(isinstance(getattr(metadata, name), int) and getattr(metadata, name) > 0 for name in _COUNTS)
        keys = all(isinstance(key["width"], int) and key["ratio"] >= 1 for key in metadata.keys.values())
    except (TypeError, KeyError, AttributeError):
        whole = keys = False
    if not whole or not keys:
        raise DatasetError(f"'{folder / METADATA}' is damaged.")
    return metadata


def _content(folder: Path) -> dict:
    import yaml

    path = folder / METADATA
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise DatasetError(f"'{path}' is damaged.")
    return found


@dataclass(frozen=True)
class Recording:
    """A line of the index."""

    path: str  # of the file it came from, absolute
    size: int  # of that file, bytes
    mtime: int  # of that file, ns
    frames: int
    at: int  # its first frame in the dataset
    samples: int  # at the rate of the RAVE
    labels: dict[str, str] = field(default_factory=dict)

    def identity(self) -> tuple[str, int, int]:
        return self.path, self.size, self.mtime


def read_index(folder: Path) -> list[Recording]:
    """The complete lines; what a killed writer began is left out."""
    path = folder / INDEX
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]  # after the last line break comes nothing, or a torn line
    try:
        found, at = [Recording(**json.loads(line)) for line in lines], 0
        for recording in found:
            if recording.frames < 1 or recording.at != at:
                raise ValueError
            at += recording.frames
    except (ValueError, TypeError):
        raise DatasetError(f"'{path}' is damaged.") from None
    return found


def lines(recordings: Iterable[Recording]) -> bytes:
    """As the index has them."""
    return "".join(json.dumps(asdict(recording)) + "\n" for recording in recordings).encode()


def values_of(frames: int, ratio: int) -> int:
    """Values that a recording has of a key."""
    return -(-frames // ratio)


def key_path(folder: Path, name: str, kind: str) -> Path:
    return folder / KEYS / f"{name}.{'i32' if kind == 'tokens' else 'f32'}"
