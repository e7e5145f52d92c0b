"""1.6 style with getters and setters written by hand, some of which refuse."""

import sys
from typing import Tuple  # noqa: UP035  as users of Python 3.8 wrote it

import torch

import nn_tilde


class ByHand(nn_tilde.Module):
    def __init__(self):
        super().__init__()
        self.register_attribute("mode", "tanh")
        self.register_attribute("span", (0.0, 1.0))
        self.register_attribute("scale", 2.0)
        self.register_method("forward", 1, 1, 1, 1, ["in"], ["out"])
        self.finish()

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        y = torch.tanh(x) if self.mode[0] == "tanh" else torch.clamp(x, -1.0, 1.0)
        return torch.clamp(y * self.scale[0], self.span[0], self.span[1])

    @torch.jit.export
    def get_mode(self) -> Tuple[str]:  # noqa: UP006
        return self.mode

    @torch.jit.export
    def set_mode(self, value: str) -> int:
        if value != "tanh" and value != "clip":
            return -1
        self.mode = (value,)
        return 0

    @torch.jit.export
    def set_span(self, low: float, high: float) -> int:
        if low > high:
            return -1
        self.span = (low, high)
        return 0


if __name__ == "__main__":
    ByHand().export_to_ts(sys.argv[1])
