"""`msprior train`: what is learnt, from what, and how it goes on."""

import math
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from msprior_toy import (
    CLASSES,
    FEATURES,
    RATE,
    RATIO,
    STREAMS,
    assert_same_training,
    curve,
    cycles,
    dataset,
    rave,
    run,
    state,
)

from nn_tilde.msprior import config, loading, measures
from nn_tilde.msprior.plan import make_settings
from nn_tilde.msprior.task import PriorTask

CONFIGS = (
    *("decoder_only", "recurrent", "flattened", "rwkv"),
    *("encoder_decoder", "encoder_decoder_continuous", "modulated_alibi", "rwkv_semantic"),
)
UNIGRAM = math.log(CLASSES)  # of whoever knows how often each token comes


@pytest.mark.parametrize("name", CONFIGS)
def test_each_configuration_learns(train, steered, name):
    train(config=(name,), data=steered, steps=80)
    assert curve("a", "validation")[-1] < 0.25 * UNIGRAM
    assert curve("a", "val_acc_top_1")[-1] > 0.8
    assert loading.load("runs/a").prior(*example(loading.load("runs/a").config)).shape == (1, 16, STREAMS, CLASSES)


def example(c):
    tokens = torch.zeros(1, 16, c.num_quantizers, dtype=torch.int64)
    length = 16 // c.encoder_out_ratio if c.conditioning == "cross" else 16
    return tokens, tokens, torch.zeros(1, length, c.semantic_size) if c.semantic_size else None


def test_what_is_measured(train):
    train()
    history = state()["nn_tilde"]["history"]
    names = {"cross_entropy", "learning_rate", "validation", "val_cross_entropy", "val_token_divergence"}
    names |= {f"val_perplexity_{i}" for i in range(STREAMS)} | {f"val_acc_top_{k}" for k in (1, 3, 5, 10)}
    assert history.keys() == names
    assert history["validation"] == history["val_cross_entropy"]
    perplexities = [curve("a", f"val_perplexity_{i}")[-1] for i in range(STREAMS)]
    assert np.log(perplexities).mean() == pytest.approx(curve("a", "validation")[-1], rel=1e-5)
    page = Path("runs/a/report.html").read_text()
    assert 'alt="perplexity"' in page
    assert 'alt="tokens"' in page


def test_interrupted_training_ends_in_the_same_weights(train):
    override = ("DROPOUT_RATE=0.2", "AdamW.weight_decay=0.1")
    train("--ema", "0.9", steps=6, override=override)
    for steps in (2, 3, 6):
        output = train("--ema", "0.9", name="b", steps=steps, override=override)
    assert "Going on from step 3" in output
    assert_same_training("a", "b")
    assert state("b")["lr_schedulers"][0]["last_epoch"] == 6


def test_interrupt_saves(train, monkeypatch):
    step = PriorTask.step

    def interrupted(self, batch, number):
        if number == 0:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(PriorTask, "step", interrupted)
        assert "the same command goes on" in train(code=130)
    assert state()["global_step"] == 1
    train()
    train(name="b")
    assert_same_training("a", "b")


def test_workers_change_nothing(train, steered):
    for name, workers in (("a", "0"), ("b", "1")):
        train("--workers", workers, name=name, data=steered, config=("modulated_alibi",), steps=2)
    assert_same_training("a", "b")


def test_early_stopping(train):
    """Nothing is learnt without a learning rate, so the first validation stays the best."""
    override, words = ("AdamW.lr=0",), ("--early_stopping", "3", "--val_every", "2")
    output = train(*words, steps=30, override=override)
    assert "No better validation in 3: training ends at step 8." in output
    assert "Done" in output
    assert [state(which=which)["global_step"] for which in ("last", "best")] == [8, 2]
    assert "has ended at step 8" in train(*words, steps=30, override=override)
    train("--early_stopping", "0", steps=9, override=override)
    assert state()["global_step"] == 9


