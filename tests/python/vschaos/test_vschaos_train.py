"""`vschaos train`: every configuration, exact resume, what a run holds, what is refused."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest
import soundfile
import torch
from same_training import assert_same
from vschaos_recordings import task
from vschaos_runs import RATE, SHRUNK, instrument, run, tone

from nn_tilde.train import loop
from nn_tilde.vschaos import config, labels, loading
from nn_tilde.vschaos.cli.train import command
from nn_tilde.vschaos.task import SpectraTask

README = """
data:
  dataset:
    metadata_callbacks:
      pitch:
        name: read_single_metadata
        type: int
model:
  conditioning:
    pitch:
      dim: 12
      target: ['encoder', 'decoder']
      embedding: OneHot
  prediction:
    octave:
      dim: 9
      type: MLPEncoder
      args:
        nlayers: 2
        hidden_dims: 20
        target_dist: Categorical
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return instrument(tmp_path_factory.mktemp("vschaos") / "data")


@pytest.fixture
def train(data, tmp_path, monkeypatch):
    """train(*words) → output; runs are runs/<name> in tmp_path."""
    monkeypatch.chdir(tmp_path)
    write_report = loop.write_report

    def call(*words, name="a", root=data, configuration="dgt_mid", steps=2, code=0, report=False):
        monkeypatch.setattr(loop, "write_report", write_report if report else lambda *_: None)  # it takes a while
        fixed = ["--config-name", configuration, f"name={name}", f"+data.dataset.root={root}", "--gpu", "-1"]
        fixed += ["--workers", "0", "--max_steps", str(steps), "--val_every", "2", "--noprogress"]
        return run(command, *fixed, *SHRUNK, *words, code=code)

    call.folder = tmp_path / "runs"
    return call


def last(folder):
    return torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)


def assert_same_training(a, b):
    a, b = last(a), last(b)
    assert_same(a, b)
    assert a["vschaos"]["transform"] == b["vschaos"]["transform"]


@pytest.mark.parametrize("name", config.names())
def test_every_configuration_trains(train, name):
    output = train(configuration=name)
    assert "far from their prior" in output
    loaded = loading.load(train.folder / "a")
    assert loaded.step == 2
    assert not loaded.vae.training
    assert all(value.isfinite().all() for value in loaded.vae.state_dict().values())
    assert loaded.tasks == {t: {"pitch": ("0", "1", "2"), "octave": ("0", "1", "2", "3")}[t] for t in loaded.vae.tasks}
    assert ("octave: right in" in output) == ("octave" in loaded.config.model.prediction)
    assert loaded.config.model.latent.dim == loaded.vae.latent
    assert not torch.equal(loaded.vae.spaces.pca, torch.eye(loaded.vae.latent))  # fitted at the validation


def test_what_a_run_holds(train, data):
    train(configuration="dgt_pitch_prediction", report=True)
    folder = train.folder / "a"
    names = {path.name for path in folder.iterdir()}
    assert names >= {"config.gin", "run.json", "report.html", "split.json", "tasks.json", "transform.json"}
    assert any(name.startswith("events.out.tfevents") for name in names)
    assert {path.name for path in (folder / "checkpoints").iterdir()} == {"last.ckpt", "best.ckpt"}
    assert json.loads((folder / "tasks.json").read_text())["pitch"] == ["0", "1", "2"]
    assert "reconstruction 1 (" in (folder / "report.html").read_text()
    split = json.loads((folder / "split.json").read_text())
    assert [len(split[part]) for part in ("train", "valid", "test")] == [5, 1, 0]
    loaded, state = loading.load(folder), json.loads((folder / "transform.json").read_text())
    assert loaded.transform.fitted
    assert loaded.transform.state_dict() == state
    assert config.text(loaded.config) == (folder / "config.gin").read_text()
    x = loaded.transform(tone(0).T, RATE)
    assert 0.5 < x.max() < 2  # the scale is that of the dataset
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = events.EventAccumulator(str(folder)).Reload().Tags()
    assert {"rec_loss/train", "rec_loss/valid", "beta/train", "pitch_ratio/valid"} <= set(found["scalars"])
    assert len(found["audio"]) == 2
    assert found["images"] == ["spectrograms"]


