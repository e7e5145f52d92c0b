"""Ctrl-C and SIGTERM end training after the step at hand."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from lightning.fabric import Fabric


class Stopper:
    """Context: the first signal sets `asked`, a second Ctrl-C breaks off at once."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Stopper:
        # Only a main thread may listen; elsewhere, e.g. in a notebook's worker, signals stay as they are.
        main = threading.current_thread() is threading.main_thread()
        self._before = {number: signal.getsignal(number) for number in self.SIGNALS if main}
        for number in self._before:
            signal.signal(number, self._ask)
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True

    def agreed(self, fabric: Fabric) -> bool:
        """Whether any process was asked; all processes call alike."""
        if fabric.world_size == 1:
            return self.asked
        flag = torch.tensor(float(self.asked), device=fabric.device)
        return bool(fabric.all_reduce(flag, reduce_op="sum") > 0)
