"""Runs the commands of models/ and plays the files they write."""

import subprocess
import sys
import warnings
from pathlib import Path

import torch

MODELS = Path(__file__).parents[2] / "models"


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def load(path: Path) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.load(str(path))


def play(model: torch.jit.ScriptModule, method: str, x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return model._c._get_method(method)(x)
