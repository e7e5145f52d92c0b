"""The model hub against a server on this machine: the list, downloads, resuming."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import (
    CARD,
    MODEL,
    Answer,
    HubServer,
    archive,
    fetch,
    files,
    interrupt,
    listing,
    own_environment,
    page,
)

from nn_tilde import _core, hub


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    own_environment(monkeypatch, tmp_path / "default")
    it = HubServer()
    it.answers[CARD] = Answer(MODEL)
    yield it
    it.stop()


# The list


def test_list(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["available_models"] = listing(
        {"ircam": {"rave": {"isis": {"sr": 44100}, "../x": {}}, "vschaos2": {"a b": {}}}}
    )
    models = hub.list_models(server.root)
    assert [model.card for model in models] == [CARD, "ircam/vschaos2/a b"]
    assert models[0] == hub.Model(CARD, "ircam", "rave", "isis", {"sr": "44100"})
    monkeypatch.setenv("NN_HUB_ROOT", server.root.rstrip("/"))
    assert hub.list_models() == models
    assert [path for path, _ in server.requests] == ["/api/available_models"] * 2


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(b"{}", 404), "HTTP status 404"),
        (Answer(b"{}", 500), "HTTP status 500"),
        (page("<!doctype html>oops"), "web page"),
        (Answer(b'{"ircam": {"rave"'), "damaged"),
        (Answer(b""), "damaged"),
        (Answer(b"[1, 2]"), "damaged"),
        (Answer(b'{"error": "x"}'), "unknown form"),
        (Answer(b'{"a": 1}', cut=3), "broke before everything"),
        (Answer(b" " * (5 << 20)), "too long"),
        (Answer(location="available_models"), "without end"),
        (Answer(location="ftp://127.0.0.1/x"), "without https"),
    ],
)
def test_bad_lists(server: HubServer, answer: Answer, sentence: str) -> None:
    server.answers["available_models"] = answer
    with pytest.raises(_core.Error, match=sentence):
        hub.list_models(server.root)


def test_nobody_there(server: HubServer) -> None:
    server.stop()
    with pytest.raises(_core.Error, match="does not answer"):
        hub.list_models(server.root)


@pytest.mark.parametrize("root", ["ftp://127.0.0.1/", "127.0.0.1", "https://", "https://a:b@host/"])
def test_bad_root(root: str, tmp_path: Path) -> None:
    with pytest.raises(_core.Error, match="address of a model server"):
        hub.list_models(root)
    with pytest.raises(_core.Error, match="address of a model server"):
        hub.download(CARD, tmp_path / "models", root=root)
    assert files(tmp_path) == []


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan")])
def test_bad_timeout(server: HubServer, timeout: float) -> None:
    with pytest.raises(_core.Error, match="positive number of seconds"):
        hub.list_models(server.root, timeout)


# Downloads


def test_download(server: HubServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    got = fetch(server, tmp_path / "new" / "folder", progress=lambda *n: seen.append(n))
    assert got == hub.Download(tmp_path / "new" / "folder" / "isis.ts", False, len(MODEL), 0)
    assert Path(got).read_bytes() == MODEL
    assert files(got.path.parent) == ["isis.ts"]
    assert seen[-1] == (len(MODEL), len(MODEL))
    assert server.requests[0][0] == f"/api/download_model?model={CARD}"


def test_new_name_and_default_folder(server: HubServer, tmp_path: Path) -> None:
    got = hub.download(CARD, name="voix été", root=server.root)
    assert got.path == tmp_path / "default" / "voix été.ts"
    assert got.path.read_bytes() == MODEL


def test_escaped_card(server: HubServer, tmp_path: Path) -> None:
    server.answers["my hub/rave/a&b+c%é"] = Answer(MODEL)
    got = hub.download("my hub/rave/a&b+c%é", tmp_path, root=server.root)
    assert got.path.name == "a&b+c%é.ts"


@pytest.mark.parametrize("habit", [{"length": None}, {"type": "text/html"}, {"etag": None}])
def test_careless_servers(server: HubServer, tmp_path: Path, habit: dict) -> None:
    server.answers[CARD] = Answer(MODEL, **habit)
    assert fetch(server, tmp_path).path.read_bytes() == MODEL


@pytest.mark.parametrize(
    "card", ["isis", "a/b", "a/b/c/d", "../../x", "a/../b", "a/b/..", "a\\b\\c", "a/b/\n", "a/b/NUL", "//x"]
)
def test_hostile_cards(server: HubServer, tmp_path: Path, card: str) -> None:
    with pytest.raises(_core.Error, match=r"cannot be part|is not a model of the hub"):
        hub.download(card, tmp_path / "models", root=server.root)
    assert server.requests == []
    assert files(tmp_path) == []


def test_torn_text_as_a_name(server: HubServer, tmp_path: Path) -> None:
    with pytest.raises(_core.Error, match="cannot be"):
        hub.download("a/b/\udcff", tmp_path, root=server.root)
    with pytest.raises(_core.Error, match="cannot be"):
        hub.remove("\udcff", tmp_path)


@pytest.mark.parametrize(
    "name", ["", "../x", "/etc/x", "a/b", "..", ".hidden", "a\0b", "CON", "aux.ts", "x" * 300, "a:b", "C:\\x"]
)
def test_hostile_names(server: HubServer, tmp_path: Path, name: str) -> None:
    with pytest.raises(_core.Error, match="cannot be the name of a model"):
        fetch(server, tmp_path / "models", name=name)
    with pytest.raises(_core.Error, match="cannot be"):
        hub.remove(name.replace("/", "\\"), tmp_path)  # with slashes it would be a card
    assert server.requests == []
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (page("no", 404), "has no model ircam/rave/isis"),
        (page("no", 500), "HTTP status 500"),
        (page("<html>login"), "web page"),
        (Answer(b""), "empty file"),
        (Answer(b"", length=None), "empty file"),
        (Answer(b"no zip" * 1000), "not a whole model"),
        (Answer(MODEL[:-1]), "not a whole model"),
        (Answer(MODEL[:100_000], length=None), "not a whole model"),
        (Answer(MODEL, length=1000), "not a whole model"),
        (Answer(b"PK\3\4"), "not a whole model"),
        (Answer(MODEL, 206), "HTTP status 206"),
    ],
)
def test_bad_downloads_leave_nothing(server: HubServer, tmp_path: Path, answer: Answer, sentence: str) -> None:
    server.answers[CARD] = answer
    with pytest.raises(_core.Error, match=sentence):
        fetch(server, tmp_path)
    assert files(tmp_path) == []


def test_length_that_promises_more(server: HubServer, tmp_path: Path) -> None:
    server.answers[CARD].length = len(MODEL) + 1000
    with pytest.raises(_core.Error, match="broke before everything"):
        fetch(server, tmp_path)
    assert files(tmp_path) == [".isis.ts.part", ".isis.ts.part.json"]


@pytest.mark.parametrize("length", [-1, None])
def test_too_large(server: HubServer, tmp_path: Path, length: int | None) -> None:
    server.answers[CARD].length = length
    with pytest.raises(_core.Error, match="larger than the 200000 bytes"):
        fetch(server, tmp_path, max_bytes=200_000)
    assert files(tmp_path) == []


def test_existing_file(server: HubServer, tmp_path: Path) -> None:
    (tmp_path / "isis.ts").write_bytes(b"mine")
    assert fetch(server, tmp_path) == hub.Download(tmp_path / "isis.ts", True, 4, 0)
    assert server.requests == []
    server.answers[CARD].cut = 1000
    with pytest.raises(_core.Error, match="broke"):
        fetch(server, tmp_path, overwrite=True)
    assert (tmp_path / "isis.ts").read_bytes() == b"mine"
    server.answers[CARD].cut = None
    assert not fetch(server, tmp_path, overwrite=True).already_there
    assert (tmp_path / "isis.ts").read_bytes() == MODEL
    (tmp_path / "isis.ts").write_bytes(b"")  # what other downloaders leave when they fail
    assert fetch(server, tmp_path).bytes == len(MODEL)


def test_target_that_is_no_file(server: HubServer, tmp_path: Path) -> None:
    (tmp_path / "isis.ts").mkdir()
    with pytest.raises(_core.Error, match="is not a file"):
        fetch(server, tmp_path, overwrite=True)
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(_core.Error, match="cannot be made"):
        fetch(server, tmp_path / "file")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_part_that_is_a_link(server: HubServer, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    (tmp_path / ".isis.ts.part").symlink_to(precious)
    (tmp_path / ".isis.ts.part.json").symlink_to(precious)
    with pytest.raises(_core.Error, match="cannot be written"):
        fetch(server, tmp_path)
    (tmp_path / ".isis.ts.part").unlink()
    fetch(server, tmp_path)
    assert precious.read_bytes() == b"mine"


# Resuming


@pytest.mark.parametrize("mark", [{}, {"etag": None, "modified": "Sat, 01 Feb 2025 10:00:00 GMT"}])
def test_resume(server: HubServer, tmp_path: Path, mark: dict) -> None:
    server.answers[CARD] = Answer(MODEL, **mark)
    interrupt(server, tmp_path)
    seen: list[tuple[int, int]] = []
    got = fetch(server, tmp_path, progress=lambda *n: seen.append(n))
    assert (got.resumed_from, got.bytes) == (100_000, len(MODEL))
    assert got.path.read_bytes() == MODEL
    assert seen[0] == (100_000, len(MODEL))
    assert server.ranges() == ["bytes=100000-"]
    assert files(tmp_path) == ["isis.ts"]


@pytest.mark.parametrize(
    "change",
    [
        {"etag": '"v2"'},  # another version: the server sends it whole
        {"ranges": False},  # a server that knows no ranges
        {"etag": None},  # no mark any more
    ],
)
def test_no_resume_of_another_file(server: HubServer, tmp_path: Path, change: dict) -> None:
    interrupt(server, tmp_path)
    other = archive(seed=1)
    server.answers[CARD] = Answer(other, **change)
    got = fetch(server, tmp_path)
    assert got.resumed_from == 0
    assert got.path.read_bytes() == other
    assert server.ranges() == ["bytes=100000-"]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_mark_from_the_start(server: HubServer, tmp_path: Path, etag: str | None) -> None:
    server.answers[CARD].etag = etag
    interrupt(server, tmp_path)
    assert fetch(server, tmp_path).resumed_from == 0
    assert server.ranges() == [None]


@pytest.mark.parametrize(
    "other",
    [
        Answer(archive(seed=1), etag='"v2"', if_range=False),
        Answer(archive(200_000, seed=1), etag=None, if_range=False),
        Answer(archive(50_000, seed=1), if_range=False),
    ],
)
def test_server_that_ignores_if_range(server: HubServer, tmp_path: Path, other: Answer) -> None:
    """Such a server would glue two versions together."""
    interrupt(server, tmp_path)
    server.answers[CARD] = other
    assert fetch(server, tmp_path).path.read_bytes() == other.body
    assert server.ranges() == ["bytes=100000-", None]


@pytest.mark.parametrize("damage", ["{", "[]", '{"url": 1}', ""])
def test_damaged_record(server: HubServer, tmp_path: Path, damage: str) -> None:
    interrupt(server, tmp_path)
    (tmp_path / ".isis.ts.part.json").write_text(damage)
    assert fetch(server, tmp_path).resumed_from == 0


def test_part_of_another_card(server: HubServer, tmp_path: Path) -> None:
    interrupt(server, tmp_path)
    other = archive(seed=2)
    server.answers["you/rave/isis"] = Answer(other)
    assert hub.download("you/rave/isis", tmp_path, root=server.root).path.read_bytes() == other
    assert server.ranges() == [None]


def test_error_page_keeps_the_part(server: HubServer, tmp_path: Path) -> None:
    interrupt(server, tmp_path)
    good = server.answers[CARD]
    for bad in (page("<html>"), page("no", 503), Answer(b"sorry"), Answer(b""), Answer(location="ftp://x/")):
        server.answers[CARD] = bad
        with pytest.raises(_core.Error):
            fetch(server, tmp_path)
    server.answers[CARD] = good
    assert fetch(server, tmp_path).resumed_from == 100_000


def test_stopped_at_the_very_end(server: HubServer, tmp_path: Path) -> None:
    with pytest.raises(_core.Error, match="was stopped"):
        fetch(server, tmp_path, progress=lambda done, total: not 0 < total == done)
    assert fetch(server, tmp_path).resumed_from == len(MODEL)
    assert len(server.requests) == 1