def test_statistics_are_those_of_what_trains(train, data):
    train()
    folder = train.folder / "a"
    transform = loading.make_transform(loading.load(folder).config)
    names = [name for name, _, _ in json.loads((folder / "split.json").read_text())["train"]]
    transform.fit(soundfile.read(data / name, dtype="float32", always_2d=True)[0].T for name in names)
    assert transform.state_dict() == json.loads((folder / "transform.json").read_text())


def test_interrupted_training_ends_in_the_same_weights(train):
    """An epoch is 12 steps, after which the learning rate falls."""
    words = ("training.warmup=4", "training.optimizer.args.lr=0.01", "data.loader.batch_size=16", "--nolisten")
    words += ("training.scheduler.type=ExponentialLR", "training.scheduler.gamma=0.5", "--val_every", "7")
    train(*words, configuration="dgt_pitch_prediction", steps=14)
    for steps in (3, 14):
        train(*words, configuration="dgt_pitch_prediction", steps=steps, name="b")
    assert last(train.folder / "a")["optimizer_states"][0]["param_groups"][0]["lr"] == 0.005
    saved, ours = last(train.folder / "a"), last(train.folder / "b")
    ours["vschaos"]["config"] = ours["vschaos"]["config"].replace("name = 'b'", "name = 'a'")
    assert saved["vschaos"] == ours["vschaos"]
    assert_same_training(train.folder / "a", train.folder / "b")


def test_interrupt_saves(train, monkeypatch):
    step = SpectraTask.step

    def interrupted(self, batch, number):
        if number == 0:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(SpectraTask, "step", interrupted)
        output = train(code=130)
    assert "the same command goes on" in output
    assert last(train.folder / "a")["global_step"] == 1
    assert "Going on from step 1" in train()
    train(name="b")
    assert_same_training(train.folder / "a", train.folder / "b")


def test_listening_changes_nothing(train):
    train()
    train("--nolisten", name="b")
    assert_same_training(train.folder / "a", train.folder / "b")


def test_a_longer_training_goes_on_and_a_finished_one_says_so(train):
    train()
    assert "--max_steps goes on" in train()
    train(steps=3)
    assert last(train.folder / "a")["global_step"] == 3


def test_check_shows_and_stops(train):
    output = train("+check=1", configuration="dgt_pitch_prediction")
    for word in ("ConvEncoder", "parameters", "x [8, 1, 1, 129]", "pitch: 3 classes", "5 train and 1 validate"):
        assert word in output
    assert not train.folder.exists()


def test_blocks_of_the_readme(train, tmp_path):
    (tmp_path / "labels.yaml").write_text(README)
    train("--yaml", "labels.yaml", "--override", "LATENT_SIZE=3")
    loaded = loading.load(train.folder / "a")
    assert loaded.vae.latent == 3
    assert loaded.config.model.conditions("encoder").keys() == {"pitch"}
    assert loaded.config.model.prediction["octave"].hidden == [20, 20]


def test_open_dimensions_are_the_dataset_s(train):
    train("model.conditioning.pitch.embedding=OneHot", "+data.dataset.n_files=5")
    assert loading.load(train.folder / "a").config.model.conditioning["pitch"].dim == 3


def test_the_readme_s_float_labels_as_classes(train):
    words = "data.dataset.metadata_callbacks.pitch={name: read_single_metadata, type: float}", "pitch.dim=5"
    train(words[0], f"+model.conditioning.{words[1]}", f"+model.prediction.{words[1]}")
    assert loading.load(train.folder / "a").tasks == {"pitch": ("0", "1", "2")}


