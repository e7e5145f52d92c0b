"""`nntilde list`, `download` and `remove`, in this process and as a program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hub_server import CARD, MODEL, Answer, HubServer, listing, own_environment

from nn_tilde.cli.hub import download_command, list_command, remove_command


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    own_environment(monkeypatch, tmp_path)
    it = HubServer()
    it.answers[CARD] = Answer(MODEL)
    it.answers["available_models"] = listing({"ircam": {"rave": {"isis": {"by": "[red]\x1b[31mX"}, "b": {}}}})
    monkeypatch.setenv("NN_HUB_ROOT", it.root)
    yield it
    it.stop()


def call(command: object, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(command, arguments, input=typed)


@pytest.mark.usefixtures("server")
def test_list() -> None:
    result = call(list_command)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"ircam/rave/b\n{CARD}\tby: [red] [31mX\n"
    models = json.loads(call(list_command, "--json").stdout)
    assert models[1]["card"] == CARD
    assert models[1]["info"] == {"by": "[red] [31mX"}


@pytest.mark.usefixtures("server")
def test_list_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    result = call(list_command)
    assert result.exit_code == 0
    assert CARD in result.stdout
    assert "by: [red] [31mX" in result.stdout


def test_download_and_remove(server: HubServer, tmp_path: Path) -> None:
    result = call(download_command, CARD)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{tmp_path / 'isis.ts'}\n", "")
    assert (tmp_path / "isis.ts").read_bytes() == MODEL
    result = call(download_command, CARD)
    assert result.exit_code == 0
    assert "Already there" in result.stderr
    assert call(download_command, CARD, "--force").exit_code == 0
    assert len(server.requests) == 2
    result = call(download_command, CARD, "voice", "--dir", str(tmp_path / "x"), "--root", server.root)
    assert result.stdout == f"{tmp_path / 'x' / 'voice.ts'}\n"

    assert call(remove_command, "isis", typed="n\n").exit_code == 1
    assert (tmp_path / "isis.ts").exists()
    assert call(remove_command, "isis", typed="y\n").exit_code == 0
    assert call(remove_command, "voice", "--dir", str(tmp_path / "x"), "--yes").exit_code == 0
    assert list(tmp_path.glob("**/*.ts")) == []


def test_errors_are_one_sentence(server: HubServer, tmp_path: Path) -> None:
    server.answers["available_models"] = Answer(b"?")
    for command, arguments, sentence in [
        (list_command, (), "The model server's list of models is damaged."),
        (download_command, ("a/b/c",), "The model server has no model a/b/c."),
        (remove_command, ("isis", "--yes"), f"There is no model {tmp_path / 'isis.ts'}."),
    ]:
        result = call(command, *arguments)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {sentence}\n")


def program(*arguments: str, **options: object) -> subprocess.Popen:
    code = "from nn_tilde.cli.hub import download_command as run; run(prog_name='download')"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_as_a_program(server: HubServer, tmp_path: Path) -> None:
    out, err = (running := program(CARD)).communicate(timeout=60)
    assert (running.returncode, out, err) == (0, f"{tmp_path / 'isis.ts'}\n", "")
    out, err = (running := program("../../x", "--root", server.root)).communicate(timeout=60)
    assert (running.returncode, out, err.count("\n")) == (1, "", 1)
    out, err = (running := program("--help")).communicate(timeout=60)
    assert running.returncode == 0
    assert "--force" in out


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to one process on Windows")
def test_interrupted(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].stall = 100_000
    # Shells start what runs in the background with the signal ignored, and children inherit that.
    running = program(CARD, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    part = tmp_path / ".isis.ts.part"
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size == 100_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert err.strip() == "Stopped. The same command resumes the download."
    server.answers[CARD].stall = None
    assert call(download_command, CARD).exit_code == 0
    assert server.ranges()[-1] == "bytes=100000-"


def test_help_imports_nothing_heavy() -> None:
    code = "import nn_tilde.cli.hub, sys; sys.exit(bool({'torch', 'rich'} & set(sys.modules)))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, timeout=60).returncode == 0
