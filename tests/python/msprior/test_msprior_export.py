"""`msprior export`: the file of every configuration, its inlets, outlets and attributes, and what it plays."""

from functools import lru_cache

import numpy as np
import pytest
import torch
from msprior_exports import RATE, RATIO, exported, untrained
from msprior_small import NAMES, small
from msprior_stand_in import Vae, instrument

import nn_tilde
from nn_tilde import Host
from nn_tilde.export import read_metadata
from nn_tilde.export.torchscript import quiet, script
from nn_tilde.msprior.export import export
from nn_tilde.msprior.quantise import dequantise, quantise
from nn_tilde.nn.randomness import uniform

Q, V = 3, 11
EXTRAS = {
    "encoder_decoder": ["semantic tokens"],
    "encoder_decoder_continuous": [f"semantic feature {i}" for i in range(5)],
    "modulated_alibi": [f"semantic feature {i}" for i in range(5)],
    "rwkv_semantic": [f"semantic feature {i}" for i in range(5)],
}
LATENTS = [f"rave latent {i}" for i in (1, 2, 3)]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The file of a configuration."""
    folder = tmp_path_factory.mktemp("priors")
    return lru_cache(lambda name: exported(folder, name))


@pytest.fixture(autouse=True)
def unoptimised():
    """The interpreter's optimiser takes its time with every shape."""
    with torch.jit.optimized_execution(False), torch.inference_mode():
        yield


def load(path):
    return torch.jit.load(path)


