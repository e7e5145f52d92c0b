"""Our streaming pieces as ONNX nodes, frames last: [rows, channels, T] where a piece has [B, T, C]."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from nn_tilde.nn import streaming_layers as layers
from nn_tilde.nn.noise import impulse_response
from nn_tilde.nn.streaming_style import Style
from nn_tilde.rave import streaming
from nn_tilde.rave.onnx_graph import END, Graph

NOISE = "noise"


def array(x: Tensor) -> np.ndarray:
    return x.detach().float().cpu().numpy()


def scalar(value: float) -> np.ndarray:
    return np.array(value, np.float32)


def column(x: Tensor) -> np.ndarray:
    """One value per channel."""
    return array(x).reshape(1, -1, 1)


@functools.singledispatch
def emit(piece: nn.Module, g: Graph, x: str) -> str:
    """Adds the nodes of a piece that hears `x`; returns the name of what it makes."""
    raise TypeError(f"a {type(piece).__name__} has no form in ONNX yet")


@emit.register
def _(piece: layers.Chain, g: Graph, x: str) -> str:
    for part in piece.pieces:
        x = emit(part, g, x)
    return x


@emit.register
def _(piece: layers.Sum, g: Graph, x: str) -> str:
    return functools.reduce(lambda a, b: g("Add", a, b), [emit(branch, g, x) for branch in piece.branches])


@emit.register
def _(piece: layers.Past, g: Graph, x: str) -> str:
    _, frames, channels = piece.past.shape
    state = g.state((g.rows, channels, frames))
    joined = g("Concat", state, x, axis=2)
    g.next_state(state, g.slice(joined, -frames, END, 2))
    return joined


@emit.register
def _(piece: layers.Zeros, g: Graph, x: str) -> str:
    return g.pad(x, piece.left, piece.right, 2)


@emit.register
def _(piece: layers.Delay, g: Graph, x: str) -> str:
    return g.slice(emit(piece.past, g, x), 0, -piece.past.past.shape[1], 2)


@emit.register
def _(piece: layers.Taps, g: Graph, x: str) -> str:
    weight = array(piece.weight).reshape(piece.kernel, piece.inputs, -1).transpose(2, 1, 0)
    return g("Conv", x, weight, array(piece.bias), strides=[piece.stride], dilations=[piece.dilation])


@emit.register
def _(piece: layers.GroupedTaps, g: Graph, x: str) -> str:
    weight = array(piece.weight).reshape(piece.groups, piece.kernel, piece.inputs, -1).transpose(0, 3, 2, 1)
    weight = weight.reshape(-1, piece.inputs, piece.kernel)
    settings = {"strides": [piece.stride], "dilations": [piece.dilation], "group": piece.groups}
    return g("Conv", x, weight, array(piece.bias).reshape(-1), **settings)


@emit.register
def _(piece: layers.Upsample, g: Graph, x: str) -> str:
    y = g.reshape(emit(piece.taps, g, x), g.rows, piece.ratio, piece.channels, -1)
    return g.reshape(g.transpose(y, 0, 2, 3, 1), g.rows, piece.channels, -1)


@emit.register
def _(piece: layers.Crop, g: Graph, x: str) -> str:
    return g.slice(x, piece.start, -piece.end if piece.end else END, 2)


@emit.register
def _(piece: layers.LeakyReLU, g: Graph, x: str) -> str:
    return g("LeakyRelu", x, alpha=float(piece.slope))


@emit.register
def _(piece: layers.Snake, g: Graph, x: str) -> str:
    sine = g("Sin", g("Mul", x, column(piece.alpha)))
    return g("Add", x, g("Mul", g("Mul", sine, sine), column(piece.inverse)))


@emit.register
def _(piece: layers.Affine, g: Graph, x: str) -> str:
    return g("Add", g("Mul", x, column(piece.gain)), column(piece.shift))


@emit.register
def _(piece: Style, g: Graph, x: str) -> str:
    """The styles a checkpoint knows; none are learned in ONNX."""
    source, target = piece.source, piece.target
    if not (source.known and target.known):
        return x
    gain = target.variance[:1].sqrt() / (source.variance[:1].sqrt() + 1e-5)
    return g("Add", g("Mul", x, column(gain)), column(target.mean[:1] - source.mean[:1] * gain))


@emit.register
def _(piece: layers.Residual, g: Graph, x: str) -> str:
    joined = emit(piece.past, g, x)
    y = emit(piece.rest, g, emit(piece.first, g, emit(piece.activation, g, joined)))
    past = piece.past
    extra = past.left + past.right if isinstance(past, layers.Zeros) else past.past.shape[1]
    after = extra - piece.start
    return g("Add", y, g.slice(joined, piece.start, -after if after else END, 2))


@emit.register
def _(piece: layers.Recurrent, g: Graph, x: str) -> str:
    gru, size = piece.gru, piece.gru.hidden_size
    x = g.transpose(x, 2, 0, 1)  # [T, rows, C]

    def gates(weight: Tensor) -> np.ndarray:
        """torch has reset, update, new; ONNX update, reset, new."""
        reset, update, new = array(weight).reshape(3, size, -1)
        return np.concatenate([update, reset, new])[None]

    for i in range(gru.num_layers):
        weights = [gates(getattr(gru, f"weight_{side}_l{i}")) for side in ("ih", "hh")]
        biases = [gates(getattr(gru, f"bias_{side}_l{i}")).reshape(1, -1) for side in ("ih", "hh")]
        state = g.state((1, g.rows, size)) if piece.carry else ""
        settings = {"outputs": 2, "hidden_size": size, "linear_before_reset": 1}
        y, last = g("GRU", x, *weights, np.concatenate(biases, 1), "", state, **settings)
        if state:
            g.next_state(state, last)
        x = g("Squeeze", y, np.array([1], np.int64))
    return g.transpose(x, 1, 2, 0)


def mod_sigmoid(g: Graph, x: str) -> str:
    power = g("Pow", g("Sigmoid", x), scalar(2.3))
    return g("Add", g("Mul", power, scalar(2)), scalar(1e-7))


@emit.register
def _(piece: layers.Noise, g: Graph, x: str) -> str:
    """Made of the input `noise`, uniform in −1…1: [1, T/size, out, size].

    The filter of an amplitude is linear in it and has few taps: a product with a matrix, and a sum over shifts.
    """
    out, bands, size = piece.channels, piece.bands, piece.size
    amplitude = mod_sigmoid(g, g("Sub", emit(piece.net, g, x), scalar(5)))
    amplitude = g.transpose(g.reshape(amplitude, 1, out, bands, -1), 0, 3, 1, 2)
    taps = array(impulse_response(torch.eye(bands), size))
    used = [k for k in range(size) if np.any(taps[:, k])]
    response = g("MatMul", amplitude, taps[:, used])
    noise = g.input(NOISE, (1, "noise_frames", out, size))
    y = ""
    for i, k in enumerate(used):
        shifted = g.pad(g.slice(noise, 0, size - k, 3), k, 0, 3, 4)
        term = g("Mul", g.slice(response, i, i + 1, 3), shifted)
        y = g("Add", y, term) if y else term
    return g.reshape(g.transpose(y, 0, 2, 1, 3), 1, out, -1)


@emit.register
def _(piece: streaming.Raw, g: Graph, x: str) -> str:
    return x  # frames last, as audio is


@contextmanager
def each_channel(g: Graph) -> Iterator[int]:
    """Within, every channel of the audio is a row by itself; their number."""
    g.rows = g.channels
    yield g.rows
    g.rows = 1


def _turned(g: Graph, x: str, signs: Tensor, rows: int) -> str:
    """Bands [rows, M, F] with the signs of even and odd frames."""
    pairs = g.reshape(x, rows, signs.shape[1], -1, 2)
    return g.reshape(g("Mul", pairs, array(signs.t())[None, :, None, :]), rows, signs.shape[1], -1)


@emit.register
def _(piece: streaming.Analysis, g: Graph, x: str) -> str:
    with each_channel(g) as rows:
        bands = emit(piece.net, g, g.reshape(x, rows, 1, -1))
        return g.reshape(_turned(g, bands, piece.signs, rows), 1, rows * piece.bands, -1)


@emit.register
def _(piece: streaming.Synthesis, g: Graph, x: str) -> str:
    with each_channel(g) as rows:
        y = emit(piece.net, g, _turned(g, g.reshape(x, rows, piece.bands, -1), piece.signs, rows))
        return g.reshape(g.transpose(y, 0, 2, 1), 1, rows, -1)


@emit.register
def _(piece: streaming.MelFrames, g: Graph, x: str) -> str:
    """The transform is a convolution with windowed cosines and sines."""
    size, hop, margin = piece.n_fft, piece.hop, piece.margin
    with each_channel(g) as rows:
        x = g.reshape(x, rows, 1, -1)
        if piece.streaming:
            x, more = emit(piece.past, g, x), piece.past.past.shape[1]
        else:
            x, more = g.pad(x, margin, margin, 2, mode="reflect"), 2 * margin
        phase = 2 * np.pi / size * np.outer(np.arange(size // 2 + 1), np.arange(size))
        basis = np.concatenate([np.cos(phase), -np.sin(phase)]) * array(piece.window)
        parts = g("Conv", x, basis[:, None].astype(np.float32), strides=[hop])
        squares = g.reshape(g("Mul", parts, parts), rows, 2, size // 2 + 1, -1)
        power = g("ReduceSum", squares, np.array([1], np.int64), keepdims=0)
        mels = g("Log", g("Add", g("MatMul", array(piece.filters.t()), power), scalar(1)))
        extra = (more - size) // hop + 1
        if extra:
            mels = g.slice(mels, 0, -extra, 2)
        return g.reshape(mels, 1, rows * piece.filters.shape[1], -1)


@emit.register
def _(piece: streaming.HeadV1, g: Graph, x: str) -> str:
    both, channels = emit(piece.both, g, x), piece.channels
    loudness = mod_sigmoid(g, g.slice(both, channels, END, 1))
    y = g("Mul", g("Tanh", g.slice(both, 0, channels, 1)), loudness)
    return y if piece.noise is None else g("Add", y, emit(piece.noise, g, x))


@emit.register
def _(piece: streaming.HeadV2, g: Graph, x: str) -> str:
    y, channels = emit(piece.waveform, g, x), piece.channels
    if piece.modulated:
        y = g("Mul", g.slice(y, 0, channels, 1), g("Sigmoid", g.slice(y, channels, END, 1)))
    return g("Tanh", y if piece.noise is None else g("Add", y, emit(piece.noise, g, x)))
