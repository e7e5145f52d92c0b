"""Configurations: their values, overrides of all kinds, files of users, what is refused."""

import dataclasses
import subprocess
import sys

import pytest

from nn_tilde.vschaos.config import ConfigError, describe, load, names, save, with_tasks

OLD = ["dgt_low", "dgt_mid", "dgt_high", "dgt_pitch_cond", "dgt_pitch_prediction"]
NEW = ["dgt_mag_normal", "dgt_mag_precise"]
LABELLED = [f"{kind}_pitch+octave_{size}" for kind in ("cond", "semicond") for size in ("normal", "precise")]


def test_all_are_there():
    assert names() == sorted(OLD + NEW + LABELLED)


@pytest.mark.parametrize(
    ("name", "n_fft", "hop", "channels", "latent", "lr", "epochs"),
    [
        ("dgt_low", 512, 128, [32, 16, 8], 4, 1e-5, 2000),
        ("dgt_mid", 1024, 256, [64, 32, 16, 8], 8, 1e-5, 2000),
        ("dgt_high", 1024, 256, [64, 32, 16, 8], 8, 1e-5, 2000),
        ("dgt_pitch_cond", 1024, 256, [64, 32, 16, 8], 8, 1e-5, 2000),
        ("dgt_pitch_prediction", 1024, 256, [64, 32, 16, 8], 8, 1e-4, 2000),
        ("dgt_mag_normal", 2048, 512, [64, 32, 16, 8], 8, 1e-4, 1000),
        ("cond_pitch+octave_normal", 2048, 512, [64, 32, 16, 8], 8, 1e-4, 1000),
        ("semicond_pitch+octave_normal", 2048, 512, [64, 32, 16, 8], 8, 1e-4, 1000),
        ("dgt_mag_precise", 8192, 2048, [64, 32, 16, 8], 8, 1e-4, 10000),
        ("cond_pitch+octave_precise", 8192, 2048, [64, 32, 16, 8], 8, 1e-4, 10000),
        ("semicond_pitch+octave_precise", 8192, 2048, [64, 32, 16, 8], 8, 1e-4, 10000),
    ],
)
def test_values(name, n_fft, hop, channels, latent, lr, epochs):
    c = load([name])
    assert c.transforms["DGT"] == {"n_fft": n_fft, "hop": hop}
    assert c.bins == n_fft // 2 + 1
    assert c.model.encoder.channels == channels
    assert c.model.decoder.channels == channels[::-1]
    assert c.model.encoder.kernel_size == c.model.decoder.kernel_size[::-1]
    assert c.model.latent.dim == latent
    assert c.training.optimizer.args == {"lr": lr}
    assert c.pl_trainer["max_epochs"] == epochs
    assert [term.type for term in c.training.reconstruction] == ["SpectralConvergence"]
    assert dataclasses.asdict(c.training.regularization[0]) == {"type": "KLD", "args": {"free_bits": 10}, "weight": 1.0}
    assert (c.training.beta, c.training.warmup, c.data.loader.batch_size) == (1.0, 500_000, 256)


def test_large_kernels_and_cached_magnitudes():
    precise = load(["dgt_mag_precise"])
    assert precise.model.encoder.stride == [8, 4, 4, 2] == precise.model.decoder.stride
    assert list(precise.data.transforms.pre_transforms) == ["Mono", "DGT", "Magnitude"]
    assert precise.data.transforms.transforms == {}
    assert precise.data.dataset.min_length == 16384
    assert precise.data.augmentations["Normal"] == {"prob": 1.0, "amp_range": 0.1, "clamp": [0, None]}
    assert list(load(["dgt_mid"]).data.transforms.transforms) == ["Magnitude"]


