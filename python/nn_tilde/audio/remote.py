"""A dataset that another machine serves over HTTP: the client. Also understands the server of the release."""

from __future__ import annotations

import base64
import json
import time
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

from .dataset import Dataset
from .metadata import DatasetError
from .protobuf import decode

_PATIENCE = 60.0  # seconds for which a server that went away is waited for, since a training may be days old
_TIMEOUT = 30.0  # seconds for one answer


class RemoteDataset(Dataset):
    """A server of `rave remote_dataset`. Lengths come with the first answer, audio when it is read."""

    def __init__(self, address: str):
        self.address, self.lazy = address.rstrip("/"), False
        try:
            about = json.loads(self._get("/metadata", patience=0.0))
        except HTTPError as error:
            if error.code != 404:
                raise DatasetError(f"'{address}' answers with error {error.code}.") from None
            about = self._about_release()
        except DatasetError:
            raise
        except ValueError:
            raise DatasetError(f"'{address}' does not serve a dataset.") from None
        try:
            self.channels, self.sampling_rate = int(about["channels"]), int(about["sr"])
            self._lengths = np.asarray(about["lengths"], np.int64)
        except (KeyError, TypeError, ValueError):
            raise DatasetError(f"'{address}' does not serve a dataset.") from None
        self._cuts = bool(about.get("cuts", False))  # the server cuts and varies by itself
        if not len(self._lengths):
            raise DatasetError(f"The dataset at '{address}' is empty.")

    def _about_release(self) -> dict:
        """The release says how many, and gives crops of the length that it was started with."""
        try:
            count = int(json.loads(self._get("/len", patience=0.0)))
            audio, rate = self._crop(0)
        except DatasetError:
            raise
        except (HTTPError, ValueError, KeyError):
            raise DatasetError(f"'{self.address}' does not serve a dataset.") from None
        return {"channels": audio.shape[0], "sr": rate or 44100, "lengths": [audio.shape[1]] * count, "cuts": True}

    def _crop(self, item: int) -> tuple[np.ndarray, int]:
        buffer = decode(base64.b64decode(self._get(f"/get/{item}"))).buffers["audio"]
        values = buffer.array().astype(np.float32)
        return values.reshape(buffer.shape[0] if len(buffer.shape) == 2 else 1, -1), buffer.sampling_rate

    def __len__(self) -> int:
        return len(self._lengths)

    def length(self, item: int) -> int:
        return int(self._lengths[item])

    def read(self, item: int, start: int, frames: int) -> np.ndarray:
        out = np.zeros((self.channels, frames), np.float32)
        if self._cuts:
            got = self._crop(item)[0][:, start : start + frames]
        else:
            query = urlencode({"start": start, "frames": frames})
            got = np.frombuffer(self._get(f"/read/{item}?{query}"), "<f4").reshape(self.channels, -1)
        out[:, : got.shape[1]] = got
        return out

    def _get(self, path: str, patience: float = _PATIENCE) -> bytes:
        until = time.monotonic() + patience
        pause = 0.1
        while True:
            try:
                with urlopen(self.address + path, timeout=_TIMEOUT) as answer:
                    return answer.read()
            except HTTPError:
                raise
            except (URLError, HTTPException, OSError) as error:
                if time.monotonic() + pause > until:
                    reason = getattr(error, "reason", None) or error
                    raise DatasetError(f"'{self.address}' does not answer ({reason}).") from None
            time.sleep(pause)
            pause = min(2 * pause, 5.0)
