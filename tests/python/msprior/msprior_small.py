"""Configurations of the toolkit, tiny, and what goes into their priors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nn_tilde.msprior.config import Config, read
from nn_tilde.msprior.model.prior import Prior

NAMES = [
    *("decoder_only", "recurrent", "flattened", "rwkv", "rwkv_semantic", "modulated_alibi"),
    *("encoder_decoder", "encoder_decoder_continuous"),
]
TINY = [
    *("MODEL_DIM=32", "HEAD_DIM=4", "NUM_LAYERS=2", "SEQ_LEN=16", "NUM_TOKENS=11", "NUM_QUANTIZERS=3"),
    *("NUM_ENCODER_TOKENS=7", "NUM_SEMANTIC_FEATURES=5"),
]


def small(name: str = "decoder_only", *overrides: str) -> Config:
    """One of NAMES, tiny: 3 streams of 11 classes, windows of 16; overrides come last."""
    return read([name], [*TINY, *overrides])


def example(config: Config, batch: int = 2, length: int | None = None, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs [B, L, Q], targets [B, L, Q] and semantic values, as the data gives them."""
    g = torch.Generator().manual_seed(seed)
    length = config.frames if length is None else length
    frames = torch.randint(config.num_tokens, (batch, length + 1, config.num_quantizers), generator=g)
    values = length // config.encoder_out_ratio if config.conditioning == "cross" else length
    if config.encoder == "tokens":
        semantic = torch.randint(config.num_encoder_tokens, (batch, values, 1), generator=g).float()
    else:
        semantic = torch.randn(batch, values, config.semantic_size, generator=g)
    return frames[:, :-1], frames[:, 1:], semantic


def prior(config: Config, codebooks: Tensor | None = None, seed: int = 0) -> Prior:
    """A prior with random weights, whose features have been normalised over something; it does not train."""
    torch.manual_seed(seed)
    made = Prior(config, codebooks)
    if config.encoder == "features":
        made(*example(config, 4, 2 * config.encoder_out_ratio, 9))
    return made.eval()


def play(stepper: nn.Module, config: Config, inputs: Tensor, targets: Tensor, semantic: Tensor) -> Tensor:
    """Logits [B, L, Q, V] of an example, a frame at a time, without beginning anew."""
    made = []
    for t in range(inputs.shape[1]):
        steering = semantic[:, t // config.encoder_out_ratio if config.conditioning == "cross" else t]
        made.append(stepper.judge(stepper.feed(inputs[:, t], steering), targets[:, t]))
    return torch.stack(made, 1)
