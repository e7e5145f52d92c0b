"""Parts that stand in for trained ones: a network whose tokens tell what it was fed, a RAVE of a few lines."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import nn_tilde
from nn_tilde.msprior.instrument import Form, Instrument


class Chain(nn.Module):
    """A stepper whose state is a checksum of all frames it was fed and all it was told, in their order."""

    def __init__(self, quantizers: int, num_tokens: int):
        super().__init__()
        self.quantizers, self.num_tokens = quantizers, num_tokens
        self.register_buffer("state", torch.zeros(1, dtype=torch.int64))
        self.register_buffer("fed", torch.zeros(1, 0, quantizers, dtype=torch.int64))

    def begin(self, batch: int) -> None:
        self.state = torch.zeros(batch, dtype=torch.int64)
        self.fed = torch.zeros(batch, 0, self.quantizers, dtype=torch.int64)

    def feed(self, frame: Tensor, semantic: Tensor) -> Tensor:
        weights = torch.arange(1, self.quantizers + 1)
        told = (semantic * 100).round().to(torch.int64).sum(-1)
        self.state = (self.state * 31 + (frame * weights).sum(-1) + told) % 65521
        self.fed = torch.cat([self.fed, frame.unsqueeze(1)], 1)
        return self.state.to(torch.float32).unsqueeze(1)

    def judge(self, context: Tensor, frame: Tensor) -> Tensor:
        at = torch.arange(self.quantizers * self.num_tokens).view(self.quantizers, self.num_tokens)
        return torch.sin(context.unsqueeze(1) + at)

    def draw(self, context: Tensor, uniform: Tensor, temperature: float, top_p: float) -> tuple[Tensor, Tensor]:
        logits = self.judge(context, torch.zeros(context.shape[0], self.quantizers, dtype=torch.int64))
        if temperature == 0:
            return logits.argmax(-1), logits
        reached = torch.softmax(logits / temperature, -1).cumsum(-1)
        return (reached < uniform.unsqueeze(2)).sum(-1).clamp(max=self.num_tokens - 1), logits


def instrument(*, quantizers=4, num_tokens=16, continuous=False, starts=None, vae=None, seed=0, ratio=8, **form):
    """An `Instrument` on a Chain; form: see Form."""
    form = Form(1000, ratio, quantizers, num_tokens, continuous, form.pop("levels", num_tokens), **form)
    first = torch.arange(3 * quantizers).view(3, quantizers) % num_tokens if starts is None else starts
    return Instrument(Chain(quantizers, num_tokens), form, first, vae, seed)


class Vae(nn_tilde.Module):
    """Two latents z are features z, -z, z …, and it remembers whether it is to learn."""

    def __init__(self, features: int = 4):
        super().__init__()
        self.features = features
        self.register_attribute("learn_context", False)
        self.register_method("encode", features, 1, 2, 1)
        self.register_method("decode", 2, 1, features, 1)

    def encode(self, x: Tensor) -> Tensor:
        return x[:, :2]

    def decode(self, z: Tensor) -> Tensor:
        y = torch.cat([z, -z], 1).repeat(1, self.features, 1)[:, : self.features]
        return y + 1 if self.learn_context[0] else y


class Rave(nn.Module):
    """A streaming RAVE as others export them, plain TorchScript: latents are means of two blocks."""

    def __init__(self, quantizers: int = 4, ratio: int = 8, rate: int = 1000, streaming: bool = True):
        super().__init__()
        self.quantizers, self.ratio, self.sr, self.streaming = quantizers, ratio, rate, streaming
        self.register_buffer("last", torch.zeros(1, 1, 1))
        self.register_buffer("encode_params", torch.tensor([1, 1, quantizers, ratio]))
        self.register_buffer("decode_params", torch.tensor([quantizers, ratio, 1, 1]))
        self.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
        self.encode_input_labels, self.encode_output_labels = ["in"], [f"z{i}" for i in range(quantizers)]
        self.deterministic = False

    @torch.jit.export
    def get_methods(self) -> list[str]:
        return ["encode", "decode", "forward"]

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        return ["none", "deterministic"]

    @torch.jit.export
    def get_deterministic(self) -> bool:
        return self.deterministic

    @torch.jit.export
    def set_deterministic(self, value: bool) -> int:
        self.deterministic = value
        return 0

    @torch.jit.export
    def encode(self, x: Tensor) -> Tensor:
        z = x.reshape(x.shape[0], 1, -1, self.ratio).mean(-1)
        if self.streaming:
            if self.last.shape[0] != x.shape[0]:
                self.last = torch.zeros(x.shape[0], 1, 1)
            both = torch.cat([self.last, z], 2)
            self.last = z[..., -1:]
            z = 0.5 * (both[..., 1:] + both[..., :-1])
        return z * torch.arange(1, self.quantizers + 1, dtype=torch.float32).view(1, -1, 1)

    @torch.jit.export
    def decode(self, z: Tensor) -> Tensor:
        return torch.tanh(z.mean(1, keepdim=True)).repeat_interleave(self.ratio, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


def save_rave(path, **options):
    """A Rave at `path`."""
    with nn_tilde.export.torchscript.quiet():
        torch.jit.script(Rave(**options)).save(str(path))
    return path
