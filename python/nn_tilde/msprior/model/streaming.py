"""A prior that plays, a frame at a time: plain TorchScript with weights and state of its own.

previous frame ── embedding ── layers ──► context ── head ──► judge: logits of a given frame
                      semantic ──┘ ↑↓                     └─► draw: a frame
                                  state
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .head import StreamHead
from .prior import Prior
from .sampling import pick
from .streaming_flat import FlatStepper
from .streaming_parts import Dense, Frames
from .streaming_recurrent import RWKV, ModulatedRWKV, Recurrent
from .streaming_transformers import ModulatedTransformer, SteeredTransformer, Transformer


class First(nn.Module):
    """Logits [B, V] of the first stream."""

    def __init__(self, head: StreamHead):
        super().__init__()
        self.logits = Dense(head.logits.weight[0], head.logits.bias[0])

    def forward(self, context: Tensor) -> Tensor:
        return self.logits(nn.functional.gelu(context))


class Next(nn.Module):
    """Logits [B, V] of a later stream, told the sum of the embeddings of those before it."""

    def __init__(self, head: StreamHead, stream: int):
        super().__init__()
        for name in ("inside", "modulation"):
            part = getattr(head, name)
            setattr(self, name, Dense(part.weight[stream - 1], part.bias[stream - 1]))
        self.logits = Dense(head.logits.weight[stream], head.logits.bias[stream])

    def forward(self, context: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.modulation(nn.functional.gelu(self.inside(told))).chunk(2, 1)
        return self.logits(nn.functional.gelu(torch.addcmul(shift, context, scale)))


class Stepper(nn.Module):
    """B sequences at work.

    Each step: context = feed(frame before, semantic of the frame to come), then judge or draw, once; its frame is what
    feed hears next. Classes beyond the last, and below 0, count as the nearest. Nothing in the state grows.
    """

    def __init__(self, prior: Prior, body: nn.Module):
        super().__init__()
        head, c = prior.head, prior.config
        self.streams, self.semantic_size = c.num_quantizers, c.semantic_size
        self.frames, self.body = Frames(prior.embedding), body
        self.first = First(head)
        self.others = nn.ModuleList(Next(head, q) for q in range(1, c.num_quantizers))
        self.register_buffer("batch", torch.ones(1, dtype=torch.int64, device=self.frames.table.device))

    @torch.jit.export
    def begin(self, batch: int) -> None:
        """Forgets everything, for B sequences."""
        self.body.begin(batch)
        self.batch.fill_(batch)

    @torch.jit.export
    def feed(self, frame: Tensor, semantic: Tensor) -> Tensor:
        """A frame int64 [B, Q] is heard, and what is to steer the next one, float [B, S]: returns the context [B, dim].

        Another B than that of `begin` begins anew.
        """
        if int(self.batch) != frame.shape[0]:
            self.begin(frame.shape[0])
        return self.body(self.frames(self.frames.rows(frame)).sum(1), semantic)

    @torch.jit.export
    def judge(self, context: Tensor, frame: Tensor) -> Tensor:
        """Logits [B, Q, V] of the frame [B, Q] that follows."""
        told = self.frames(self.frames.rows(frame)).cumsum(1)
        logits = [self.first(context)]
        for i, other in enumerate(self.others):
            logits.append(other(context, told[:, i]))
        return torch.stack(logits, 1)

    @torch.jit.export
    def draw(self, context: Tensor, uniform: Tensor, temperature: float, top_p: float) -> tuple[Tensor, Tensor]:
        """A frame int64 [B, Q], drawn with numbers [B, Q] in (0, 1) (sampling.pick), and its logits [B, Q, V]."""
        logits = self.first(context)
        token = pick(logits, uniform[:, 0], temperature, top_p)
        tokens, all_logits = [token], [logits]
        told = self.frames(token)
        for i, other in enumerate(self.others):
            if i > 0:
                told = told + self.frames(token + self.frames.first[i])
            logits = other(context, told)
            token = pick(logits, uniform[:, i + 1], temperature, top_p)
            tokens.append(token)
            all_logits.append(logits)
        return torch.stack(tokens, 1), torch.stack(all_logits, 1)


def stepper_of(prior: Prior) -> Stepper | FlatStepper:
    """A stepper with copies of the weights of a prior, which stays as it is; `torch.jit.script` takes it."""
    c = prior.config
    if c.layer == "gru":
        body: nn.Module = Recurrent(prior.layers)
    elif c.layer == "rwkv":
        body = ModulatedRWKV(prior) if c.conditioning == "film" else RWKV(prior)
    elif c.layer == "modulated":
        body = ModulatedTransformer(prior)
    elif c.conditioning == "cross":
        body = SteeredTransformer(prior)
    else:
        body = Transformer(prior.layers, prior.slopes, c.seq_len)
    stepper = FlatStepper(prior, body) if c.head == "flat" else Stepper(prior, body)
    return stepper.eval().requires_grad_(False)