def frames(name, count, batch=1, seed=0):
    """Inlets of `count` frames: tokens, and semantic values that hold for four frames each."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, V, (batch, Q, count))
    told = rng.integers(0, 7, (batch, len(EXTRAS.get(name, [])), -(-count // 4))).repeat(4, 2)[..., :count]
    return torch.from_numpy(np.concatenate([tokens, told], 1).astype(np.float32))


def played(module, x, heard, blocks=()):
    """Listens to the first `heard` frames, then generates, in blocks."""
    made, at, blocks = [], 0, list(blocks) or [x.shape[2]]
    module.set_listen(True)
    while at < x.shape[2]:
        if at == heard:
            module.set_listen(False)
        length = min(blocks[len(made) % len(blocks)], x.shape[2] - at)
        if at < heard:
            length = min(length, heard - at)
        made.append(module.forward(x[..., at : at + length]))
        at += length
    return torch.cat(made, 2)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_inlets_outlets_and_attributes(files, name):
    host, ratio = Host(files(name)), 4 if name.startswith("encoder_decoder") else 1
    forward, extras = host.methods["forward"], EXTRAS.get(name, [])
    assert forward.input_labels == [f"(signal) {label}" for label in LATENTS + extras]
    assert forward.output_labels == [f"(signal) {label}" for label in [*LATENTS, "perplexity"]]
    assert (forward.in_ratio, forward.out_ratio) == (RATIO, RATIO)
    assert list(host.methods) == ["forward", "dummy_method"][: 1 + bool(extras)]
    if extras:
        dummy = host.methods["dummy_method"]
        assert (dummy.in_channels, dummy.in_ratio, dummy.out_channels, dummy.out_ratio) == (1, ratio * RATIO) * 2
    expected = {"temperature": 1.0, "listen": True, "learn_context": False, "reset": False, "top_p": 1.0, "seed": 0}
    assert {attribute: host.get(attribute) for attribute in host.attributes} == expected
    about = read_metadata(files(name))
    assert (about["sample_rate"], about["block"]) == (RATE, ratio * RATIO)


@pytest.mark.parametrize("name", NAMES)
def test_blocks_do_not_matter(files, name):
    """Listening, then generating for longer than the network remembers; the host plays the same."""
    x, heard = frames(name, 64), 12
    whole = played(load(files(name)), x, heard)
    assert whole.shape == (1, Q + 1, 64)
    assert torch.equal(whole[:, :Q, :heard], x[:, :Q, :heard])
    assert ((whole[:, Q] >= 1 - 1e-5) & (whole[:, Q] <= V + 1e-4)).all()
    for blocks in ([1], [4], [32], [8, 20, 4]):
        again = played(load(files(name)), x, heard, blocks)
        assert torch.equal(again[:, :Q], whole[:, :Q])
        torch.testing.assert_close(again[:, Q], whole[:, Q], rtol=1e-4, atol=1e-4)
    host = Host(files(name), block=4 * RATIO)
    host.set("listen", False)
    free = played(load(files(name)), x, 0)
    np.testing.assert_array_equal(host.render(x[0].repeat_interleave(RATIO, 1).numpy())[:Q, ::RATIO], free[0, :Q])


@pytest.mark.parametrize("name", NAMES)
def test_seeds(files, name):
    x = frames(name, 24)
    made = []
    for seed in (0, 7, 7, 2**40 + 7):
        module = load(files(name))
        assert module.set_seed(seed) == 0
        made.append(played(module, x, 0)[:, :Q])
    assert torch.equal(made[1], made[2])
    assert not torch.equal(made[0], made[1])
    assert not torch.equal(made[1], made[3])
    assert all(((y >= 0) & (y < V) & (y == y.round())).all() for y in made)


@pytest.mark.parametrize("name", NAMES)
def test_beginning_anew(files, name):
    x, module = frames(name, 20), load(files(name))
    first = played(module, x, 5)
    assert not torch.equal(played(module, x, 5)[:, Q], first[:, Q])  # it remembers
    module.set_reset(True)
    assert torch.equal(played(module, x, 5), first)
    assert module.get_reset() == (False,)
    module.set_seed(0)
    assert torch.equal(played(module, x, 5), first)
    module.forward(frames(name, 3, batch=2))
    assert torch.equal(played(module, x, 5), first)  # another batch size


@pytest.mark.parametrize("name", NAMES)
def test_temperature_0_and_little_top_p_leave_no_choice(files, name, tmp_path):
    made = []
    path = exported(tmp_path, name, starts=1)
    for seed, temperature, top_p in ((0, 0.0, 1.0), (1, 0.0, 1.0), (2, 1.0, 1e-6), (3, 1.0, 1.0)):
        module = load(path)
        assert (module.set_seed(seed), module.set_temperature(temperature), module.set_top_p(top_p)) == (0, 0, 0)
        made.append(played(module, frames(name, 16), 0)[:, :Q])
    assert torch.equal(made[0], made[1])
    assert torch.equal(made[0], made[2])
    assert not torch.equal(made[0], made[3])


@pytest.mark.parametrize("name", NAMES)
def test_whatever_comes_in(files, name):
    module = load(files(name))
    x = frames(name, 40)
    x[0, 0, :5] = torch.tensor([float("nan"), float("inf"), -float("inf"), -3.0, 1e9])
    x[0, -1, 3:9] = torch.tensor([float("nan"), float("inf"), -float("inf"), -3e38, 1e9, 7.4])
    made = played(module, x, 20)
    assert made.isfinite().all()
    assert made[0, 0, :5].tolist() == [0, V - 1, 0, 0, V - 1]
    assert len(made[0, 0, 20:].unique()) > 2  # it goes on
    assert module.forward(x[..., :0]).shape == (1, Q + 1, 0)
    assert module.forward(x[:0]).shape == (0, Q + 1, 40)
    assert module.forward(x[..., :1]).isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_voices_do_not_hear_each_other(files, name):
    x = frames(name, 24, batch=3)
    made = played(load(files(name)), x, 8)
    assert torch.equal(made[:, :Q, :8], x[:, :Q, :8])
    assert not torch.equal(made[0, :Q, 8:], made[1, :Q, 8:])
    alone = played(load(files(name)), x[:1], 8)
    assert torch.equal(made[:1, :Q], alone[:, :Q])
    host = Host(files(name), batch=3)
    assert host.render(x.repeat_interleave(RATIO, 2).numpy()).shape == (3, Q + 1, 24 * RATIO)


def test_what_is_refused(files):
    module = load(files("recurrent"))
    for value in (-0.1, float("nan"), float("inf")):
        assert module.set_temperature(value) == -1
    for value in (0.0, -1.0, 1.1, float("nan")):
        assert module.set_top_p(value) == -1
    assert module.set_seed(-1) == -1
    assert (module.get_temperature(), module.get_top_p(), module.get_seed()) == ((1.0,), (1.0,), (0,))
    assert module.set_learn_context(True) == 0
    assert module.get_learn_context() == (True,)


# Every frame is fed once.


def test_a_switch_goes_on_with_what_was_heard():
    model, x = instrument().eval(), torch.from_numpy(np.random.default_rng(0).integers(0, 16, (1, 4, 6))).float()
    heard = model(x)
    model.set_listen(False)
    dreamt = model(torch.zeros(1, 4, 5))
    model.set_listen(True)
    again = model(x)
    every = torch.cat([heard, dreamt, again], 2)[0, :4].T.long()
    fed = model.stepper.fed[0]
    assert fed[0].tolist() in model.starts.tolist()
    assert torch.equal(fed[1:], every[:-1])


def test_the_first_frame_is_one_that_recordings_begin_with():
    model, chosen = instrument(), set()
    for seed in range(30):
        model.set_seed(seed)
        model(torch.zeros(2, 4, 1))
        chosen |= {tuple(row) for row in model.stepper.fed[:, 0].tolist()}
    assert chosen == {tuple(row) for row in model.starts.tolist()}
    assert instrument(starts=torch.zeros(0, 4)).starts.tolist() == [[0] * 4]


# Latents that are numbers.


def test_classes_and_back_keep_a_normal_distribution():
    z = torch.randn(400_000, generator=torch.Generator().manual_seed(0))
    for levels in (16, 63, 64):
        jitter = torch.rand(z.shape, generator=torch.Generator().manual_seed(1))
        back = dequantise(quantise(z, levels), jitter, levels)
        assert abs(float(back.mean())) < 0.02
        assert float(back.std()) == pytest.approx(1, abs=0.02)


def test_continuous_latents(tmp_path):
    z = np.random.default_rng(0).normal(size=(4, 64)).astype(np.float32)
    x = torch.from_numpy(z)[None]
    model = instrument(continuous=True, levels=15, num_tokens=16)
    heard = model(x)[:, :4]
    assert torch.equal(quantise(heard, 15), quantise(x, 15))
    draws = uniform(0, 0, 64, 1, 8)[..., 4:].transpose(1, 2)
    torch.testing.assert_close(heard, dequantise(quantise(x, 15), draws, 15))
    model.set_listen(False)
    made = model(x)[:, :4]
    assert made.isfinite().all()
    model.set_seed(0)
    model.set_listen(True)
    pieces = [model(piece)[:, :4] for piece in x.split(5, 2)]
    assert torch.equal(torch.cat(pieces, 2), heard)


# What steers.


def test_a_group_of_frames_is_told_the_last_value_within_it():
    model = instrument(semantic="features", semantic_size=1, encoder_ratio=4)
    x = torch.arange(20.0).view(1, 1, 20)
    model.held = torch.tensor([[-1.0]])
    assert model.told(x[..., :10], 0).flatten().tolist() == [3] * 4 + [7] * 4 + [9] * 2
    assert model.told(x[..., 10:11], 10).flatten().tolist() == [9]  # a group stays with what it was told
    assert model.told(x[..., 11:20], 11).flatten().tolist() == [9] + [15] * 4 + [19] * 4


def test_semantic_tokens_are_classes():
    model = instrument(semantic="tokens", semantic_size=1, semantic_tokens=6)
    x = torch.tensor([[[1.4, -2, 9, float("nan"), float("inf")]]])
    assert model.told(x, 0).flatten().tolist() == [1, 0, 5, 0, 5]


def saved(vae, path):
    with quiet():
        script(vae).save(str(path))
    return path


def test_latents_of_a_vae_are_features(tmp_path):
    path = saved(Vae(5), tmp_path / "vae.ts")
    loaded = untrained(small("modulated_alibi"))
    done = export(loaded, tmp_path / "steered.ts", vae_path=path)
    assert list(done.inlets[Q:]) == ["(signal) semantic latent 0", "(signal) semantic latent 1"]
    module, plain = load(tmp_path / "steered.ts"), load(exported(tmp_path, "modulated_alibi"))
    x, z = frames("decoder_only", 12), torch.linspace(-1, 1, 24).view(1, 2, 12)
    steered = played(module, torch.cat([x, z], 1), 6)
    assert torch.equal(steered, played(plain, torch.cat([x, z, -z, z[:, :1]], 1), 6))
    assert not torch.equal(steered, played(plain, torch.cat([x, z, -z, -z[:, :1]], 1), 6))


def test_a_vae_learns_when_told():
    with quiet():
        model = instrument(semantic="features", semantic_size=4, vae=script(Vae()))
    assert model.told(torch.ones(1, 2, 1), 0).flatten().tolist() == [1, 1, -1, -1]
    assert model.set_learn_context(True) == 0
    assert model.told(torch.ones(1, 2, 1), 1).flatten().tolist() == [2, 2, 0, 0]


def test_a_vae_that_goes_wild_leaves_no_trace():
    class Wild(nn_tilde.Module):
        def __init__(self):
            super().__init__()
            self.register_method("decode", 1, 1, 2, 1)

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return torch.cat([torch.exp(z), -torch.exp(z)], 1)

    with quiet():
        model = instrument(semantic="features", semantic_size=2, vae=script(Wild()))
    assert model.told(torch.full((1, 1, 1), 200.0), 0).flatten().tolist() == [1e3, -1e3]


def test_what_is_no_vae(tmp_path, files):
    loaded = untrained(small("modulated_alibi"))
    with pytest.raises(ValueError, match="decodes to 4 values, but the prior hears 5 features"):
        export(loaded, tmp_path / "x.ts", vae_path=saved(Vae(4), tmp_path / "vae.ts"))
    with pytest.raises(ValueError, match="has no method decode"):
        export(loaded, tmp_path / "x.ts", vae_path=files("recurrent"))
    (tmp_path / "text.ts").write_text("no")
    with pytest.raises(ValueError, match="is not a TorchScript file"):
        export(loaded, tmp_path / "x.ts", vae_path=tmp_path / "text.ts")
    with pytest.raises(ValueError, match="does not hear"):
        export(untrained(small("recurrent")), tmp_path / "x.ts", vae_path=tmp_path / "vae.ts")
    assert not (tmp_path / "x.ts").exists()
