"""Datasets of tokens that go round in cycles, and trainings on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from click.testing import CliRunner
from same_training import assert_same

from nn_tilde.msprior.cli.train import command
from nn_tilde.msprior.data.metadata import Metadata, Recording, values_of
from nn_tilde.msprior.data.store import StoreWriter
from nn_tilde.train import checkpoint

RATE, RATIO = 8000, 256
STREAMS, CLASSES, FEATURES = 3, 16, 5
KEYS = {
    "semantic_indices": {"width": 1, "ratio": 4, "kind": "tokens", "num_tokens": CLASSES},
    "semantic_features": {"width": FEATURES, "ratio": 4, "kind": "features", "num_tokens": 0},
}
SMALL = (
    *("MODEL_DIM=16", "HEAD_DIM=4", "NUM_LAYERS=1", "SEQ_LEN=16", "DROPOUT_RATE=0"),
    *("build_warmed_exponential_lr_scheduler.peak_iteration=5", "AdamW.lr=0.01"),
)


def cycles(recording: int, frames: int, streams: int = STREAMS, classes: int = CLASSES) -> np.ndarray:
    """int16 [frames, streams]: each stream counts up, by an odd step of its own, from where the recording begins."""
    t = np.arange(frames)[:, None]
    return ((t * (2 * np.arange(streams) + 1) + 5 * recording) % classes).astype(np.int16)


def dataset(
    folder: Path,
    lengths: tuple[int, ...] = (80, 90, 100, 110),
    streams: int = STREAMS,
    classes: int = CLASSES,
    *,
    semantic: bool = False,
    continuous: bool = False,
) -> Path:
    """A store of `msprior preprocess`, of recordings of `cycles`; `semantic` is the first stream, at a quarter."""
    folder.mkdir(parents=True)
    keys = KEYS if semantic else {}
    about = {
        "sampling_rate": RATE,
        "ratio": RATIO,
        "quantizers": streams,
        "channels": 1,
        "continuous": continuous,
        "num_tokens": classes,
        "levels": classes,
        "rave": "rave.ts",
        "rave_digest": "0",
        "num_secs": 1.0,
        "overlap": 0.0,
        "normalize": False,
        "silence_threshold": None,
    }
    metadata = Metadata(**about, keys=keys, complete=True)
    metadata.write(folder)
    writer = StoreWriter(folder, metadata)
    for i, frames in enumerate(lengths):
        tokens = cycles(i, frames, streams, classes)
        first = tokens[::4, :1][: values_of(frames, 4)].astype(np.int32)
        wave = np.cos(first * 2 * np.pi / classes * np.arange(1, FEATURES + 1))
        values = {"semantic_indices": first, "semantic_features": wave} if semantic else {}
        writer.append(Recording(f"/sounds/{i}.wav", 1, 1, frames, 0, frames * RATIO), tokens, values)
    writer.sync()
    writer.close()
    return folder


def run(*words: str, code: int = 0, gpu: str = "-1") -> str:
    """Output of `msprior train`, which ends with `code`."""
    result = CliRunner().invoke(command, [*words, *(["--gpu", gpu] if gpu else []), "--noprogress"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


class Trainer:
    """Trains in the working folder: run `name` in runs/, on `data`."""

    def __init__(self, data: Path):
        self.data = data

    def __call__(self, *words, name="a", steps=4, data=None, code=0, config=(), override=(), small=True):
        configs = [word for each in config for word in ("--config", each)]
        overrides = [word for each in (*(SMALL if small else ()), *override) for word in ("--override", each)]
        fixed = ("--db_path", str(data or self.data), "--name", name, "--max_steps", str(steps))
        sizes = ("--batch_size", "8", "--val_every", "100")
        given = [w for i in range(0, len(sizes), 2) if sizes[i] not in words for w in sizes[i : i + 2]]
        return run(*fixed, *given, *configs, *overrides, *words, code=code)


def state(name: str = "a", which: str = "last") -> dict:
    return checkpoint.load(Path("runs") / name / "checkpoints" / f"{which}.ckpt")


def curve(name: str, scalar: str) -> list[float]:
    return state(name)["nn_tilde"]["history"][scalar]["values"]


def assert_same_training(a: str, b: str) -> None:
    """Two runs stand where they would go on alike."""
    assert_same(state(a), state(b))


class Codes(torch.nn.Module):
    """A discrete RAVE as its file shows itself: silence becomes zeros, and there are codebooks."""

    def __init__(self, streams: int = STREAMS, classes: int = CLASSES, discrete: bool = True):
        super().__init__()
        self.encoder = DiscreteEncoder(streams, classes) if discrete else VariationalEncoder()
        self.sr = RATE
        self.streams = streams
        self.register_buffer("encode_params", torch.tensor([1, 1, streams, RATIO]))
        self.register_buffer("decode_params", torch.tensor([streams, RATIO, 1, 1]))

    @torch.jit.export
    def encode(self, x):
        return torch.zeros(x.shape[0], self.streams, x.shape[2] // 256)

    @torch.jit.export
    def decode(self, z):
        return torch.zeros(z.shape[0], 1, z.shape[2] * 256)

    def forward(self, x):
        return self.decode(self.encode(x))


class Book(torch.nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.register_buffer("embed", torch.randn(classes, 6))


class Layer(torch.nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.codebook = Book(classes)


class DiscreteEncoder(torch.nn.Module):
    def __init__(self, streams: int, classes: int):
        super().__init__()
        self.layers = torch.nn.ModuleList(Layer(classes) for _ in range(streams))

    def forward(self, x):
        return x


class VariationalEncoder(torch.nn.Module):
    def forward(self, x):
        return x


def rave(path: Path, **options) -> Path:
    torch.manual_seed(0)
    torch.jit.script(Codes(**options)).save(str(path))
    return path
