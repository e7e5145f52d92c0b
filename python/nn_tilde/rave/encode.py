"""Latents of recordings, in constant memory but for the latents themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from nn_tilde.rave import chunked
from nn_tilde.rave.generate import voices, watched
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.recordings import Counted, Original, replacing, resampled


class LatentReader:
    """space: what an export would send (see `spaces`); None for all latents of the encoder as they are.

    sample: drawn from their distributions, otherwise their means.
    """

    def __init__(
        self,
        rave: RAVE,
        space: nn.Module | None,
        sample: bool = False,
        block: int | None = None,
        device: str = "cpu",
    ):
        self.rave, self.block, self.device = rave.to(device), block or chunked.BLOCK, device
        space = None if space is None else space.to(device)

        def latents(raw: Tensor) -> Tensor:
            if space is not None:
                return space.encode(raw.transpose(1, 2), not sample).transpose(1, 2)
            z = rave.encoder.reparametrize(raw)[0] if sample else rave.encoder.mean(raw)
            return z[:, : rave.latent_size]

        self.chain = chunked.encoder(rave, chunked.find_context(rave), latents)

    def read(self, source: Path, progress: Callable[[float], None] | None = None) -> np.ndarray:
        """float32 [latents, frames]; [channels, latents, frames] when a mono model hears several.

        Raises `AudioError`.
        """
        original, model_channels = Original(source), self.rave.n_channels
        voices(original.channels, model_channels, source)
        count, rate = Counted(source), self.rave.config.sampling_rate
        samples = 0

        def heard() -> Iterator[Tensor]:
            nonlocal samples
            for piece in resampled(watched(count, progress, original.samplerate), original.samplerate, rate):
                samples += piece.shape[1]
                rows = torch.from_numpy(np.ascontiguousarray(piece))
                yield rows[:, None] if model_channels == 1 else rows.expand(1, model_channels, -1)

        self.chain.reset()
        size = chunked.frame_size(self.rave)
        pieces = [z.cpu() for z in chunked.stream(self.chain, heard(), size, self.block, self.device)]
        z = torch.cat(pieces, -1)[..., : -(-samples // self.rave.ratio)].numpy()
        return z[0] if len(z) == 1 else z


def save(target: Path, z: np.ndarray) -> None:
    """A .npy file. Raises `AudioError`."""
    with replacing(target) as part, open(part, "wb") as file:
        np.save(file, z)
