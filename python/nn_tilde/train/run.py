"""The folder of a run: what it is, where it stands, and whether a command continues it.

<out_path>/<name>/config.gin                  the model
                 /run.json                    command, flags, versions, when it ran
                 /checkpoints/last.ckpt       where the same command goes on
                 /checkpoints/best.ckpt       lowest validation of the latest phase
                 /checkpoints/step_<n>.ckpt   kept for good
                 /events.out.tfevents.*       TensorBoard
                 /report.html
"""

from __future__ import annotations

import datetime
import difflib
import errno
import json
import os
import platform
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

NAME = re.compile(r"[^/\\\0]+")


class RunError(ValueError):
    """A run cannot be made or continued; one sentence."""


class Run:
    """A run folder seen from a command that wants to train in it.

    config: text of config.gin; flags: the flags that shape the outcome, name → plain value. Both must be
    those of the run that is already there, if it has got anywhere.
    """

    def __init__(self, folder: Path, kind: str, config: str, flags: dict[str, Any], smoke_test: bool = False):
        self.folder, self.kind, self.config = folder, kind, config
        self.flags = json.loads(json.dumps(flags))  # as they will be read back
        self.smoke_test = smoke_test
        if not NAME.fullmatch(folder.name) or folder.name in (".", ".."):
            raise RunError(f"'{folder.name}' cannot be the name of a run.")
        if folder.exists() and not folder.is_dir():
            raise RunError(f"'{folder}' is a file; choose another --name or --out_path.")
        self.about = self._read()

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def last(self) -> Path:
        return self.checkpoints / "last.ckpt"

    @property
    def best(self) -> Path:
        return self.checkpoints / "best.ckpt"

    def step_checkpoint(self, step: int) -> Path:
        return self.checkpoints / f"step_{step}.ckpt"

    @property
    def resumes(self) -> bool:
        """Whether there is progress to go on from."""
        return self.last.exists() and not self.about.get("smoke_test")

    def check(self, lenient: bool = False) -> None:
        """Raises RunError when the folder holds another run. lenient: whoever names the run changes it on purpose."""
        if not self.resumes:
            return
        if self.about.get("kind") != self.kind:
            raise RunError(f"'{self.folder}' holds something else than a run of {self.kind}; choose another --name.")
        if lenient:
            return
        config = self.folder / "config.gin"
        if config.exists() and (line := _first_difference(config.read_text(), self.config)):
            raise RunError(
                f"The run '{self.folder.name}' has another configuration ({line}); choose another --name, "
                "or repeat the configuration it was made with."
            )
        before = self.about.get("flags", {})
        for name, value in self.flags.items():
            if name in before and before[name] != value:
                raise RunError(
                    f"The run '{self.folder.name}' was made with --{name} {_shown(before[name])}, not "
                    f"{_shown(value)}; choose another --name, or say --ckpt {self.folder} to go on with the new value."
                )

    def claim(self) -> None:
        """Raises RunError when another process trains here; ours holds the folder until it ends, however it does."""
        if fcntl is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT)  # never closed
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # of a process, not of its children as flock
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                raise RunError(f"Another process is training in '{self.folder}'; choose another --name.") from None
            # a network file system without locks

    def begin(self, command: Sequence[str], step: int) -> None:
        """Makes the folder ready for a session that starts at `step`; process 0 only."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        if not self.resumes and step == 0:
            for old in [*self.checkpoints.glob("*.ckpt"), *self.folder.glob("events.out.tfevents.*")]:
                old.unlink()  # of a smoke test, or of a run that never reached its first checkpoint
        _write(self.folder / "config.gin", self.config)
        sessions = self.about.get("sessions", []) if self.resumes else []
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self.about = {
            "format": 1,
            "kind": self.kind,
            "smoke_test": self.smoke_test,
            "command": shlex.join(command),
            "flags": self.flags,
            "versions": versions(),
            "git": git_revision(),
            "sessions": [*sessions, {"started": now, "step": step, "command": shlex.join(command)}],
        }
        _write(self.folder / "run.json", json.dumps(self.about, indent=1))

    def _read(self) -> dict[str, Any]:
        try:
            about = json.loads((self.folder / "run.json").read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise RunError(f"'{self.folder / 'run.json'}' cannot be read ({error}).") from error
        return about if isinstance(about, dict) else {}


def versions() -> dict[str, str]:
    """Versions of what takes part in training."""
    from importlib.metadata import version

    packages = ("nn-tilde-toolkit", "torch", "lightning", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def git_revision() -> str | None:
    """Revision of the toolkit's own checkout, None when it was installed without one."""
    package = Path(__file__).resolve().parents[1]
    git = ["git", "-C", str(package), "rev-parse", "--show-toplevel", "HEAD"]
    try:
        answer = subprocess.run(git, capture_output=True, text=True, timeout=10, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return None
    return answer[1] if len(answer) == 2 and Path(answer[0]) / "python" / "nn_tilde" == package else None


def _first_difference(before: str, now: str) -> str | None:
    """The first line that differs, as "there X, here Y"."""
    lines = [
        line
        for line in difflib.ndiff(before.split("\n"), now.split("\n"))
        if line[:2] in ("- ", "+ ") and line[2:].strip() and not line[2:].startswith("#")
    ]
    if not lines:
        return None
    there = next((line[2:].strip() for line in lines if line[0] == "-"), "nothing")
    here = next((line[2:].strip() for line in lines if line[0] == "+"), "nothing")
    return f"there '{there}', here '{here}'"


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text)
    os.replace(beside, path)
