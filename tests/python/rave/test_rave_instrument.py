"""How an exported RAVE plays: blocks, channels, latents, styles."""

import numpy as np
import pytest
import torch
from rave_small import assert_same, expected, noise, small

import nn_tilde
from nn_tilde.export import read_metadata
from nn_tilde.rave import spaces
from nn_tilde.rave.export import build, export, remarks


@pytest.fixture(scope="module")
def v2(tmp_path_factory):
    """(network, path of its streaming export)."""
    rave, path = small("v2"), tmp_path_factory.mktemp("v2") / "v2.ts"
    export(rave, path, streaming=True)
    return rave, path


# What is heard.


def test_any_blocks_make_the_same_sound(v2):
    rave, path = v2
    x = noise(1, 48 * 2048)
    whole = expected(rave, x, spaces.build_space(rave, 0.95, None))
    for block in (2048, 4096, 16384):
        host = nn_tilde.Host(path, block=block)
        host.set("deterministic", True)
        assert_same(host.render(x), whole)


def test_encoding_then_decoding_is_forward(v2):
    _, path = v2
    file = torch.jit.load(path)
    file.set_deterministic(True)
    again = torch.jit.load(path)
    again.set_deterministic(True)
    with torch.inference_mode():
        for block in torch.from_numpy(noise(1, 20 * 2048)).view(1, 1, -1).split(4096, 2):
            torch.testing.assert_close(file.decode(file.encode(block)), again.forward(block))


def test_latents_are_those_of_the_network_later(v2):
    rave, path = v2
    file = torch.jit.load(path)
    file.set_deterministic(True)
    x = torch.from_numpy(noise(1, 32 * 2048))[None]
    with torch.inference_mode():
        z = torch.cat([file.encode(block) for block in x.split(2048, 2)], 2)
        whole = rave.encode(x)
    torch.testing.assert_close(z[:, :, 6 + 16 :], whole[:, :, 16:-6], atol=1e-5, rtol=1e-4)


def test_latents_are_drawn_unless_deterministic(v2):
    _, path = v2
    x = torch.from_numpy(noise(1, 8192))[None]
    drawn, sure = [], []
    for _ in range(2):
        file = torch.jit.load(path)
        drawn.append(file.encode(x))
        file = torch.jit.load(path)
        assert file.set_deterministic(True) == 0
        assert file.get_deterministic() == (True,)
        sure.append(file.encode(x))
    assert not torch.allclose(*drawn)
    assert torch.equal(*sure)


def test_reset_begins_anew(v2):
    _, path = v2
    file = torch.jit.load(path)
    file.set_deterministic(True)
    x = torch.from_numpy(noise(1, 16 * 2048))[None]
    first, second = file.forward(x), file.forward(x)
    assert not torch.allclose(first, second)
    assert file.set_reset(True) == 0
    assert file.get_reset() == (False,)
    assert torch.equal(file.forward(x), first)


def test_without_streaming_every_block_is_a_recording(tmp_path):
    rave = small("v2")
    export(rave, tmp_path / "x.ts", streaming=False)
    file = torch.jit.load(tmp_path / "x.ts")
    file.set_deterministic(True)
    x = torch.from_numpy(noise(1, 16384))[None]
    with torch.no_grad():
        for _ in range(2):
            torch.testing.assert_close(file.forward(x), rave(x), atol=1e-6, rtol=1e-3)


