"""Files that are complete or not there at all."""

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes, check: Callable[[str], None]) -> None:
    """Writes `content` to `path` at once, after `check(temporary path)` has passed without an error.

    When anything fails, what was at `path` before is still there, and nothing else.
    Raises FileNotFoundError when the folder is missing, and what `check` raises.
    """
    target = Path(path).resolve()  # through a link, not over it
    if not target.parent.is_dir():
        raise FileNotFoundError(f"folder '{target.parent}' does not exist; create it first")
    part = target.parent / f".{target.name}.{uuid.uuid4().hex[:12]}.part"
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        check(str(part))
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system can; the file is there all the same
            os.fsync(handle)
    finally:
        os.close(handle)
