"""A model hub on 127.0.0.1 that can misbehave in every way the real one might."""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import os
import socket
import ssl
import threading
import time
import urllib.parse
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from nn_tilde import _core, hub


def archive(size: int = 300_000, seed: int = 0) -> bytes:
    """A small zip archive, incompressible, as a model file is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("model/data.pkl", np.random.default_rng(seed).bytes(size))
    return out.getvalue()


@dataclass
class Answer:
    """One reply. Numbers of bytes count within the body as sent."""

    body: bytes = b""
    status: int = 200
    type: str = "application/octet-stream"
    etag: str | None = '"v1"'
    modified: str | None = None
    ranges: bool = True  # obey Range
    if_range: bool = True  # obey If-Range
    location: str | None = None  # redirect
    length: int | None = -1  # Content-Length: -1 true, None not sent, else a lie
    cut: int | None = None  # hang up after so many bytes
    stall: int | None = None  # send so many bytes, then nothing more
    pause: float = 0.0  # seconds between 32 KiB


def own_environment(monkeypatch: pytest.MonkeyPatch, models: Path) -> None:
    """No proxy and no certificates of the machine; models go to `models`."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "NN_HUB_ROOT"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NN_MODELS_DIR", str(models))


def page(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, "text/html", etag=None)


def listing(models: object) -> Answer:
    return Answer(json.dumps(models).encode(), type="application/json", etag=None)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HubServer

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        card = urllib.parse.parse_qs(url.query).get("model", [""])[0]
        self.server.requests.append((self.path, dict(self.headers)))
        answer = self.server.answers.get(card or url.path.rsplit("/", 1)[-1], page("<html>no", 404))
        # A client that stops in the middle is what half of the tests are about.
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self.reply(answer)

    def reply(self, answer: Answer) -> None:
        self.close_connection = True
        body, status, start = answer.body, answer.status, 0
        asked = self.headers.get("Range")
        if asked and answer.ranges and status == 200:
            mark = self.headers.get("If-Range")
            fresh = not answer.if_range or mark in (None, answer.etag, answer.modified)
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if fresh else 0
            status = 206 if fresh and start < len(body) else 416 if fresh else 200
        self.send_response(302 if answer.location else status)
        if answer.location:
            self.send_header("Location", answer.location)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        body = b"" if status == 416 else body[start:]
        self.send_header("Content-Type", answer.type)
        for name, value in (("ETag", answer.etag), ("Last-Modified", answer.modified)):
            if value is not None:
                self.send_header(name, value)
        if answer.length is not None:
            self.send_header("Content-Length", str(len(body) if answer.length < 0 else answer.length))
        self.end_headers()
        for limit in (answer.cut, answer.stall):
            body = body if limit is None else body[:limit]
        for at in range(0, len(body), 32768):
            self.wfile.write(body[at : at + 32768])
            time.sleep(answer.pause)
        self.wfile.flush()
        if answer.stall is not None:
            self.server.closing.wait(120)  # longer than any client or busy machine takes
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


class HubServer(http.server.ThreadingHTTPServer):
    """`answers` by card, and by the last part of the path for everything else; `requests` as they came."""

    daemon_threads = False  # so that closing waits for the handlers

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.root = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}/api/"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def ranges(self) -> list[str | None]:
        """The Range header of each download so far."""
        return [headers.get("Range") for path, headers in self.requests if "download_model" in path]

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self.thread.join()

    def handle_error(self, *_: object) -> None:
        pass


CARD = "ircam/rave/isis"
MODEL = archive()


def fetch(server: HubServer, folder: Path, **options: object) -> hub.Download:
    return hub.download(CARD, folder, root=server.root, **options)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def interrupt(server: HubServer, folder: Path, at: int = 100_000) -> None:
    """Leaves a part file of `at` bytes."""
    server.answers[CARD].cut = at
    with pytest.raises(_core.Error, match="broke before everything"):
        fetch(server, folder)
    server.answers[CARD].cut = None
    assert (folder / ".isis.ts.part").stat().st_size == at
    server.requests.clear()
