"""Play any nn~ model from Python: live in blocks, or a whole piece of audio at once."""

from __future__ import annotations

import copy
import operator
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: F401  (libtorch must be in the process before our extension looks for it)

from nn_tilde import _core
from nn_tilde.contract import Attribute, Contract, Method

Error = _core.Error


def _planes(audio: Any, batch: int, channels: int) -> np.ndarray:
    """`audio` as float32 rows ordered channel · batch + example, or an `Error` that says what is wrong."""
    if not isinstance(audio, np.ndarray):
        raise Error(f"Audio is a numpy array, not {type(audio).__name__}.")
    if audio.dtype != np.float32:
        raise Error(f"Audio is float32, not {audio.dtype}: use array.astype(numpy.float32).")
    wanted = f"[{channels}, samples]" if batch == 1 else f"[{batch}, {channels}, samples]"
    if batch > 1 and audio.ndim == 3 and audio.shape[:2] == (batch, channels):
        return np.ascontiguousarray(audio.swapaxes(0, 1)).reshape(channels * batch, audio.shape[2])
    if batch == 1 and audio.ndim == 2 and audio.shape[0] == channels:
        return np.ascontiguousarray(audio)
    raise Error(f"This method takes audio of shape {wanted}, not {list(audio.shape)}.")


def _unplanes(rows: np.ndarray, batch: int) -> np.ndarray:
    if batch == 1:
        return rows
    return np.ascontiguousarray(rows.reshape(rows.shape[0] // batch, batch, rows.shape[1]).swapaxes(0, 1))


def _whole(what: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise Error(f"{what} is a whole number, not {value!r}.") from None


def _truth(what: str, value: Any) -> bool | None:
    if value is not None and value not in (True, False):
        raise Error(f"{what} is True or False, not {value!r}.")
    return None if value is None else bool(value)


class Host:
    """A model on audio, as the Max and Pd objects play it.

    Args:
        path: model file (`.ts`).
        method: which of the model's methods runs.
        block: samples per model call, rounded as in a patch; None takes what the file suggests, or 4096.
        batch: examples run at once, each with its own state.
        sample_rate: Hz, told to the model.
        threaded: run the model on a worker thread, as live hosts do; False runs it inside `process`.
        vector: samples per audio callback when it is always the same (arrays must be multiples of it);
            None allows any length at any time, at a latency that is up to a callback longer.
        tight: the smallest latency that the measured speed of the model allows (threaded only).
        late: `silence`, `hold` or `bypass`: what is heard when a block is not ready in time.
        realtime: let blocks come late, as on a stage; False waits for them.
        device: `cpu`, `cuda`, `mps`, or `gpu` for the best there is.
        warm_up_limit: seconds after which a method counts as never returning.
        accelerate: run convolutions and matrix products on packed kernels, on the CPU and where that sounds the
            same; None: yes, unless the environment says NN_TILDE_ACCELERATE=0.
        precision: `exact`, `half` or `bf16`: how exactly those compute; None: exact, unless the environment has
            another NN_TILDE_PRECISION.
        threads: 2: share the products of accelerated layers between two threads, for a model that one core is too
            slow for; the same samples.

    Raises:
        Error: one sentence, for a file, method, size or device that cannot be used.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        method: str = "forward",
        block: int | None = None,
        *,
        batch: int = 1,
        sample_rate: float = 44100,
        threaded: bool = False,
        vector: int | None = None,
        tight: bool = False,
        late: str = "silence",
        realtime: bool = False,
        device: str = "cpu",
        warm_up_limit: float = 60,
        accelerate: bool | None = None,
        precision: str | None = None,
        threads: int = 1,
    ) -> None:
        self._vector = vector
        self._batch = batch
        self._sample_rate = sample_rate
        if block is not None and not 0 <= _whole("A block", block) <= 1 << 24:
            raise Error(f"A block has 0 to 2^24 samples, not {block}.")
        self._block_request = _core.OMITTED if block is None else operator.index(block)
        self._method = method
        self._warm_up_limit = warm_up_limit
        self._said: list[str] = []  # messages of renderings
        self._record: list[tuple] = []  # what was set, in order, for renderings to start from
        self._core = _core.Host(
            Path(path),
            method=method,
            block=self._block_request,
            threaded=threaded,
            vector=_core.LARGEST_VECTOR if vector is None else _whole("A vector", vector),
            vector_varies=vector is None,
            tight=tight,
            sample_rate=sample_rate,
            batch=_whole("A batch", batch),
            late=late,
            offline=not realtime,
            device=device,
            warm_up_limit=warm_up_limit,
            accelerate=_truth("accelerate", accelerate),
            precision=None if precision is None else str(precision),
            threads=_whole("The number of threads", threads),
        )
        self._contract = Contract._from(self._core.contract())
        self._in_channels = self._core.rows_in // batch

    # What is loaded.

    @property
    def info(self) -> Contract:
        """Everything the file offers."""
        return self._contract

    @property
    def path(self) -> Path:
        return self._core.path

    @property
    def methods(self) -> dict[str, Method]:
        return self._contract.methods

    @property
    def attributes(self) -> dict[str, Attribute]:
        return self._contract.attributes

    @property
    def buffers(self) -> list[str]:
        """Keys `attribute#element` of the model's audio buffers; see `set_buffer`."""
        return self._contract.buffers

    @property
    def method(self) -> str:
        """The method that runs; assign another to switch between two blocks.

        `process` keeps the channels it began with, and so plays methods of as many channels only.
        """
        return self._method

    @method.setter
    def method(self, name: str) -> None:
        self._core.set_method(name)
        self._method = name

    @property
    def block(self) -> int:
        """Samples per model call."""
        return self._core.block

    @property
    def latency(self) -> int:
        """Samples between input and output of `process`, the model's declared delay included."""
        return self._core.latency

    @property
    def device(self) -> str:
        return self._core.device

    @property
    def accelerate(self) -> bool:
        """Whether acceleration is asked for; assign to change it while it plays, attributes stay as set."""
        return self._core.accelerate

    @accelerate.setter
    def accelerate(self, on: bool) -> None:
        self._remake(accelerate=_truth("accelerate", on))

    @property
    def precision(self) -> str:
        """`exact`, `half` or `bf16`; assign to change it while it plays, attributes stay as set."""
        return self._core.precision

    @precision.setter
    def precision(self, name: str) -> None:
        self._remake(precision=str(name))

    def _remake(self, **change: Any) -> None:
        self._core.set_acceleration(**change)
        self._contract = Contract._from(self._core.contract())

    @property
    def threads(self) -> int:
        """How many threads compute one block of accelerated layers, 1 or 2; assign to change it."""
        return self._core.threads

    @threads.setter
    def threads(self, count: int) -> None:
        self._remake(threads=_whole("The number of threads", count))

    @property
    def accelerated(self) -> bool:
        """Whether layers of the model run on packed kernels."""
        return self._core.accelerated

    @property
    def acceleration_remark(self) -> str:
        """Why acceleration was switched off for this model; or an empty text."""
        return self._core.acceleration_remark

    @property
    def remarks(self) -> str:
        """What was odd about the file, or an empty text."""
        return self._core.remarks

    def stats(self, reset: bool = False) -> dict[str, float]:
        """Blocks, misses, dropped, errors, waits, load_mean and load_peak (1.0 = all the time there is)."""
        return self._core.stats(reset)

    def messages(self) -> list[str]:
        """What the model had to say since the last call, live and in renderings: errors, late blocks."""
        lines, self._said = self._said, []
        while (line := self._core.next_message()) is not None:
            lines.append(line)
        return lines

    # Changing it.

    def set(self, name: str, *values: Any) -> None:
        """Set an attribute, one value per element, from the next block on.

        Buffer elements take float32 audio [channels, frames] at the host's sample rate, tensor
        elements any array. Raises `Error` for a wrong name, count or type; what the model itself
        refuses appears in `messages()`.
        """
        self._core.set(name, *values)
        self._forget(name)
        kept = tuple(copy.deepcopy(value) for value in values)
        self._record.append(("set", name, kept))
        for i, kind in enumerate(self.attributes[name].types):
            if kind == "buffer":  # with the rate it has now, not that of a file rendered later
                self._record.append(("set_buffer", f"{name}#{i}", kept[i], int(self._sample_rate)))

    def get(self, name: str) -> Any:
        """An attribute's value; a tuple when it has several elements."""
        values = self._core.get(name)
        return values[0] if len(values) == 1 else tuple(values)

    def set_buffer(self, key: str, audio: np.ndarray, sample_rate: int) -> None:
        """Fill the audio buffer `attribute#element` with [channels, frames] at a rate in Hz."""
        self._known_buffer(key)
        if not 0 < _whole("A sample rate", sample_rate) <= 10_000_000:
            raise Error(f"A sample rate is above 0 and at most 10,000,000 Hz, not {sample_rate}.")
        self._core.set_buffer(key, audio, sample_rate)
        self._forget(key)
        self._record.append(("set_buffer", key, np.array(audio), sample_rate))

    def clear_buffer(self, key: str) -> None:
        self._known_buffer(key)
        self._core.clear_buffer(key)
        self._forget(key)
        self._record.append(("clear_buffer", key))

    def _known_buffer(self, key: str) -> None:
        if key not in self._contract.buffers:
            known = ", ".join(self._contract.buffers) or "none"
            raise Error(f"The model has no audio buffer '{key}'; it has {known}.")

    def _forget(self, name: str) -> None:
        """Drop what was set before under this attribute, or this key of a buffer."""
        self._record = [entry for entry in self._record if entry[1] != name and entry[1].split("#")[0] != name]

    def set_sample_rate(self, sample_rate: float) -> None:
        self._core.set_sample_rate(sample_rate)
        self._sample_rate = sample_rate

    def enable(self, on: bool) -> None:
        """Off: silence, and the model rests."""
        self._core.enable(on)

    def late(self, policy: str) -> None:
        self._core.set_late(policy)

    def reset(self) -> None:
        """The state and attributes the file was saved with."""
        self._core.reset()
        self._record.clear()

    def load(self, path: str | os.PathLike[str], method: str = "forward") -> None:
        """Another model in the same channels; the old one plays until the new one is warm."""
        self._core.load(Path(path), method)
        self._contract = Contract._from(self._core.contract())
        self._method = method
        self._record.clear()

    def reload(self) -> None:
        """The same file anew, as it is on disk now."""
        self.load(self.path, self.method)

    # Audio.

    def process(self, audio: np.ndarray) -> np.ndarray:
        """The next samples of a live signal.

        Args:
            audio: float32 [channels, samples] (batch > 1: [batch, channels, samples]), any length.

        Returns:
            As many samples of the output, `latency` samples behind the input.
        """
        playing = self.methods[self._method]
        if (playing.in_channels, playing.out_channels) != (self._in_channels, self._core.rows_out // self._batch):
            raise Error(
                f"Method '{playing.name}' has {playing.in_channels} inputs and {playing.out_channels} outputs, which "
                f"this Host was not made with; make one with method='{playing.name}'."
            )
        rows = _planes(audio, self._batch, self._in_channels)
        if rows.shape[1] == 0:
            return _unplanes(np.empty((self._core.rows_out, 0), np.float32), self._batch)
        if self._vector is not None and rows.shape[1] % self._vector:
            raise Error(f"{rows.shape[1]} samples are not a multiple of the vector, {self._vector}.")
        return _unplanes(self._core.process(rows), self._batch)

    def render(
        self,
        audio: np.ndarray | str | os.PathLike[str],
        out: str | os.PathLike[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> np.ndarray | Path:
        """A whole piece of audio through the model, output aligned with the input.

        Starts from the model's saved state with the attributes set on this object, and leaves the
        live state alone. An array gives an array of as many samples. A file is written to `out`
        (default: beside it, `<name>.<model>.<suffix>`) in constant memory; its path is returned.
        `progress(done, total)` is called now and then, in samples. Blocks that fail are silent, and
        `messages()` tells why. Raises `Error` when every block fails.
        """
        from nn_tilde.render import messages_of, render_array, render_file

        if isinstance(audio, (str, os.PathLike)):
            source = Path(audio)
            target = Path(out) if out else source.with_name(f"{source.stem}.{self.path.stem}{source.suffix}")
            result = render_file(self.renderer, self.methods[self.method], source, target, progress)
            self._said += result.messages
            return result.path
        if out is not None:
            raise Error("An array is rendered to an array; `out` is for files.")
        rows = _planes(audio, self._batch, self.methods[self.method].in_channels)
        renderer = self.renderer(sample_rate=self._sample_rate, batch=self._batch)
        rendered = render_array(renderer, rows, progress)
        self._said += messages_of([renderer])
        return _unplanes(rendered, self._batch)

    def renderer(self, sample_rate: float, batch: int = 1, strict: bool = False) -> _core.Renderer:
        """A fresh offline renderer with this object's model, method, block and attributes.

        What the model refuses is left out, as it was live; `strict` raises `Error` instead.
        """
        renderer = _core.Renderer(
            self._core,
            method=self.method,
            block=self._block_request,
            batch=batch,
            sample_rate=sample_rate,
            warm_up_limit=self._warm_up_limit,
        )
        for action, name, *values in self._record:
            arguments = values[0] if action == "set" else values
            try:
                getattr(renderer, action)(name, *arguments)
            except Error:
                if strict:
                    raise
        return renderer