def test_classes_keep_their_numbers(train, tmp_path):
    """Names are numbered in their order; one that comes later must not make others of those the weights know."""
    root = instrument(tmp_path / "named")
    rows = "".join(f"data/{i}.wav\t{'flute' if i % 2 else 'oboe'}\n" for i in range(5))
    task(root, "kind", rows)
    words = ("+model.conditioning.kind.dim=4",)
    train(*words, root=root)
    task(root, "kind", f"{rows}data/5.wav\tbassoon\n")
    assert "'flute' is class 1 of 'kind' now, but 0 in the run" in train(*words, root=root, steps=3, code=1)
    task(root, "kind", classes="0\tflute\n1\toboe\n2\tbassoon\n")
    train(*words, root=root, steps=3)
    assert loading.load(train.folder / "a").tasks == {"kind": ("flute", "oboe", "bassoon")}


def test_unlabelled_data(train, tmp_path):
    """Predictors learn from no label; and sounds without a folder data/ train what needs none."""
    bare = instrument(tmp_path / "bare", labelled=False)
    output = train(root=bare, configuration="dgt_pitch_prediction")
    assert "have no label of 'pitch'" in output
    assert "right in" not in output
    train(root=bare / "data", name="b")
    assert "vschaos extract_pitch" in train(root=bare / "data", configuration="dgt_pitch_cond", name="c", code=1)


def test_continuous_labels(train, tmp_path):
    """They change within a file; some are missing."""
    root = instrument(tmp_path / "bright")
    rows = "".join(f"data/{i}.wav\t{0.1 * i if i < 4 else 'none'}\n" for i in range(5))
    task(root, "bright", f"{rows}data/5.wav\ttrack\n", track="0.0,0.1\t0.25\n0.2,0.3\t0.75\n")
    words = "+model.conditioning.bright.embedding=Value", "+model.prediction.bright.target_dist=Normal"
    train(*words, root=root)
    loaded = loading.load(train.folder / "a")
    assert loaded.tasks == {"bright": None}
    z = torch.zeros(1, 8)
    sounds = [loaded.vae.decode(z, {"bright": torch.tensor([value])}) for value in (0.1, 0.9)]
    assert not torch.allclose(*sounds)
    assert labels.parse(["bright", "0.3"], loaded.config, loaded.tasks) == {"bright": 0.3}
    drawn = {labels.completed({}, loaded.config, np.random.default_rng(i)).get("bright") for i in range(3)}
    assert drawn == {None}  # it is predicted
    assert "is for continuous" in train("+model.conditioning.pitch.embedding=Value", root=root, name="b", code=1)


def test_stereo(train, tmp_path):
    both = instrument(tmp_path / "stereo", channels=2)
    train("~data.transforms.pre_transforms.Mono", "model.channels=2", root=both)
    loaded = loading.load(train.folder / "a")
    assert loaded.channels == 2
    assert loaded.transform(tone(0, channels=2).T).shape[0] == 2


def test_planes_with_phases(train):
    train("data.transforms.transforms={Polar: {}}", "model.channels=2", "model.decoder.out_nnlin=none")
    assert loading.load(train.folder / "a").channels == 1


def test_one_file(train, tmp_path):
    train(root=instrument(tmp_path / "one", files=1), configuration="dgt_low")
    assert loading.load(train.folder / "a").vae.latent == 4


def test_it_learns(train):
    words = "training.optimizer.args.lr=0.005", "--val_every", "40", "--nolisten"
    train(*words, configuration="dgt_low", steps=40)
    history = last(train.folder / "a")["nn_tilde"]["history"]["rec_loss/train"]["values"]
    train(*words, configuration="dgt_low", steps=120)
    later = last(train.folder / "a")["nn_tilde"]["history"]["rec_loss/train"]["values"]
    assert later[-1] < 0.7 * history[0]


