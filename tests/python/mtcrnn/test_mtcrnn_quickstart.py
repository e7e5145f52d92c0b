"""`mtcrnn quickstart`, the script of that name, and the image it runs in."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mtcrnn_files import quick

from nn_tilde.mtcrnn import quickstart
from nn_tilde.mtcrnn.pops import make
from nn_tilde.mtcrnn.task import TierTask
from nn_tilde.train import loop

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "runscripts" / "quickstart.docker.pops.run_tg.sh"
DATA = "RegularPopsRandomPitch_16k"
SMALL = ["--hidden_size", "8", "--n_layers", "1", "--batch_size", "64", "--workers", "0", "--seconds", "0.02"]
ABOUT = f"_{DATA}_NL1.H8.TFR.0.9.SL256.BATCHSIZE64"
GLIDE = Path("genParams/run/QuickStart_pops/rateglide.npy")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(a folder where everything was done once, what was said)"""
    top = tmp_path_factory.mktemp("quickstart")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        patch.setattr(loop, "write_report", lambda *_: None)  # it takes a while
        said = quick("quickstart", *SMALL, "-d", "data", "-n", 2, "-c", 1, "-s", "2001.02.03", "--runscript", SCRIPT)
    return top, said


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loop, "write_report", lambda *_: None)
    monkeypatch.setattr(quickstart, "MOUNTED", tmp_path / "no" / "mydata")
    return tmp_path


@pytest.fixture
def copy(trained, here):
    """A copy of what was trained, without its sounds."""
    for name in ("output", "genParams"):
        shutil.copytree(trained[0] / name, here / name, ignore=shutil.ignore_patterns("QuickStart_pops_*"))
    return here


def own_data(folder: Path) -> dict[str, bytes]:
    make(folder, rates=(0.0, 1.0), seconds=0.5)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def sounds(run: Path) -> list[str]:
    return sorted(str(path.relative_to(run)) for path in run.glob("QuickStart_pops_*/**/*.wav"))


def test_the_files_of_the_readme(trained):
    top, said = trained
    run = top / "output" / f"2001.02.03{ABOUT}"
    assert {path.name for path in (run / "model").iterdir()} == {"model_1.pkl", "model_2.pkl", "model.pkl"}
    assert (run / SCRIPT.name).read_bytes() == SCRIPT.read_bytes()
    wanted = [f"QuickStart_pops_2001.02.03/audio/rateglide.{step}.wav" for step in (1, 2)]
    assert sounds(run) == wanted
    assert said.split()[-2:] == [f"output/2001.02.03{ABOUT}/{name}" for name in wanted]  # where to listen
    info = soundfile.info(run / wanted[0])
    assert (info.samplerate, info.frames) == (16000, 320)
    assert len(list((top / "data" / DATA).glob("*.wav"))) == len(list((top / "data" / DATA).glob("*.params"))) == 11
    assert [path.name for path in (top / "data").iterdir()] == [DATA]
    assert said.count("pops are made") == 1
    glide = np.load(top / GLIDE)
    assert (glide.shape, glide.dtype) == ((1, 1000, 1), np.float64)
    np.testing.assert_allclose(glide[0, :, 0], np.linspace(1, 0, 1000))


def test_defaults_are_those_of_the_script(here, monkeypatch):
    calls = []
    monkeypatch.setattr(quickstart.session, "run_session", lambda flags, given: calls.append(flags))
    own_data(here / "mydata" / DATA)
    quick("quickstart", "-t")
    wanted = {"hidden_size": 256, "n_layers": 4, "seq_len": 256, "tfr": 0.9, "batch_size": 128, "prop": ("rate",)}
    wanted |= {"num_steps": 30, "checkpoint": 30, "lr": 5e-4, "net": 0, "generate": ("audio",), "model_dir": None}
    assert calls[0].items() >= wanted.items()
    assert calls[0]["data_dir"] == f"mydata/{DATA}"
    name = rf"output/\d{{4}}\.\d\d\.\d\d_{DATA}_NL4\.H256\.TFR\.0\.9\.SL256\.BATCHSIZE128"
    assert re.fullmatch(name, calls[0]["output_dir"])
    monkeypatch.setattr(quickstart, "MOUNTED", here / "mydata")
    quick("quickstart", "-t", "-n", 5, "-c", 9)
    assert calls[1]["data_dir"] == str(here / "mydata" / DATA)
    assert (calls[1]["num_steps"], calls[1]["checkpoint"]) == (5, 5)


