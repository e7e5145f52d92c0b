"""The whole model: sizes, gradients, labels that are there and that are not, TorchScript."""

import io

import pytest
import torch
from vschaos_small import SMALL, batch, build, small

from nn_tilde.vschaos.config import load, names
from nn_tilde.vschaos.model import VAE
from nn_tilde.vschaos.model.conditioning import Conditioning
from nn_tilde.vschaos.model.predictors import Predictor
from nn_tilde.vschaos.settings import Condition, Prediction

VARIANTS = {
    "normal": ("model.decoder.target_dist=Normal", "training.reconstruction=LogDensity"),
    "bernoulli": ("model.decoder.target_dist=Bernoulli", "training.reconstruction=[LogDensity, L1]"),
    "mlp": ("model.encoder.type=MLPEncoder", "model.decoder.type=MLPEncoder", "model.decoder.hidden_dims=[8,9]"),
    "stereo": ("model.channels=2", "~data.transforms.pre_transforms.Mono"),
    "polar": ("model.channels=2", "~data.transforms.transforms.Magnitude", "+data.transforms.transforms.Polar={}"),
    "even": ("model.encoder.kernel_size=[4,4,4,6]", "model.decoder.kernel_size=[6,4,4,4]"),
    "bare": ("model.encoder.norm=none", "model.decoder.bias=false", "training.regularization=none"),
    "mmd": ("training.regularization={type: MMD}",),
    "renyi": ("training.regularization={type: RD, args: {alpha: 2}}", "training.schedule=epoch"),
    "all": ("training.reconstruction=[SpectralConvergence,MSE,LogMSE,L1,LogL1,ISD,LogISD]",),
    "encoder": ("+model.conditioning.kind={dim: 9, target: [encoder, decoder], embedding: Embedding, out_dim: 3}",),
    "mlp-encoder": ("model.encoder.type=MLPEncoder", "+model.conditioning.kind={dim: 9, target: encoder}"),
    "odd-names": ("+model.conditioning.type.dim=9", "+model.prediction.items={dim: 9, unlabelled: random}"),
}
LABELS = ("+model.conditioning.kind={dim: 9}", "+model.prediction.kind={dim: 9, hidden_dims: 12}")


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("name", "encoder", "decoder"),
    [
        ("dgt_mid", 241_944, 235_769),
        ("dgt_low", 223_728, 444_489 - 223_728),
        ("dgt_high", 71_960, 150_321 - 71_960),
        ("dgt_mag_normal", 446_744, 887_569 - 446_744),
        ("dgt_mag_precise", 161_560, 419_345 - 161_560),
    ],
)
def test_parameter_counts(name, encoder, decoder):
    with torch.device("meta"):
        vae = VAE(load([name]))
    assert (count(vae.encoder), count(vae.decoder)) == (encoder, decoder)


def trained(vae, step=1000):
    """The log of one step, its gradients left in the model."""
    logged = vae.loss(batch(vae), step)
    logged["full_loss"].backward()
    assert all(torch.isfinite(value).all() for value in logged.values()), logged
    assert all(value.ndim == 0 and not value.requires_grad for key, value in logged.items() if key != "full_loss")
    for name, p in vae.named_parameters():
        assert p.grad is not None, name
        assert torch.isfinite(p.grad).all(), name
    for part in (vae.encoder, vae.decoder, *vae.predictors, *vae.decoder_labels.embeddings):
        assert not list(part.parameters()) or any(p.grad.any() for p in part.parameters())
    return logged


