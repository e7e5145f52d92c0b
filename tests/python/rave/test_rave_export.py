"""The exported file, as a patch sees and plays it."""

import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from rave_small import assert_same, expected, noise, small

import nn_tilde
from nn_tilde.check import check_model
from nn_tilde.export import read_metadata
from nn_tilde.rave import spaces
from nn_tilde.rave.cli import cli
from nn_tilde.rave.export import build, export
from nn_tilde.rave.loading import load
from nn_tilde.rave.prior import Prior
from nn_tilde.rave.prior_sampler import PriorSampler

RUNS = ["raspberry", "v1", "v2cap16_causal", "v2cap16_stereo", "v2smallcap16"]


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
