"""A prior and its RAVE, combined, in Pd: it hears, dreams on, begins anew, and plays what the headless host plays."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from patch import ROOT, Patch

import nn_tilde
from nn_tilde.msprior import config as priors
from nn_tilde.msprior.combine import combine
from nn_tilde.msprior.export import export
from nn_tilde.msprior.loading import Loaded
from nn_tilde.msprior.model.prior import Prior
from nn_tilde.rave.config import read
from nn_tilde.rave.export import export as export_rave
from nn_tilde.rave.network import RAVE

Q, RATIO, BLOCK, RATE = 3, 128, 512, 44100
TAKEN = RATIO - 1  # sample of a frame whose value the prior is given
SAMPLES = 60 * BLOCK


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folder with both.ts: an untrained prior, and an untrained RAVE of three codes."""
    folder = tmp_path_factory.mktemp("msprior")
    torch.manual_seed(0)
    sizes = ["CAPACITY=2", "LATENT_SIZE=4", "RATIOS=[4, 2]", "DILATIONS=[[1, 3], [1]]"]
    rave = RAVE(read(["discrete"], [*sizes, f"NUM_QUANTIZERS={Q}", "CODEBOOK_SIZE=32"])).eval()
    rave.encoder.enable()
    for layer in rave.encoder.rvq.layers:
        layer.codebook.embed.normal_()
    export_rave(rave, folder / "rave.ts", streaming=True)
    sizes = ["MODEL_DIM=32", "NUM_LAYERS=2", "NUM_TOKENS=32", f"NUM_QUANTIZERS={Q}"]
    config = priors.read(["recurrent"], sizes)
    prior = Prior(config).eval()
    for name, weight in prior.named_parameters():
        if "logits" in name:
            weight.data.mul_(8)
    about = {"sampling_rate": RATE, "ratio": RATIO, "continuous": False, "levels": 32, "keys": {}}
    starts = torch.randint(32, (5, Q)).short()
    export(Loaded(prior, config, about, starts, Path("best.ckpt"), 0), folder / "prior.ts")
    combine(folder / "prior.ts", folder / "rave.ts", folder / "both.ts")
    return folder


def play(pd, folder, models, *messages):
    """Noise through encode, prior and decode: (latents, what the prior makes of them, sound, latency of the prior).

    messages: (ms, text) to the prior.
    """
    patch = Patch()
    noise, loud = patch.obj("noise~"), patch.obj("*~ 0.5")
    encode, prior, decode = (patch.obj(f"nn~ both {method} {BLOCK}") for method in ("encode", "prior", "decode"))
    patch.chain(noise, loud, encode)
    for i in range(Q):
        patch.connect(encode, i, prior, i)
        patch.connect(prior, i, decode, i)
    for ms, text in messages:
        patch.at(ms, text, prior)
    ms = 1000 * SAMPLES / RATE + 100
    wires = [*((encode, i) for i in range(Q)), *((prior, i) for i in range(Q + 1)), (decode, 0)]
    patch.record(wires, SAMPLES, ms)
    patch.at(ms - 50, "latency", prior)
    patch.connect(prior, Q + 1, patch.obj("print info"), 0)
    ran = patch.run(pd, folder, ms=ms + 50, paths=(models,))
    assert (ran.status, ran.errors) == (0, []), ran.console
    audio = ran.audio()
    assert np.isfinite(audio).all()
    latency = next(int(line.split()[1]) for line in ran.printed("info") if line.startswith("latency"))
    return audio[:Q], audio[Q : 2 * Q + 1], audio[-1], latency


def frames(latents, made, latency):
    """The latents [Q, T] that the prior was given, and those that it gave for them."""
    out = made[:Q, latency::RATIO]
    return latents[:, TAKEN::RATIO][:, : out.shape[1]], out


def headless(models, latents, *settings):
    host = nn_tilde.Host(models / "both.ts", "prior", BLOCK, vector=64, threaded=True, sample_rate=RATE)
    for name, value in settings:
        host.set(name, value)
        host.get(name)  # waits until it is set
    return host.process(latents)


def test_it_hears_and_sounds(pd, models, folder):
    latents, made, sound, latency = play(pd, folder, models)
    assert np.array_equal(*frames(latents, made, latency))
    assert len(np.unique(made[:Q, latency:])) > 5
    assert (made[Q, latency:] > 1).all()
    assert sound[SAMPLES // 2 :].std() > 1e-3
    np.testing.assert_array_equal(made, headless(models, latents))


def test_it_dreams_as_the_headless_host_does(pd, models, folder):
    settings = [("seed", 7), ("temperature", 0.8), ("top_p", 0.9), ("listen", False)]
    messages = [(0, ", ".join(f"set {name} {float(value):g}" for name, value in settings))]
    latents, made, sound, latency = play(pd, folder, models, *messages)
    np.testing.assert_array_equal(made, headless(models, latents, *settings))
    assert not np.array_equal(*frames(latents, made, latency))
    assert len(np.unique(made[:Q, latency:])) > 5
    assert sound[SAMPLES // 2 :].std() > 1e-3


def test_it_listens_and_dreams_when_told(pd, models, folder):
    middle = 500 * SAMPLES / RATE
    latents, made, _, latency = play(pd, folder, models, (middle, "set listen 0"), (1.5 * middle, "set listen 1"))
    heard, out = frames(latents, made, latency)
    same = (heard == out).all(0)
    half, few = len(same) // 2, 2 * BLOCK // RATIO + latency // RATIO
    assert same[: half - few].all()
    assert same[half + few : half + half // 2 - few].mean() < 0.2
    assert same[half + half // 2 + few :].all()


def test_reset_begins_anew(pd, models, folder):
    middle = 500 * SAMPLES / RATE
    _, made, _, latency = play(pd, folder, models, (0, "set listen 0"), (middle, "set reset 1"))
    frames = made[:Q, latency::RATIO].T
    start = frames[:20]
    again = [k for k in range(1, len(frames) - 20) if np.array_equal(frames[k : k + 20], start)]
    assert len(again) == 1
    assert abs(again[0] - len(frames) / 2) < 20


def test_the_example_plays_it(one_pd, models, folder):
    shutil.copy(ROOT / "pd_external/examples/msprior.pd", folder)
    patch = Patch()
    patch.at(10, f"pd open msprior.pd {folder}")
    for method in ("decode", "prior", "encode"):
        patch.at(50, f"nn-msprior-{method} load both {method}")
    patch.at(100, "pd dsp 1")
    for number, text in enumerate(("listen 0", "temperature 0.9", "top_p 0.95", "seed 3", "reset 1")):
        patch.at(300 + 50 * number, f"nn-msprior-prior set {text}")
    patch.at(800, "nn-msprior-prior get seed")
    ran = patch.run(one_pd, folder, ms=1500, paths=(models,), dsp=False)
    assert (ran.status, ran.errors) == (0, []), ran.console
