"""Networks equal the release's: names, shapes, and what comes out."""

import ast
import os
import pickle

import numpy as np
import pytest
import torch

import nn_tilde.rave
from nn_tilde.nn.conv import fold_weight_norm
from nn_tilde.nn.pqmf import PQMF
from nn_tilde.rave.config import ConfigError, read, read_run
from nn_tilde.rave.network import RAVE

RUNS = ["raspberry", "v1", "v2cap16_causal", "v2cap16_stereo", "v2smallcap16"]
KEYS = [
    "discrete discrete_hybrid discrete_v3 normalize_ambient onnx raspberry v1 v1_stereo v2 v2_adain v2_causal",
    "v2_descript v2_hybrid v2_noise v2_nopqmf v2_small v2_snake v2_spectral_discriminator v2_spherical v2_stereo",
    "v2_wasserstein v2_with_augs v3",
]


def relative(ours: torch.Tensor, theirs: np.ndarray) -> float:
    wanted = torch.from_numpy(theirs)
    assert ours.shape == wanted.shape
    return ((ours - wanted).abs().max() / wanted.abs().max()).item()


@pytest.mark.parametrize("name", " ".join(KEYS).split())
def test_names_and_shapes(fixtures, name):
    wanted = {}
    for line in (fixtures / "rave_configs" / f"{name}.keys.txt").read_text().splitlines():
        key, shape, dtype, _ = line.split("\t")
        if not key.startswith("discriminator.") and "_distance." not in key:
            wanted[key] = (ast.literal_eval(shape), dtype)
    config = read_run(fixtures / "rave_configs" / f"{name}.gin")
    state = RAVE(config.replace(n_channels=2 if "stereo" in name else 1)).state_dict()
    assert {key: (tuple(t.shape), str(t.dtype)[6:]) for key, t in state.items()} == wanted


@pytest.mark.parametrize("name", RUNS)
def test_outputs(fixtures, name):
    rave = nn_tilde.rave.load(fixtures / "rave" / name)
    io = np.load(fixtures / "rave" / name / "io.npz")
    x, z = torch.from_numpy(io["x"]), torch.from_numpy(io["z"])
    noise = float(io["decoder_deterministic"])
    with torch.no_grad():
        bands = rave.pqmf(x)
        assert relative(bands, io["pqmf"]) < 1e-5
        assert relative(rave.pqmf.inverse(torch.from_numpy(io["pqmf"])), io["pqmf_inverse"]) < 1e-5
        raw = rave.encoder(bands)
        assert relative(raw, io["encoder_raw"]) < 1e-5
        assert relative(rave.encode(x), io["z"]) < 1e-5
        made = rave.decoder(z)
        assert (made - torch.from_numpy(io["decoder_out"])).abs().max() <= 1e-5 * abs(
            io["decoder_out"]
        ).max() + 3 * noise
        assert relative(rave.synthesis(torch.from_numpy(io["decoder_out"])), io["audio"]) < 1e-5
        assert rave.decode(z).shape == io["audio"].shape


def test_the_filter_bank_is_made_as_the_release_does(fixtures):
    theirs = nn_tilde.rave.load(fixtures / "rave" / "v2smallcap16").pqmf.state_dict()
    for key, value in PQMF(16, 100).state_dict().items():
        assert (value - theirs[key]).abs().max() < 1e-5 * theirs[key].abs().max(), key


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("bands", "attenuation"), [(1, 100), (4, 100), (8, 60), (16, 100), (16, 40), (32, 100)])
def test_bands_and_back(bands, attenuation, causal):
    torch.manual_seed(0)
    bank = PQMF(bands, attenuation, causal)
    x = torch.randn(2, 2, 64 * bands)
    x[..., : 8 * bands] = 0
    x[..., -24 * bands :] = 0
    y = bank.inverse(bank(x))
    delay = 0 if bands == 1 else bands + (bank.hk.shape[1] if causal else 0)
    if delay < 24 * bands:
        error = (y[..., delay:] - x[..., : x.shape[-1] - delay]).norm() / x.norm()
        assert error < 10 ** (-min(attenuation, 80) / 40)


