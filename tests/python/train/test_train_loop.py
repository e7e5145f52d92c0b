"""The loop on a toy: checkpoints, exact resume, averages, curves, the report."""

import errno
import json
import math
import multiprocessing
import re
import threading
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from toy_training import SIZE, Toy, train

from nn_tilde.train import checkpoint
from nn_tilde.train.board import Board
from nn_tilde.train.data import StepBatches
from nn_tilde.train.ema import Average


def load(folder, name="last"):
    return checkpoint.load(folder / "checkpoints" / f"{name}.ckpt")


def assert_equal_states(a, b):
    """Everything that decides how training goes on is bit-equal."""
    for key in ("state_dict", "global_step", "callbacks", "optimizer_states", "lr_schedulers"):
        assert _plain(a[key]) == _plain(b[key]), key
    assert _plain(a["nn_tilde"]) == _plain(b["nn_tilde"])


def _plain(value):
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def test_run_folder(tmp_path):
    task = train(tmp_path / "a", ema=0.9)
    assert task.counter == 24
    names = {path.name for path in (tmp_path / "a" / "checkpoints").iterdir()}
    assert names == {"last.ckpt", "best.ckpt", "step_10.ckpt", "step_20.ckpt"}
    assert load(tmp_path / "a", "step_10")["global_step"] == 10
    state = load(tmp_path / "a")
    assert state["global_step"] == 24
    assert set(state["callbacks"]["EMA"]) == {name for name, _ in task.module.named_parameters()}
    about = json.loads((tmp_path / "a" / "run.json").read_text())
    assert about["kind"] == "toy"
    assert about["flags"] == {"seed": 1}
    assert about["versions"]["torch"] == torch.__version__


def test_best_is_the_lowest_validation_of_the_latest_phase(tmp_path):
    train(tmp_path / "a")
    curve = load(tmp_path / "a")["nn_tilde"]["history"]["validation"]
    late = {s: v for s, v in zip(curve["steps"], curve["values"], strict=True) if s > 10}
    best = load(tmp_path / "a", "best")
    assert best["global_step"] == min(late, key=late.get)
    assert best["nn_tilde"]["best"] == pytest.approx(min(late.values()))


@pytest.mark.parametrize("workers", [0, 2])
def test_an_interrupted_run_ends_in_the_same_weights(tmp_path, workers):
    train(tmp_path / "whole", ema=0.9)
    for steps in (5, 12, 24):  # ends between validations, at one, and as planned
        train(tmp_path / "parts", steps=steps, ema=0.9, workers=workers)
    whole, parts = load(tmp_path / "whole"), load(tmp_path / "parts")
    for state in (whole, parts):  # the parts have validated at their ends too
        del state["nn_tilde"]["history"], state["nn_tilde"]["best"]
    assert_equal_states(whole, parts)


def test_a_crash_takes_nothing_but_the_steps_since_the_last_checkpoint(tmp_path, monkeypatch):
    train(tmp_path / "whole")
    step = Toy.step

    def dies(self, batch, number):
        if number == 15:
            raise OSError("power cut")
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(Toy, "step", dies)
        with pytest.raises(OSError, match="power cut"):
            train(tmp_path / "cut")
    assert load(tmp_path / "cut")["global_step"] == 12
    train(tmp_path / "cut")
    assert_equal_states(load(tmp_path / "whole"), load(tmp_path / "cut"))
    assert _curve(tmp_path / "whole", "loss") == _curve(tmp_path / "cut", "loss")
    assert _curve(tmp_path / "whole", "validation") == _curve(tmp_path / "cut", "validation")


def _curve(folder, name):
    events = EventAccumulator(str(folder))
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars(name)]


def test_curves_name_the_steps_done(tmp_path):
    train(tmp_path / "a", steps=8)
    assert [step for step, _ in _curve(tmp_path / "a", "loss")] == [3, 6, 8]
    assert [step for step, _ in _curve(tmp_path / "a", "validation")] == [6, 8]
    events = EventAccumulator(str(tmp_path / "a"))
    events.Reload()
    assert events.Tags()["audio"] == ["example"]
    assert events.Tags()["images"] == ["pair"]
    assert "config/text_summary" in events.Tags()["tensors"]