def test_labels():
    cond = load(["dgt_pitch_cond"]).model
    assert {task: (c.dim, c.target, c.embedding) for task, c in cond.conditioning.items()} == {
        "pitch": (12, ["decoder"], "OneHot"),
        "octave": (12, ["decoder"], "OneHot"),
    }
    assert not cond.prediction
    both = load(["semicond_pitch+octave_normal"]).model
    assert both.conditioning["pitch"].embedding == "Embedding"
    assert [c.width for c in both.conditioning.values()] == [12, 9]
    assert {task: (p.dim, p.hidden, p.target_dist) for task, p in both.prediction.items()} == {
        "pitch": (12, [100, 100], "Categorical"),
        "octave": (9, [100, 100], "Categorical"),
    }
    old = load(["dgt_pitch_prediction"]).model
    assert old.tasks == ["pitch", "octave"]
    assert old.conditioning["octave"].dim == old.prediction["octave"].dim == 9


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("model.latent.dim=16", "model.latent.dim", 16),
        ("LATENT_SIZE = 3", "model.latent.dim", 3),
        ("data.dataset.root=my_data", "data.dataset.root", "my_data"),
        ("+data.dataset.root=/my data/a.b=c", "data.dataset.root", "/my data/a.b=c"),
        ("++data.dataset.n_files=5", "data.dataset.n_files", 5),
        ("+check=1", "check", True),
        ("name=my_training", "name", "my_training"),
        ("name='a b'", "name", "a b"),
        ("name=3", "name", "3"),
        ("model.encoder.channels=[4,8,16,2]", "model.encoder.channels", [4, 8, 16, 2]),
        ("model.encoder.args.norm=none", "model.encoder.norm", None),
        ("model.decoder.out_nnlin=null", "model.decoder.out_nnlin", None),
        ("training.optimizer.args={lr: 1e-3}", "training.optimizer.args", {"lr": 1e-3}),
        ("training.warmup=5e4", "training.warmup", 50_000),
        ("+model.prediction.a={unlabelled: none}", "model.prediction.a.unlabelled", "none"),
        ("training.dim_red=PCA", "training.dim_red", ["PCA"]),
        ("pl_trainer.precision=16", "pl_trainer", {"max_epochs": 2000, "precision": 16}),
        ("gpus=[0,1]", "gpus", [0, 1]),
        ("gpus=auto", "gpus", "auto"),
        ("~data.augmentations.Shift", "data.augmentations.Normal", {"prob": 0.5, "amp_range": 0.1, "clamp": [0, None]}),
    ],
)
def test_overrides(override, path, value):
    found = load(["dgt_mid"], [override])
    for part in path.split("."):
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("override", "terms"),
    [
        ("training.reconstruction=MSE", [("MSE", 1)]),
        ("training.reconstruction=[MSE, L1]", [("MSE", 1), ("L1", 1)]),
        ("training.reconstruction=[[SpectralConvergence, 1], [L1, 0.5]]", [("SpectralConvergence", 1), ("L1", 0.5)]),
        ("training.reconstruction=[L1, 0.5]", [("L1", 0.5)]),
        ("training.reconstruction.type=LogISD", [("LogISD", 1)]),
        ("training.reconstruction=[{type: LogMSE, weight: 2, args: {epsilon: 1e-3}}]", [("LogMSE", 2)]),
    ],
)
def test_losses_are_lists(override, terms):
    assert [(t.type, t.weight) for t in load(["dgt_mid"], [override]).training.reconstruction] == terms


@pytest.mark.parametrize("path", ["model.prediction.pitch.args.nlayers", "model.prediction.pitch.nlayers"])
def test_args_may_be_left_out(path):
    assert load(["dgt_pitch_prediction"], [f"{path}=3"]).model.prediction["pitch"].hidden == [100, 100, 100]


README = """
data:
  dataset:
    metadata_callbacks:
      task_1: {name: read_single_metadata, type: int}
      task_2:
        name: read_multi_metadata
        type: float
model:
  conditioning:
    task_1:
      dim: 5
      target: ['encoder', 'decoder']
      embedding: OneHot
    task_2:
      embedding: TimeEmbedding
  prediction:
    task_1:
      dim: 5
      type: MLPEncoder
      args:
        nlayers: 2
        hidden_dims: 200
        target_dist: Categorical
"""


def test_yaml_of_the_readme_on_top(tmp_path):
    (tmp_path / "mine.yaml").write_text("defaults: [dgt_low, _self_]\n" + README)
    c = load([str(tmp_path / "mine.yaml")])
    assert load([str(tmp_path / "mine")]) == c  # as Hydra has it
    assert c.model.latent.dim == 4
    assert c.model.conditions("encoder").keys() == {"task_1"}
    assert c.model.conditioning["task_2"].width == 16
    assert c.model.prediction["task_1"].hidden == [200, 200]
    assert c.data.dataset.metadata_callbacks["task_2"] == {"name": "read_multi_metadata", "type": "float"}
    (tmp_path / "stacked.yaml").write_text(README)
    assert load(["dgt_low", str(tmp_path / "stacked.yaml")]) == c


def test_gin_of_a_user(tmp_path):
    (tmp_path / "mine.gin").write_text("include 'dgt_mid'\nLATENT_SIZE = 5\nmodel.conditioning.speed.dim = 3\n")
    c = load([str(tmp_path / "mine")])
    assert c.model.latent.dim == 5
    assert c.model.conditioning["speed"].dim == 3


