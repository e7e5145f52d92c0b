"""How the network learns without labels: it says which codes mel frames have that it cannot see.

The codes are those of a quantiser that is drawn at random and never learns (BEST-RQ: Chiu et al. 2022, "Self-supervised
learning with random-projection quantizer for speech recognition", arXiv 2202.01855). Since the network is causal, it
also tells the codes of rows to come, as in contrastive predictive coding (van den Oord et al. 2018, arXiv 1807.03748).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .network import BANDS, FEATURES, STACK

_AHEAD = 2  # rows to come that are told
_BOOKS, _CODES, _CODE_SIZE = 4, 256, 16
_DIRECTIONS = 32  # of the stacked frames, those that vary most
_MASKED, _SPAN = 0.2, 2  # part of the rows at which a mask begins, and rows that it covers
_BATCH, _ROWS = 16, 64
_RATE = 1e-3
_ROWS_MEASURED = 20_000


class RandomQuantizer(nn.Module):
    """Stacked frames [..., 256] → codes [..., 4], from 0 to 255; projections and codes random, of unit length.

    rows [N, 256]: of the training data. What varies most in them is given equal weight: without that, codes would
    mostly say how loud it is.
    """

    def __init__(self, rows: Tensor):
        super().__init__()
        mean = rows.mean(0)
        values, vectors = torch.linalg.eigh((rows - mean).T @ (rows - mean) / len(rows))
        values, vectors = values[-_DIRECTIONS:], vectors[:, -_DIRECTIONS:]
        whitening = vectors / (values.clamp(min=1e-3 * float(values[-1]) + 1e-6)).sqrt()
        projection = torch.randn(_DIRECTIONS, _BOOKS * _CODE_SIZE, device="cpu").to(rows.device) / _DIRECTIONS**0.5
        self.register_buffer("mean", mean)
        self.register_buffer("projection", whitening @ projection)
        codes = torch.randn(_BOOKS, _CODES, _CODE_SIZE).to(rows.device)
        self.register_buffer("codes", F.normalize(codes, dim=-1))

    def forward(self, x: Tensor) -> Tensor:
        y = ((x - self.mean) @ self.projection).unflatten(-1, (_BOOKS, _CODE_SIZE))
        # The nearest of codes of equal length is the one in whose direction y points most.
        return torch.einsum("...bd,bcd->...bc", y, self.codes).argmax(-1)


def train(
    net: nn.Module,
    mels: Tensor,
    steps: int,
    generator: torch.Generator,
    watch: Callable[[int], None] | None = None,
    batch: int = _BATCH,
    rows: int = _ROWS,
) -> list[float]:
    """Trains `net` on the frames [N, 64] of all sounds one after another, N a multiple of 4; the loss of every step.

    generator: on the CPU, of everything that is drawn but initial values. watch: is told the steps done.
    batch, rows: examples of a step, and rows of features of an example.
    """
    device = mels.device
    stacked = mels.reshape(-1, STACK * BANDS)
    quantizer = RandomQuantizer(stacked[:: max(len(stacked) // _ROWS_MEASURED, 1)])
    head = nn.Conv1d(FEATURES, (1 + _AHEAD) * _BOOKS * _CODES, 1).to(device)
    parameters = [*net.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.01)
    rows = min(rows, len(stacked))
    losses = []
    net.train()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _RATE * _schedule(step, steps)
        starts = torch.randint(len(mels) - rows * STACK + 1, (batch, 1), generator=generator)
        x = mels[(starts + torch.arange(rows * STACK)).to(device)]
        loss = _loss(net, head, quantizer, x, generator)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        if watch:
            watch(step + 1)
    net.eval()
    return losses


def _schedule(step: int, steps: int) -> float:
    """Up in a twentieth of the steps, and down along a cosine."""
    rise = min(1.0, (step + 1) / max(steps // 20, 1))
    return rise * 0.5 * (1 + math.cos(math.pi * step / steps))


def _loss(net: nn.Module, head: nn.Module, quantizer: nn.Module, x: Tensor, generator: torch.Generator) -> Tensor:
    """Mean cross-entropy, over masked rows and over rows to come, of x [B, 4·T, 64]."""
    batch, rows = x.shape[0], x.shape[1] // STACK
    codes = quantizer(x.reshape(batch, rows, -1))
    begins = torch.rand(batch, rows, generator=generator) < _MASKED
    masked = begins.clone()
    for late in range(1, _SPAN):
        masked[:, late:] |= begins[:, :-late]
    masked = masked.to(x.device)
    noise = 0.1 * torch.randn(x.shape, generator=generator).to(x.device)
    y = net(torch.where(masked.repeat_interleave(STACK, 1)[..., None], noise, x).transpose(1, 2))
    logits = head(y).reshape(batch, 1 + _AHEAD, _BOOKS, _CODES, rows)
    parts = []
    for ahead in range(min(1 + _AHEAD, rows)):
        told = logits[:, ahead, :, :, : rows - ahead].movedim(-1, 1)
        wanted = codes[:, ahead:]
        if ahead == 0:
            told, wanted = told[masked], wanted[masked]
        if wanted.numel():
            parts.append(F.cross_entropy(told.reshape(-1, _CODES), wanted.reshape(-1)))
    return torch.stack(parts).mean() if parts else (logits * 0).sum()