@pytest.mark.parametrize("name", ["v2+causal", "discrete+causal", "v1+causal"])
def test_a_stream_that_would_be_early_waits(tmp_path, name):
    """A causal network does not look at the newest samples; the stream is aligned with it all the same."""
    rave = small(name)
    done = export(rave, tmp_path / "x.ts", streaming=True)
    assert (done.delays["encode"], done.delays["forward"]) == (0, 0)
    x = noise(1, 40 * 2048)
    host = nn_tilde.Host(tmp_path / "x.ts")
    host.set("deterministic", True)
    assert_same(host.render(x), expected(rave, x, spaces.build_space(rave, 0.95, None)), slice(28 * 2048, 38 * 2048))
    file = torch.jit.load(tmp_path / "x.ts")
    file.set_deterministic(True)
    x = torch.from_numpy(x)[None]
    z = torch.cat([file.encode(block) for block in x.split(2048, 2)], 2)
    space = spaces.build_space(rave, 0.95, None)
    with torch.no_grad():
        whole = space.encode(rave.encoder(rave.analysis(x)).transpose(1, 2), True).transpose(1, 2)
    torch.testing.assert_close(z[:, :, 20:], whole[:, :, 20:], atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("name", ["v2_nopqmf", "v2+wasserstein", "v2+spherical", "discrete", "v2+hybrid", "v3", "live"])
def test_every_kind_of_model_plays(tmp_path, name):
    rave = small(name)
    export(rave, tmp_path / "x.ts", streaming=True)
    x = noise(1, 48 * 2048)
    host = nn_tilde.Host(tmp_path / "x.ts")
    host.set("deterministic", True)
    y = host.render(x)
    assert not host.messages()
    assert_same(y, expected(rave, x, spaces.build_space(rave, 0.95, None)))


def test_silence_makes_no_nan_of_a_sphere(tmp_path):
    export(small("v2+spherical"), tmp_path / "x.ts", streaming=True)
    host = nn_tilde.Host(tmp_path / "x.ts")
    x = noise(1, 24 * 2048)
    x[:, : 16 * 2048] = 0
    assert np.isfinite(host.render(x)).all()


# Channels.


def test_a_mono_model_plays_on_two_channels(tmp_path):
    rave = small("v2", "NOISE_AUGMENTATION=2")
    done = export(rave, tmp_path / "x.ts", streaming=True, channels=2)
    assert done.channels == 2
    assert read_metadata(tmp_path / "x.ts")["methods"]["decode"]["batch"]
    file = torch.jit.load(tmp_path / "x.ts")
    z = torch.randn(3, 8, 8)
    y = file.decode(z)
    assert y.shape == (3, 2, 8 * 2048)
    assert not torch.allclose(y[:, 0], y[:, 1])  # other random numbers
    file = torch.jit.load(tmp_path / "x.ts")
    file.set_deterministic(True)
    y = file.decode(z)
    torch.testing.assert_close(y[:, 0], y[:, 1])
    mono = build(rave)
    mono.set_deterministic(True)
    torch.testing.assert_close(mono.decode(z)[:, 0], y[:, 0], atol=1e-6, rtol=1e-3)


def test_of_a_stereo_model_one_channel_may_be_heard():
    rave = small("v2", channels=2)
    one, both = build(rave, channels=1), build(rave)
    z = torch.randn(1, 8, 8)
    assert one.decode(z).shape == (1, 1, 8 * 2048)
    one, both = build(rave, channels=1), build(rave)
    one.set_deterministic(True)
    both.set_deterministic(True)
    assert torch.equal(one.decode(z)[:, 0], both.decode(z)[:, 0])


def test_the_vst_hears_a_mono_model_in_stereo(v2):
    _, path = v2
    file = torch.jit.load(path)
    file.set_deterministic(True)
    plain = torch.jit.load(path)
    plain.set_deterministic(True)
    z = torch.randn(2, 8, 4)
    apart = plain.decode(z)
    file.set_stereo_mode(torch.tensor(True))
    assert torch.equal(file.decode(z), apart.transpose(0, 1))
    assert file.encode(torch.zeros(1, 2, 2048)).shape == (1, 8, 1)


# Latents.


def test_the_number_of_latents_is_the_one_asked_for(tmp_path):
    rave = small("v2")
    rave.fidelity.copy_(torch.tensor([0.5, 0.7, 0.8, 0.9, 0.951, 0.97, 0.99, 1.0]))
    rave.latent_pca.copy_(torch.linalg.qr(torch.randn(8, 8))[0])
    rave.latent_mean.normal_()
    sizes = {f: spaces.build_space(rave, f, None).size for f in (0.4, 0.5, 0.9, 0.95, 0.999)}
    assert sizes == {0.4: 1, 0.5: 1, 0.9: 4, 0.95: 5, 0.999: 8}
    done = export(rave, tmp_path / "x.ts", streaming=True, latent_size=3)
    assert done.latent_size == 3
    file = torch.jit.load(tmp_path / "x.ts")
    file.set_deterministic(True)
    x = torch.from_numpy(noise(1, 24 * 2048))[None]
    with torch.no_grad():
        z = file.encode(x)
        centred = rave.encode(x).transpose(1, 2) - rave.latent_mean
        projected = (centred @ rave.latent_pca.t())[:, :, :3].transpose(1, 2)
    torch.testing.assert_close(z[:, :, 22:], projected[:, :, 16:-6], atol=1e-5, rtol=1e-4)
    y = file.decode(z)
    assert not torch.allclose(y, torch.zeros_like(y))


def test_latents_that_are_not_sent_are_drawn():
    space = spaces.Principal(small("v2"), 3)
    z = torch.randn(1, 4, 3)
    assert not torch.allclose(space.decode(z, False), space.decode(z, False))
    back = space.encode(torch.cat([space.decode(z, True), torch.zeros(1, 4, 8)], 2), True)
    torch.testing.assert_close(back, z)


def test_codes_are_those_of_the_quantiser():
    rave = small("discrete")
    space = spaces.build_space(rave, 0.95, None)
    raw = torch.randn(2, 8, 6)
    codes = space.encode(raw.transpose(1, 2), True).transpose(1, 2)
    assert torch.equal(codes.long(), rave.encoder.rvq.encode(raw))
    back = space.decode(codes.transpose(1, 2), True).transpose(1, 2)
    torch.testing.assert_close(back, rave.encoder.mean(raw))
    wild = torch.tensor([1e9, -5.0, float("nan"), 0.4]).repeat(4).view(1, 1, 16)
    assert torch.isfinite(space.decode(wild, True)).all()


def test_a_model_without_codes_is_exported_as_it_was_trained():
    rave = small("discrete")
    rave.encoder.enabled.fill_(0)
    assert spaces.build_space(rave, 0.95, None).size == 8
    assert "not quantised" in remarks(rave)[0]


def test_angles_and_back():
    space = spaces.Angles(8, 0)
    z = torch.nn.functional.normalize(torch.randn(2, 50, 8), dim=2)
    angles = space.encode(z * 3, True)
    assert angles.shape == (2, 50, 7)
    assert angles.abs().max() <= 1
    torch.testing.assert_close(space.decode(angles, True), z, atol=1e-5, rtol=1e-4)


# Styles.


def test_styles_are_learned_in_the_patch(tmp_path):
    rave = small("v3")
    export(rave, tmp_path / "x.ts", streaming=True)
    file = torch.jit.load(tmp_path / "x.ts")
    assert file.is_using_adain
    file.set_deterministic(True)
    loud, soft = (torch.from_numpy(noise(1, 8 * 2048))[None] * gain for gain in (1.0, 0.05))

    def heard():
        file.set_reset(True)
        return file.forward(loud)

    before = heard()
    assert file.set_learn_source(True) == 0
    file.forward(loud)
    assert file.set_learn_source(False) == 0
    assert file.set_learn_target(True) == 0
    assert file.get_learn_target() == (True,)
    file.forward(soft)
    assert file.set_learn_target(False) == 0
    after = heard()
    assert not torch.allclose(before, after)
    assert file.set_reset_target(True) == 0
    assert file.get_reset_target() == (False,)
    assert torch.equal(heard(), before)


def test_models_without_styles_refuse_to_learn(v2):
    _, path = v2
    file = torch.jit.load(path)
    assert file.set_learn_target(True) != 0
    assert file.set_learn_target(False) == 0
    with pytest.raises(ValueError, match="AdaIN"):
        build(small("v3"), channels=2)
