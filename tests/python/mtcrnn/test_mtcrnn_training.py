"""`mtcrnn train`: files it leaves, exact resume, schedules, stateful windows, what is refused."""

import math
import re
import signal

import pytest
import torch
from click.testing import CliRunner
from mtcrnn_data import RATE, write_data
from same_training import assert_same

from nn_tilde.cli.lists import one_by_one
from nn_tilde.mtcrnn import checkpoints
from nn_tilde.mtcrnn.cli.options import TierCommand
from nn_tilde.mtcrnn.cli.train import command
from nn_tilde.mtcrnn.data import Windows
from nn_tilde.mtcrnn.items import StatefulItems, TrainingItems, ValidationItems, walks
from nn_tilde.mtcrnn.losses import step_losses
from nn_tilde.mtcrnn.sizes import Sizes
from nn_tilde.mtcrnn.spans import run_window
from nn_tilde.mtcrnn.task import Recipe, TierTask
from nn_tilde.mtcrnn.tier import Tier
from nn_tilde.train import loop

SHORT = "--hidden_size 8 --n_layers 1 --batch_size 4 --seq_len 40 --workers 0 --gpu -1 --num_steps 6 --checkpoint 3"
AUDIO = f"{SHORT} --sample_rate {RATE} --prop rate --mulaw_channels 32"
PARAMS = f"{SHORT} --sample_rate 100 --generate a b --prop rate"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mtcrnn") / "data"
    write_data(folder)
    return folder


@pytest.fixture
def train(data, tmp_path, monkeypatch):
    """train(line) → output; runs are tmp_path/output/<name>."""
    monkeypatch.chdir(tmp_path)
    write_report = loop.write_report

    def call(line, name="a", code=0, report=False):
        monkeypatch.setattr(loop, "write_report", write_report if report else lambda *_: None)  # it takes a while
        result = CliRunner().invoke(command, [*line.split(), "--data_dir", str(data), "--output_dir", name])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    call.folder = tmp_path / "output"
    return call


def last(run):
    return torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)


def assert_same_training(a, b):
    assert_same(last(a), last(b))


def test_files_that_users_expect(train):
    output = train(f"{AUDIO} --tfr 0.8 --ss 0", report=True)
    run = train.folder / "a"
    assert {p.name for p in (run / "model").iterdir()} == {"model_3.pkl", "model_6.pkl", "model.pkl"}
    assert {p.name for p in (run / "checkpoints").iterdir()} >= {"last.ckpt", "best.ckpt", "step_3.ckpt", "step_6.ckpt"}
    assert (run / "report.html").exists()
    assert "Namespace(" in (run / "log" / "args.txt").read_text()
    assert "hidden_size=8" in (run / "log" / "args.txt").read_text()
    text = (run / "log" / "traininglog_step0.txt").read_text()
    assert text == (run / "log" / "traininglog.txt").read_text()
    lines = re.findall(r"^0:00:\d\d \[(\d)/6\] loss: (\S+)$", text, re.M)
    assert [int(step) for step, _ in lines] == [1, 2, 3, 4, 5, 6]
    assert all(2 < float(loss) < 5 for _, loss in lines)  # near ln 32, and a mean per step rather than a sum
    for word in ("Net0(", "Total steps in 1 epoch is", "Start time", "Saving model into", "End time"):
        assert word in text
    assert "Total steps in 1 epoch is" in output
    saved = checkpoints.read(run / "model" / "model.pkl")
    assert saved.tier == Tier(prop=("rate",), sample_rate=RATE, seq_len=40, mulaw_channels=32)
    assert saved.sizes == Sizes(0, 8, 1)
    assert saved.step == 6
    assert list(saved.state_dict) == list(last(run)["state_dict"])


@pytest.mark.parametrize(
    "line",
    [f"{AUDIO} --tfr 0.5", f"{AUDIO} --stateful", f"{PARAMS} --tfr 0.5 --net 5", f"{AUDIO} --stateful --plstm"],
    ids=["audio", "stateful", "mixture", "phased"],
)
def test_interrupted_training_ends_in_the_same_weights(train, line):
    train(line)
    for steps in (2, 6):
        train(line.replace("--num_steps 6", f"--num_steps {steps}"), name="b")
    assert_same_training(train.folder / "a", train.folder / "b")


@pytest.mark.parametrize("folder", ["a/model", "output/a/model"])
def test_model_dir_goes_on_exactly(train, folder):
    """The optimiser too; --num_steps counts from --step."""
    train(PARAMS)
    whole = last(train.folder / "a")
    train(f"{PARAMS} --model_dir {folder} --step 3".replace("--num_steps 6", "--num_steps 3"), name="b")
    assert_same_training(train.folder / "a", train.folder / "b")
    assert whole["global_step"] == 6
    assert (train.folder / "b" / "log" / "traininglog_step3.txt").exists()
    train(f"{PARAMS} --model_dir a/model --step 3".replace("--num_steps 6", "--num_steps 4"))
    assert last(train.folder / "a")["global_step"] == 7


