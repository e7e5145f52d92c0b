"""Run folders with untrained networks, and the command line as users type it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from click.testing import CliRunner

from nn_tilde.rave.cli import cli
from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE

PROGRAM = Path(sys.executable).with_name("rave")


def network(configs: list[str], overrides: tuple[str, ...] = (), channels: int = 1, seed: int = 0) -> RAVE:
    """A tiny network whose output has an audible level, in the second phase."""
    torch.manual_seed(seed)
    rave = RAVE(read(configs, ["CAPACITY=4", "LATENT_SIZE=8", *overrides], channels=channels)).eval()
    for part in rave.modules():
        if hasattr(part, "weight_g"):
            part.weight_g.data *= 2
    if rave.config.regularization == "discrete":
        rave.encoder.enable()
        for layer in rave.encoder.rvq.layers:
            layer.codebook.embed.normal_()
    rave.latent_pca.copy_(torch.linalg.qr(torch.randn_like(rave.latent_pca)).Q)
    rave.latent_mean.normal_()
    rave.fidelity.copy_(1 - 0.5 ** torch.arange(1, rave.latent_size + 1))
    rave.warmed_up = True
    return rave


def run_folder(folder: Path, rave: RAVE) -> Path:
    """Writes the network as a run of 12 steps."""
    (folder / "checkpoints").mkdir(parents=True)
    rave.config.write(folder / "config.gin")
    checkpoint = {
        "state_dict": rave.state_dict(),
        "epoch": 1,
        "global_step": 12,
        "callbacks": {"WarmupCallback": {"training_steps": 12}},
    }
    torch.save(checkpoint, folder / "checkpoints" / "last.ckpt")
    return folder


def call(*words: object, cwd: Path, code: int = 0) -> subprocess.CompletedProcess:
    """`rave WORDS` in a process of its own; the exit code must be `code`."""
    line = [str(PROGRAM), *(str(word) for word in words)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    done = subprocess.run(line, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, f"{done.returncode}: {done.stdout}\n{done.stderr}"
    return done


def quick(*words: object, code: int = 0) -> str:
    """`rave WORDS` in this process and folder; what it says. The exit code must be `code`."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output


def tone(seconds: float, rate: int = 44100, channels: int = 1) -> np.ndarray:
    """float32 [samples, channels]: harmonics and a little noise, different in each channel."""
    random = np.random.default_rng(0)
    time = np.arange(round(seconds * rate)) / rate
    rows = [sum(np.sin(2 * np.pi * 110 * (c + 1) * k * time) / k for k in range(1, 6)) for c in range(channels)]
    return (0.2 * np.stack(rows, 1) + 0.01 * random.standard_normal((len(time), channels))).astype(np.float32)
