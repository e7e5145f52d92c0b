"""The log files that users of MTCRNN read: log/args.txt, log/traininglog_step<start>.txt, log/traininglog.txt."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

WAITING = 50  # losses kept on the device before they are fetched in one go


class TrainingLog:
    """One line a step, `H:MM:SS [step/total] loss: value`, into the log of this session and that of the run.

    folder: log/ of a run; start: step the session begins at; total: its last step.
    """

    def __init__(self, folder: Path, start: int, total: int):
        self.folder, self.total, self.begun = folder, total, time.monotonic()
        self.files = (folder / f"traininglog_step{start}.txt", folder / "traininglog.txt")
        self.waiting: list[tuple[str, Tensor]] = []

    def begin(self, flags: Mapping[str, Any], network: str, epoch_steps: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        arguments = ", ".join(f"{k}={list(v) if isinstance(v, tuple) else v!r}" for k, v in flags.items())
        (self.folder / "args.txt").write_text(f"Namespace({arguments})\n", encoding="utf-8")
        self._write([network, f"Total steps in 1 epoch is {epoch_steps}", f"Start time: {_now()}"])

    def loss(self, step: int, value: Tensor) -> None:
        """Of the `step`-th update, counted from 1; does not wait for the device."""
        elapsed = datetime.timedelta(seconds=int(time.monotonic() - self.begun))
        self.waiting.append((f"{elapsed} [{step}/{self.total}] loss: ", value.detach()))
        if len(self.waiting) >= WAITING:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            values = torch.stack([value for _, value in self.waiting]).tolist()
            lines = [f"{start}{value:.6g}" for (start, _), value in zip(self.waiting, values, strict=True)]
            self.waiting = []
            self._write(lines)

    def saved(self, folder: Path) -> None:
        self.flush()
        self._write([f"Saving model into {folder}"])

    def end(self) -> None:
        self.flush()
        self._write([f"End time: {_now()}"])

    def _write(self, lines: list[str]) -> None:
        for path in self.files:
            with open(path, "a", encoding="utf-8") as file:
                file.write("".join(f"{line}\n" for line in lines))


def _now() -> str:
    return datetime.datetime.now().isoformat(" ", "seconds")