def test_goes_on_from_weights_alone(train):
    """As from a file of the original."""
    train(PARAMS)
    folder = train.folder / "old"
    folder.mkdir()
    state = torch.load(train.folder / "a" / "model" / "model_3.pkl", weights_only=True)["state_dict"]
    torch.save({f"x.{k}": v for k, v in state.items()}, folder / "model_3.pkl")
    output = train(f"{PARAMS} --model_dir {folder} --step 3", name="b")
    assert "optimiser begins anew" in output
    assert last(train.folder / "b")["global_step"] == 9


def test_a_finished_run_says_so(train):
    train(PARAMS)
    before = (train.folder / "a" / "log" / "traininglog.txt").read_text()
    assert "a larger --num_steps goes on" in train(PARAMS)
    assert (train.folder / "a" / "log" / "traininglog.txt").read_text() == before


def test_loss_cutoff(train):
    output = train(f"{AUDIO} --loss_cutoff 100")
    assert "below 100 at step 1" in output
    assert last(train.folder / "a")["global_step"] == 1
    assert checkpoints.read(train.folder / "a" / "model" / "model_1.pkl").step == 1


def test_interrupt_saves(train, monkeypatch):
    step = TierTask.step

    def interrupted(self, batch, number):
        if number == 1:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(TierTask, "step", interrupted)
        output = train(AUDIO, code=130)
    assert "the same command goes on" in output
    assert (train.folder / "a" / "model" / "model_2.pkl").exists()
    train(AUDIO)
    train(AUDIO, name="b")
    assert_same_training(train.folder / "a", train.folder / "b")


@pytest.mark.parametrize("line", [f"{AUDIO} --onehot", f"{AUDIO} --net 6", f"{SHORT} --sample_rate {RATE}",
                                  f"{SHORT} --sample_rate 100 --generate a", f"{PARAMS} --loss mse-sample",
                                  f"{PARAMS} --plstm", *(f"{PARAMS} --net {net}" for net in range(1, 6))])  # fmt: skip
def test_every_network_trains_and_hears_itself(train, line):
    train(f"{line} --tfr 0.5 --num_steps 2 --seq_len 12")
    assert all(value.isfinite().all() for value in last(train.folder / "a")["state_dict"].values())


@pytest.mark.parametrize(("line", "word"), [(AUDIO, "generated 1 (rate 0)"), (PARAMS, "generated")])
def test_listening(train, line, word):
    """Examples in the report, which change nothing in what is learnt."""
    train(f"{line} --tfr 0.5 --listen 0.2", report=True)
    assert word in (train.folder / "a" / "report.html").read_text()
    train(f"{line} --tfr 0.5", name="b")
    assert_same_training(train.folder / "a", train.folder / "b")


def test_it_learns(train):
    train(f"{PARAMS} --num_steps 60 --checkpoint 60 --lr 0.02")
    losses = re.findall(r"loss: (\S+)", (train.folder / "a" / "log" / "traininglog.txt").read_text())
    assert float(losses[-1]) < float(losses[0]) - 1


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("--net 1", "generates parameters, not audio"),
        ("--generate a --net 6", "audio only"),
        ("--generate a --onehot", "--onehot is for audio"),
        ("--generate audio a", "cannot be generated together"),
        ("--generate rate", "is both generated"),
        ("--tfr 1.5", "--tfr lies between 0 and 1"),
        ("--lr 0", "--lr"),
        ("--loss mse-sample", "one Gaussian"),
        ("--model_dir nowhere", "no folder 'nowhere'"),
        ("--step 4", "--model_dir"),
        ("--seq_len 5000", "No recording"),
        ("--stateful --stride 7", "multiple of --stride"),
        ("--prop nonsense", "nonsense"),
    ],
)
def test_refused_before_any_work(train, line, word):
    output = train(f"{AUDIO} {line}", code=1)
    assert word in output
    assert output.strip().count("\n") <= 1
    assert not (train.folder / "a" / "checkpoints").exists()


def test_another_network_under_the_same_name(train):
    train(PARAMS)
    output = train(f"{PARAMS} --hidden_size 9", code=1)
    assert "choose another --output_dir" in output
    assert "--name" not in output
    output = train(f"{PARAMS} --seed 1", code=1)
    assert "--ckpt" not in output
    assert "--seed 0" in output


