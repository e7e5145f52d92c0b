"""Which files hold sound."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

RELEASE_EXTENSIONS = ("aif", "aiff", "wav", "opus", "mp3", "aac", "flac", "ogg")
"""What `rave preprocess` of the release looks for."""

EXTENSIONS = (
    *RELEASE_EXTENSIONS,
    *("aifc", "au", "caf", "m4a", "m4b", "mka", "oga", "w64", "wma", "wv"),
    *("avi", "mkv", "mov", "mp4", "webm"),
)
"""What `find_audio` looks for: every sound that soundfile or PyAV reads, those of videos too."""


class AudioError(ValueError):
    """A file that cannot be read as audio: `reason` says why in a few words."""

    def __init__(self, path: str | os.PathLike, reason: str):
        super().__init__(f"'{os.fspath(path)}' {reason}.")
        self.path, self.reason = os.fspath(path), reason

    def __reduce__(self):
        return AudioError, (self.path, self.reason)  # these travel between processes


def system_name(path: str | os.PathLike) -> str | bytes:
    """A path as soundfile takes every one of them: it refuses strings that are not valid UTF-8, as old disks have."""
    return os.fspath(path) if sys.platform == "win32" else os.fsencode(path)


def find_audio(paths: Iterable[str | os.PathLike], extensions: Iterable[str] = EXTENSIONS) -> list[Path]:
    """Absolute paths of the audio files at `paths`, sorted, each once.

    Folders are searched to the bottom, through links too, for names that end in one of `extensions` (in
    either case, with or without a dot); hidden ones are left out. A file named outright is taken whatever its name.
    Raises FileNotFoundError for a path that does not exist.
    """
    wanted = {"." + extension.lower().lstrip(".") for extension in extensions}
    found: set[Path] = set()
    entered: set[str] = set()
    for path in map(Path, paths):
        if path.is_dir():
            found |= _search(path, wanted, entered)
        elif path.exists():
            found.add(Path(os.path.abspath(path)))
        else:
            raise FileNotFoundError(2, "there is no such file or folder", str(path))
    return sorted(found)


def _search(top: Path, wanted: set[str], entered: set[str]) -> set[Path]:
    found = set()
    for folder, folders, names in os.walk(os.path.abspath(top), followlinks=True):
        real = os.path.realpath(folder)
        if real in entered:  # by a link that leads back up, or because it was named too
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() in wanted and path.is_file():
                found.add(path)
    return found
