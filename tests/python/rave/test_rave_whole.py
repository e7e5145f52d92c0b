"""Every configuration from sounds to an instrument: preprocess, train through both phases, export, play."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner
from rave_runs import tone

import nn_tilde.rave
from nn_tilde.rave.cli import cli
from nn_tilde.rave.config import read
from nn_tilde.rave.losses import least_n_signal

STACKS = (
    "v1 v2 v2_small v2_nopqmf v3 discrete onnx raspberry v2_nopqmf_small discrete_v3 v2_with_augs v2_48k live "
    "v2+default v2+wasserstein v2+spherical v2+spectral_discriminator v2+descript_discriminator v2+causal v2+noise "
    "v2+hybrid v2+snake v2+adain discrete+causal v2_small+hybrid raspberry+causal"
)
AUGMENTED = {"v2": ["mute", "compress"], "raspberry": ["gain"]}
SMALL = ["CAPACITY=4", "PHASE_1_DURATION=2"]


def rave(*words: object) -> str:
    """A command in this process: importing torch anew for each would take longer than all the rest."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture(scope="module", params=[1, 2], ids=["mono", "stereo"])
def data(request, tmp_path_factory):
    """(folder, channels): a dataset in `data`, made by `rave preprocess`."""
    folder = tmp_path_factory.mktemp(f"channels{request.param}")
    (folder / "sounds").mkdir()
    for i in range(4):
        soundfile.write(folder / "sounds" / f"{i}.wav", tone(3.5, channels=request.param), 44100)
    rave("preprocess", "--input_path", folder / "sounds", "--output_path", folder / "data",
         "--channels", request.param)  # fmt: skip
    return folder, request.param


@pytest.mark.parametrize("stack", STACKS.split())
def test_from_sounds_to_an_instrument(data, stack):
    folder, channels = data
    names = stack.split("+")
    config = read(names, SMALL, channels=channels)
    line = [*("train", "--db_path", folder / "data", "--out_path", folder / "runs", "--name", stack)]
    line += [word for name in names for word in ("--config", name)]
    line += [word for name in AUGMENTED.get(stack, []) for word in ("--augment", name)]
    line += [word for setting in SMALL for word in ("--override", setting)]
    line += ["--channels", channels, "--batch", 1, "--n_signal", least_n_signal(config), "--max_steps", 5]
    line += ["--val_every", 100, "--workers", 0, "--gpu", -1, "--noprogress"]
    rave(*line)
    run = folder / "runs" / stack
    assert (run / "config.gin").is_file()
    assert (run / "report.html").is_file()

    trained = nn_tilde.rave.load(run)
    torch.manual_seed(0)
    fresh = nn_tilde.rave.RAVE(config).state_dict()
    still = [key for key, value in trained.named_parameters() if value.requires_grad and torch.equal(value, fresh[key])]
    assert not still or all(".rvq." in key for key in still)
    assert trained.warmed_up or config.regularization == "spherical"

    x = tone(3 * 8192 / 44100, channels=channels).T.copy()
    heard = {}
    for streaming in (True, False):
        rave("export", "--run", run, *(["--streaming"] if streaming else []))
        file = run / f"{stack}{'_streaming' if streaming else ''}.ts"
        # Accelerated or not; all are in both ways in test_rave_acceleration.py.
        host = nn_tilde.Host(file, accelerate=streaming and channels == 1)
        assert set(host.methods) >= {"encode", "decode", "forward"}
        y = host.render(x)
        assert y.shape == x.shape
        assert np.isfinite(y).all()
        assert np.abs(y).max() > 0
        heard[streaming] = y
        latents = nn_tilde.Host(file, "encode", accelerate=streaming and channels == 1).render(x)
        assert np.isfinite(latents).all()
    assert not np.array_equal(heard[True], heard[False])
