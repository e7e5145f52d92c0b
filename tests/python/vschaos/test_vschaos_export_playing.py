"""What steers the file that nn~ plays: labels, attributes, voices."""

import copy

import numpy as np
import pytest
import torch
from vschaos_players import HOP, OCTAVE, PITCH, SECOND, decibels, noise, player, splits, trained

from nn_tilde import Host
from nn_tilde.vschaos.export import build, export
from nn_tilde.vschaos.folding import fold


@pytest.mark.parametrize("method", ["decode", "forward"])
def test_voices_are_their_own(method):
    path, *_ = player("cond_pitch+octave_normal")
    channels = 10 if method == "decode" else 3
    x = noise(channels, batch=2)
    x[:, -2:] = np.array([[1, 2], [5, 4]])[..., None]
    host = Host(path, method, batch=2)
    host.set("inversion_mode", "sinebank" if method == "decode" else "keep_input")  # nothing random
    both = host.render(x)
    alone = Host(path, method)
    alone.set("inversion_mode", "sinebank" if method == "decode" else "keep_input")
    for voice in range(2):
        np.testing.assert_allclose(both[voice], alone.render(x[voice]), atol=1e-5)
    module, x = torch.jit.load(path), torch.from_numpy(noise(3, samples=2048, batch=3))
    first = splits(module, x[:1], [1024])
    wider = splits(module, x[..., 1024:], [1024])  # two more begin, the first goes on
    torch.testing.assert_close(
        torch.cat([first, wider[:1]], -1), splits(torch.jit.load(path), x[:1], [1024] * 2), atol=1e-5, rtol=0
    )
    assert splits(module, x[:2], [1024]).shape == (2, 1, 1024)


def test_labels_steer():
    path, *_ = player("dgt_pitch_cond")
    x, host = noise(3), Host(path)

    def heard(pitch, octave):
        x[1], x[2] = pitch, octave
        return host.render(x)

    first = heard(3, 0)
    assert decibels(heard(7, 0), first) < 60  # rounding alone is beyond 90
    assert decibels(heard(3, 5), first) < 60  # rounding alone is beyond 90
    np.testing.assert_allclose(heard(3.9, 0), first, atol=1e-5)  # truncated
    np.testing.assert_allclose(heard(11, 0), heard(99, 0), atol=1e-5)
    np.testing.assert_allclose(heard(-1, 0), heard(-5, 0), atol=1e-5)  # none: the mean of all


def test_predicted_labels_stand_in():
    path, _, vae, *_ = player("dgt_pitch_prediction")
    z = noise(10, samples=SECOND) * 4
    with torch.no_grad():
        labels = vae.predict(torch.from_numpy(z[:8, HOP - 1 :: HOP].T.copy()))

    host = Host(path, "decode")
    host.set("inversion_mode", "sinebank")

    def heard(pitch, octave):
        z[8], z[9] = pitch, octave
        return host.render(z)

    held = [np.repeat(labels[task].numpy(), HOP) for task in ("pitch", "octave")]
    np.testing.assert_allclose(heard(-1, -1), heard(*held), atol=1e-5)
    assert decibels(heard(held[0] + 1, held[1]), heard(*held)) < 60  # rounding alone is beyond 90


def test_labels_of_the_encoder():
    """One inlet for both, none predicted where it is given; values that are no classes."""
    overrides = (
        "model.conditioning.pitch.target=[encoder,decoder]",
        "+model.conditioning.bright={embedding: Value, target: [encoder], dim: 1}",
        "+model.prediction.bright={target_dist: Normal, dim: 1}",
    )
    path, done, *_ = player("dgt_pitch_prediction", *overrides)
    bright = "(signal) bright label (float)"
    latents = tuple(f"(signal) latent dim {i + 1}" for i in range(8))
    audio = ("(signal) channel 1",)
    assert done.inlets == {
        "encode": (*audio, PITCH, bright), "decode": (*latents, PITCH, OCTAVE), "forward": (*audio, PITCH, bright)
    }  # fmt: skip
    assert done.outlets == {
        "encode": (*latents, PITCH, OCTAVE, bright), "decode": audio, "forward": (*audio, OCTAVE)
    }  # fmt: skip
    x = noise(3)
    x[1:] = 0.5
    host = Host(path, "encode")
    first = host.render(x)
    x[2] = 0.9
    assert not np.allclose(host.render(x)[:8], first[:8], atol=1e-4)


