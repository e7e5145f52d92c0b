"""What a command of `vschaos train` asks for, checked as far as no recording is needed."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import augment, config, optimisation
from .config import Config, ConfigError
from .loading import make_transform
from .transforms import Transform

RUNS = "runs"
_VERSION = re.compile(r"\+*version=(\d+)")
_TRAINER = ("max_epochs", "max_steps", "check_val_every_n_epoch", "gradient_clip_val", "accelerator", "devices")
# Lightning's, which have no meaning here but stand in the configurations of our users
_WITHOUT_EFFECT = ("logger", "callbacks", "enable_checkpointing", "num_sanity_val_steps", "enable_progress_bar")


@dataclass(frozen=True)
class Plan:
    """root: of the dataset; folder: of the run; channels: of the audio; remarks: lines to print."""

    config: Config
    root: Path
    folder: Path
    transform: Transform
    channels: int
    flags: dict[str, Any]
    remarks: list[str] = field(default_factory=list)

    def trainer(self, name: str, default: Any = None) -> Any:
        """A setting of pl_trainer."""
        value = self.config.pl_trainer.get(name)
        return default if value is None else value

    def steps(self, epoch: int) -> int:
        """Of the whole training, an epoch being so many."""
        most = self.flags["max_steps"] or self.trainer("max_steps", -1)
        epochs = self.trainer("max_epochs", 0)
        counts = [most] * (most > 0) + [epochs * epoch] * (epochs > 0 and not self.flags["max_steps"])
        return min(counts)

    def gpus(self) -> tuple[int, ...]:
        """CUDA ids, (-1,) for the CPU, () for the best there is: --gpu, else the settings `gpus` and accelerator."""
        if self.flags["gpu"]:
            return tuple(self.flags["gpu"])
        wanted = self.config.gpus
        if wanted == "cpu" or (wanted is None and self.trainer("accelerator") == "cpu"):
            return (-1,)
        if wanted is None:
            return ()
        parts = wanted.split(",") if isinstance(wanted, str) else wanted if isinstance(wanted, list) else [wanted]
        try:
            return tuple(int(str(part).removeprefix("cuda:")) for part in parts)
        except ValueError:
            raise ConfigError(f"gpus are the numbers of CUDA devices, or cpu, not '{wanted}'.") from None

    def devices(self) -> int | None:
        """Processes on this machine: --devices, else pl_trainer.devices."""
        said = self.trainer("devices")
        return self.flags["devices"] or (said if isinstance(said, int) and said > 0 else None)

    def stored(self, complete: Config) -> Config:
        """What a run is: without what may differ from one session to the next."""
        data = complete.data
        data = dataclasses.replace(
            data,
            dataset=dataclasses.replace(data.dataset, root=None),
            loader=dataclasses.replace(data.loader, num_workers=None),
        )
        return dataclasses.replace(complete, rundir=None, check=False, gpus=None, pl_trainer={}, data=data)


def make_plan(words: Sequence[str], flags: Mapping[str, Any]) -> Plan:
    """words: settings as of Hydra; flags: of the command line. Raises ConfigError (a ValueError), one sentence."""
    version, settings = None, []
    for word in words:
        if found := _VERSION.fullmatch(word):
            version = int(found[1])
        else:
            settings.append(word)
    stack = [*flags["config_name"], *flags["config"], *flags["yaml"]]
    if not stack:
        raise ConfigError(f"Which configuration? --config-name is one of: {', '.join(config.names())}.")
    if not flags["config_name"] and not flags["config"]:
        stack = ["dgt_mid", *stack]
    c = config.load(stack, [*flags["override"], *settings])
    if not c.name or c.name == "???":
        raise ConfigError("A training needs a name: name=my_training.")
    root = c.data.dataset.root
    if not root or root == "???":
        raise ConfigError("A training needs sounds: +data.dataset.root=my_data.")
    remarks = _check_trainer(c.pl_trainer)
    if c.data.loader.batch_size < 2:
        raise ConfigError("data.loader.batch_size must be at least 2: layers are normalised over the batch.")
    augment.build(c.data.augmentations)
    optimisation.check(c.training)
    _check_patterns(c.training.optim_params)
    if not c.transforms:
        raise ConfigError("The configuration has no transforms (data.transforms.pre_transforms.DGT, for instance).")
    transform = make_transform(c)
    channels, rest = divmod(c.model.channels, transform.planes)
    if rest or not channels:
        raise ConfigError(
            f"Frames have {transform.planes} planes for each channel of audio, "
            f"which model.channels={c.model.channels} is no multiple of."
        )
    folder = Path(c.rundir or RUNS) / c.name
    folder = folder if version is None else folder / f"version_{version}"
    return Plan(c, Path(root), folder, transform, channels, dict(flags), remarks)


def _check_trainer(settings: Mapping[str, Any]) -> list[str]:
    remarks = []
    for name in settings:
        if name not in _TRAINER:
            near = difflib.get_close_matches(name, _TRAINER, 1)
            if near and name not in _WITHOUT_EFFECT:
                raise ConfigError(f"There is no setting 'pl_trainer.{name}'; is it pl_trainer.{near[0]}?")
            remarks.append(f"pl_trainer.{name} has no effect here.")
    for name in ("max_epochs", "max_steps", "check_val_every_n_epoch"):
        value = settings.get(name)
        least = 0 if name.startswith("check") else -1
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least or not value):
            raise ConfigError(f"pl_trainer.{name} must be a whole number above 0, not {value!r}.")
    clip = settings.get("gradient_clip_val")
    if clip is not None and (isinstance(clip, bool) or not isinstance(clip, int | float) or clip < 0):
        raise ConfigError(f"pl_trainer.gradient_clip_val must be a number above 0, not {clip!r}.")
    if not any(isinstance(settings.get(name), int) and settings[name] > 0 for name in ("max_epochs", "max_steps")):
        raise ConfigError("How long? Say pl_trainer.max_epochs or pl_trainer.max_steps.")
    return remarks


def _check_patterns(patterns: Sequence[str]) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigError(f"training.optim_params: '{pattern}' is no pattern ({error}).") from None


def warm_up_remark(c: Config, steps: int, epoch: int) -> str | None:
    """A line when beta stays far below what the configuration says."""
    training = c.training
    batches = training.warmup * (epoch if training.schedule == "epoch" else 1)
    if not training.beta or not training.regularization or batches <= 10 * steps:
        return None
    unit = "epochs" if training.schedule == "epoch" else "batches"
    better = max(steps // 5 // (epoch if training.schedule == "epoch" else 1), 1)
    return (
        f"beta would reach {training.beta:g} after {training.warmup:,} {unit}, but this training has {steps:,} "
        f"batches and ends at {training.beta * steps / batches:.2g}: latents stay far from their prior; "
        f"training.warmup={better} changes that."
    )
