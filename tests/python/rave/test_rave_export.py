"""The exported file, as a patch sees and plays it."""

import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import nn_tilde
from nn_tilde.check import check_model
from nn_tilde.export import read_metadata
from nn_tilde.rave import spaces
from nn_tilde.rave.cli import cli
from nn_tilde.rave.config import read
from nn_tilde.rave.export import build, export, remarks
from nn_tilde.rave.loading import load
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.prior import Prior
from nn_tilde.rave.prior_sampler import PriorSampler

RUNS = ["raspberry", "v1", "v2cap16_causal", "v2cap16_stereo", "v2smallcap16"]


def small(name, *overrides, channels=1):
    torch.manual_seed(0)
    rave = RAVE(read(name.split("+"), ["CAPACITY=4", "LATENT_SIZE=8", *overrides], channels=channels)).eval()
    if rave.config.regularization == "discrete":
        rave.encoder.enabled.fill_(1)
        for layer in rave.encoder.rvq.layers:
            layer.codebook.embed.normal_()
    return rave


def noise(channels, samples):
    return np.random.default_rng(0).uniform(-0.5, 0.5, (channels, samples)).astype(np.float32)


def expected(rave, x, space):
    """What the whole network makes of audio [C, N] by way of the latents of a space, without chance."""
    with torch.no_grad():
        raw = rave.encoder.encoder(rave.analysis(torch.from_numpy(x)[None]))
        z = space.encode(raw.transpose(1, 2), True)
        return rave.decode(space.decode(z, True).transpose(1, 2))[0].numpy()


def assert_same(a, b, inside=slice(28 * 2048, 33 * 2048), within=1e-4):
    """Equal, relative to the peak, where no end of the recording is near."""
    a, b = a[:, inside], b[:, inside]
    assert np.abs(b).max() > 0
    assert np.abs(a - b).max() <= within * np.abs(b).max()


@pytest.fixture(scope="module")
def v2(tmp_path_factory):
    """(network, path of its streaming export)."""
    rave, path = small("v2"), tmp_path_factory.mktemp("v2") / "v2.ts"
    export(rave, path, streaming=True)
    return rave, path


# The command.


@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_the_release_exports_and_plays(fixtures, tmp_path, name):
    run = tmp_path / name
    shutil.copytree(fixtures / "rave" / name, run, copy_function=shutil.copy)
    run.chmod(0o755)
    result = CliRunner().invoke(cli, ["export", "--run", str(run), "--streaming"])
    assert result.exit_code == 0, result.output
    path = run / f"{name}_streaming.ts"
    assert result.output.splitlines()[-1] == f"all good ! model exported to {path}"
    rave = load(run)
    x = noise(rave.n_channels, 48 * 2048)
    space = spaces.build_space(rave, 0.95, None)
    host = nn_tilde.Host(path)
    assert host.methods["encode"].out_channels == space.size
    host.set("deterministic", True)
    # The noise of v1 is drawn anew; that of v2_small is all but silent, see its configuration.
    assert_same(host.render(x), expected(rave, x, space), within=1e-2 if name == "v1" else 1e-4)
    assert not [f for f in check_model(path) if f.kind == "problem"]


def test_the_command_says_where_things_go(fixtures, tmp_path):
    run = fixtures / "rave" / "raspberry"
    words = ["export", "--run", str(run / "best.ckpt"), "--name", "piano", "--output", str(tmp_path / "new")]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["piano.ts"]
    assert read_metadata(tmp_path / "new" / "piano.ts")["methods"]["forward"]["delay"] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--run", "{run}", "--name", "a/b"], "--name is the name of a file, not 'a/b'; --output says where."),
        (
            ["--run", "{run}", "--latent_size", "1000"],
            "The model has 128 latents, so --latent_size is between 1 and 128.",
        ),
        (["--run", "{run}", "--ema_weights"], "This checkpoint has no averaged weights; train with --ema to get some."),
    ],
)
def test_the_command_refuses_in_one_sentence(fixtures, tmp_path, words, sentence):
    run = str(fixtures / "rave" / "v1")
    words = [word.format(run=run) for word in words]
    result = CliRunner().invoke(cli, ["export", *words, "--output", str(tmp_path)], standalone_mode=False)
    assert result.exit_code == 1
    assert result.exception.format_message() == sentence
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_not_there_is_named(tmp_path):
    words = ["export", "--run", str(tmp_path / "nowhere")]
    result = CliRunner().invoke(cli, words, standalone_mode=False)
    assert result.exit_code == 1
    assert result.exception.format_message() == f"There is nothing at '{tmp_path / 'nowhere'}'."


