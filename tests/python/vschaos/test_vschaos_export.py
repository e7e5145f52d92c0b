"""The file that nn~ plays: what it offers, and that it makes what the model and its transform make of recordings."""

import numpy as np
import pytest
import torch
from vschaos_players import HOP, N_FFT, OCTAVE, PITCH, SECOND, Bypass, decibels, noise, player, splits, transform_of
from vschaos_small import small

from nn_tilde import Host
from nn_tilde.vschaos.config import names
from nn_tilde.vschaos.export import build, export
from nn_tilde.vschaos.ring import Ring
from nn_tilde.vschaos.transforms import Transform

BLOCKS = (64, 512, 4096)


@pytest.fixture(scope="module", params=["magnitude", "polar"])
def bypass(request, tmp_path_factory):
    """A file without a network: (path, transform)."""
    layout, latent = [], N_FFT // 2 + 1
    if request.param == "polar":
        layout = ["~data.transforms.transforms.Magnitude", "+data.transforms.transforms.Polar.mode=unipolar"]
        layout, latent = [*layout, "model.channels=2"], 2 * latent
    config = small(*layout, f"model.latent.dim={latent}")
    transform, path = transform_of(config), tmp_path_factory.mktemp("bypass") / "bypass.ts"
    export(Bypass(config), config, transform, path)
    kept = Host(path)
    yield path, transform
    del kept