def test_trains_alone_on_own_data_and_goes_on(here):
    before = own_data(here / "mine" / DATA)
    line = ("quickstart", *SMALL, "-t", "-d", "mine", "-s", "x", "-n")
    said = quick(*line, 1)
    assert "made" not in said
    run = here / "output" / f"x{ABOUT}"
    assert {path.name: path.read_bytes() for path in (here / "mine" / DATA).iterdir()} == before
    assert not sounds(run)
    assert not (here / "genParams").exists()
    quick(*line, 3)
    assert "[3/3]" in (run / "log" / "traininglog_step1.txt").read_text()
    assert (run / "model" / "model_3.pkl").exists()
    assert "has its 3 steps" in quick(*line, 3, "-g")
    assert sounds(run) == ["QuickStart_pops_x/audio/rateglide.3.wav"]
    own_data(here / "other" / DATA)
    assert "choose another -s" in quick(*line, 4, "-d", "other", code=1)


def test_stopped_it_makes_no_sounds(here, monkeypatch):
    own_data(here / "mine")  # the recordings themselves instead of what holds them
    line = ("quickstart", *SMALL, "-d", "mine", "-s", "x", "-n", 2)
    step = TierTask.step

    def interrupted(self, batch, number):
        signal.raise_signal(signal.SIGINT)
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(TierTask, "step", interrupted)
        assert "the same command goes on" in quick(*line, code=130)
    assert not sounds(here / "output" / f"x{ABOUT}")
    assert "recordings of 'mine'" in quick(*line)
    assert sounds(here / "output" / f"x{ABOUT}") == ["QuickStart_pops_x/audio/rateglide.2.wav"]


@pytest.mark.parametrize(
    ("words", "steps"), [("", [1, 2]), ("-n 2", [2]), ("-n 1", [1]), ("-n 2 -c 1", [1, 2]), ("-c 2", [2])]
)
def test_generates_alone(copy, words, steps):
    said = quick("quickstart", *SMALL, "-g", "--rand_seed", 3, *words.split())
    run = copy / "output" / f"2001.02.03{ABOUT}"
    assert "There is no run of today" in said  # so it is the newest there is
    assert sounds(run) == [f"QuickStart_pops_2001.02.03/audio/rateglide.{step}.wav" for step in steps]
    assert not (copy / "mydata").exists()


def test_the_newest_run_is_taken_unless_one_is_named(copy):
    for stamp, age in (("1999.01.01", 100), ("named", 200)):
        run = copy / "output" / f"{stamp}{ABOUT}"
        shutil.copytree(copy / "output" / f"2001.02.03{ABOUT}", run)
        for path in (run / "model").iterdir():
            os.utime(path, (path.stat().st_mtime - age,) * 2)
    quick("quickstart", *SMALL, "-g")
    quick("quickstart", *SMALL, "-g", "-s", "named", "-c", 2)
    made = {run.name.removesuffix(ABOUT): len(sounds(run)) for run in (copy / "output").iterdir()}
    assert made == {"1999.01.01": 0, "2001.02.03": 2, "named": 1}
    said = quick("quickstart", *SMALL, "-t", "-n", 1)
    assert f"-s 2001.02.03 goes on with 'output/2001.02.03{ABOUT}'" in said
    assert "no run of today" not in quick("quickstart", *SMALL, "-g")


@pytest.mark.parametrize("folder", ["getParams", "genParam"])
def test_folders_as_the_readme_spells_them(copy, folder):
    """A curve there is meant, even beside one of the same name; any length is stretched over the sound."""
    place = copy / folder / "run" / "QuickStart_pops"
    place.mkdir(parents=True)
    np.save(place / "rateglide.npy", np.full((2, 40, 1), 0.5))
    np.save(place / "flat.npy", np.zeros(7))
    quick("quickstart", *SMALL, "-g", "-c", 2)
    made = sounds(copy / "output" / f"2001.02.03{ABOUT}")
    assert [Path(name).name for name in made] == ["flat.2.wav", "rateglide.2_0.wav", "rateglide.2_1.wav"]
    shutil.rmtree(copy / "genParams")
    quick("quickstart", *SMALL, "-g", "-c", 2)
    assert not (copy / "genParams").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("-s a/b", "cannot begin the name"),
        ("-s elsewhere -g", "-t trains them"),
        ("-g --hidden_size 9", "-t trains them"),
        ("-g -n 50 -c 50", "models of steps 1, 2"),
        ("-d file", "is a file"),
        ("-d odd", "no recording in"),
        ("-d parent", "is a file"),
    ],
)
def test_refused_in_a_sentence(copy, words, sentence):
    (copy / "file").touch()
    (copy / "odd" / DATA).mkdir(parents=True)
    (copy / "odd" / DATA / "readme.txt").touch()
    (copy / "parent").mkdir()
    (copy / "parent" / DATA).touch()
    before = sorted(copy.rglob("*"))
    said = quick("quickstart", *SMALL, *words.split(), code=1)
    assert sentence in said
    assert "Traceback" not in said
    assert sorted(copy.rglob("*")) == before