def test_averaged_weights_are_exported(fixtures, tmp_path):
    checkpoint = torch.load(fixtures / "rave" / "raspberry" / "best.ckpt", weights_only=True)
    averaged = {k: v * 1.5 for k, v in checkpoint["state_dict"].items() if k.endswith("weight_g")}
    checkpoint["callbacks"] = {"EMA": averaged}
    torch.save(checkpoint, tmp_path / "best.ckpt")
    shutil.copy(fixtures / "rave" / "raspberry" / "config.gin", tmp_path)
    rendered = []
    for words in ([], ["--ema_weights"]):
        result = CliRunner().invoke(cli, ["export", "--run", str(tmp_path), "--streaming", "--name", "x", *words])
        assert result.exit_code == 0, result.output
        host = nn_tilde.Host(tmp_path / "x_streaming.ts")
        host.set("deterministic", True)
        rendered.append(host.render(noise(1, 24 * 2048)))
    assert not np.allclose(*rendered)


# What is in the file.


def test_the_file_offers_what_patches_know(v2):
    _, path = v2
    host = nn_tilde.Host(path)
    assert list(host.methods) == ["encode", "decode", "forward"]
    encode, decode = host.methods["encode"], host.methods["decode"]
    assert (encode.in_channels, encode.in_ratio, encode.out_channels, encode.out_ratio) == (1, 1, 8, 2048)
    assert (decode.in_channels, decode.in_ratio, decode.out_channels, decode.out_ratio) == (8, 2048, 1, 1)
    assert encode.input_labels == ["(signal) Channel 1"]
    assert encode.output_labels[:2] == ["(signal) Latent dimension 1", "(signal) Latent dimension 2"]
    styles = ["learn_target", "learn_source", "reset_target", "reset_source"]
    assert list(host.attributes) == [*styles, "deterministic", "reset"]
    file = torch.jit.load(path)
    assert (file.n_channels, file.target_channels, file.latent_size, file.full_latent_size) == (1, 1, 8, 8)
    assert (file.stereo_mode, file.is_using_adain, file.input_mode, file.output_mode) == (False, False, "pqmf", "pqmf")
    assert file.get_sample_rate() == 44100
    assert file.sr == 44100
    assert file.forward_params.tolist() == [1, 1, 1, 1]
    assert {"latent_pca", "latent_mean", "fidelity"} <= dict(file.named_buffers()).keys()
    about = read_metadata(path)
    delays = {name: method["delay"] for name, method in about["methods"].items()}
    assert delays == {"encode": 12288, "decode": 12432, "forward": 24720}
    assert (about["block"], about["sample_rate"]) == (2048, 44100)
    assert all(method["batch"] for method in about["methods"].values())


def test_the_file_holds_nothing_of_training(v2):
    _, path = v2
    names = [name for name, _ in torch.jit.load(path).named_buffers()]
    names += [name for name, _ in torch.jit.load(path).named_parameters()]
    assert not [n for n in names if re.search(r"weight_[gv]|parametriz|discriminator|distance|receptive", n)]
    with zipfile.ZipFile(path) as archive:
        code = "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith(".py"))
    assert "weight_norm" not in code
    assert "weight_g" not in code
    # Operators that any libtorch has.
    kinds = set(re.findall(r"ops\.(\w+)\.", code))
    assert kinds <= {"prim", "aten"}


def test_states_are_silent_and_small(v2):
    _, path = v2
    states = {n: b for n, b in torch.jit.load(path).named_buffers() if n.endswith(("past", "hidden", "waiting"))}
    assert len(states) > 20
    for state in states.values():
        assert state.shape[0] == 1
        assert not state.any()


def test_the_network_is_left_as_it_was():
    rave = small("v2")
    before = {k: v.clone() for k, v in rave.state_dict().items()}
    x = torch.randn(1, 1, 16384)
    build(rave).forward(x)
    after = rave.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[k], after[k]) for k in before)


@pytest.mark.parametrize(
    ("name", "sr", "block"),
    [("v2", None, 2048), ("v2_small", None, 2048), ("v2+causal", None, 2048), ("live", None, 256), ("v2", 88200, 4096)],
)
def test_the_advised_block_suits_the_model(name, sr, block):
    instrument = build(small(name), sr=sr)
    assert instrument.block == block
    assert block % instrument.ratio == 0


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


