"""Untrained priors as runs and as files, and the commands as users type them."""

from __future__ import annotations

from pathlib import Path

import torch
from click.testing import CliRunner
from msprior_small import small

from nn_tilde.msprior.cli import cli
from nn_tilde.msprior.config import Config
from nn_tilde.msprior.export import export
from nn_tilde.msprior.loading import Loaded, entry_of
from nn_tilde.msprior.model.prior import Prior

RATE, RATIO = 8000, 128


def about_of(config: Config, *, continuous: bool = False, key_ratio: int = 1) -> dict:
    """What a dataset says of itself."""
    keys = {} if config.encoder == "none" else {config.encoder_key: {"width": config.semantic_size, "ratio": key_ratio}}
    return {
        "sampling_rate": RATE,
        "ratio": RATIO,
        "quantizers": config.num_quantizers,
        "num_tokens": config.num_tokens,
        "levels": config.num_tokens,
        "continuous": continuous,
        "rave": "tiny.ts",
        "keys": keys,
    }


def untrained(config: Config, starts: int = 5, **about) -> Loaded:
    """A prior that knows nothing, but whose choices depend on what it heard."""
    torch.manual_seed(0)
    prior = Prior(config).eval()
    for name, weight in prior.named_parameters():
        if "logits" in name and weight.dim() > 1:
            weight.data.mul_(8)
    first = torch.randint(config.num_tokens, (starts, config.num_quantizers)).short()
    return Loaded(prior, config, about_of(config, **about), first, Path("run/checkpoints/best.ckpt"), 3)


def exported(folder: Path, name: str = "decoder_only", *overrides: str, starts: int = 5, **about) -> Path:
    """The file of an untrained prior."""
    target = folder / f"{name}.ts"
    export(untrained(small(name, *overrides), starts, **about), target)
    return target


def run_of(folder: Path, loaded: Loaded) -> Path:
    """A run, as `msprior train` leaves it."""
    state = {
        "state_dict": loaded.prior.state_dict(),
        "callbacks": {},
        "global_step": loaded.step,
        "msprior": entry_of(loaded.config, loaded.about, loaded.starts, None),
    }
    (folder / "checkpoints").mkdir(parents=True)
    for name in ("best", "last"):
        torch.save(state, folder / "checkpoints" / f"{name}.ckpt")
    return folder


def quick(*words: object, code: int = 0) -> str:
    """`msprior WORDS` in this process; what it says. The exit code must be `code`."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output