@pytest.mark.parametrize("name", ["dgt_mid", "semicond_pitch+octave_precise"])
def test_saved_ones_are_the_same(tmp_path, name):
    c = load(
        [name], ["+model.conditioning.my-task.dim=3", "data.dataset.root='it''s here'", "training.prior.type=normal"]
    )
    save(c, tmp_path / "config.gin")
    assert load([str(tmp_path / "config.gin")]) == c
    assert load([str(tmp_path / "config.gin")], ["model.latent.dim=2"]).model.latent.dim == 2


@pytest.mark.parametrize(
    ("configs", "overrides", "said"),
    [
        (["dgt_mit"], [], "There is no configuration 'dgt_mit'; is it dgt_mid"),
        (["quux"], [], "There is no configuration 'quux', but there are: cond_pitch"),
        (["dgt_mid"], ["model.latnt.dim=8"], "There is no setting 'model.latnt'; is it model.latent?"),
        (["dgt_mid"], ["LATENT=8"], "There is no setting 'LATENT'; is it LATENT_SIZE?"),
        (["dgt_mid"], ["latent_size=8"], "is it LATENT_SIZE?"),
        (["dgt_mid"], ["model.latent.size=8"], "model.latent has: dim, dist"),
        (["dgt_mid"], ["model.latent.dim"], "changed by name=value"),
        (["dgt_mid"], ["=3"], "changed by name=value"),
        (["dgt_mid"], ["model.latent.dim=wide"], "model.latent.dim must be a whole number, not 'wide'"),
        (["dgt_mid"], ["model.latent.dim=0"], "model.latent.dim must be a whole number above 0"),
        (["dgt_mid"], ["model.latent.dim=2.5"], "model.latent.dim must be a whole number, not 2.5"),
        (["dgt_mid"], ["model.latent.dim=1e999"], "model.latent.dim must be a whole number, not inf"),
        (["dgt_mid"], ["model.latent.dim=none"], "model.latent.dim must be a whole number"),
        (["dgt_mid"], ["model.latent=8"], "model.latent must be a table"),
        (["dgt_mid"], ["model.encoder.channels=wide"], "model.encoder.channels must be a list of whole numbers"),
        (["dgt_mid"], ["model.encoder.channels=[1,2]"], "2 channels, 4 kernel_size, 4 stride"),
        (["dgt_mid"], ["NETWORK=huge"], "model.encoder.preset is small, mid, large, not 'huge'"),
        (["dgt_mid"], ["model.encoder.nnlin=SILU"], "model.encoder.nnlin cannot be 'SILU'; is it SiLU"),
        (["dgt_mid"], ["model.encoder.type=Convolution"], "model.encoder.type cannot be"),
        (["dgt_mid"], ["training.reconstruction=SpectralConvergense"], "is it SpectralConvergence?"),
        (["dgt_mid"], ["training.reconstruction=LogDensity"], "LogDensity needs a distribution"),
        (["dgt_mid"], ["training.regularization.type=MMD"], "MMD takes kernel, most, not free_bits"),
        (["dgt_mid"], ["training.beta=-1"], "training.beta must be 0 or more"),
        (["dgt_mid"], ["LEARNING_RATE=0"], "lr must be a number above 0"),
        (["dgt_mid"], ["N_FFT=wide"], "n_fft must be a whole number"),
        (["dgt_mid"], ["~data.transforms.pre_transforms.DGT"], "need a DGT or an STFT"),
        (["dgt_mid"], ["+data.transforms.transforms.STFT={}"], "DGT and STFT are two transforms for one purpose"),
        (["dgt_mid"], ["+data.transforms.transforms.Magnitud={}"], "no transform 'Magnitud'; is it Magnitude?"),
        (
            ["dgt_mid"],
            ["+data.transforms.transforms.Magnitude.contrst=log"],
            "Magnitude has no 'contrst'; is it contrast",
        ),
        (["dgt_mid"], ["model.channels=2"], "Frames of magnitude have 1 channel(s): model.channels=1."),
        (["dgt_mid"], ["model.latent.dim=%SIZE"], "uses %SIZE, but does not say what it is"),
        (["dgt_mid"], ["~model.conditioning"], "'~model.conditioning' cannot take out"),
        (["dgt_mid"], ["+model.conditioning.a.dim=[1"], "is no value"),
        (["dgt_mid"], ["+model.conditioning.a.embedding=Onehot"], "is it OneHot?"),
        (["dgt_mid"], ["+model.conditioning.a.target=[middle]"], "model.conditioning.a.target cannot be 'middle'"),
        (["dgt_pitch_prediction"], ["model.prediction.octave.dim=3"], "'octave' has 3 classes as prediction, 9 as"),
        (["dgt_mid"], ["training.prior.mean=1"], "An isotropic prior has no mean"),
    ],
)
def test_one_sentence(configs, overrides, said):
    with pytest.raises(ConfigError) as caught:
        load(configs, overrides)
    text = str(caught.value)
    assert said in text
    assert "\n" not in text
    assert text[-1] in ".?"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("a.gin", "model.latent.dim = \n", "line 1"),
        ("a.gin", "model.latent.dim = @Class\n", "'@Class' is of no use"),
        ("a.gin", "include 'nowhere.gin'\n", "There is no configuration 'nowhere.gin'"),
        ("a.yaml", "model: [\n", "is no YAML"),
        ("a.yaml", "3\n", "holds no settings"),
        ("a.yaml", "model:\n  colour: red\n", "There is no setting 'model.colour'"),
    ],
)
def test_files_that_cannot_be(tmp_path, file, text, said):
    (tmp_path / file).write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        load([str(tmp_path / file)])
    assert "\n" not in str(caught.value)


