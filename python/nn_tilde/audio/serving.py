"""A dataset served over HTTP.

/            a page that says what is served
/metadata    {"channels", "sr", "lengths": [samples of each item]}
/read/<i>    ?start=&frames=: float32, little endian, one channel after the other
/len         how many items, and
/get/<i>     a random crop as base64 of an AudioExample: what clients of the release ask for
"""

from __future__ import annotations

import base64
import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .crops import Crops
from .dataset import Dataset
from .protobuf import AudioExample, audio_buffer, encode

_MOST = 1 << 26  # samples in one answer


class DatasetServer(ThreadingHTTPServer):
    """serve_forever() serves `store`; sampling_rate and n_signal are those of /get."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, store: Dataset, host: str, port: int, sampling_rate: int, n_signal: int, name: str = ""):
        super().__init__((host, port), _Handler)
        self.store, self.name = store, name
        self.crops = Crops(store, n_signal, sampling_rate=sampling_rate)
        self.lock = threading.Lock()  # readers keep what they opened for one caller at a time
        self.asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: DatasetServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        parts = [part for part in url.path.split("/") if part]
        store = self.server.store
        try:
            if not parts:
                return self._send(self._page().encode(), "text/html; charset=utf-8")
            if parts == ["len"]:
                return self._send(json.dumps(len(store)).encode(), "application/json")
            if parts == ["metadata"]:
                return self._send(json.dumps(self._about()).encode(), "application/json")
            if len(parts) == 2 and parts[0] in ("get", "read") and 0 <= int(parts[1]) < len(store):
                if parts[0] == "get":
                    return self._send(self._crop(int(parts[1])), "text/plain")
                query = parse_qs(url.query)
                start, frames = int(query["start"][0]), int(query["frames"][0])
                if start >= 0 and 0 <= frames * store.channels <= _MOST:
                    with self.server.lock:
                        audio = store.read(int(parts[1]), start, frames)
                    return self._send(audio.astype("<f4").tobytes(), "application/octet-stream")
        except (ValueError, KeyError) as error:  # a request that is none, or a file that cannot be read any more
            return self.send_error(400, explain=str(error))
        return self.send_error(404)

    def _about(self) -> dict:
        store = self.server.store
        with self.server.lock:
            lengths = [store.length(item) for item in range(len(store))]
        return {"channels": store.channels, "sr": store.sampling_rate, "lengths": lengths}

    def _crop(self, item: int) -> bytes:
        with self.server.lock:
            self.server.asked += 1
            crop = self.server.crops(self.server.asked, item)
        buffer = audio_buffer(crop, self.server.crops.sampling_rate)
        return base64.b64encode(encode(AudioExample({"audio": buffer})))

    def _page(self) -> str:
        store = self.server.store
        return (
            f"<!doctype html><title>rave remote_dataset</title><h1>{html.escape(self.server.name)}</h1>"
            f"<p>{len(store)} items, {store.channels} channels at {store.sampling_rate} Hz."
            f"<p>rave train --db_path http://{html.escape(self.headers.get('Host', 'this-host'))}"
        )

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args) -> None:
        """Not a line for each of a million requests."""