def expected(name):
    """Inlets and outlets of each method, as users know them."""
    latents = [f"(signal) latent dim {i + 1}" for i in range(4 if name == "dgt_low" else 8)]
    audio, labels = ["(signal) channel 1"], []
    if "pitch" in name:
        labels = [PITCH, OCTAVE.replace("8", "11") if name == "dgt_pitch_cond" else OCTAVE]
    predicted = labels if "semicond" in name or "prediction" in name else []
    return {
        "encode": (audio, latents + predicted, 1, HOP, N_FFT // 2 - HOP),
        "decode": (latents + labels, audio, HOP, 1, N_FFT // 2),
        "forward": (audio + (labels if not predicted else []), audio + predicted, 1, 1, N_FFT - HOP),
    }


@pytest.mark.parametrize("name", names())
def test_every_configuration(name):
    path, done, *_ = player(name)
    hosts = [Host(path, block=block) for block in BLOCKS]
    assert [host.block for host in hosts] == list(BLOCKS)
    host, info = hosts[0], hosts[0].info
    assert list(info.methods) == ["encode", "decode", "forward"]
    for method, (inlets, outlets, in_ratio, out_ratio, delay) in expected(name).items():
        found = info.methods[method]
        assert (found.input_labels, found.output_labels) == (inlets, outlets)
        assert (found.in_ratio, found.out_ratio) == (in_ratio, out_ratio)
        assert found.delay == delay
        assert (done.inlets[method], done.delays[method]) == (tuple(inlets), delay)
    assert list(info.attributes) == ["inversion_mode", "temperature", "dimred", "min_buffer_size", "reset"]
    assert [host.get(a) for a in info.attributes] == ["keep_input", 0.0, "none", N_FFT, False]
    assert (info.metadata["block"], info.metadata["sample_rate"]) == (1024, 44100)
    x = noise(info.methods["forward"].in_channels)
    x[1:] = np.arange(x.shape[1]) // 1000 % 9
    made = [host.render(x) for host in hosts]
    assert made[0][0].std() > 1e-3
    for other in made[1:]:
        np.testing.assert_allclose(other, made[0], atol=1e-5)


@pytest.mark.parametrize("block", BLOCKS)
def test_without_a_network_it_is_transparent(bypass, block):
    path, _ = bypass
    x = noise()
    y = Host(path, block=block).render(x)
    assert decibels(y[:, N_FFT:-N_FFT], x[:, N_FFT:-N_FFT]) > 90
    live = Host(path, block=block)
    y = np.concatenate([live.process(x[:, i : i + 64]) for i in range(0, x.shape[1], 64)], 1)
    late = live.latency
    assert late == live.block - 1 + N_FFT - HOP
    assert decibels(y[:, late + N_FFT :], x[:, N_FFT:-late]) > 90


def test_latents_are_late_as_declared_and_make_the_sound_again(bypass):
    path, transform = bypass
    x = noise()
    z = Host(path, "encode", block=512).render(x)
    frames = transform(x).transpose(1, 0, 2).reshape(-1, len(z))[: x.shape[1] // HOP]
    assert decibels(z[:, 2 * HOP :: HOP].T, frames[2:]) > 90
    assert np.array_equal(z[:, ::HOP], z[:, HOP - 1 :: HOP])
    y = Host(path, "decode", block=512).render(z)
    if transform.layout.has_phase:
        assert decibels(y[:, N_FFT:-N_FFT], x[:, N_FFT:-N_FFT]) > 90
    else:  # phases are found: the sound is where and as loud as it was
        x[:, : SECOND // 2] = 0
        z = Host(path, "encode").render(x)
        y = Host(path, "decode").render(z)
        silence, sound = y[:, : SECOND // 2 - N_FFT], y[:, SECOND // 2 + N_FFT : -N_FFT]
        assert np.abs(silence).max() < 1e-3
        assert sound.std() == pytest.approx(x[:, SECOND // 2 :].std(), rel=0.25)


def test_latents_are_those_of_the_model():
    path, _, vae, _, transform = player("dgt_pitch_prediction")
    x = noise()
    z = Host(path, "encode").render(x)[:, ::HOP]
    with torch.no_grad():
        wanted = vae.encode(torch.from_numpy(transform(x)[0, : z.shape[1]]))
        labels = vae.predict(wanted)
    np.testing.assert_allclose(z[:8].T[2:], wanted[2:], atol=1e-4)
    for row, task in zip(z[8:], ("pitch", "octave"), strict=True):
        assert (row[2:] == labels[task][2:].numpy()).mean() > 0.95
    told = Host(path).render(x)[1:, HOP // 2 :: HOP]
    assert np.array_equal(told[:, 2:-2], z[8:, 2:-2])  # together with their sound


def test_blocks_of_any_size():
    path, *_ = player("dgt_pitch_prediction")
    x = torch.from_numpy(noise(batch=2, samples=4096))
    whole = splits(torch.jit.load(path), x, [4096])
    for lengths, late in (
        ([64] * 64, 0),
        ([192, 1280, 2624], 0),
        ([16] * 256, 48),
        ([96] * 42 + [64], 32),
        ([1] * 300 + [3796], 63),
    ):
        y = splits(torch.jit.load(path), x, lengths)
        torch.testing.assert_close(y[..., late:], whole[..., : 4096 - late], atol=1e-5, rtol=0)
    odd = splits(torch.jit.load(path), x, [333, 777, 5, 1000, 1981])
    late = next(n for n in range(HOP) if torch.allclose(odd[0, 0, 2500:], whole[0, 0, 2500 - n : 4096 - n], atol=1e-5))
    assert 0 < late < HOP


def test_the_ring_alone():
    ring, x = torch.jit.script(Ring(8)), torch.arange(1.0, 101)[None, None]
    assert torch.equal(ring(x[..., :64]), x[..., :64])
    assert torch.equal(ring(x[..., 64:67]), torch.zeros(1, 1, 3))
    assert torch.equal(ring(x[..., 67:72]), x[..., 64:69])
    assert ring.give(ring.take(x[..., :0]), 0).shape == (1, 1, 0)
    ring.reset()
    assert torch.equal(ring(x[..., :16]), x[..., :16])


def test_what_cannot_be_exported():
    path, _, vae, config, transform = player("dgt_mid")
    with pytest.raises(ValueError, match="has not been fitted to a dataset"):
        build(vae, config, Transform(N_FFT, HOP))
    with pytest.raises(ValueError, match="frames of 1 × 129 values, but the transform makes 1 × 257"):
        build(vae, config, Transform(512, HOP, scaling="none"))
    instrument = build(vae, config, transform)
    with pytest.raises(ValueError, match="every 64 samples, which 100 is not a multiple of"):
        instrument.encode(torch.zeros(1, 1, 100))
    assert instrument.encode(torch.zeros(1, 1, 0)).shape == (1, 8, 0)
    assert instrument.decode(torch.zeros(2, 8, 0)).shape == (2, 1, 0)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="fitted"):
        export(vae, config, Transform(N_FFT, HOP), path)
    assert path.read_bytes() == before