def test_a_dataset_decides_what_was_left_open():
    c = load(["dgt_mid"], ["+model.conditioning.kind.embedding=OneHot", "+model.conditioning.speed.embedding=Value"])
    fitted = with_tasks(c, {"kind": 7, "speed": None, "other": 3})
    assert (fitted.model.conditioning["kind"].dim, fitted.model.conditioning["speed"].dim) == (7, 1)
    with pytest.raises(ConfigError, match="needs labels of 'speed', which the dataset has not"):
        with_tasks(c, {"kind": 7})
    with pytest.raises(ConfigError, match="Labels of 'speed' are classes"):
        with_tasks(c, {"kind": 7, "speed": 2})
    with pytest.raises(ConfigError, match=r"'pitch' has 13 classes, but model\.conditioning"):
        with_tasks(load(["dgt_pitch_cond"]), {"pitch": 13, "octave": 9})
    assert with_tasks(load(["dgt_pitch_cond"]), {"pitch": 12, "octave": 9}) == load(["dgt_pitch_cond"])
    half = load(["dgt_pitch_prediction"], ["model.prediction.octave.dim=none", "model.conditioning.octave.dim=none"])
    assert with_tasks(half, {"pitch": 12, "octave": 10}).model.prediction["octave"].dim == 10


@pytest.mark.parametrize("name", names())
def test_transforms_are_those_of_the_names(name):
    arguments = load([name]).frame.arguments
    n_fft = next((n for end, n in (("low", 512), ("normal", 2048), ("precise", 8192)) if name.endswith(end)), 1024)
    assert (arguments["n_fft"], arguments["hop"], arguments["layout"]) == (n_fft, n_fft // 4, "magnitude")
    assert arguments["window"] == "gaussian"
    assert (arguments["contrast"], arguments["scaling"], arguments["mono"]) == ("log1p", "unipolar", True)


@pytest.mark.parametrize(
    ("overrides", "bins", "planes"),
    [
        (["data.transforms.transforms.Magnitude.mel=true"], 128, 1),
        (["data.transforms.transforms.Magnitude.mel=80"], 80, 1),
        (["+data.transforms.transforms.Magnitude.keep_nyquist=false"], 512, 1),
        (["data.transforms.transforms={PolarIF: {contrast: log}, Unsqueeze: {dim: -2}}", "model.channels=2"], 513, 2),
        (["data.transforms.transforms={Cartesian: {mode: bipolar}}", "model.channels=2"], 513, 2),
        (["data.transforms.transforms={Magnitude: {contrast: none, mode: none}}"], 513, 1),
        (["data.transforms.pre_transforms={STFT: {n_fft: 64, hop: 16}}"], 33, 1),
    ],
)
def test_frames_are_those_of_the_transform(overrides, bins, planes):
    from nn_tilde.vschaos.transforms import Transform

    frame = load(["dgt_mid"], overrides).frame
    transform = Transform(**frame.arguments)
    assert (transform.size, transform.planes) == (bins, planes) == (frame.bins, frame.planes)


def test_description():
    text = describe(load(["semicond_pitch+octave_normal"]))
    assert "1 × 1025 → 64 × 1025 → 32 × 513 → 16 × 257 → 8 × 65 → 800 → 8 Normal   (446,744 parameters)" in text
    assert "8 classes" not in text
    assert "12 classes, Embedding of 12 to the decoder" in text
    assert "SpectralConvergence + β · (KLD (free_bits 10))" in text
    assert "257 →" not in describe(load(["dgt_mid"]), bins=129)


def test_configurations_need_no_torch():
    code = "import sys; from nn_tilde.vschaos.config import load; load(['dgt_mid']); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
