"""Patches for the real Pd, written by tests and run without a window."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).parents[2]
EXTERNALS = ROOT / "build/dev/pd/nn_tilde"


@dataclass(frozen=True)
class Pd:
    """A Pd that this machine has."""

    program: str
    version: tuple[int, int]
    bits: int  # of a sample

    @property
    def multichannel(self) -> bool:
        return self.version >= (0, 54)

    def __str__(self) -> str:
        return f"pd-{self.version[0]}.{self.version[1]}-{self.bits}bit"


def hosts() -> list[Pd]:
    found = []
    for program, bits in (("pd", 32), (ROOT / "build/pd-hosts/pd", 32), (ROOT / "build/pd-hosts/pd64", 64)):
        try:
            out = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=20)
        except OSError:
            continue
        if version := re.search(r"Pd-(\d+)\.(\d+)", out.stdout + out.stderr):
            found.append(Pd(str(program), (int(version[1]), int(version[2])), bits))
    return found


@dataclass
class Ran:
    """What a Pd left behind: its console, and the arrays it wrote."""

    console: str
    status: int
    folder: Path
    live: bool

    @property
    def errors(self) -> list[str]:
        """Lines of errors; not that a busy machine was late for a block, in a run by the clock."""
        lines = [line.removeprefix("error: ") for line in self.console.splitlines() if line.startswith("error:")]
        return [line for line in lines if not (self.live and "not ready in time" in line)]

    def printed(self, name: str) -> list[str]:
        """What a [print name] printed, without its name."""
        return [line.removeprefix(f"{name}: ") for line in self.console.splitlines() if line.startswith(f"{name}: ")]

    def audio(self, name: str = "take") -> np.ndarray:
        """[channels, samples] of what `Patch.record` took."""
        data, _ = soundfile.read(self.folder / f"{name}.wav", dtype="float32", always_2d=True)
        return data.T


@dataclass
class Patch:
    """Objects and cords; numbers are those of the file."""

    lines: list[str] = field(default_factory=list)
    cords: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    process: subprocess.Popen | None = None  # while it runs

    def _add(self, line: str) -> int:
        self.lines.append(line)
        return len(self.lines) - 1

    def obj(self, text: str) -> int:
        return self._add(f"#X obj 10 {10 + 25 * len(self.lines)} {text};")

    def msg(self, text: str) -> int:
        return self._add(f"#X msg 10 {10 + 25 * len(self.lines)} {text};")

    def connect(self, source: int, outlet: int, target: int, inlet: int) -> None:
        self.cords.append(f"#X connect {source} {outlet} {target} {inlet};")

    def chain(self, *objects: int) -> None:
        for source, target in itertools.pairwise(objects):
            self.connect(source, 0, target, 0)

    def at(self, ms: float, message: str, target: int | None = None) -> None:
        """Sends messages to an object, or (`name message`) to a receiver, `ms` after the patch is open."""
        text = message.replace(",", " \\,") if target is not None else f"\\; {message}"
        start, wait, box = self.obj("loadbang"), self.obj(f"delay {ms}"), self.msg(text)
        self.chain(start, wait, box)
        if target is not None:
            self.connect(box, 0, target, 0)

    def array(self, name: str, size: int) -> None:
        self.obj(f"table {name} {size}")

    def record(self, sources: list[tuple[int, int]], samples: int, ms: float, name: str = "take") -> None:
        """Takes signals from the first tick of DSP on, and writes them to a file after `ms`."""
        names = []
        for i, (source, outlet) in enumerate(sources):
            names.append(f"{name}-{i}")
            self.array(names[-1], samples)
            recorder = self.obj(f"tabwrite~ {names[-1]}")
            self.connect(source, outlet, recorder, 0)
            self.chain(self.obj("loadbang"), recorder)
        writer = self.obj("soundfiler")
        self.at(ms, f"write -wave -bytes 4 -nframes {samples} {name}.wav {' '.join(names)}", writer)

    def sub(self, inside: Patch) -> int:
        """A subpatch without inlets."""
        self.lines.append(
            "\n".join(
                [
                    "#N canvas 0 0 400 300 sub 0;",
                    *inside.lines,
                    *inside.cords,
                    f"#X restore 10 {10 + 25 * len(self.lines)} pd sub;",
                ]
            )
        )
        return len(self.lines) - 1

    def text(self) -> str:
        return "\n".join(["#N canvas 0 0 700 500 12;", *self.declared, *self.lines, *self.cords, ""])

    def run(self, pd: Pd, folder: Path, *, ms: float, paths: tuple[Path, ...] = (), batch: bool = True,
            dsp: bool = True, timeout: float = 120, environment: dict | None = None, externals: Path = EXTERNALS,
            quit_after: str = "", options: tuple[str, ...] = (), device: bool = False,
            on_line: Callable[[str], None] | None = None) -> Ran:  # fmt: skip
        """Runs for `ms` of Pd's own time, as fast as it can or (not `batch`) by the clock; or until it has printed
        `quit_after`. With `device`, by the clock into ALSA's null device, which takes whatever comes at once."""
        if dsp:
            self.at(0, "pd dsp 1")
        self.at(ms, "pd quit")
        (folder / "patch.pd").write_text(self.text())
        sound = ["-batch"] if batch else ["-nosound"]
        if device:
            (folder / ".asoundrc").write_text(
                'pcm.n {type null}\npcm.!default {type plug slave.pcm "n"}\nctl.!default {type null}\n'
            )
            environment = {**(environment or {}), "HOME": str(folder)}
            sound = ["-alsaadd", "default", "-audiooutdev", "0", "-outchannels", "2", "-noadc"]
        command = [pd.program, "-nogui", "-stderr", "-noprefs", *sound, *options,
                   *(part for path in (externals, *paths) for part in ("-path", str(path))), "patch.pd"]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
                              errors="replace", env={**os.environ, **(environment or {})}) as process:  # fmt: skip
            self.process = process
            watchdog = threading.Timer(timeout, process.kill)
            watchdog.start()
            console, status = "", None
            for line in process.stdout:
                console += line
                if on_line:
                    on_line(line)
                if quit_after and quit_after in line:
                    process.terminate()
                    status = 0
                    break
            console += process.stdout.read()
            status = process.wait() if status is None else status
            watchdog.cancel()
        return Ran(console, status, folder, live=not batch or device)