def test_stereo(tmp_path):
    """Two channels in one model, when the configuration does not mix them."""
    vae, config, transform = trained("~data.transforms.pre_transforms.Mono", "model.channels=2")
    done = export(vae, config, transform, tmp_path / "stereo.ts")
    assert done.inlets["forward"] == done.outlets["forward"] == ("(signal) channel 1", "(signal) channel 2")
    y = Host(done.path).render(noise(2))
    assert not np.allclose(*y, atol=1e-3)


def test_attributes_in_the_file():
    path, *_ = player("dgt_mid")
    x = noise()
    host = Host(path, "encode")
    z = host.render(x)
    for name, value in (
        ("temperature", -0.5), ("dimred", "tsne"),
        ("inversion_mode", "griffin_lim"), ("min_buffer_size", 64),
    ):  # fmt: skip
        before = host.get(name)
        host.set(name, value)
        host.process(x[:, :4096])
        assert len(host.messages()) == 1
        assert host.get(name) == before
    host.set("temperature", 2.0)
    noisy = host.render(x)
    assert 0.2 < (noisy - z).std() < 4
    host.set("temperature", 0.0)
    host.set("dimred", "spherical")
    turned = host.render(x)
    np.testing.assert_allclose(turned[0], np.linalg.norm(z, axis=0), rtol=1e-3)
    back = Host(path, "decode")
    back.set("inversion_mode", "sinebank")
    y = back.render(z)
    back.set("dimred", "spherical")
    np.testing.assert_allclose(back.render(turned), y, atol=1e-3)


def test_components(tmp_path):
    vae, config, transform = trained()
    vae.spaces.fit(torch.randn(500, 8) @ torch.randn(8, 8) + 3)
    instrument = build(vae, config, transform)
    x = torch.from_numpy(noise(batch=1))
    with torch.no_grad():
        z = instrument.encode(x)
        for kind in ("PCA", "ICA"):
            instrument.clear()
            instrument.set_dimred(kind)
            w = instrument.encode(x)
            torch.testing.assert_close(w, vae.spaces.project(z.transpose(1, 2), kind).transpose(1, 2))


@pytest.mark.parametrize("mode", ["pghi", "random", "sinebank", "keep_input"])
def test_every_inversion(mode):
    path, *_ = player("dgt_mid")
    x, z = torch.from_numpy(noise(batch=1)), torch.from_numpy(noise(8, samples=64, batch=1) * 4)

    def made(method, lengths, data, kind=mode):
        module = torch.jit.load(path)
        assert module.set_inversion_mode(kind) == 0
        torch.manual_seed(0)
        return splits(module, data, lengths, method)

    level = made("forward", [SECOND], x, "keep_input").std()
    assert made("forward", [SECOND], x).std() == pytest.approx(float(level), rel=0.5)
    y = made("decode", [64], z)
    assert torch.isfinite(y).all()
    assert y.std() > 1e-3
    if mode == "keep_input":  # there is no input
        assert torch.equal(y, made("decode", [64], z, "pghi"))
    if mode != "random":
        torch.testing.assert_close(made("decode", [1, 2, 16, 45], z), y, atol=1e-4, rtol=0)


def test_reset_forgets():
    path, *_ = player("dgt_pitch_prediction")
    module, x = torch.jit.load(path), torch.from_numpy(noise(samples=1000, batch=1))
    first = splits(module, x, [1000])
    assert not torch.equal(splits(module, x, [1000]), first)
    assert module.set_reset(True) == 0
    assert module.get_reset() == (False,)
    assert torch.equal(splits(module, x, [1000]), first)


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("N_FFT=300", "HOP=75", "model.encoder.stride=[1,3,2,2]", "model.encoder.kernel_size=[4,3,2,5]",
         "model.decoder.stride=[3,2,2,1]", "model.decoder.kernel_size=[8,2,5,4]"),
        ("NETWORK=large", "model.decoder.target_dist=Normal"),
        ("model.encoder.type=MLPEncoder", "model.decoder.type=MLPEncoder"),
        ("model.encoder.norm=none", "model.decoder.norm=none"),
    ],
)  # fmt: skip
def test_folded_networks_are_the_same(overrides):
    vae, _, _ = trained(*overrides)
    folded, x = fold(copy.deepcopy(vae)), torch.rand(3, 5, vae.bins)
    assert not any(isinstance(part, torch.nn.BatchNorm1d | torch.nn.Conv1d) for part in folded.modules())
    with torch.no_grad():
        z = vae.encode(x)
        y = vae.decode(z)
        torch.testing.assert_close(folded.encode(x), z, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(folded.decode(z), y, atol=1e-5, rtol=1e-4)
