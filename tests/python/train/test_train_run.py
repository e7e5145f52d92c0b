"""Run folders: which command continues which run."""

import subprocess
import sys

import pytest

from nn_tilde.train import checkpoint
from nn_tilde.train.run import Run, RunError
from nn_tilde.train.settings import Settings


def make(folder, config="A = 1\nB = 2\n", kind="toy", **flags):
    run = Run(folder, kind, config, {"batch": 8, "rand_pitch": (0.5, 2.0)} | flags)
    run.check()
    return run


@pytest.fixture
def started(tmp_path):
    run = make(tmp_path / "a")
    run.begin(["rave", "train", "--name", "a b"], 0)
    checkpoint.save(run.last, {})
    return tmp_path / "a"


def test_the_same_command_goes_on(started):
    run = make(started)
    assert run.resumes
    run.begin(["rave", "train"], 12)
    assert [s["step"] for s in Run(started, "toy", "", {}).about["sessions"]] == [0, 12]
    assert run.last.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch": 4}, "made with --batch 8, not 4"),
        ({"rand_pitch": (0.5, 1.0)}, "made with --rand_pitch 0.5,2.0, not 0.5,1.0"),
        ({"config": "A = 1\nB = 3\n"}, "there 'B = 2', here 'B = 3'"),
        ({"kind": "other"}, "something else than a run of other"),
    ],
)
def test_another_run_of_that_name_is_refused(started, changes, words):
    with pytest.raises(RunError) as error:
        make(started, **changes)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_comments_and_blank_lines_are_no_difference(started):
    make(started, config="# read\nA = 1\n\nB = 2\n")


def test_a_run_that_never_got_anywhere_is_replaced(tmp_path):
    run = make(tmp_path / "a")
    run.begin(["x"], 0)
    (tmp_path / "a" / "events.out.tfevents.1").touch()
    again = make(tmp_path / "a", config="A = 9\n", batch=2)
    again.begin(["y"], 0)
    assert (tmp_path / "a" / "config.gin").read_text() == "A = 9\n"
    assert not list((tmp_path / "a").glob("events*"))
    assert len(again.about["sessions"]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_one_process_at_a_time(tmp_path):
    """Nothing remains of a claim whose process was killed."""
    code = f"""
import pathlib, time
from nn_tilde.train.run import Run
Run(pathlib.Path({str(tmp_path / "a")!r}), "toy", "", {{}}).claim()
print("claimed", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "claimed\n"
        with pytest.raises(RunError, match="Another process is training in"):
            make(tmp_path / "a").claim()
        make(tmp_path / "b").claim()
        other.kill()
        other.wait()
    make(tmp_path / "a").claim()


def test_other_flags_when_asked_for(started):
    Run(started, "toy", "A = 1\nB = 3\n", {"batch": 2}).check(lenient=True)
    with pytest.raises(RunError, match="something else"):
        Run(started, "other", "A = 1\nB = 2\n", {}).check(lenient=True)


def test_names(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="is a file"):
        make(tmp_path / "file")
    with pytest.raises(RunError, match="cannot be the name"):
        make(tmp_path / "..")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch": 0}, "--batch must be at least 1"),
        ({"ema": 1.0}, "--ema must lie between"),
        ({"workers": -1}, "--workers must be 0 or more"),
        ({"seed": -1}, "--seed must be 0 or more"),
    ],
)
def test_settings_that_cannot_work(changes, words):
    values = {"max_steps": 1, "val_every": 1, "save_every": 1, "batch": 1} | changes
    with pytest.raises(ValueError, match=words):
        Settings(**values).check()
