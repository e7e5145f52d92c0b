"""How long a prior takes for a frame: exported and hosted, beside a straightforward TorchScript step of the network.

    python scripts/bench_msprior.py [--configs decoder_only recurrent decoder_only+small] [--rounds 15] [--markdown]

One core, random weights, paired in one run. "Frame" is the share of the time that a frame lasts at 2048 samples and
44.1 kHz; "times" compares medians with the straightforward step; "GB/s" is how fast weights and memories are read, of
which one core reads at most what the last line says. Asserts nothing, for machines are noisy.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor, nn

from nn_tilde import Host
from nn_tilde.compare import measure_limits
from nn_tilde.msprior import config
from nn_tilde.msprior.export import Form
from nn_tilde.msprior.instrument import Instrument
from nn_tilde.msprior.model.prior import Prior
from nn_tilde.msprior.model.streaming import stepper_of

RATE, RATIO = 44100, 2048
LAST = 1.0 * RATIO / RATE  # seconds that a frame lasts
FRAMES = 8  # a block
PRECISIONS = ("exact", "half")


class PlainLayer(nn.Module):
    """A transformer's layer on one frame, with caches that are rolled."""

    def __init__(self, layer: nn.Module, window: int, slopes: Tensor):
        super().__init__()
        attention = layer.attention
        self.heads, self.size, self.window = attention.heads, attention.head_dim, window
        self.query, self.key_value, self.out = attention.query, attention.key_value, attention.out
        self.norm, self.feed_forward, self.feed_norm = layer.norm, layer.feed_forward, layer.feed_norm
        ages = torch.arange(window - 1, -1, -1)
        self.register_buffer("bias", (-slopes[:, None] * ages)[None, :, None])
        self.register_buffer("keys", torch.zeros(1, self.heads, window, self.size))
        self.register_buffer("values", torch.zeros(1, self.heads, window, self.size))

    def forward(self, x: Tensor) -> Tensor:
        q = self.query(x).view(1, self.heads, 1, self.size)
        k, v = self.key_value(x).view(2, 1, self.heads, 1, self.size).unbind(0)
        self.keys = torch.cat([self.keys[:, :, 1:], k], 2)
        self.values = torch.cat([self.values[:, :, 1:], v], 2)
        scores = torch.matmul(q, self.keys.transpose(2, 3)) / self.size**0.5 + self.bias
        y = torch.matmul(torch.softmax(scores, -1), self.values).view(1, -1)
        x = self.norm(x + self.out(y))
        return self.feed_norm(x + self.feed_forward(x))


class PlainRecurrent(nn.Module):
    def __init__(self, gru: nn.GRU):
        super().__init__()
        self.gru = gru
        self.register_buffer("state", torch.zeros(gru.num_layers, 1, gru.hidden_size))

    def forward(self, x: Tensor) -> Tensor:
        y, self.state = self.gru(x.unsqueeze(1), self.state)
        return y[:, 0]


class PlainStream(nn.Module):
    """Logits of one stream, told the sum of the embeddings before it."""

    def __init__(self, head: nn.Module, stream: int, dim: int):
        super().__init__()
        self.modulation = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, 2 * dim))
        self.logits = nn.Linear(dim, head.logits.bias.shape[1])
        self.activation = nn.GELU()
        place(self.logits, head.logits, stream)
        if stream:
            place(self.modulation[0], head.inside, stream - 1)
            place(self.modulation[2], head.modulation, stream - 1)
        self.first = stream == 0

    def forward(self, context: Tensor, told: Tensor) -> Tensor:
        if not self.first:
            scale, shift = self.modulation(told).chunk(2, -1)
            context = context * scale + shift
        return self.logits(self.activation(context))


def place(linear: nn.Linear, products: nn.Module, index: int) -> None:
    with torch.no_grad():
        linear.weight.copy_(products.weight[index])
        linear.bias.copy_(products.bias[index])