@pytest.mark.parametrize("name", names())
def test_every_configuration_trains(name):
    vae = VAE(load([name], SMALL))
    logged = trained(vae)
    assert {"full_loss", "rec_loss", "reg_loss", "beta", "spectral_cv", "kld", "free_bits_kld"} <= logged.keys()
    assert logged["beta"] == pytest.approx(1000 / 500_000)
    found = {key for key in logged if key.startswith(("pitch_", "octave_"))}
    parts = ("logdensity", "entropy", "ratio")
    assert found == {f"{task}_{part}" for task in vae.predicted for part in parts}
    total = logged["rec_loss"] + logged["beta"] * logged["reg_loss"]
    if not vae.predicted:
        assert torch.allclose(logged["full_loss"], total)


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_train_and_script(variant):
    vae = build(*VARIANTS[variant])
    trained(vae)
    vae.eval()
    script = torch.jit.script(vae)
    file = io.BytesIO()
    torch.jit.save(script, file)
    file.seek(0)
    script = torch.jit.load(file)
    some = batch(vae)
    x = some["x"][:, 0] if vae.channels == 1 else some["x"].movedim(1, -2)
    labels = some["labels"]
    z = vae.encode(x, labels)
    assert z.shape == (6, 2, vae.latent)
    y = vae.decode(z, labels)
    assert y.shape == x.shape
    assert torch.allclose(script.encode(x, labels), z, atol=1e-5)
    assert torch.allclose(script.decode(z, labels), y, atol=1e-5)
    assert torch.allclose(script.decode(z), vae.decode(z), atol=1e-5)
    assert all(torch.equal(script.predict(z)[task], label) for task, label in vae.predict(z).items())
    assert script.spaces.project(z, "PCA").shape == z.shape
    out = vae(x, labels)
    assert torch.allclose(out.mean.view_as(z), z, atol=1e-5)
    assert out.y.shape == out.x.shape


def test_scripted_temperature():
    vae = build().eval()
    script = torch.jit.script(vae)
    x = torch.rand(2, 3, vae.bins)
    mean, std = script.posterior(x)
    assert torch.equal(script.encode(x), mean)
    draws = torch.stack([script.encode(x, None, 0.5) for _ in range(500)])
    assert torch.allclose(draws.std(0), 0.5 * std, rtol=0.3)
    assert (std < 1).all()
    assert (std > 0).all()


def test_predictors_do_not_reach_the_encoder():
    vae = build(*LABELS)
    some = batch(vae)
    out = vae(some["x"][:, 0], some["labels"])
    loss, _ = vae.predictors[0].loss(out.predictions[0], out.given["kind"])
    loss.backward()
    assert all(p.grad is not None and p.grad.any() for p in vae.predictors.parameters())
    assert all(p.grad is None for part in (vae.encoder, vae.decoder) for p in part.parameters())


def test_weights_of_predictions():
    losses = []
    for weight in (0.0, 2.0):
        vae = build(*LABELS, f"model.prediction.kind.weight={weight}")
        torch.manual_seed(3)
        logged = vae.loss(batch(vae), 0)
        losses.append(float(logged["full_loss"].detach() - logged["rec_loss"]))
    assert losses[0] == 0
    assert losses[1] > 1


@pytest.mark.parametrize("embedding", ["OneHot", "Embedding", "Value", "TimeEmbedding"])
@pytest.mark.parametrize("target", ["encoder", "decoder"])
def test_labels_move_what_they_condition(embedding, target):
    vae = build(f"+model.conditioning.kind={{dim: 5, embedding: {embedding}, target: {target}, range: [0, 4]}}").eval()
    x, z = torch.rand(1, 4, vae.bins), torch.randn(1, 4, vae.latent)
    one, four = {"kind": torch.ones(1, 4)}, {"kind": torch.full((1, 4), 3)}
    moved = [not torch.allclose(vae.encode(x, one), vae.encode(x, four), atol=1e-6)]
    moved.append(not torch.allclose(vae.decode(z, one), vae.decode(z, four), atol=1e-6))
    assert moved == [target == "encoder", target == "decoder"]
    assert torch.equal(vae.decode(z, {"kind": torch.tensor(3)}), vae.decode(z, four))  # one for all frames
    assert torch.equal(vae.decode(z, {**four, "unknown": torch.zeros(1, 4)}), vae.decode(z, four))