def test_means_over_an_interval(tmp_path):
    """Names that only some steps report are averaged over those steps."""
    train(tmp_path / "a", steps=3)
    curves = load(tmp_path / "a")["nn_tilde"]["history"]
    loss, even, odd = (curves[name]["values"][0] for name in ("loss", "even", "odd"))
    assert loss == pytest.approx((2 * even + odd) / 3, rel=1e-6)


def test_half_a_checkpoint_is_never_seen(tmp_path, monkeypatch):
    path = tmp_path / "last.ckpt"
    checkpoint.save(path, {"x": torch.ones(2)})

    def full_disk(state, file):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(path, {"x": torch.zeros(2)})
    assert checkpoint.load(path)["x"].tolist() == [1, 1]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "_beside", lambda path: tmp_path / "part")
    (tmp_path / "part").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left on device: .*last.ckpt"):
        checkpoint.save(tmp_path / "last.ckpt", {"x": torch.zeros(10**6)})
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said_once(tmp_path, monkeypatch):
    """Also when TensorBoard's thread meets it first, whose own words pytest would count as a failure."""
    from tensorboard.summary.writer.record_writer import RecordWriter

    board, hook = Board(tmp_path, 0), threading.excepthook

    def full_disk(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RecordWriter, "write", full_disk)
    with pytest.raises(OSError, match="No space left on device"), board:
        board.scalars(1, {"loss": 1.0})
    assert threading.excepthook is hook


def test_damaged_checkpoints_are_a_sentence(tmp_path):
    (tmp_path / "last.ckpt").write_bytes(b"no zip")
    with pytest.raises(checkpoint.CheckpointError, match="no readable checkpoint"):
        checkpoint.load(tmp_path / "last.ckpt")
    train(tmp_path / "a", steps=3)
    state = load(tmp_path / "a")
    state["state_dict"]["0.weight"] = torch.zeros(2, 2)
    with pytest.raises(checkpoint.CheckpointError, match="does not fit"):
        checkpoint.restore(Toy(1), state, None)


def test_diverged_weights_do_not_replace_a_checkpoint(tmp_path, monkeypatch):
    train(tmp_path / "a", steps=6)
    step = Toy.step

    def explodes(self, batch, number):
        result = step(self, batch, number)
        with torch.no_grad():
            self.module[0].weight[0, 0] = math.nan
        return result

    monkeypatch.setattr(Toy, "step", explodes)
    with pytest.raises(checkpoint.Diverged, match="no longer finite") as kept:
        train(tmp_path / "a", steps=12, workers=1)
    # Their iterator lives in the traceback still: left to the exit of the program they would be waited for.
    assert not multiprocessing.active_children(), kept
    assert load(tmp_path / "a")["global_step"] == 6


def test_average_follows_its_formula():
    module = torch.nn.Linear(2, 1)
    average = Average(module, 0.75)
    expected = module.weight.detach().clone()
    for value in (1.0, -2.0):
        with torch.no_grad():
            module.weight.fill_(value)
        average.update()
        expected = 0.75 * expected + 0.25 * value
    assert torch.allclose(average.state_dict()["weight"], expected)
    with average.in_use():
        assert torch.allclose(module.weight, expected)
    assert module.weight.tolist() == [[-2.0, -2.0]]


def test_validation_is_of_the_averages(tmp_path, monkeypatch):
    validate, seen = Toy.validate, []

    def watched(self, batch):
        seen.append(self.module[0].weight.detach().clone())
        return validate(self, batch)

    monkeypatch.setattr(Toy, "validate", watched)
    train(tmp_path / "a", steps=6, ema=0.9)
    state = load(tmp_path / "a")
    assert torch.equal(seen[-1], state["callbacks"]["EMA"]["0.weight"])
    assert not torch.equal(seen[-1], state["state_dict"]["0.weight"])


