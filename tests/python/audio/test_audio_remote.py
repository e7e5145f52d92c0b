"""`rave remote_dataset` serves a dataset; `open_dataset(address)` reads it as if it were here."""

import base64
import json
import pickle
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from audio_files import shell, sound, write

from nn_tilde.audio.crops import Crops
from nn_tilde.audio.dataset import Dataset, open_dataset
from nn_tilde.audio.metadata import DatasetError, Metadata
from nn_tilde.audio.preprocess import preprocess
from nn_tilde.audio.protobuf import AudioExample, audio_buffer, decode, encode
from nn_tilde.audio.serving import DatasetServer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("remote")
    files = [write(top / f"{i}.wav", sound(0.5, channels=2, seed=i)) for i in range(3)]
    preprocess(files, top / "set", Metadata(2, False, 44100, format="store", num_signal=4096), processes=1)
    return top / "set"


@pytest.fixture(scope="module")
def address(folder):
    """The command, as typed, at a free port."""
    rave = str(Path(sys.executable).with_name("rave"))
    line = [rave, "remote_dataset", "--db_path", folder, "--port", "0", "--host", "127.0.0.1", "--n_signal", "1000"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        yield re.search(r"http://\S+", said)[0]
        process.terminate()


def test_it_reads_as_here(folder, address):
    here, there = open_dataset(folder), open_dataset(address)
    assert (len(there), there.channels, there.sampling_rate) == (len(here), 2, 44100)
    for item in range(len(here)):
        assert there.length(item) == here.length(item)
        np.testing.assert_array_equal(there.read(item, 100, 10000), here.read(item, 100, 10000))
    a, b = Crops(here, 2048, seed=1), Crops(pickle.loads(pickle.dumps(there)), 2048, seed=1)
    np.testing.assert_array_equal(a(3, 2), b(3, 2))


def test_readers_are_asked_one_at_a_time():
    class Alone(Dataset):
        channels, sampling_rate, lazy, inside, met = 1, 44100, False, 0, 0

        def __len__(self):
            return 4

        def length(self, item):
            return 1000

        def read(self, item, start, frames):
            self.inside += 1
            self.met = max(self.met, self.inside)
            time.sleep(0.02)
            self.inside -= 1
            return np.zeros((1, frames), np.float32)

    with DatasetServer(Alone(), "127.0.0.1", 0, 44100, 500) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        paths = [f"/read/{i}?start=0&frames=9" for i in range(4)] + [f"/get/{i}" for i in range(4)]
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda path: len(urlopen(address + path, timeout=30).read()), paths))
        assert server.store.met == 1
        server.shutdown()


def test_clients_of_the_release_are_served(folder, address):
    def get(path):
        with urlopen(address + path, timeout=30) as answer:
            return answer.read()

    assert json.loads(get("/len")) == len(open_dataset(folder))
    buffer = decode(base64.b64decode(get("/get/1"))).buffers["audio"]
    assert (buffer.shape, buffer.sampling_rate, buffer.array().dtype) == ((2, 1000), 44100, np.float32)
    assert b"items" in get("/")
    for wrong, code in [("/get/99", 404), ("/nothing", 404), ("/read/0", 400), ("/read/0?start=-1&frames=5", 404)]:
        with pytest.raises(HTTPError) as error:
            get(wrong)
        assert error.value.code == code
        error.value.close()


def test_a_server_of_the_release_is_read():
    x = sound(0.1, channels=2)

    class Release(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/len":
                content = b"7"
            elif self.path.startswith("/get/"):
                content = base64.b64encode(encode(AudioExample({"audio": audio_buffer(x, 0)})))
            else:
                return self.send_error(404)
            self.send_response(200)
            self.end_headers()
            return self.wfile.write(content)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Release) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = open_dataset(f"http://127.0.0.1:{server.server_port}/")
        assert (len(store), store.channels, store.sampling_rate, store.length(3)) == (7, 2, 44100, 4410)
        np.testing.assert_array_equal(store.read(3, 0, 4410), x)
        server.shutdown()


@pytest.mark.parametrize("said", [b"{}", b"[]", b"3", b"<html>", b'{"channels": 1, "sr": 44100, "lengths": "x"}'])
def test_another_server_is_a_sentence(said):
    class Other(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            return self.wfile.write(said)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(DatasetError, match="does not serve a dataset"):
            open_dataset(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


def test_what_does_not_answer_is_a_sentence(folder):
    with pytest.raises(DatasetError, match="does not answer"):
        open_dataset("http://127.0.0.1:9")
    run = shell("rave remote_dataset --db_path /nowhere/at/all")
    assert run.returncode == 1
    assert "There is no dataset" in run.stderr
