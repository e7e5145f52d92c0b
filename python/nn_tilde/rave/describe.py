"""What a run, a checkpoint or a configuration is, in plain values."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from . import streaming
from .config import Config, ConfigError, read, read_run
from .export import remarks
from .loading import find_checkpoint, find_config, fit, load_weights, read_checkpoint, tidy
from .network import RAVE, attach_discriminator
from .prior_files import load_prior
from .receptive import receptive_field
from .spaces import latent_size_for

FIDELITIES = (0.8, 0.9, 0.95, 0.99)
PARTS = ("encoder", "decoder", "discriminator")


def describe(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Of a run's folder, a checkpoint (also a prior's) or a .gin file. Raises ConfigError."""
    if path.suffix == ".gin" and path.is_file():
        return {"kind": "configuration", "path": str(path), **of_config(read_run(path, overrides))}
    if path.suffix == ".ts":
        raise ConfigError(f"'{path}' is an exported file; `nntilde info` says what it offers.")
    if overrides:
        raise ConfigError("--override changes configurations; a trained network is what it is.")
    file = find_checkpoint(path)
    checkpoint = read_checkpoint(file)
    about = {"path": str(path), "checkpoint": str(file), **_training(checkpoint), **_run(path, file)}
    if "pre_net.0.weight" in checkpoint["state_dict"]:
        return {"kind": "prior", **about, **_prior(file)}
    return {"kind": "RAVE", **about, **_model(checkpoint, read_run(find_config(path if path.is_dir() else file)))}


def of_stack(configs: Sequence[str], overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Of stacked configurations. Raises ConfigError."""
    return {"kind": "configuration", "path": " + ".join(configs), **of_config(read(configs, overrides))}


def of_config(config: Config) -> dict[str, Any]:
    rave = attach_discriminator(RAVE(config))
    counts = {part: sum(p.numel() for p in getattr(rave, part).parameters()) for part in PARTS}
    return {
        **_shape(config),
        "parameters": counts,
        "settings": dataclasses.asdict(config),
        "warnings": _cautions(config),
    }


def _shape(config: Config) -> dict[str, Any]:
    """What follows from the configuration alone. Lengths in samples."""
    left, right = receptive_field(config)
    # Delays are the same at any width.
    thin = RAVE(config.replace(capacity=4)).eval()
    early, late = streaming.encoder(thin).delay, streaming.decoder(thin).delay
    return {
        "architecture": config.architecture,
        "regularization": config.regularization,
        "channels": config.n_channels,
        "sample_rate": config.sampling_rate,
        "ratio": config.ratio,
        "latent_size": config.latent_size,
        "receptive_field": {"before": left, "after": right},
        "streaming_delay": {
            "encode": max(early, 0) * config.ratio,
            "decode": late,
            "forward": max(early * config.ratio + late, 0),
        },
    }


def _model(checkpoint: Mapping[str, Any], config: Config) -> dict[str, Any]:
    state = tidy(checkpoint["state_dict"])
    fitted = fit(config, state)
    rave = RAVE(fitted)
    load_weights(rave, state)
    warnings = [*_cautions(fitted), *remarks(rave)]
    if fitted.n_channels != config.n_channels:
        warnings.append(f"The config.gin says {config.n_channels} channel(s); the weights have {fitted.n_channels}.")
    about = {"phase": 2 if rave.warmed_up or _steps(checkpoint) >= fitted.phase_1_duration else 1, **_shape(fitted)}
    if fitted.regularization == "variational" and rave.fidelity.any():
        about["latents_for_fidelity"] = {str(share): latent_size_for(rave.fidelity, share) for share in FIDELITIES}
    counts = {part: _count(state, rave, part) for part in PARTS}
    counts = {part: count for part, count in counts.items() if count}
    return {**about, "parameters": counts, "settings": dataclasses.asdict(fitted), "warnings": warnings}


def _count(state: Mapping[str, Tensor], rave: RAVE, part: str) -> int:
    """Trained numbers; of the discriminator, which is not loaded, those in the checkpoint."""
    module = getattr(rave, part)
    if module is not None:
        return sum(p.numel() for p in module.parameters())
    return sum(
        value.numel() for key, value in state.items() if key.startswith(f"{part}.") and value.is_floating_point()
    )


def _cautions(config: Config) -> list[str]:
    if config.noise is None or config.architecture == "v1":
        return []
    size = 1
    for ratio in config.noise.ratios:
        size *= ratio
    if size >= 2 * (config.noise.bands - 1):
        return []
    return ["The noise synthesiser is nearly silent, as in the release: its frames are shorter than its filters."]


def _prior(file: Path) -> dict[str, Any]:
    prior = load_prior(file)
    return {
        "latent_size": prior.latent_size,
        "resolution": prior.resolution,
        "receptive_field": {"latent_frames": prior.receptive_field},
        "parameters": {"prior": sum(p.numel() for p in prior.parameters())},
        "warnings": [],
    }


def _training(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    callbacks = checkpoint.get("callbacks") or {}
    return {
        "steps": _steps(checkpoint),
        "epoch": int(checkpoint.get("epoch", 0)),
        "written_by": "this toolkit" if "nn_tilde" in checkpoint else "another program",
        "averaged_weights": bool(callbacks.get("EMA")),
    }


def _steps(checkpoint: Mapping[str, Any]) -> int:
    warmup = (checkpoint.get("callbacks") or {}).get("WarmupCallback", {})
    return int(warmup.get("training_steps", checkpoint.get("global_step", 0)))


def _run(path: Path, file: Path) -> dict[str, Any]:
    """What run.json says, where there is one."""
    try:
        about = json.loads((find_config(path if path.is_dir() else file).parent / "run.json").read_text())
    except (ConfigError, OSError, ValueError):
        return {}
    return {key: about[key] for key in ("command", "flags", "versions", "git") if about.get(key)}