def test_epochs(train):
    """An epoch is as many examples as the data fills."""
    words = ("--db_path", str(train.data), "--override", "SEQ_LEN=16", "--override", "MODEL_DIM=16", "--val_every", "9")
    output = run(*words, "--name", "a", "--epochs", "2", "--batch_size", "4")
    frames = int(re.search(r"^(\d+) frames of 3 latents", output, re.MULTILINE)[1])
    assert 300 < frames < 380
    assert state()["global_step"] == 2 * math.ceil(frames // 16 / 4)
    assert "--epochs" in run(*words, "--name", "b", "--epochs", "0", code=1)
    assert make_settings(FLAGS | {"epochs": -1}, 9).max_steps == 10**9
    assert make_settings(FLAGS | {"epochs": -1, "max_steps": 7}, 9).max_steps == 7
    assert make_settings(FLAGS | {"epochs": 2, "max_steps": 7}, 3).max_steps == 6
    assert make_settings(FLAGS, 3).max_steps == 10**6


FLAGS = {
    **{"max_steps": None, "epochs": None, "val_every": 9, "save_every": 9, "workers": 0, "seed": 0, "ema": None},
    **{"progress": False, "smoke_test": False, "batch_size": 4, "early_stopping": 0},
}


def test_small_goes_on_top(train):
    output = train(config=("recurrent",), small=False, override=("NUM_LAYERS=1", "MODEL_DIM=32"), steps=1)
    assert "--config small on top" in output
    assert "--early_stopping 20" not in output  # it is on
    train(config=("recurrent", "small"), small=False, name="b", steps=1)
    c = loading.load("runs/b").config
    assert (c.layer, c.model_dim, c.seq_len, c.peak_iteration) == ("gru", 128, 128, 500)


def test_numbers_are_those_of_the_data(train, steered):
    output = train(config=("modulated_alibi",), data=steered, steps=1)
    taken = "NUM_TOKENS=16, NUM_QUANTIZERS=3, encoder_out_ratio=4, NUM_SEMANTIC_FEATURES=5"
    assert f"From the data: {taken}." in output
    loaded = loading.load("runs/a")
    c = loaded.config
    assert (c.num_tokens, c.num_quantizers, c.num_semantic_features) == (CLASSES, STREAMS, FEATURES)
    assert loaded.about == {
        "sampling_rate": RATE,
        "ratio": RATIO,
        "quantizers": STREAMS,
        "num_tokens": CLASSES,
        "levels": CLASSES,
        "continuous": False,
        "rave": None,
        "keys": {"semantic_features": {"width": FEATURES, "ratio": 4, "kind": "features", "num_tokens": 0}},
    }
    train(config=("encoder_decoder",), data=steered, name="b", steps=1)
    assert loading.load("runs/b").config.num_encoder_tokens == CLASSES


def test_many_short_recordings_that_are_steered(train, tmp_path):
    data = dataset(tmp_path / "short", (3,) * 100 + (100,) * 3, semantic=True)
    assert "examples to validate" in train(config=("encoder_decoder",), data=data, steps=1)


def test_overrides_are_kept(train):
    output = train(override=("NUM_TOKENS=20", "NUM_QUANTIZERS=2"), steps=1)
    assert "The first 2 of 3 latents are learnt" in output
    assert "The data has 16 tokens; NUM_TOKENS=20 learns more than come." in output
    assert "From the data" not in output
    loaded = loading.load("runs/a")
    assert (loaded.config.num_tokens, loaded.config.num_quantizers) == (20, 2)
    assert torch.equal(loaded.starts, torch.stack([torch.tensor(cycles(i, 1, 2)[0]) for i in range(4)]))
    assert loaded.about["levels"] == CLASSES


def test_config_gin_is_the_configuration(train):
    train(config=("recurrent",), override=("torch.optim.AdamW.weight_decay=0.3",), steps=1)
    text = Path("runs/a/config.gin").read_text()
    assert config.parse(text) == loading.load("runs/a").config
    assert config.read(["runs/a/config.gin"]) == config.parse(text)
    train(config=("runs/a/config.gin",), name="b", steps=1)
    assert Path("runs/b/config.gin").read_text() == text


def test_codebooks_of_the_rave(train):
    """They are in the checkpoint, which needs the file no more."""
    file = rave(Path("rave.ts"))
    train("--pretrained_embedding", "rave.ts", steps=4)
    assert f"PRETRAINED_RAVE = '{file.absolute()}'" in Path("runs/a/config.gin").read_text()
    books = torch.stack([b for n, b in torch.jit.load(str(file)).named_buffers() if n.endswith("embed")])
    file.unlink()
    kept = [v for v in loading.load("runs/a").prior.state_dict().values() if v.shape == books.shape]
    assert len(kept) == 1
    assert torch.equal(kept[0], books)
    assert "There is no file" in train("--pretrained_embedding", "rave.ts", name="b", code=1)


def test_a_rave_without_codebooks_is_ignored(train):
    rave(Path("rave.ts"), discrete=False)
    assert "'rave.ts' has no codebooks" in train("--pretrained_embedding", "rave.ts", steps=1)
    assert loading.load("runs/a").config.pretrained_rave is None


def test_codebooks_of_another_rave(train):
    rave(Path("rave.ts"), classes=8)
    output = train("--pretrained_embedding", "rave.ts", code=1)
    assert "'rave.ts' has 3 codebooks of 8 codes, which are not the data's 3 of 16" in output


class Halved(torch.nn.Module):
    """Features, halved on the way to the latents, and as they were on the way back but for the last."""

    def __init__(self):
        super().__init__()
        self.register_buffer("encode_params", torch.tensor([FEATURES, 1, FEATURES - 1, 1]))
        self.register_buffer("decode_params", torch.tensor([FEATURES - 1, 1, FEATURES, 1]))

    @torch.jit.export
    def encode(self, x):
        return 0.5 * x[:, :-1]

    @torch.jit.export
    def decode(self, z):
        return torch.cat([2 * z, torch.zeros_like(z[:, :1])], 1)

    def forward(self, x):
        return self.decode(self.encode(x))


def test_features_pass_through_a_vae(train, steered):
    torch.jit.script(Halved()).save("vae.ts")
    train(config=("modulated_alibi",), data=steered, override=("VAE_PATH='vae.ts'",), steps=2)
    loaded = loading.load("runs/a")
    assert loaded.vae == Path("runs/a/vae.ts")
    mean = state()["state_dict"]["encoder.embedding.batch_norm.running_mean"]
    assert mean[-1] == 0
    assert (mean[:-1] != 0).all()
    torch.jit.script(torch.nn.Identity()).save("no_vae.ts")
    output = train(config=("modulated_alibi",), data=steered, override=("VAE_PATH='no_vae.ts'",), name="b", code=1)
    assert "no_vae.ts' has no method decode" in output


def test_going_on_from_another_run(train):
    train(steps=4, config=("recurrent",))
    train("--ckpt", "runs/a", name="b", steps=6, small=False)
    train(name="c", steps=6, config=("recurrent",))
    assert_same_training("b", "c")
    train("--ckpt", "runs/a/checkpoints/best.ckpt", name="d", steps=6, config=("recurrent",))
    assert state("d")["global_step"] == 6
    output = train("--ckpt", "runs/a", name="e", steps=6, override=("MODEL_DIM=24",), small=False, code=1)
    assert "does not fit this model" in output
    assert "no checkpoint" in train("--ckpt", "nowhere", name="f", code=1)


def test_going_on_from_another_run_keeps_its_numbers(train):
    """Which were overridden there, and are not the data's."""
    train(steps=2, override=("NUM_TOKENS=20", "NUM_QUANTIZERS=2"))
    output = train("--ckpt", "runs/a", name="b", steps=4, small=False)
    assert "The first 2 of 3 latents are learnt" in output
    c = loading.load("runs/b").config
    assert (c.num_tokens, c.num_quantizers) == (20, 2)


def test_going_on_with_other_settings(train):
    """What the command says, and config.gin, is what trains."""
    train(steps=6)
    train("--ckpt", "runs/a", name="b", steps=8, override=("AdamW.lr=0.002", "AdamW.weight_decay=0.3"))
    group = state("b")["optimizer_states"][0]["param_groups"][0]
    assert group["weight_decay"] == 0.3
    assert group["lr"] == pytest.approx(0.002, rel=1e-4)
    assert curve("b", "learning_rate")[-1] == pytest.approx(0.002, rel=1e-4)
    assert state("b")["lr_schedulers"][0]["base_lrs"] == [0.002]
    train("--ckpt", "runs/a", name="b", steps=9, override=("AdamW.lr=0.002", "AdamW.weight_decay=0.3"))
    assert curve("b", "learning_rate")[-1] == pytest.approx(0.002, rel=1e-4)


def test_back_to_a_checkpoint_of_the_run(train):
    train("--save_every", "2", steps=4)
    train("--ckpt", "runs/a/checkpoints/step_2.ckpt", steps=6)
    train(name="b", steps=6)
    assert_same_training("a", "b")


def test_a_run_keeps_its_flags(train, tmp_path):
    train()
    assert "was made with --seed 0" in train("--seed", "3", code=1)
    assert "another configuration" in train(config=("recurrent",), code=1)
    other = dataset(tmp_path / "other")
    assert "was made with --db_path" in train(data=other, code=1)
    assert "holds a run" in train("--smoke_test", code=1)


def test_smoke_test(train):
    train("--smoke_test", steps=100)
    assert state()["global_step"] == 1
    train(steps=2)
    assert state()["global_step"] == 2


def test_half_precision(train):
    train("--precision", "bf16", steps=80)
    assert curve("a", "validation")[-1] < 0.25 * UNIGRAM
    assert {v.dtype for v in state()["state_dict"].values()} == {torch.float32}


def test_a_loss_that_is_no_number(train, monkeypatch):
    monkeypatch.setattr(measures, "loss_of", lambda logits, targets: logits.mean() * math.nan)
    output = train(code=1)
    assert "training has diverged" in output
    assert not list(Path("runs").rglob("*.ckpt"))


def test_the_devices_there_are(train):
    words = ("--db_path", str(train.data), "--name", "a", "--max_steps", "1", "--batch_size", "2", "--smoke_test")
    overrides = [word for each in ("MODEL_DIM=16", "NUM_LAYERS=1", "SEQ_LEN=16") for word in ("--override", each)]
    run(*words, *overrides, gpu="")
    assert "There is no CUDA device 99" in run(*words, *overrides, gpu="99", code=1)


def test_help_needs_no_torch():
    code = "import sys; from nn_tilde.msprior.cli.train import command; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
