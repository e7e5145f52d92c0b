"""Where the weights of a training come from, if not from chance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from .loading import load_weights, read_checkpoint, tidy
from .network import RAVE
from .update import Updates

# What these buffers say belongs to the course of a training, not to what it has learnt.
_COURSE = ("warmed_up", "enabled", "receptive_field", "target_size")


def transfer(rave: RAVE, file: Path) -> str:
    """Takes over every weight of a checkpoint whose name and shape fit; says in one line what did not.

    Raises ConfigError when nothing fits.
    """
    from .config import ConfigError

    given, wanted = tidy(read_checkpoint(file)["state_dict"]), rave.state_dict()
    fits = {
        name: value
        for name, value in given.items()
        if name in wanted and wanted[name].shape == value.shape and not name.endswith(_COURSE)
    }
    for name in [name for name in fits if name.endswith("_codebook.inited")]:
        if name.removesuffix("inited") + "embed" not in fits:
            del fits[name]  # codes of another size have yet to begin
    if not any(name.startswith(("encoder.", "decoder.")) for name in fits):
        raise ConfigError(f"No weight of '{file}' fits this model.")
    rave.load_state_dict(wanted | fits)
    left = [name for name in wanted if name not in fits and not name.endswith(_COURSE)]
    line = f"{len(fits)} of {len(fits) + len(left)} tensors come from '{file}'"
    if not left:
        return f"{line}."
    shown = ", ".join(left[:6]) + (", …" if len(left) > 6 else "")
    return f"{line}; these begin anew: {shown}."


def steps_done(checkpoint: Mapping[str, Any]) -> int:
    """Updates that a checkpoint of the release has seen."""
    warmup = checkpoint.get("callbacks", {}).get("WarmupCallback", {})
    return int(warmup.get("training_steps", checkpoint.get("global_step", 0)))


def adopt_weights(rave: RAVE, checkpoint: Mapping[str, Any]) -> None:
    """The weights of a checkpoint of the release. Raises ConfigError when they do not fit."""
    load_weights(rave, tidy(checkpoint["state_dict"]))


def adopt_optimizers(updates: Updates, checkpoint: Mapping[str, Any]) -> str | None:
    """The state of a release's two optimizers; says in one line when it cannot be used.

    They know parameters by number: encoder and decoder, then discriminator, in the order of its state_dict.
    """
    saved = checkpoint.get("optimizer_states") or []
    names = list(tidy(checkpoint["state_dict"]))
    parts = {"generator": ("encoder.", "decoder."), "discriminator": ("discriminator.",)}
    if len(saved) != len(parts):
        return "The checkpoint has no state of the optimizers: they begin anew."
    parameters = dict(updates.rave.named_parameters())
    states = {}
    for (key, prefixes), theirs in zip(parts.items(), saved, strict=True):
        order = [name for prefix in prefixes for name in names if name.startswith(prefix) and name in parameters]
        numbers = [i for group in theirs["param_groups"] for i in group["params"]]
        if len(order) != len(numbers):
            return "The state of the optimizers in the checkpoint does not fit: they begin anew."
        moments = {name: theirs["state"].get(i) for name, i in zip(order, numbers, strict=True)}
        ours = updates.optimizers[key].state_dict()
        own = {id(p): name for name, p in parameters.items()}
        mine = [own[id(p)] for group in updates.optimizers[key].param_groups for p in group["params"]]
        for i, name in enumerate(mine):
            state = moments.get(name)
            if state is None:
                continue
            if state["exp_avg"].shape != parameters[name].shape:
                return "The state of the optimizers in the checkpoint does not fit: they begin anew."
            step = torch.as_tensor(state["step"], dtype=torch.float32)
            ours["state"][i] = {"step": step, "exp_avg": state["exp_avg"], "exp_avg_sq": state["exp_avg_sq"]}
        states[key] = ours
    for key, state in states.items():
        updates.optimizers[key].load_state_dict(state)
    return None
