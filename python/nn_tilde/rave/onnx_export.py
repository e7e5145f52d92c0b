"""A trained network as an ONNX file: audio in, audio out, no chance but the noise it is given.

    audio_in [1, C, T]  T a multiple of the ratio → audio_out [1, C, T]
    noise               models with a noise branch: uniform in −1…1, [1, T/…, rows, samples]; zeros for none
    state_0, …          streaming: zeros at first, then what state_0_next, … were in the call before

Latents are the means of their distributions, all of them. `metadata_props` of the file tell sample_rate, ratio and
delay, in Hz and samples.
"""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch

from nn_tilde.nn.conv import fold_weight_norm
from nn_tilde.nn.streaming_layers import Delay, Noise
from nn_tilde.rave import streaming
from nn_tilde.rave.generators import GeneratorV1
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.onnx_graph import Graph
from nn_tilde.rave.onnx_layers import array, each_channel, emit, scalar
from nn_tilde.rave.receptive import receptive_field

TOLERANCE = 1e-4  # between torch and onnxruntime, of full scale


@dataclass(frozen=True)
class Built:
    """delay: samples behind the network that hears whole recordings. states: input → its shape.
    noise: samples of audio that a frame of that input lasts, and its axes after the frames; None without it."""

    model: onnx.ModelProto
    delay: int
    states: dict[str, tuple[int, ...]]
    noise: tuple[int, int, int] | None


def build(rave: RAVE, streams: bool = False, noise: bool = True) -> Built:
    """The file in memory. noise: False leaves that branch out."""
    rave = fold_weight_norm(copy.deepcopy(rave)).eval().requires_grad_(False)
    if not noise:
        leave_out_noise(rave)
    with torch.no_grad():
        encoder, decoder = streaming.encoder(rave, streams), streaming.decoder(rave, streams)
    g = Graph(rave.n_channels)
    x = g.input("audio_in", (1, rave.n_channels, "samples"))
    y = emit(decoder, g, _latents(rave, g, emit(encoder, g, x)))
    delay = encoder.delay * rave.ratio + decoder.delay
    if delay < 0:  # before its twin that hears whole recordings: it waits
        with each_channel(g) as rows:
            y = g.reshape(emit(Delay(-delay, 1), g, g.reshape(y, rows, 1, -1)), 1, rows, -1)
        delay = 0
    g.output("audio_out", y, (1, rave.n_channels, "samples"))
    about = {"sample_rate": rave.config.sampling_rate, "ratio": rave.ratio, "delay": delay, "streaming": int(streams)}
    model = g.model("rave", {key: str(value) for key, value in about.items()})
    branch = next((part for part in decoder.modules() if isinstance(part, Noise)), None)
    if branch is None:
        return Built(model, delay, g.states, None)
    hop = rave.config.n_band if rave.config.output_mode == "pqmf" else 1
    return Built(model, delay, g.states, (branch.size * hop, branch.channels, branch.size))


def leave_out_noise(rave: RAVE) -> None:
    """In place: the generator without its noise branch."""
    decoder = rave.decoder
    if isinstance(decoder, GeneratorV1):
        decoder.synth["branches"] = decoder.synth["branches"][:2]
    elif decoder.noise is not None:
        decoder.net.append(decoder.waveform_module)
        del decoder.noise_module, decoder.waveform_module


def _latents(rave: RAVE, g: Graph, raw: str) -> str:
    """`RAVE.encoder.mean`: raw [1, L·outputs, F] → [1, L + noise channels, F]."""
    kind, c = rave.config.regularization, rave.config
    z = raw
    if kind == "variational":
        z = g.slice(raw, 0, c.latent_size, 1)
    elif kind == "spherical":
        z = g("Div", raw, g("Max", g("ReduceL2", raw, axes=[1], keepdims=1), scalar(1e-8)))
    elif kind == "discrete" and rave.encoder.enabled:
        rest, z = g.transpose(raw, 0, 2, 1), ""
        for layer in rave.encoder.rvq.layers:
            book = array(layer.codebook.embed)
            distance = g("Sub", (book**2).sum(1), g("MatMul", rest, 2 * book.T))
            code = g("Gather", book, g("ArgMin", distance, axis=2, keepdims=0), axis=0)
            rest, z = g("Sub", rest, code), g("Add", z, code) if z else code
        z = g.transpose(z, 0, 2, 1)
    return g.pad(z, 0, c.noise_augmentation, 1) if c.noise_augmentation else z


class Session:
    """onnxruntime on such a file, block after block."""

    def __init__(self, content: bytes, built: Built):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self.names = [output.name for output in self.session.get_outputs()]
        self.states = {name: np.zeros(shape, np.float32) for name, shape in built.states.items()}
        self.noise = built.noise

    def __call__(self, audio: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
        """float32 [1, C, T] → the same; noise None: zeros."""
        inputs = {"audio_in": audio, **self.states}
        if self.noise is not None:
            samples, *axes = self.noise
            silent = np.zeros((1, audio.shape[2] // samples, *axes), np.float32)
            inputs["noise"] = silent if noise is None else noise
        made = dict(zip(self.names, self.session.run(self.names, inputs), strict=True))
        self.states = {name: made[f"{name}_next"] for name in self.states}
        return made["audio_out"]


def difference(rave: RAVE, content: bytes, built: Built) -> float:
    """The largest between the network without noise and what onnxruntime makes of the file, in blocks if it streams.

    Relative to the peak, if that is above full scale.
    """
    rave = copy.deepcopy(rave).eval()
    leave_out_noise(rave)
    ratio = rave.ratio
    settled = -(-(sum(receptive_field(rave.config)) + built.delay) // ratio) + 2
    x = 0.3 * torch.randn(1, rave.n_channels, 3 * settled * ratio, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = rave(x).numpy()
    session, scale = Session(content, built), max(1.0, float(np.abs(whole).max()))
    if not built.states:
        return float(np.abs(session(x.numpy()) - whole).max()) / scale
    blocks = [session(block.numpy()) for block in x.split([ratio, 2 * ratio, (3 * settled - 3) * ratio], -1)]
    made = np.concatenate(blocks, 2)[..., built.delay :]
    # At both ends a stream hears something else than silence around a recording.
    inner = slice(settled * ratio, 2 * settled * ratio)
    return float(np.abs(made[..., inner] - whole[..., inner]).max()) / scale


def export_onnx(rave: RAVE, path: Path, streams: bool = False, noise: bool = True) -> Built:
    """Writes the file, once onnxruntime has rendered it like the network. Raises ValueError when it does not."""
    built = build(rave, streams, noise)
    content = built.model.SerializeToString()
    if (error := difference(rave, content, built)) > TOLERANCE:
        raise ValueError(
            f"onnxruntime renders this model differently (by {error:.1g} of full scale); nothing was written."
        )
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
    return built