def test_first_weights_from_another_run(train):
    train()
    output = train("config_checkpoint.path=runs/a", "config_checkpoint.params=encoder", "--max_steps", "1", name="b")
    assert "weights and buffers are those of" in output
    assert "fits this model" in train("config_checkpoint={path: runs/a, params: nothing}", name="c", code=1)


def test_runs_are_found(train):
    """By run, folder of runs, version, name of a checkpoint, checkpoint."""
    train("version=1")
    train("version=2", steps=3)
    load, folder = loading.load, train.folder
    assert [load(folder / "a", 1).step, load(folder / "a", 2).step, load(folder / "a").step] == [2, 3, 3]
    assert load(f"{folder}/").path == folder / "a" / "version_2" / "checkpoints" / "last.ckpt"
    assert load(folder / "a", 1, "best").step == 2
    assert load(folder / "a" / "version_1" / "checkpoints").step == 2
    assert load(folder / "a" / "version_1" / "checkpoints" / "best.ckpt").step == 2
    train(name="b")
    assert load(folder / "b", 1).step == 2  # the first training, as vschaos2 numbered it
    for path, version, name, words in [
        (folder, None, None, "several runs"),
        (folder / "a", 7, None, "no version 7"),
        (folder / "a", None, "step_5", "it has: best, last"),
        (folder / "nowhere", None, None, "no run and no checkpoint"),
        (folder / "b" / "run.json", None, None, "no readable checkpoint"),
    ]:
        with pytest.raises(ValueError, match=words):
            load(path, version, name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("name=",), "needs a name"),
        (("data.dataset.root=nowhere",), "no folder 'nowhere'"),
        (("model.latnt.dim=3",), "is it model.latent?"),
        (("model.conditioning.vowel.dim=3",), "vowel"),
        (("model.conditioning.pitch.dim=2",), "has 3 classes"),
        (("data.loader.batch_size=1",), "at least 2"),
        (("data.augmentations.Dequantize={}",), "no augmentation 'Dequantize'"),
        (("data.augmentations.Shift.prob=2",), "prob lies between"),
        (("data.augmentations.Shift.amount=2",), "amount"),
        (("training.optimizer.type=Adom",), "cannot be 'Adom'"),
        (("training.optimizer.args.speed=1",), "does not take"),
        (("training.scheduler.type=Slow",), "cannot be 'Slow'"),
        (("training.optim_params=nothing",), "no parameter"),
        (("training.optim_params=(",), "no pattern"),
        (("pl_trainer.max_epoch=3",), "is it pl_trainer.max_epochs?"),
        (("pl_trainer.max_epochs=half",), "whole number"),
        (("gpus=many",), "CUDA devices"),
        (("HOP=100",), "hop must divide"),
        (("~data.transforms.pre_transforms.Mono", "data.transforms.transforms={Polar: {}}"), "2 planes"),
        (("config_checkpoint=nowhere",), "no run"),
        (("--yaml", "nowhere.yaml"), "no configuration 'nowhere.yaml'"),
        (("+data.dataset.n_files=0",), "n_files"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_refused(train, words, said):
    flags = [] if any(word.startswith("gpus") for word in words) else None
    output = train(*words, code=1) if flags is None else refused_without_gpu_flag(train, words)
    lines = [line for line in output.splitlines() if line.startswith("Error")]
    assert len(lines) == 1
    assert said in lines[0]
    assert lines[0].endswith((".", "?"))
    assert not list(train.folder.rglob("*.ckpt"))


def refused_without_gpu_flag(train, words):
    fixed = ["--config-name", "dgt_mid", "name=a", "data.dataset.root=nowhere"]
    return run(command, *fixed, *words, code=1)


def test_no_configuration(train):
    assert "dgt_pitch_prediction" in run(command, "name=a", code=1)


def test_another_configuration_is_another_run(train, data, tmp_path):
    train()
    assert "another configuration" in train("LATENT_SIZE=3", code=1)
    other = instrument(tmp_path / "other")
    assert "was made with root" in train(root=other, code=1)