@pytest.mark.parametrize("words", ["-n 0", "-c x", "--tfr 2", "--seconds 0", "-q", "--hidden_size 0"])
def test_refused_as_no_such_option(here, words):
    quick("quickstart", *words.split(), code=2)
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((1, 5, 2)), "takes 1 feature"),
        (np.full((1, 5, 1), np.nan), "not finite"),
        (np.zeros((1, 0, 1)), "has to be"),
        (np.array(["a"]), "numbers"),
        (None, "is no curve"),
    ],
)
def test_curves_are_checked_before_training(here, array, sentence):
    GLIDE.parent.mkdir(parents=True)
    if array is None:
        GLIDE.write_text("1, 0")
    else:
        np.save(GLIDE, array)
    said = quick("quickstart", code=1)
    assert sentence in said
    assert "rateglide.npy" in said
    assert [path.name for path in here.iterdir()] == ["genParams"]


def test_help_without_torch():
    code = (
        "import sys; from nn_tilde.mtcrnn.cli import cli; cli(['quickstart', '--help'], standalone_mode=False); "
        "assert not {'torch', 'numpy', 'soundfile'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for option in ("-t, --train", "-g, --generate", "-d, --datapath", "-n, --numsteps", "-c, --check", "-s, --date"):
        assert option in done.stdout


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")


@needs_bash
@pytest.mark.parametrize("name", [SCRIPT.name, "quickstart.docker.run_tg.sh", "quickstart.docker.run"])
def test_the_script_hands_its_flags_on(tmp_path, name):
    """By the names in the README, from any folder, and whatever is in the flags."""
    script = SCRIPT.with_name(name)
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    stub = tmp_path / "bin" / "mtcrnn"
    stub.parent.mkdir()
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stub.chmod(0o755)
    environment = {"PATH": f"{stub.parent}:{os.environ['PATH']}"}
    words = ["-t", "-d", "my data", "-n", "2"]
    done = subprocess.run([script, *words], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["quickstart", "--runscript", str(script), *words]


@needs_bash
def test_the_script_without_the_command(tmp_path):
    script = tmp_path / "runscripts" / SCRIPT.name
    script.parent.mkdir()
    shutil.copy(SCRIPT, script)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool))
    done = subprocess.run(["bash", script, "-t"], capture_output=True, text=True, env={"PATH": str(tools)})
    assert done.returncode == 127
    assert "make build" in done.stderr


def test_the_image():
    """Not built here. What is copied is there and not ignored, arguments are declared in the stage that uses them."""
    text = (ROOT / "docker" / "Dockerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    declared, outside, stages, copied = set(), set(), set(), set()
    for line in lines:
        word, _, rest = line.partition(" ")
        for name in re.findall(r"\$\{(\w+)\}", rest):
            assert name in declared, line
        if word == "FROM":
            stages.add(rest.split(" AS ")[-1])
            declared = set()
        elif word == "ARG":
            name, equals, _ = rest.partition("=")
            assert equals or name in outside, line  # else empty
            declared.add(name)
            if not stages:
                outside.add(name)
        elif word == "COPY":
            *sources, _ = rest.split()
            if sources[0].startswith("--from="):
                assert sources.pop(0).removeprefix("--from=") in stages
                continue
            copied |= set(sources)
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored
    for line in ("ARG USER_ID=1000", "ARG GROUP_ID=1000", "USER user", "WORKDIR /MTCRNN.Fork"):
        assert line in lines
    assert text.startswith("ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu\n")  # the README: edit the first line
