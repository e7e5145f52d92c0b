"""A prior of flattened frames that plays, a token at a time. TorchScript."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .head import FlatHead
from .prior import Prior
from .sampling import pick
from .streaming_parts import Dense, Frames


class Own(nn.Module):
    """Logits [B, V] of one stream of a flat head."""

    def __init__(self, head: FlatHead, stream: int):
        super().__init__()
        self.logits = Dense(head.logits.weight[stream], head.logits.bias[stream])

    def forward(self, context: Tensor) -> Tensor:
        return self.logits(nn.functional.gelu(context))


class FlatStepper(nn.Module):
    """As Stepper, for one row of tokens: judge and draw hear all of their frame but its last, which feed hears."""

    def __init__(self, prior: Prior, body: nn.Module):
        super().__init__()
        c = prior.config
        self.streams, self.semantic_size = c.num_quantizers, c.semantic_size
        self.frames, self.body = Frames(prior.embedding), body
        self.heads = nn.ModuleList(Own(prior.head, q) for q in range(c.num_quantizers))
        self.register_buffer("batch", torch.ones(1, dtype=torch.int64, device=self.frames.table.device))
        self.register_buffer("heard", torch.zeros(1, dtype=torch.int64, device=self.frames.table.device))

    @torch.jit.export
    def begin(self, batch: int) -> None:
        """Forgets everything, for B sequences."""
        self.body.begin(batch)
        self.batch.fill_(batch)
        self.heard.zero_()

    @torch.jit.export
    def feed(self, frame: Tensor, semantic: Tensor) -> Tensor:
        """As Stepper's."""
        if int(self.batch) != frame.shape[0]:
            self.begin(frame.shape[0])
        x = self.frames(self.frames.rows(frame))
        context = x[:, 0]
        for q in range(int(self.heard), self.streams):
            context = self.body(x[:, q], semantic)
        self.heard.zero_()
        return context

    @torch.jit.export
    def judge(self, context: Tensor, frame: Tensor) -> Tensor:
        """As Stepper's."""
        x = self.frames(self.frames.rows(frame))
        logits: list[Tensor] = []
        for q, head in enumerate(self.heads):
            if q > 0:
                context = self.body(x[:, q - 1], context)
            logits.append(head(context))
        self.heard.fill_(self.streams - 1)
        return torch.stack(logits, 1)

    @torch.jit.export
    def draw(self, context: Tensor, uniform: Tensor, temperature: float, top_p: float) -> tuple[Tensor, Tensor]:
        """As Stepper's."""
        tokens: list[Tensor] = []
        all_logits: list[Tensor] = []
        for q, head in enumerate(self.heads):
            if q > 0:
                context = self.body(self.frames(tokens[-1] + self.frames.first[q - 1]), context)
            logits = head(context)
            all_logits.append(logits)
            tokens.append(pick(logits, uniform[:, q], temperature, top_p))
        self.heard.fill_(self.streams - 1)
        return torch.stack(tokens, 1), torch.stack(all_logits, 1)
