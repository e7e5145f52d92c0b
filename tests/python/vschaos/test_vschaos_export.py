"""The file that nn~ plays: what it offers, and that it makes what the model and its transform make of recordings."""

import copy

import numpy as np
import pytest
import torch
from vschaos_small import small

from nn_tilde import Host
from nn_tilde.vschaos.config import names
from nn_tilde.vschaos.export import build, export
from nn_tilde.vschaos.folding import fold
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.ring import Ring
from nn_tilde.vschaos.transforms import Transform

N_FFT, HOP, SECOND = 256, 64, 8192
PITCH, OCTAVE = "(signal) pitch label (0-11)", "(signal) octave label (0-8)"
BLOCKS = (64, 512, 4096)


class Bypass(VAE):
    """Latents are the frames."""

    @torch.jit.export
    def encode(
        self, x: torch.Tensor, labels: dict[str, torch.Tensor] | None = None, temperature: float = 0.0
    ) -> torch.Tensor:
        return x.reshape(self.lead(x) + [self.latent])  # noqa: RUF005  TorchScript

    @torch.jit.export
    def decode(self, z: torch.Tensor, labels: dict[str, torch.Tensor] | None = None) -> torch.Tensor:
        return z if self.channels == 1 else z.reshape(z.size(0), z.size(1), self.channels, self.bins)


def noise(channels=1, samples=SECOND, seed=0, batch=None):
    shape = (channels, samples) if batch is None else (batch, channels, samples)
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(np.float32)


def transform_of(config):
    return Transform(**config.frame.arguments).fit([noise(2, 16384, seed=9)])


def trained(*overrides, name="dgt_mid", seed=0):
    """A model whose norms have seen frames, and whose latents and labels matter."""
    torch.manual_seed(seed)
    config = small(*overrides, name=name)
    vae, transform = VAE(config), transform_of(config)
    frames = torch.from_numpy(transform(noise(vae.channels, seed=8))).transpose(0, 1)
    frames = frames.squeeze(1) if vae.channels == 1 else frames
    for _ in range(20):
        vae(frames, {task: torch.randint(0, 9, (len(frames),)) for task in vae.tasks})
    return vae.eval(), config, transform


def decibels(x, reference):
    """How far x is from what it should be."""
    reference = reference.astype(np.float64)
    return 10 * np.log10(np.square(reference).sum() / max(np.square(x - reference).sum(), 1e-30))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The file of a configuration, made when it is first asked for, and the model in it."""
    folder, made, kept = tmp_path_factory.mktemp("vschaos"), {}, []

    def file(name, *overrides):
        key = (name, *overrides)
        if key not in made:
            model = trained(*overrides, name=name)
            path = folder / f"{len(made)}.ts"
            made[key] = path, export(*model, path), *model
            kept.append(Host(path))  # others of the same file are then made at once
        return made[key]

    return file


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
def test_every_configuration(files, name):
    path, done, *_ = files(name)
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


def test_latents_are_those_of_the_model(files):
    path, _, vae, _, transform = files("dgt_pitch_prediction")
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


def splits(module, x, lengths, method="forward"):
    """What a loaded file makes of x in pieces."""
    pieces, at = [], 0
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        for length in lengths:
            pieces.append(getattr(module, method)(x[..., at : at + length]))
            at += length
    return torch.cat(pieces, -1)


def test_blocks_of_any_size(files):
    path, *_ = files("dgt_pitch_prediction")
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


@pytest.mark.parametrize("method", ["decode", "forward"])
def test_voices_are_their_own(files, method):
    path, *_ = files("cond_pitch+octave_normal")
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


def test_labels_steer(files):
    path, *_ = files("dgt_pitch_cond")
    x, host = noise(3), Host(path)

    def heard(pitch, octave):
        x[1], x[2] = pitch, octave
        return host.render(x)

    first = heard(3, 0)
    assert decibels(heard(7, 0), first) < 40
    assert decibels(heard(3, 5), first) < 40
    np.testing.assert_allclose(heard(3.9, 0), first, atol=1e-5)  # truncated
    np.testing.assert_allclose(heard(11, 0), heard(99, 0), atol=1e-5)
    np.testing.assert_allclose(heard(-1, 0), heard(-5, 0), atol=1e-5)  # none: the mean of all


def test_predicted_labels_stand_in(files):
    path, _, vae, *_ = files("dgt_pitch_prediction")
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
    assert decibels(heard(held[0] + 1, held[1]), heard(*held)) < 40


def test_labels_of_the_encoder(files):
    """One inlet for both, none predicted where it is given; values that are no classes."""
    overrides = (
        "model.conditioning.pitch.target=[encoder,decoder]",
        "+model.conditioning.bright={embedding: Value, target: [encoder], dim: 1}",
        "+model.prediction.bright={target_dist: Normal, dim: 1}",
    )
    path, done, *_ = files("dgt_pitch_prediction", *overrides)
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


def test_attributes_in_the_file(files):
    path, *_ = files("dgt_mid")
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
def test_every_inversion(files, mode):
    path, *_ = files("dgt_mid")
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


def test_reset_forgets(files):
    path, *_ = files("dgt_pitch_prediction")
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


def test_what_cannot_be_exported(files):
    path, _, vae, config, transform = files("dgt_mid")
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
