"""What the loop is told, whatever it trains."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Counts are in steps; `batch` is per process."""

    max_steps: int
    val_every: int
    save_every: int
    batch: int
    workers: int = 0
    seed: int = 0
    ema: float | None = None
    patience: int | None = None  # validations without improvement that end training; None: none do
    log_every: int = 50
    progress: bool = True
    smoke_test: bool = False
    trial_steps: tuple[int, ...] = ()  # a smoke test also takes these steps, without keeping their outcome

    def check(self) -> None:
        """Raises ValueError, in one sentence, for values that cannot work."""
        for name in ("max_steps", "val_every", "save_every", "batch", "log_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"--{name} must be at least 1, not {getattr(self, name)}.")
        if self.workers < 0:
            raise ValueError(f"--workers must be 0 or more, not {self.workers}.")
        if self.ema is not None and not 0 < self.ema < 1:
            raise ValueError(f"--ema must lie between 0 and 1, not {self.ema}.")
        if self.patience is not None and self.patience < 1:
            raise ValueError(f"--early_stopping must be at least 1, not {self.patience}.")
        if self.seed < 0:
            raise ValueError(f"--seed must be 0 or more, not {self.seed}.")
