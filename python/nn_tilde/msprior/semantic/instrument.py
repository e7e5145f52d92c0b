"""The file `semantic.ts`: what the network hears, as classes or as features, live in a patch and for datasets."""

from __future__ import annotations

from torch import Tensor, nn

from ...export import Module
from ...nn.streaming import stream
from .network import FEATURES, STACK, Front, memory


class Semantic(Module):
    """Methods tokens and features, of mono audio, one row each 4·ratio samples; they share one state.

    net: of `network`, in evaluation mode. centres: [classes, 128], the features that stand for each class. context:
    samples before a row's own that it depends on.
    """

    def __init__(self, front: Front, net: nn.Module, centres: Tensor, sampling_rate: int):
        super().__init__(sr=sampling_rate)
        self.hop, self.context = STACK * front.ratio, memory(front.ratio)
        self.front, self.net = front, stream(net)
        self.register_buffer("centres", centres)
        self.register_buffer("lengths", 0.5 * centres.square().sum(1))
        audio = ["(signal) mono audio"]
        self.register_method("tokens", 1, 1, 1, self.hop, audio, ["semantic tokens"])
        labels = [f"semantic feature {i}" for i in range(FEATURES)]
        self.register_method("features", 1, 1, FEATURES, self.hop, audio, labels)
        self.finish()

    def tokens(self, x: Tensor) -> Tensor:
        """Audio [B, 1, N] → the number of the class, [B, 1, N / hop]."""
        nearness = self._rows(x) @ self.centres.t() - self.lengths
        return nearness.argmax(2, keepdim=True).transpose(1, 2).to(x.dtype)

    def features(self, x: Tensor) -> Tensor:
        """Audio [B, 1, N] → features [B, 128, N / hop], each of deviation 1 over the sounds that it was trained on."""
        return self._rows(x).transpose(1, 2).contiguous()

    def _rows(self, x: Tensor) -> Tensor:
        if x.size(2) % self.hop != 0:
            raise ValueError(f"A row is of {self.hop} samples, which {x.size(2)} is not a multiple of.")
        if x.size(0) == 0 or x.size(2) == 0:
            return x.new_zeros(x.size(0), x.size(2) // self.hop, self.centres.size(1))
        return self.net(self.front(x))
