"""What one sees while training: a bar with steps per second and time left, or a line now and then."""

from __future__ import annotations

import sys
import time


class Display:
    """Context. bar: draw a bar (on a terminal); speaks: False in all processes but the first."""

    LINES_EVERY = 10.0  # seconds

    def __init__(self, total: int, done: int, bar: bool, speaks: bool):
        self.total, self.done, self.speaks = total, done, speaks
        self.bar = bar and speaks and sys.stderr.isatty()
        self._last_line = time.monotonic()
        self._lined = (self._last_line, done)

    def __enter__(self) -> Display:
        if self.bar:
            self._progress = _rich_bar()
            self._progress.start()
            self._task = self._progress.add_task("training", total=self.total, completed=self.done)
        return self

    def __exit__(self, *_) -> None:
        if self.bar:
            self._progress.stop()

    def advance(self) -> None:
        self.done += 1
        if self.bar:
            self._progress.advance(self._task)

    def losses(self, values: dict[str, float]) -> None:
        """Values fetched at a log interval."""
        text = "  ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in values.items())
        if self.bar:
            self._progress.losses = text
        elif self.speaks and time.monotonic() - self._last_line >= self.LINES_EVERY:
            self._last_line = time.monotonic()
            self.say(f"step {self.done} of {self.total}{self._speed()}: {text}")

    def say(self, line: str) -> None:
        """A line above the bar."""
        if self.bar:
            self._progress.console.print(line, markup=False, highlight=False)
        elif self.speaks:
            print(line, file=sys.stderr, flush=True)

    def _speed(self) -> str:
        (then, before), self._lined = self._lined, (time.monotonic(), self.done)
        rate = (self.done - before) / max(self._lined[0] - then, 1e-9)
        if rate <= 0:
            return ""
        left = int((self.total - self.done) / rate)
        return f" ({rate:.3g} steps/s, {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left)"


def _rich_bar():
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task):
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.3g} steps/s" if speed else "–", style="progress.data.speed")

    class Bar(Progress):
        losses = ""

        def get_renderables(self):
            yield self.make_tasks_table(self.tasks)
            yield Text(self.losses, style="dim")

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Speed(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        speed_estimate_period=60,
    )