def test_sizes_that_contradict_names_are_a_remark(train):
    assert "--cond_size 16 is not what --prop says; it is 1." in train(f"{AUDIO} --cond_size 16")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--prop a b --x 1", "--prop a --prop b --x 1"),
        ("--gpu -1 --gpu 0 1", "--gpu -1 --gpu 0 --gpu 1"),
        ("--prop --paramvect --generate audio", "--paramvect self --generate audio"),
        ("--paramvect external --save", "--paramvect external --save"),
        ("--paramvect", "--paramvect self"),
        ("--prop=a b --paramvect=none", "--prop=a --prop b --paramvect=none"),
    ],
)
def test_several_values_after_one_flag(line, expected):
    assert one_by_one(line.split(), {"prop", "generate", "gpu"}, TierCommand.alone) == expected.split()


# Windows --------------------------------------------------------------------------------------------------------------


def open_windows(data, seq_len=40, stride=1):
    return Windows.open(Tier(prop=("rate",), sample_rate=RATE, seq_len=seq_len, stride=stride), data)


def test_items_of_an_epoch_are_all_windows_once(data, monkeypatch):
    windows = open_windows(data, 40, 100)
    monkeypatch.setattr("nn_tilde.mtcrnn.items.LARGEST_PACK", 7)
    items = TrainingItems(windows)
    assert len(items) == 7
    keys = []
    monkeypatch.setattr(Windows, "__getitem__", lambda self, key: keys.append(self.place(key)[1::-1]))
    for n in range(len(windows)):
        items[divmod(n, 7)]
    assert len({(start, recording.path) for start, recording in keys}) == len(windows)
    assert len(ValidationItems(None)) == 0
    assert len(ValidationItems(windows, 5)) == 5


def test_rows_walk_on_through_the_data(data):
    """Each window of a lane begins where its last one ended, unless it is marked as fresh."""
    windows = open_windows(data, 100, 50)
    items = StatefulItems(windows, walks(windows), 2)
    places, fresh = [], []
    for step in range(40):
        _, _, lane, new = items[step, 1]
        assert lane == 1
        walk = [i for r in items.walks for i in r]
        index = walk[(len(walk) // 2 + step) % len(walk)]
        places.append(windows.place(index))
        fresh.append(new)
    for before, after, new in zip(places, places[1:], fresh[1:], strict=False):
        follows = after[0].path == before[0].path and after[1] == before[1] + 100
        assert follows != new
    assert fresh[0]
    assert sum(fresh) < 8


def make_task(tier, sizes, **recipe):
    nowhere = {"folder": None, "save_every": 10**9}
    return TierTask(tier, sizes, Recipe(10, **recipe), [], [], torch.device("cpu"), **nowhere)


@pytest.mark.parametrize("plstm", [False, True])
def test_stateful_windows_are_one_long_window(plstm):
    """The state of a row follows its lane, in whatever order the rows come, and is dropped where it is fresh."""
    tier = Tier(mulaw_channels=16)
    task = make_task(tier, Sizes(0, 8, 2, plstm), lr=1e-12)
    x, target = torch.rand(3, 20, 1), torch.randint(16, (3, 20))
    lanes, no = torch.arange(3), torch.zeros(3, dtype=torch.bool)
    outputs, _ = run_window(task.module, task.sampler, x, [True] * 20)
    expected = step_losses(task.module.kind, outputs, target)
    first = task.step([x[:, :10], target[:, :10], lanes, ~no], 0)
    order = torch.tensor([2, 0, 1])
    second = task.step([x[order, 10:], target[order, 10:], lanes[order], no], 1)
    torch.testing.assert_close(first["loss"], expected[:, :10].mean())
    torch.testing.assert_close(second["loss"], expected[:, 10:].mean())
    if not plstm:  # whose rhythm goes on
        again = task.step([x[:, :10], target[:, :10], lanes, ~no], 2)
        torch.testing.assert_close(again["loss"], first["loss"])


def test_gradients_are_clipped():
    tier = Tier(mulaw_channels=16)
    batch = [torch.rand(3, 20, 1), torch.randint(16, (3, 20))]
    free, held = make_task(tier, Sizes(0, 8, 1), clip=0), make_task(tier, Sizes(0, 8, 1), clip=0.01)
    free.step(batch, 0)
    norm = held.step(batch, 0)["gradient_norm"]
    sizes = [math.sqrt(sum(p.grad.square().sum() for p in task.module.parameters())) for task in (free, held)]
    assert sizes[0] == pytest.approx(norm.item(), rel=1e-5)
    assert sizes[0] > 0.02
    assert sizes[1] == pytest.approx(0.01, rel=1e-3)