def test_folding_changes_nothing():
    torch.manual_seed(0)
    rave = RAVE(read(["v2"], ["CAPACITY=4"])).eval()
    x = torch.randn(1, 1, 8192)
    with torch.no_grad():
        before = rave(x)
        folded = fold_weight_norm(rave)
        assert not [key for key in folded.state_dict() if key.endswith(("weight_g", "weight_v"))]
        assert (folded(x) - before).abs().max() < 1e-6


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    "stack",
    [
        *(["v1"], ["v2"], ["v2_small"], ["v2_nopqmf"], ["v2_nopqmf_small"], ["v2_with_augs"], ["v3"], ["discrete"]),
        *(["discrete_v3"], ["onnx"], ["raspberry"], ["v2_48k"], ["live"], ["v2", "wasserstein"], ["v2", "spherical"]),
        *(["v2", "hybrid"], ["v2", "noise"], ["v2", "adain"], ["discrete", "causal"], ["discrete", "hybrid"]),
        *(["v2_small", "hybrid"], ["v1", "causal"], ["v1", "snake"], ["v2_nopqmf", "noise"], ["v3", "noise"]),
    ],
    ids="+".join,
)
def test_every_configuration_computes(stack, channels):
    torch.manual_seed(0)
    rave = RAVE(read(stack, ["CAPACITY=4"], channels=channels))
    rave.warmed_up = True
    x = 0.1 * torch.randn(2, channels, 4 * 2048)
    for training in (True, False):
        rave.train(training)
        raw = rave.encoder(rave.analysis(x))
        z, loss = rave.encoder.reparametrize(raw)
        assert z.shape == (2, rave.latent_size + rave.config.noise_augmentation, x.shape[-1] // rave.ratio)
        assert loss.shape == ()
        assert loss.isfinite()
        assert rave.encoder.mean(raw).shape == z.shape
        y = rave.decode(z)
        assert y.shape == x.shape
        assert y.isfinite().all()
    y.square().mean().backward()
    rave(torch.zeros(1, channels, 8192)).sum().item()
    silent = rave(torch.zeros(1, channels, 8192))
    assert silent.isfinite().all()  # digital silence, also on a sphere


def test_every_parameter_learns():
    torch.manual_seed(0)
    for stack in (["v1"], ["v2", "noise"], ["v3"], ["v2", "hybrid"]):
        rave = RAVE(read(stack, ["CAPACITY=4"])).train()
        rave.warmed_up = True
        raw = rave.encoder(rave.analysis(torch.randn(1, 1, 8192)))
        z, loss = rave.encoder.reparametrize(raw)
        (rave.decode(z).square().mean() + loss).backward()
        idle = [n for n, p in rave.named_parameters() if p.requires_grad and (p.grad is None or not p.grad.any())]
        assert not idle


class Hostile:
    """Makes a folder when it is unpickled as it asks to be."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),), {"state": 1}


class TestLoading:
    def test_new_form_of_weight_norm(self, tmp_path):
        torch.manual_seed(0)
        rave = RAVE(read(["v2"], ["CAPACITY=4"], channels=2)).eval()
        state = {}
        for key, value in rave.state_dict().items():
            key = key.replace("weight_g", "parametrizations.weight.original0")
            state["module." + key.replace("weight_v", "parametrizations.weight.original1")] = value
        state["encoder.encoder.net.0.cache.pad"] = torch.zeros(1)
        torch.save({"state_dict": state}, tmp_path / "a.ckpt")
        rave.config.replace(n_channels=1).write(tmp_path / "config.gin")  # as the release would
        again = nn_tilde.rave.load(tmp_path)
        assert again.n_channels == 2
        x = torch.randn(1, 2, 8192)
        assert torch.equal(again(x), rave(x))

    def test_averaged_weights(self, tmp_path):
        rave = RAVE(read(["v2"], ["CAPACITY=4"]))
        rave.config.write(tmp_path / "config.gin")
        mean = {name: p.detach() * 0 + 1 for name, p in rave.named_parameters()}
        torch.save({"state_dict": rave.state_dict(), "callbacks": {"EMA": mean}}, tmp_path / "a.ckpt")
        loaded = nn_tilde.rave.load(tmp_path / "a.ckpt", ema=True)
        assert all((p == 1).all() for p in loaded.parameters())
        torch.save({"state_dict": rave.state_dict()}, tmp_path / "a.ckpt")
        with pytest.raises(ConfigError, match="averaged"):
            nn_tilde.rave.load(tmp_path, ema=True)

    def test_objects_of_other_programs_are_neither_needed_nor_run(self, tmp_path):
        rave = RAVE(read(["raspberry"], ["CAPACITY=4"]))
        rave.config.write(tmp_path / "config.gin")
        torch.save(
            {"state_dict": rave.state_dict(), "hyper_parameters": Hostile(tmp_path / "ran")}, tmp_path / "a.ckpt"
        )
        with pytest.raises(pickle.UnpicklingError):
            torch.load(tmp_path / "a.ckpt", weights_only=True)
        loaded = nn_tilde.rave.load(tmp_path)
        assert not (tmp_path / "ran").exists()
        for key, value in loaded.state_dict().items():
            torch.testing.assert_close(value, rave.state_dict()[key], rtol=0, atol=0)

    def test_newest_checkpoint(self, tmp_path):
        rave = RAVE(read(["raspberry"], ["CAPACITY=4"]))
        rave.config.write(tmp_path / "config.gin")
        for i, name in enumerate(["version_0/checkpoints/best", "version_1/checkpoints/best"]):
            file = tmp_path / f"{name}.ckpt"
            file.parent.mkdir(parents=True)
            rave.latent_mean.fill_(i)
            torch.save({"state_dict": rave.state_dict()}, file)
            os.utime(file, (1000 - i, 1000 - i))
        assert nn_tilde.rave.load(tmp_path).latent_mean[0] == 0

    def test_what_is_wrong_is_said(self, tmp_path):
        with pytest.raises(ConfigError, match="nothing at"):
            nn_tilde.rave.load(tmp_path / "none")
        with pytest.raises(ConfigError, match="no checkpoint"):
            nn_tilde.rave.load(tmp_path)
        (tmp_path / "a.ckpt").write_bytes(b"rubbish")
        read(["v2"], ["CAPACITY=4"]).write(tmp_path / "config.gin")
        with pytest.raises(ConfigError, match="not a readable checkpoint"):
            nn_tilde.rave.load(tmp_path)
        (tmp_path / "a.ckpt").write_bytes(b"")  # a copy that was interrupted at once
        with pytest.raises(ConfigError, match="not a readable checkpoint"):
            nn_tilde.rave.load(tmp_path)
        torch.save({"state_dict": {"x": torch.zeros(1)}}, tmp_path / "a.ckpt")
        with pytest.raises(ConfigError, match="no encoder"):
            nn_tilde.rave.load(tmp_path)
        torch.save({"state_dict": RAVE(read(["v2"], ["CAPACITY=8"])).state_dict()}, tmp_path / "a.ckpt")
        with pytest.raises(ConfigError, match="in the checkpoint"):
            nn_tilde.rave.load(tmp_path)
        (tmp_path / "config.gin").unlink()
        with pytest.raises(ConfigError, match=r"no config\.gin"):
            nn_tilde.rave.load(tmp_path)


def test_discriminators_of_checkpoints_are_left_out(fixtures):
    rave = nn_tilde.rave.load(fixtures / "rave" / "raspberry")
    assert rave.discriminator is None
    assert not rave.training