class Plain(nn.Module):
    """A frame of a prior as one writes it down first."""

    def __init__(self, prior: Prior):
        super().__init__()
        c = prior.config
        self.classes = c.num_tokens
        self.embedding = nn.Embedding.from_pretrained(prior.embedding.table().detach())
        if c.layer == "gru":
            self.layers = nn.ModuleList([PlainRecurrent(prior.layers)])
        else:
            self.layers = nn.ModuleList(PlainLayer(layer, c.seq_len, prior.slopes) for layer in prior.layers)
        self.streams = nn.ModuleList(PlainStream(prior.head, q, c.model_dim) for q in range(c.num_quantizers))
        self.register_buffer("previous", torch.zeros(1, c.num_quantizers, dtype=torch.int64))
        self.register_buffer("offsets", torch.arange(c.num_quantizers) * c.num_tokens)

    def forward(self, temperature: float) -> Tensor:
        x = self.embedding(self.previous + self.offsets).sum(1)
        for layer in self.layers:
            x = layer(x)
        told = torch.zeros_like(x)
        frame: list[Tensor] = []
        for q, stream in enumerate(self.streams):
            logits = torch.log_softmax(stream(x, told) / temperature, -1)
            token = torch.argmax(logits - torch.log(-torch.log(torch.rand_like(logits))), -1)
            told = told + self.embedding(token + q * self.classes)
            frame.append(token)
        self.previous = torch.stack(frame, 1)
        return self.previous


class Timed:
    """Seconds a frame of the straightforward step."""

    def __init__(self, prior: Prior):
        self.step = torch.jit.script(Plain(prior).eval())

    def __call__(self) -> float:
        begun = time.perf_counter()
        with torch.inference_mode():
            for _ in range(FRAMES):
                self.step(1.0)
        return (time.perf_counter() - begun) / FRAMES


class Hosted:
    """The same of an exported file, in the host. accelerate: as the host does unless told otherwise."""

    def __init__(self, path: Path, precision: str, accelerate: bool = True):
        self.host = Host(path, block=FRAMES * RATIO, precision=precision, accelerate=accelerate)
        self.host.set("listen", False)
        self.x = np.zeros((self.host.methods["forward"].in_channels, FRAMES * RATIO), np.float32)

    def __call__(self) -> float:
        begun = time.perf_counter()
        self.host.process(self.x)
        return (time.perf_counter() - begun) / FRAMES


def read_bytes(stepper: nn.Module, half: bool) -> float:
    """Of weights and memories that one frame reads; of the embedding only single rows are, and memories stay whole."""
    sizes = {name: b.numel() * b.element_size() for name, b in stepper.named_buffers() if name != "frames.table"}
    return sum(size / 2 if half and name.endswith("weight") else size for name, size in sizes.items())


def measure(name: str, rounds: int, folder: Path) -> list[list[str]]:
    torch.manual_seed(0)
    c = config.read(name.split("+"))
    prior = Prior(c).eval()
    stepper = stepper_of(prior)
    form = Form(RATE, RATIO, c.num_quantizers, c.num_tokens, False, c.num_tokens)
    Instrument(stepper, form, torch.zeros(1, c.num_quantizers)).eval().export_to_ts(folder / "prior.ts")
    ways = {"straightforward": Timed(prior), "exported": Hosted(folder / "prior.ts", "exact", accelerate=False)}
    ways |= {f"in the host, {p}": Hosted(folder / "prior.ts", p) for p in PRECISIONS}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for timed in ways.values():
        for _ in range(3):
            timed()
    for _ in track(range(rounds), name, transient=True):
        for way, timed in ways.items():
            seconds[way].append(timed())
    medians = {way: statistics.median(found) for way, found in seconds.items()}
    rows = []
    for way, found in medians.items():
        size = read_bytes(stepper, way.endswith("half"))
        times = medians["straightforward"] / found
        row = [name, way, f"{found * 1e3:.2f}", f"{found / LAST:.1%}", f"{times:.2f}"]
        rows.append([*row, f"{size / 1e6:.0f}", f"{size / found / 1e9:.0f}"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", nargs="+", default=["decoder_only", "recurrent", "decoder_only+small"])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    head = ["configuration", "", "ms a frame", "frame", "times", "MB read", "GB/s"]
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for name in options.configs for row in measure(name, options.rounds, Path(folder))]
    limits = measure_limits()
    closing = f"One core reads at most {limits.bytes_per_second / 1e9:.0f} GB/s from memory here."
    if options.markdown:
        print(*(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]), "", closing, sep="\n")
        return
    table = Table(box=SIMPLE_HEAD)
    for name in head:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console(width=120).print(table, closing)


if __name__ == "__main__":
    main()
