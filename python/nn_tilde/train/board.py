"""TensorBoard: scalars, pictures and sounds of a run."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from .task import Evaluation


class Board:
    """Context: writer into the run folder. step: updates done so far; what an interrupted session wrote beyond
    it is taken back, so that the curves go on where the weights do. Raises OSError when the disk is full."""

    def __init__(self, folder: Path, step: int):
        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(folder), purge_step=step + 1 if step else 0)

    def __enter__(self) -> Board:
        self._hook, threading.excepthook = threading.excepthook, self._overheard
        return self

    def __exit__(self, kind: type[BaseException] | None, *_) -> None:
        threading.excepthook = self._hook
        if kind is None:
            self.writer.close()

    def _overheard(self, failure: threading.ExceptHookArgs) -> None:
        """What the writer's thread cannot write, the next call raises: once is enough."""
        if not issubclass(failure.exc_type, OSError):
            self._hook(failure)

    def text(self, name: str, text: str) -> None:
        self.writer.add_text(name, "    " + text.replace("\n", "\n    "))  # markdown, as it stands

    def scalars(self, step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)
        self.writer.flush()

    def evaluation(self, step: int, evaluation: Evaluation) -> None:
        for sound in (s for s in evaluation.sounds if s.board):  # its players are mono
            self.writer.add_audio(sound.name, np.clip(sound.samples.mean(0), -1, 1), step, sound.rate)
        for name, picture in evaluation.pictures.items():
            self.writer.add_image(name, picture, step, dataformats="HWC")
        self.scalars(step, evaluation.scalars)
