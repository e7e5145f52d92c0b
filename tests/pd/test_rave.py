"""An instrument made by `rave export` sounds in Pd as in `rave generate`."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from test_sound import RATE, play

from nn_tilde.export import read_metadata
from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE

SAMPLES = 6 * 8192


def rave(*words: object) -> None:
    subprocess.run([Path(sys.executable).with_name("rave"), *map(str, words)], check=True, timeout=300)


@pytest.fixture(scope="module")
def instruments(tmp_path_factory):
    """Folder with exports of untrained networks in the second phase."""
    folder = tmp_path_factory.mktemp("instruments")
    for name, stack in (("offline", ["v2"]), ("live", ["live"])):
        torch.manual_seed(0)
        network = RAVE(read(stack, ["CAPACITY=4"]))
        for part in network.modules():
            if hasattr(part, "weight_g"):
                part.weight_g.data *= 2  # an audible level
        network.warmed_up = True
        (folder / name).mkdir()
        network.config.write(folder / name / "config.gin")
        torch.save({"state_dict": network.state_dict()}, folder / name / "last.ckpt")
        rave("export", "--run", folder / name, "--streaming", "--output", folder)
    return folder


@pytest.mark.parametrize("name", ["offline", "live"])
def test_pd_plays_what_generate_writes(pd, instruments, folder, name):
    model = instruments / f"{name}_streaming.ts"
    block = read_metadata(model)["block"]  # that of rave generate: products of other sizes round otherwise
    # deterministic: without chance, so that two performances can be compared at all
    sound, heard, latency = play(
        pd,
        folder,
        instruments,
        f"{model.stem} forward {block}",
        1,
        1,
        64,
        SAMPLES // 2048,
        message="set deterministic 1",
    )
    soundfile.write(folder / "sound.wav", sound.T, RATE, subtype="FLOAT")
    rave("generate", model, folder / "sound.wav", "--out", folder / "generated", "--nosample")
    (written,) = (folder / "generated").rglob("*.wav")
    wanted, rate = soundfile.read(written, dtype="float32", always_2d=True)
    assert rate == RATE
    assert wanted.shape == sound.T.shape
    assert 0 < latency < SAMPLES * 2 // 3
    # Before the first sample the stream has heard silence; so has the file.
    length = SAMPLES - latency
    assert np.abs(wanted[:length]).max() > 1e-3
    np.testing.assert_array_equal(heard[0, latency:SAMPLES], wanted[:length, 0])