def test_one_hot():
    one = Conditioning({"a": Condition(dim=3), "b": Condition(dim=2, embedding="Embedding", out_dim=4)}).eval()
    assert one.width == 7
    y = one({"a": torch.tensor([0, 2, 7, -1]), "b": torch.tensor([0.0, 1.9, float("nan"), -1])}, torch.zeros(4, 1))
    assert torch.allclose(y[:, :3], torch.tensor([[1, 0, 0], [0, 0, 1], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]]))
    table = one.embeddings[1].table.weight
    assert torch.allclose(y[:, 3:], torch.stack([table[0], table[1], table.mean(0), table.mean(0)]))


def test_missing_labels_are_random_in_training():
    conditions = {"a": Condition(dim=4), "b": Condition(embedding="Value", range=[0.0, 10.0])}
    labels = {"a": torch.full((4000,), -1), "b": torch.full((4000,), float("nan"))}
    torch.manual_seed(0)
    y = Conditioning(conditions)(labels, torch.zeros(4000, 1))
    assert torch.equal(y[:, :4].sum(1), torch.ones(4000))
    assert torch.allclose(y[:, :4].mean(0), torch.full((4,), 0.25), atol=0.03)
    assert float(y[:, 4].std()) == pytest.approx(12**-0.5, abs=0.02)
    assert torch.equal(Conditioning(conditions).eval()({}, y)[0], torch.tensor([0.25, 0.25, 0.25, 0.25, 0.5]))


def test_continuous_labels():
    embed = Conditioning({"a": Condition(embedding="TimeEmbedding", out_dim=6, range=[-1.0, 1.0])})
    y = embed({"a": torch.tensor([-1.0, 1.0, 0.0, -9.0])}, torch.zeros(4, 1))
    assert torch.allclose(y[0], torch.tensor([0.0, 0, 0, 1, 1, 1]), atol=1e-5)
    assert torch.allclose(y[0], y[3])
    assert torch.allclose(y[1], torch.tensor([0.0, 0, 0, -1, 1, 1]), atol=1e-5)


def test_predicted_labels_fill_in():
    vae = build(*LABELS).eval()
    z = torch.randn(2, 5, vae.latent)
    predicted = vae.predict(z)["kind"]
    assert len(predicted.unique()) > 1
    assert torch.equal(vae.decode(z), vae.decode(z, {"kind": predicted}))
    known = torch.full((2, 5), -1)
    known[0] = 4
    mixed = torch.where(known < 0, predicted.long(), known)
    assert torch.equal(vae.decode(z, {"kind": known}), vae.decode(z, {"kind": mixed}))
    assert not torch.equal(vae.decode(z, {"kind": known}), vae.decode(z))


@pytest.mark.parametrize("unlabelled", ["entropy", "random", "none"])
def test_semi_supervised_loss(unlabelled):
    torch.manual_seed(0)
    predictor = Predictor(Prediction(dim=3, unlabelled=unlabelled), 2)
    raw = torch.randn(400, 3, requires_grad=True)
    labels = torch.randint(0, 3, (400,))
    labels[100:] = -1
    reference = torch.distributions.Categorical(logits=raw)
    known = reference.log_prob(labels.clamp(min=0))[:100]
    loss, logged = predictor.loss(raw, labels)
    extra = {"entropy": reference.entropy()[100:], "none": torch.zeros(300)}.get(unlabelled)
    if extra is None:
        extra = reference.probs.log().mean(1)[100:]  # on average
    assert float(loss.detach()) == pytest.approx(
        -float((known.sum() + extra.sum()).detach()) / 400, rel=0.1 if unlabelled == "random" else 1e-4
    )
    assert torch.allclose(logged["logdensity"], known.mean(), rtol=1e-4)
    assert torch.allclose(logged["entropy"], reference.entropy()[100:].mean(), rtol=1e-4)
    assert torch.allclose(logged["ratio"], (raw[:100].argmax(1) == labels[:100]).float().mean())
    loss.backward()
    assert bool(raw.grad[100:].any()) == (unlabelled != "none")


