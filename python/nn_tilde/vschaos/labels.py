"""Labels that a command line gives: `--meta pitch A# octave 3`."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from .config import Config
from .gin_file import perhaps
from .loading import Tasks

NONE = ("none", "nan", "-1")


def parse(words: Sequence[str], config: Config, tasks: Tasks) -> dict[str, float]:
    """TASK value TASK value … → numbers of classes, or values; NaN: none. A class may be named.

    Raises ValueError, one sentence.
    """
    if len(words) % 2:
        raise ValueError(f"--meta is a task and its value, and so on; '{words[-1]}' has no value.")
    found = {}
    for task, word in zip(words[::2], words[1::2], strict=True):
        if task not in config.model.tasks:
            known = ", ".join(config.model.tasks) or "none at all"
            raise ValueError(f"The model has no labels of '{task}' (it has: {known}).")
        found[task] = _value(task, word, _classes(task, config), tasks.get(task))
    return found


def _classes(task: str, config: Config) -> int | None:
    """How many the model knows; None: the labels are continuous."""
    model = config.model
    return (model.conditioning.get(task) or model.prediction[task]).dim if model.categorical(task) else None


def _value(task: str, word: str, classes: int | None, names: Sequence[str] | None) -> float:
    if classes is not None and names and word in names:
        return float(names.index(word))
    if word.lower() in NONE and (classes is not None or word != "-1"):
        return math.nan
    try:
        value = float(word)
    except ValueError:
        near = difflib.get_close_matches(word, names or (), 3)
        what = "a class" if classes is not None else "a number"
        raise ValueError(f"'{word}' is not {what} of '{task}'{perhaps(near)}") from None
    if classes is not None and not (value.is_integer() and 0 <= value < classes):
        raise ValueError(f"'{task}' has classes 0 to {classes - 1}, of which {word} is none.")
    if not math.isfinite(value):
        raise ValueError(f"'{task}' cannot be {word}.")
    return value


def completed(given: Mapping[str, float], config: Config, rng: np.random.Generator) -> dict[str, float]:
    """For a decoder: labels that nobody gives, and no predictor fills in, are drawn at random."""
    told = dict(given)
    for task, condition in config.model.conditions("decoder").items():
        missing = task not in told or math.isnan(told[task])
        if missing and task not in config.model.prediction:
            low, high = condition.range
            told[task] = float(rng.integers(condition.dim)) if condition.categorical else float(rng.uniform(low, high))
    return told


def said(labels: Mapping[str, float], tasks: Tasks) -> str:
    """Labels in words: pitch A#, octave 3."""
    parts = []
    for task, value in labels.items():
        if not math.isnan(value):
            names = tasks.get(task)
            named = names is not None and value.is_integer() and 0 <= value < len(names)
            parts.append(f"{task} {names[int(value)] if named else format(value, 'g')}")
    return ", ".join(parts)
