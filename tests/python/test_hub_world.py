"""The model hub in the world: certificates, time limits, being stopped, other programs; removing."""

from __future__ import annotations

import itertools
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from hub_server import CARD, MODEL, Answer, HubServer, fetch, files, interrupt, own_environment

from nn_tilde import _core, hub


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_environment(monkeypatch, tmp_path / "default")


@pytest.fixture
def server() -> Iterator[HubServer]:
    it = HubServer()
    it.answers[CARD] = Answer(MODEL)
    yield it
    it.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[HubServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    it = HubServer(context)
    it.answers[CARD] = Answer(MODEL)
    yield it
    it.stop()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


# Certificates and redirects


def test_tls(secure: HubServer, ca_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(_core.Error, match="not trusted"):
        fetch(secure, tmp_path / "models")
    assert files(tmp_path / "models") == []
    assert fetch(secure, tmp_path / "models", ca_file=ca_file).bytes == len(MODEL)
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(ca_file))
        fetch(secure, tmp_path / name)
        monkeypatch.setenv(name, str(tmp_path / "missing"))
        with pytest.raises(_core.Error, match=f"named by the environment variable {name}"):
            fetch(secure, tmp_path / "models", overwrite=True)
        monkeypatch.delenv(name)
    with pytest.raises(_core.Error, match="does not exist"):
        fetch(secure, tmp_path / "models", overwrite=True, ca_file=tmp_path / "missing")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(_core.Error, match="certificate authorities cannot be read"):
        fetch(secure, tmp_path / "models", overwrite=True, ca_file=tmp_path / "empty")


def test_certificate_of_another_server(secure: HubServer, ca_file: Path, tmp_path: Path) -> None:
    root = secure.root.replace("127.0.0.1", "localhost")
    with pytest.raises(_core.Error, match="not trusted"):
        hub.download(CARD, tmp_path, root=root, ca_file=ca_file)


def test_redirects(secure: HubServer, server: HubServer, ca_file: Path, tmp_path: Path) -> None:
    secure.answers[CARD] = Answer(location=f"{server.root}download_model?model={CARD}")
    with pytest.raises(_core.Error, match="without https"):
        fetch(secure, tmp_path, ca_file=ca_file)
    assert server.requests == []
    secure.answers[CARD] = Answer(b"moved", location="elsewhere/isis", etag='"other"')
    secure.answers["isis"] = Answer(MODEL, cut=100_000)
    with pytest.raises(_core.Error, match="broke"):
        fetch(secure, tmp_path, ca_file=ca_file)
    secure.answers["isis"] = Answer(MODEL)
    assert fetch(secure, tmp_path, ca_file=ca_file).resumed_from == 100_000
    server.answers[CARD] = Answer(location=f"{secure.root}elsewhere/isis")  # a step up is fine
    assert fetch(server, tmp_path / "up", ca_file=ca_file).bytes == len(MODEL)


# Time, stopping, company


@pytest.mark.parametrize("limits", [{"timeout": 0.3}, {"total_timeout": 0.3}])
def test_stall(server: HubServer, tmp_path: Path, limits: dict) -> None:
    server.answers[CARD].stall = 100_000
    start = time.monotonic()
    with pytest.raises(_core.Error, match=r"stopped sending|longer than the time allowed"):
        fetch(server, tmp_path, **limits)
    assert 0.25 < time.monotonic() - start < 20  # the default is 30 s
    server.answers[CARD].stall = None
    assert fetch(server, tmp_path).resumed_from == 100_000


def test_list_that_never_comes(server: HubServer) -> None:
    server.answers["available_models"] = Answer(b"{}", stall=0)
    with pytest.raises(_core.Error, match="stopped sending"):
        hub.list_models(server.root, 0.3)


def test_stop_from_progress(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].stall = 100_000
    beats: list[float] = []

    def stop(done: int, total: int) -> bool:
        beats.append(time.monotonic())
        return done < 100_000 or len(beats) < 4

    with pytest.raises(_core.Error, match="was stopped; ask again to resume"):
        fetch(server, tmp_path, progress=stop)
    # Also while nothing comes, which alone would end it after 30 s.
    assert time.monotonic() - beats[-1] < 15
    assert max(b - a for a, b in itertools.pairwise(beats)) < 15
    server.answers[CARD].stall = None
    assert fetch(server, tmp_path, progress=lambda *_: None).resumed_from == 100_000


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_exception_in_progress(server: HubServer, tmp_path: Path, error: type[BaseException]) -> None:
    def fail(done: int, total: int) -> None:
        raise error("mine")

    with pytest.raises(error, match="mine"):
        fetch(server, tmp_path, progress=fail)
    assert fetch(server, tmp_path).bytes == len(MODEL)


def test_other_threads_run_meanwhile(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].pause = 0.05
    done = threading.Event()
    worker = threading.Thread(target=lambda: (fetch(server, tmp_path), done.set()))
    worker.start()
    turns = 0
    while not done.wait(0.005) and turns < 2000:
        turns += 1
    worker.join()
    assert turns > 20


def test_two_threads_one_download(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].pause = 0.02
    results: list[hub.Download] = []
    workers = [threading.Thread(target=lambda: results.append(fetch(server, tmp_path))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(result.already_there for result in results) == [False, True, True, True]
    assert len(server.requests) == 1
    assert (tmp_path / "isis.ts").read_bytes() == MODEL
    assert files(tmp_path) == ["isis.ts"]


def start(server: HubServer, folder: Path) -> subprocess.Popen:
    code = "import sys; from nn_tilde import hub; hub.download(*sys.argv[1:3], root=sys.argv[3])"
    return subprocess.Popen(
        [sys.executable, "-c", code, CARD, str(folder), server.root],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_two_programs_one_download(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].pause = 0.1
    programs = [start(server, tmp_path) for _ in range(2)]
    assert [program.wait(60) for program in programs] == [0, 0]
    assert len(server.requests) == 1
    assert (tmp_path / "isis.ts").read_bytes() == MODEL
    assert files(tmp_path) == ["isis.ts"]


def test_a_killed_program_leaves_no_lock(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].stall = 100_000
    program = start(server, tmp_path)
    part = tmp_path / ".isis.ts.part"
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size == 100_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(_core.Error, match="longer than the time"):  # it holds the lock
        fetch(server, tmp_path, total_timeout=0.2)
    assert len(server.requests) == 1
    program.kill()
    program.wait(60)
    server.answers[CARD].stall = None
    assert fetch(server, tmp_path).resumed_from == 100_000


# Removing


def test_remove(server: HubServer, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    assert hub.remove("isis", tmp_path) == tmp_path / "isis.ts"
    with pytest.raises(_core.Error, match="There is no model"):
        hub.remove("isis", tmp_path)
    interrupt(server, tmp_path)
    (tmp_path / "isis.ts").write_bytes(b"x")
    (tmp_path / "other.ts").write_bytes(b"x")
    hub.remove(CARD, tmp_path)
    assert files(tmp_path) == ["other.ts"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_remove_only_plain_files(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"x")
    (tmp_path / "link.ts").symlink_to(tmp_path / "precious")
    (tmp_path / "folder.ts").mkdir()
    for name in ("link", "folder.ts"):
        with pytest.raises(_core.Error, match="not a plain file"):
            hub.remove(name, tmp_path)
    for name in ("../precious", "a/b/../precious", "precious"):
        with pytest.raises(_core.Error):
            hub.remove(name, tmp_path)
    assert files(tmp_path) == ["folder.ts", "link.ts", "precious"]


def test_models_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert hub.models_dir() == tmp_path / "default"
    monkeypatch.delenv("NN_MODELS_DIR")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    for platform, parts in {
        "linux": (".local", "share"),
        "darwin": ("Library", "Application Support"),
        "win32": ("local",),
    }.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert hub.models_dir() == tmp_path.joinpath(*parts, "nn_tilde", "models")
