"""`nntilde doctor`: versions, cores, audio libraries, and what would stop it from working."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import click


def _python() -> str:
    import sys

    return f"{platform.python_version()} on {platform.system()} {platform.machine()} ({sys.executable})"


def _package(name: str) -> Callable[[], str]:
    def version() -> str:
        return importlib.import_module(name).__version__

    return version


def _torch() -> str:
    import torch

    devices = ["cpu"]
    if torch.cuda.is_available():
        devices += [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return f"{torch.__version__}, devices: {', '.join(devices)}"


def _core() -> str:
    import torch  # noqa: F401  (its libraries first)

    from nn_tilde import _core as core

    return f"{core.threads()} worker thread(s), {os.cpu_count()} logical cores"


def _audio() -> str:
    import soundfile

    return f"{soundfile.__libsndfile_version__}, {len(soundfile.available_formats())} formats"


def _models() -> str:
    from nn_tilde.hub import models_dir

    folder = models_dir()
    count = len(list(folder.glob("*.ts"))) if folder.is_dir() else 0
    return f"{folder} ({count} models)"


def _pure_data() -> str:
    found = shutil.which("pd")
    return found if found else "not found (needed only to play in Pd)"


def _round_trip() -> str:
    import numpy as np
    import torch

    from nn_tilde import Host, Module

    class Identity(Module):
        def __init__(self):
            super().__init__()
            self.register_method("forward", 1, 1, 1, 1)

        def forward(self, x: torch.Tensor):
            return x

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "identity.ts"
        Identity().export_to_ts(str(path))
        audio = np.random.default_rng(0).standard_normal((1, 10_000)).astype(np.float32)
        if not np.array_equal(Host(path).render(audio), audio):
            raise RuntimeError("the identity model changed its input")
    return "a model was exported, loaded and rendered"


CHECKS: list[tuple[str, Callable[[], str]]] = [
    ("python", _python),
    ("nn_tilde", _package("nn_tilde")),
    ("torch", _torch),
    ("numpy", _package("numpy")),
    ("host", _core),
    ("libsndfile", _audio),
    ("soxr", _package("soxr")),
    ("models folder", _models),
    ("pure data", _pure_data),
    ("round trip", _round_trip),
]


@click.command("doctor")
def doctor_command() -> None:
    """Look for what would stop nn~ from working on this machine; exits with 1 if something does."""
    broken = 0
    for name, check in CHECKS:
        try:
            state, text = "ok", check()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is the diagnosis)
            state, text = "BROKEN", f"{type(error).__name__}: {error}"
            broken += 1
        click.echo(f"{state:>6}  {name:<14} {text}")
    if broken:
        click.echo(f"{broken} thing(s) to mend before nn~ can work.", err=True)
        raise click.exceptions.Exit(1)