def test_nothing_labelled_or_everything():
    predictor = Predictor(Prediction(dim=3), 2)
    raw = torch.randn(10, 3)
    for labels in (torch.full((10,), -1), torch.zeros(10), torch.full((10,), float("nan"))):
        loss, logged = predictor.loss(raw, labels)
        assert torch.isfinite(loss)
        assert all(torch.isfinite(value) for value in logged.values())


def test_regressors():
    torch.manual_seed(0)
    predictor = Predictor(Prediction(target_dist="Normal", hidden_dims=8), 2)
    raw = torch.randn(50, 2, requires_grad=True)
    labels = torch.randn(50)
    labels[::2] = float("nan")
    reference = torch.distributions.Normal(raw[:, 0], torch.nn.functional.softplus(raw[:, 1]) + 1e-3)
    loss, _ = predictor.loss(raw, labels)
    wanted = -reference.log_prob(labels.nan_to_num())[1::2].sum() / 50
    assert torch.allclose(loss, wanted, rtol=1e-4)
    loss.backward()
    assert torch.isfinite(raw.grad).all()
    assert torch.equal(predictor.label(raw, False), raw[:, 0])
    vae = build("+model.conditioning.speed={embedding: Value}", "+model.prediction.speed={target_dist: Normal}", seed=2)
    some = batch(vae)
    some["labels"] = {"speed": torch.where(some["labels"]["speed"] < 0, float("nan"), 0.1)}
    logged = vae.loss(some, 0)
    logged["full_loss"].backward()
    assert torch.isfinite(logged["full_loss"])
    assert logged.keys() >= {"speed_logdensity"}


def test_draws_follow_the_prediction():
    torch.manual_seed(0)
    predictor = Predictor(Prediction(dim=3), 2)
    raw = torch.tensor([0.2, 0.3, 0.5]).log().expand(20_000, 3)
    shares = predictor.label(raw, True).long().bincount() / 20_000
    assert torch.allclose(shares, torch.tensor([0.2, 0.3, 0.5]), atol=0.02)


def test_a_model_learns():
    """Two kinds of frames, one label unknown: reconstruction and prediction get better."""
    vae = build(*LABELS, "LEARNING_RATE=3e-3", "BETA=0.01", "WARMUP=10")
    optimizer = torch.optim.Adam(vae.parameters(), 3e-3)
    torch.manual_seed(0)
    shapes = torch.rand(2, vae.bins)
    losses = []
    for step in range(60):
        kind = torch.randint(0, 2, (32, 1))
        labels = torch.where(torch.rand(32, 1) < 0.3, -1, kind)
        x = shapes[kind[:, 0]][:, None, None] * (0.9 + 0.2 * torch.rand(32, 1, 1, 1))
        logged = vae.loss({"x": x, "labels": {"kind": labels}}, step)
        optimizer.zero_grad()
        logged["full_loss"].backward()
        optimizer.step()
        losses.append((float(logged["rec_loss"]), float(logged["kind_ratio"])))
    assert losses[-1][0] < 0.6 * losses[0][0]
    assert losses[-1][1] > 0.9


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda vae: vae.encode(torch.rand(2, 3, 128)), r"Frames must end in \[129\], not \[2, 3, 128\]."),
        (lambda vae: vae.decode(torch.rand(2, 3)), r"The model has 8 latents, not 3."),
        (lambda vae: vae.train()(torch.rand(1, 1, 129)), r"at least 2 frames"),
        (lambda vae: VAE(small("+model.conditioning.a.target=decoder")), r"number of classes of 'a'"),
        (lambda vae: VAE(small(), bins=1), r"at least 2 bins"),
    ],
)
def test_one_sentence(act, said):
    with pytest.raises(ValueError, match=said) as caught:
        act(build())
    assert "\n" not in str(caught.value)