def test_every_example_once_an_epoch_whatever_the_number_of_processes():
    for world, batch in ((1, 4), (2, 3), (3, 16)):
        samplers = [StepBatches(SIZE, batch, seed=3, rank=rank, world=world) for rank in range(world)]
        keys = [key for step in range(21) for sampler in samplers for key in sampler.keys(step)]
        for epoch in range(len(keys) // SIZE):
            assert sorted(keys[epoch * SIZE : (epoch + 1) * SIZE]) == [(epoch, i) for i in range(SIZE)]
    iterator = iter(StepBatches(SIZE, 4, seed=3, start=9))
    assert next(iterator) == StepBatches(SIZE, 4, seed=3).keys(9)
    packs = {seed: [i for _, i in StepBatches(50, 50, seed).keys(0)] for seed in (1, 2)}
    assert packs[1] != packs[2]


def test_smoke_test_leaves_room_for_the_real_run(tmp_path, monkeypatch):
    seen = []
    step = Toy.step
    monkeypatch.setattr(Toy, "step", lambda self, batch, number: seen.append(number) or step(self, batch, number))
    assert train(tmp_path / "a", smoke_test=True, trial_steps=(11, 12)).finished
    assert seen == [0, 11, 12]
    assert load(tmp_path / "a")["global_step"] == 1
    monkeypatch.undo()
    train(tmp_path / "a")
    train(tmp_path / "b")
    assert_equal_states(load(tmp_path / "a"), load(tmp_path / "b"))


@pytest.fixture
def rising(monkeypatch):
    """The first validation of each phase is its best."""
    monkeypatch.setattr(Toy, "validate", lambda self, batch: {"validation": torch.tensor(float(self.counter))})


def test_patience(tmp_path, rising, capsys):
    """Validations count that are no better than the best of the phase, which changes at 12 here."""
    assert train(tmp_path / "a", val_every=2, patience=3).finished
    assert "No better validation in 3: training ends at step 8." in capsys.readouterr().err
    assert [load(tmp_path / "a", name)["global_step"] for name in ("last", "best")] == [8, 2]
    assert train(tmp_path / "b", val_every=2, patience=5).finished
    assert [load(tmp_path / "b", name)["global_step"] for name in ("last", "best")] == [22, 12]


def test_patience_is_part_of_the_run(tmp_path, rising, capsys):
    for steps in (4, 6, 24, 24):
        train(tmp_path / "a", steps=steps, val_every=2, patience=3)
    assert "The run has ended at step 8; a larger --early_stopping goes on" in capsys.readouterr().err
    train(tmp_path / "whole", val_every=2, patience=3)
    assert_equal_states(load(tmp_path / "a"), load(tmp_path / "whole"))
    train(tmp_path / "a", val_every=2, patience=4)
    assert load(tmp_path / "a")["global_step"] == 10
    train(tmp_path / "a", val_every=2)
    assert load(tmp_path / "a")["global_step"] == 24


def test_checkpoints_from_before_patience(tmp_path, rising):
    train(tmp_path / "a", steps=4, val_every=2)
    state = load(tmp_path / "a")
    assert state["nn_tilde"].pop("stale") == 1
    checkpoint.save(tmp_path / "a" / "checkpoints" / "last.ckpt", state)
    train(tmp_path / "a", val_every=2, patience=2)
    assert load(tmp_path / "a")["global_step"] == 8


def test_the_best_of_another_run_is_not_ours(tmp_path, rising):
    train(tmp_path / "a", steps=12, val_every=2)
    train(tmp_path / "b", steps=16, val_every=2, patience=2, begin=tmp_path / "a" / "checkpoints" / "last.ckpt")
    assert load(tmp_path / "b", "best")["global_step"] == 14
    assert load(tmp_path / "b")["nn_tilde"]["stale"] == 1


def test_a_task_ends_when_it_likes(tmp_path, capsys):
    assert train(tmp_path / "a", until=4).finished
    assert capsys.readouterr().err.splitlines()[-1] == "Enough after 4."
    assert [load(tmp_path / "a", name)["global_step"] for name in ("last", "best")] == [4, 4]


def test_report_is_one_whole_page(tmp_path):
    train(tmp_path / "a <run>")
    page = (tmp_path / "a <run>" / "report.html").read_text()
    assert "<h1>a &lt;run&gt;</h1>" in page
    assert "24 steps" in page
    assert set(re.findall(r'src="(data:[a-z/]+)', page)) == {"data:image/png", "data:audio/flac"}
    assert not re.search(r'(src|href)="(?!data:)', page)
    for word in ("validation", "loss", "example", "size = 5", f"torch {torch.__version__}"):
        assert word in page
