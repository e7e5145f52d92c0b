"""RAVE in two processes on a CPU: one model, by the update and by the command."""

import os
import subprocess
import sys

import soundfile
import torch
from rave_runs import call, quick, tone

SCRIPT = """
from types import SimpleNamespace

import torch
from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE, attach_discriminator
from nn_tilde.rave.update import Updates
from nn_tilde.train.devices import make_fabric
from nn_tilde.train.distributed import distribute, gather, part, share

SETTINGS = {
    "capacity": 4, "discriminator_capacity": 4, "latent_size": 8, "valid_signal_crop": False, "stft_scales": [512, 128],
    "codebook_size": 8, "num_quantizers": 2, "phase_1_duration": 3, "update_discriminator_every": 2,
}
torch.set_num_threads(1)
fabric = make_fabric((-1,), devices=2)
fabric.launch()
rank = fabric.global_rank
for stack in ("raspberry", "discrete", "wasserstein"):
    names = ["v2", stack] if stack == "wasserstein" else [stack]
    torch.manual_seed(rank)  # unequal starts
    rave = attach_discriminator(RAVE(read(names, channels=1).replace(**SETTINGS))).train()
    updates = Updates(rave)
    distribute(SimpleNamespace(module=rave, optimizers=updates.optimizers.values()), fabric)
    for step in range(7):
        torch.manual_seed(2 * step + rank)
        logs = updates.step(0.3 * torch.randn(2, 1, 8192), step)
        share(rave.buffers())
    sides = gather(fabric, {name: value.clone() for name, value in rave.state_dict().items()})
    heard = gather(fabric, {name: float(value) for name, value in logs.items()})
    if fabric.is_global_zero:
        apart = [name for name, value in sides[0].items() if not torch.equal(value, sides[1][name])]
        assert not apart, (stack, apart)
        assert all(value.isfinite().all() for value in sides[0].values()), stack
        assert heard[0].keys() == heard[1].keys() and heard[0] != heard[1]  # other sounds
part(fabric)
"""


def test_both_end_in_the_same_weights(tmp_path):
    """From unequal starts and on other sounds each, in both phases, codes and statistics too."""
    script = tmp_path / "two.py"
    script.write_text(SCRIPT)
    clean = {k: v for k, v in os.environ.items() if k not in ("LOCAL_RANK", "RANK", "WORLD_SIZE", "NODE_RANK")}
    command = [sys.executable, str(script)]
    done = subprocess.run(
        command, env=clean | {"OMP_NUM_THREADS": "1"}, timeout=240, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_command(tmp_path):
    (tmp_path / "audio").mkdir()
    soundfile.write(tmp_path / "audio" / "a.wav", tone(3), 44100)
    quick("preprocess", "--input_path", tmp_path / "audio", "--output_path", tmp_path / "data", "--num_signal", 16384)
    settings = [f"--override={name}" for name in ("CAPACITY=4", "LATENT_SIZE=8", "PHASE_1_DURATION=2")]
    line = ["train", "--config", "raspberry", *settings, "--db_path", "data", "--name", "a", "--n_signal", 18432]
    line += ["--batch", 1, "--workers", 0, "--gpu", -1, "--devices", 2, "--val_every", 2, "--noprogress"]
    call(*line, "--max_steps", 3, cwd=tmp_path)
    said = call(*line, "--max_steps", 5, cwd=tmp_path).stderr
    assert said.count("Going on from step 3.") == 1  # one process speaks
    assert said.count("Done: ") == 1
    state = torch.load(tmp_path / "runs" / "a" / "checkpoints" / "last.ckpt", weights_only=True)
    assert state["global_step"] == 5
    assert state["nn_tilde"]["history"]["loss_dis"]["steps"] == [3, 5]