# Priors.


class Dice(torch.nn.Module):
    """Counts frames."""

    def __init__(self, latent_size: int):
        super().__init__()
        self.latent_size = latent_size
        self.count = 0

    def sample(self, temperature: torch.Tensor) -> torch.Tensor:
        frames = torch.arange(temperature.size(2)) + self.count + temperature.mean(1, keepdim=True)
        self.count += temperature.size(2)
        return frames.expand(-1, self.latent_size, -1)

    def reset(self) -> None:
        self.count = 0


def test_a_prior_is_played(tmp_path):
    rave = small("v2")
    done = export(rave, tmp_path / "x.ts", streaming=True, prior=Dice(5))
    assert done.latent_size == 5
    host = nn_tilde.Host(tmp_path / "x.ts", "prior")
    method = host.methods["prior"]
    assert (method.in_channels, method.in_ratio, method.out_channels, method.out_ratio) == (1, 2048, 5, 2048)
    file = torch.jit.load(tmp_path / "x.ts")
    assert file.prior(torch.zeros(2, 1, 3))[1, 4].tolist() == [0, 1, 2]
    assert file.prior(torch.ones(1, 1, 1)).flatten().tolist() == [4] * 5
    file.set_reset(True)
    assert file.prior(torch.zeros(1, 1, 1)).flatten().tolist() == [0] * 5
    with pytest.raises(ValueError, match="continues 5 latents, but the model is exported with 4"):
        build(rave, latent_size=4, prior=Dice(5))


@pytest.mark.parametrize("sr", [None, 88200, 48000])
def test_the_prior_of_rave_plays_in_batches(tmp_path, sr):
    torch.manual_seed(0)
    prior = PriorSampler(Prior(latent_size=4, resolution=8, res_size=8, skp_size=8, n_layers=2))
    export(small("v2"), tmp_path / "x.ts", streaming=True, sr=sr, prior=prior)
    assert read_metadata(tmp_path / "x.ts")["methods"]["prior"]["batch"]
    file = torch.jit.load(tmp_path / "x.ts")
    z = torch.cat([file.prior(torch.zeros(3, 1, 5)) for _ in range(8)], 2)
    assert z.shape == (3, 4, 40)
    assert torch.isfinite(z).all()
    held = (z[:, :, 8:].diff(dim=2) == 0).all(1).float().mean()
    assert 0.03 < held < 0.2 if sr == 48000 else held < 0.02
    assert not torch.equal(z[0], z[1])
    host = nn_tilde.Host(tmp_path / "x.ts", "prior")
    host.render(np.zeros((1, 16 * 4096), np.float32))
    assert not host.messages()


def test_a_run_and_its_prior_are_exported_together(fixtures, tmp_path):
    torch.manual_seed(0)
    prior = Prior(latent_size=4, resolution=8, res_size=8, skp_size=8, n_layers=2)
    (tmp_path / "prior").mkdir()
    torch.save({"state_dict": prior.state_dict()}, tmp_path / "prior" / "best.ckpt")
    run = fixtures / "rave" / "v2cap16_causal"
    words = ["export", "--run", str(run), "--prior", str(tmp_path / "prior"), "--streaming", "--output", str(tmp_path)]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    host = nn_tilde.Host(tmp_path / "v2cap16_causal_streaming.ts", "prior")
    assert (host.methods["prior"].out_channels, host.methods["decode"].in_channels) == (4, 4)


# What it is measured against.


@pytest.mark.parametrize("name", ["v2", "raspberry"])
def test_the_benchmark_compares_like_with_like(tmp_path, name, monkeypatch):
    scripts = Path(nn_tilde.__file__).parents[2] / "scripts"
    if not (scripts / "bench_rave.py").is_file():
        pytest.skip("the package is not the repository's own")
    monkeypatch.syspath_prepend(scripts)
    import bench_rave
    from rave_conv1d_form import Conv1dForm

    rave = small(name)
    export(rave, tmp_path / "ours.ts", streaming=True)
    form = Conv1dForm(rave)
    form.eval().export_to_ts(tmp_path / "theirs.ts", block=2048)
    assert bench_rave.difference(tmp_path / "ours.ts", tmp_path / "theirs.ts", form, rave.ratio) < 1e-4
