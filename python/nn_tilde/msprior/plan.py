"""What a call of `msprior train` means, checked: model, data, run, before anything long begins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..train.run import Run
from ..train.settings import Settings
from . import binding, loading
from . import config as configs
from .config import Config, ConfigError
from .data.latents import Latents, open_latents
from .data.windows import TrainingWindows, ValidationWindows, cut_for, histogram, split

# What a run under a given name must not change; the rest of the command may.
IDENTITY = ("db_path", "val_size", "batch_size", "seed", "ema")
STEPS, ENDLESS = 1_000_000, 10**9  # of a training of which nothing else is said, or of one without end
STARTS = 64  # first frames that an instrument begins with


@dataclass(frozen=True)
class Data:
    """training, validation: windows; counts: int64 [Q, V], how often each token comes in training; about: see
    `loading.described`; starts: int16 [at most 64, Q], first frames of recordings; frames: to train with."""

    training: TrainingWindows
    validation: ValidationWindows
    counts: np.ndarray
    about: dict[str, Any]
    starts: Tensor
    frames: int


@dataclass(frozen=True)
class Plan:
    """A checked command. resume: the checkpoint to go on from; codebooks: [Q, V, D]; remarks: lines for the user."""

    flags: dict[str, Any]
    config: Config
    data: Data
    settings: Settings
    run: Run
    resume: Path | None
    codebooks: Tensor | None
    remarks: tuple[str, ...]


def make_plan(flags: dict[str, Any], processes: int = 1) -> Plan:
    """Reads and checks all that the flags name. Raises ValueError or FileNotFoundError, one sentence."""
    name = flags["name"]
    if name in ("", "..") or Path(name).name != name:
        raise ValueError(f"--name is the name of a folder in --out_path, not '{name}'.")
    folder = Path(flags["out_path"]) / name
    ckpt = loading.find(flags["ckpt"], "last").resolve() if flags["ckpt"] else None
    config, kept = _config(flags, ckpt)
    told = config.num_tokens if "num_tokens" in kept else None
    latents = open_latents(flags["db_path"], told)
    config, remarks = binding.bind(config, kept, latents)
    config, codebooks, lines = binding.pretrained(config)
    data, notices = open_data(latents, config, flags["val_size"], flags["seed"])
    settings = make_settings(flags, math.ceil(len(data.training) / (flags["batch_size"] * processes)))
    identity = {key: flags[key] for key in IDENTITY} | {"db_path": str(Path(flags["db_path"]).absolute())}
    run = Run(folder, "msprior", configs.text(config), identity, flags["smoke_test"])
    if flags["smoke_test"] and run.resumes:
        raise ValueError(f"'{folder}' holds a run; give the smoke test a --name of its own.")
    inside = ckpt if ckpt is not None and ckpt.is_relative_to(folder.resolve()) else None
    run.check(lenient=inside is not None)
    resume = inside or (run.last if run.resumes else ckpt)
    return Plan(flags, config, data, settings, run, resume, codebooks, (*remarks, *lines, *notices))


def _config(flags: dict[str, Any], ckpt: Path | None) -> tuple[Config, set[str]]:
    """The model: of --config, or of the checkpoint to go on from; and the fields that the data does not change."""
    kept = binding.said(flags["override"])
    entry = loading.read(ckpt)[loading.ENTRY] if ckpt is not None else None  # read in any case: it may not be ours
    if entry is not None and not flags["config"]:
        config = configs.parse(entry["config"], str(ckpt), flags["override"])
        kept = set(binding.NAMES)  # its weights have these shapes
    else:
        config = configs.read(flags["config"] or ("decoder_only",), flags["override"])
    if flags["pretrained_embedding"]:
        config = config.replace(pretrained_rave=flags["pretrained_embedding"])
    paths = {field: getattr(config, field) for field in ("pretrained_rave", "vae_path")}
    for field, path in paths.items():
        if path is not None and not Path(path).is_file():
            raise ConfigError(f"There is no file '{path}', which {field.upper()} names.")
    # Whole, so that the same command means the same from any folder.
    return config.replace(**{field: path and str(Path(path).absolute()) for field, path in paths.items()}), kept


def open_data(latents: Latents, config: Config, val_size: int, seed: int) -> tuple[Data, list[str]]:
    """The windows of a dataset, and lines for the user. Raises ConfigError, DatasetError."""
    binding.check_steering(config, latents)
    cut = cut_for(config, latents)
    training, validation = split(latents, config.frames, val_size, seed, cut.grid)
    counts = binding.counted(config, histogram(latents, training))
    binding.counted(config, histogram(latents, validation))
    recordings = np.flatnonzero(np.asarray(latents.lengths) >= 1)
    chosen = recordings[np.unique(np.linspace(0, len(recordings) - 1, STARTS).round().astype(int))]
    starts = np.concatenate([latents.tokens(int(each), 0, 1) for each in chosen])[:, : config.num_quantizers]
    data = Data(
        TrainingWindows(latents, training, cut, seed),
        ValidationWindows(latents, validation, cut),
        counts,
        loading.described(latents.about, config),
        torch.from_numpy(np.ascontiguousarray(starts, np.int16)),
        training.frames,
    )
    return data, [*training.remarks, *validation.remarks]


def make_settings(flags: dict[str, Any], epoch: int) -> Settings:
    """epoch: steps of one. Raises ValueError."""
    steps, epochs = flags["max_steps"], flags["epochs"]
    if epochs is not None and epochs < 1 and epochs != -1:
        raise ValueError(f"--epochs is a number from 1 on, or -1 for no end, not {epochs}.")
    if steps is None:
        steps = STEPS if epochs is None else ENDLESS
    if epochs not in (None, -1):
        steps = min(steps, epochs * epoch)
    names = ("val_every", "save_every", "workers", "seed", "ema", "progress", "smoke_test")
    settings = Settings(
        max_steps=steps,
        batch=flags["batch_size"],
        patience=flags["early_stopping"] or None,
        log_every=min(50, flags["val_every"]),
        **{name: flags[name] for name in names},
    )
    settings.check()
    return settings


def describe(plan: Plan, parameters: int) -> list[str]:
    """What is about to be trained, and what may surprise. parameters: numbers to learn."""
    data, c = plan.data, plan.config
    rate = data.about["sampling_rate"] / data.about["ratio"]
    size = f"{parameters / 1e6:.3g} million" if parameters >= 1e6 else str(parameters)
    lines = [
        f"{data.frames} frames of {c.num_quantizers} latents to train with ({data.frames / rate / 60:.1f} minutes), "
        f"{len(data.validation)} examples to validate; {size} parameters."
    ]
    if data.frames * c.num_quantizers < parameters / 10:
        advice = [] if _is_small(plan.flags["config"]) else ["--config small on top makes one for little data"]
        advice += [] if plan.settings.patience else ["--early_stopping 20 ends training in time"]
        end = f": {', and '.join(advice)}." if advice else "; validation tells when."
        lines.append(f"The model has more than ten parameters for each token and may learn them by heart{end}")
    return lines


def _is_small(names: tuple[str, ...]) -> bool:
    return any(Path(name).stem == "small" for name in names)
