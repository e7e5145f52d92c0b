"""From recordings to a patch, for every network: trained a few steps, exported, rendered by the host."""

import numpy as np
import pytest
import soundfile
from mtcrnn_data import RATE, write_data
from mtcrnn_files import quick

from nn_tilde import Host
from nn_tilde.train import loop

SHORT = "--hidden_size 8 --n_layers 2 --batch_size 4 --seq_len 40 --workers 0 --gpu -1 --num_steps 3 --tfr 0.9"
AUDIO = f"--sample_rate {RATE} --mulaw_channels 32 --prop rate"
CURVES = "--sample_rate 100 --generate a b --prop rate"
NETWORKS = [
    f"{AUDIO} --net 0",
    f"{AUDIO} --net 6",
    f"{AUDIO} --onehot",
    f"{AUDIO} --plstm",
    f"{CURVES} --plstm",
    *[f"{CURVES} --net {net}" for net in range(6)],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("whole")
    write_data(top / "data")
    return top


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(loop, "write_report", lambda *_: None)  # it takes a while


def trained(name, line):
    quick("train", "--data_dir", "data", "--output_dir", name, "--noprogress", *f"{SHORT} {line}".split())
    return name


@pytest.mark.parametrize("line", NETWORKS)
def test_every_network_plays(line):
    run = trained("".join(c for c in line if c.isalnum()), line)
    said = quick("export", "--run", run, "--name", "net", "--output", ".", "--host_rate", 200, "--seed", 4)
    assert "inlets: rate; outlets: " + ("audio" if "mulaw" in line else "a, b") in said
    host = Host("net.ts")
    method = host.info.methods["forward"]
    assert method.input_labels == ["(signal) rate"]
    x = np.random.default_rng(0).random((1, 300)).astype(np.float32)
    made = host.render(x)
    assert made.shape == (1 if "mulaw" in line else 2, 300)
    assert np.isfinite(made).all()
    assert made.std() > 0.01
    assert np.array_equal(Host("net.ts").render(x), made)


def test_three_tiers_play_together():
    trained("slow", "--sample_rate 50 --generate a --prop rate")
    trained("middle", "--sample_rate 250 --generate b --prop a")
    trained("fast", f"--sample_rate {RATE} --mulaw_channels 32 --prop b a")
    quick("export", "--run", "slow", "--chain", "middle", "fast", "--name", "three", "--output", ".", "--seed", 2)
    np.save("curve.npy", np.full((1, 20, 1), 0.5))
    flags = "--model_dir slow --rand_prime --rand_seed 2 --paramvect external --external_array curve.npy --noprogress"
    quick(
        "generate", *flags.split(), "--external_sr", 50, "--length", 20, "--out", "three", "--chain", "middle:3", "fast"
    )
    expected, _ = soundfile.read("three.wav", dtype="float32")
    made = Host("three.ts").render(np.full((1, 400), 0.5, np.float32))
    np.testing.assert_allclose(made[0], expected, atol=1e-6)
