"""The style of nn_tilde before 1.6: no sr argument, scalar getters, an attribute called sr."""

import sys
from typing import List, Tuple  # noqa: UP035

import torch

import nn_tilde


class Older(nn_tilde.Module):
    def __init__(self):
        super().__init__()
        self.register_attribute("sr", 44100)
        self.register_attribute("gain", 1.0)
        self.register_attribute("factors", (1.0, 0.0))
        self.register_attribute("fractal", (2, 0.0))
        self.register_method(
            "forward",
            in_channels=1,
            in_ratio=1,
            out_channels=1,
            out_ratio=1,
            input_labels=["(signal) in"],
            output_labels=["(signal) out"],
        )

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        return (self.factors[0] * x + self.factors[1] * x**2) * self.gain[0] * (44100 / self.sr[0])

    @torch.jit.export
    def get_sr(self) -> int:
        return self.sr[0]

    @torch.jit.export
    def set_sr(self, sr: int) -> int:
        self.sr = (sr,)
        return 0

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain[0]

    @torch.jit.export
    def set_gain(self, gain: float) -> int:
        self.gain = (gain,)
        return 0

    @torch.jit.export
    def get_factors(self) -> List[float]:  # noqa: UP006
        return [self.factors[0], self.factors[1]]

    @torch.jit.export
    def set_factors(self, a: float, b: float) -> int:
        self.factors = (a, b)
        return 0

    @torch.jit.export
    def get_fractal(self) -> Tuple[int, float]:  # noqa: UP006
        return self.fractal

    @torch.jit.export
    def set_fractal(self, order: int, amount: float) -> int:
        self.fractal = (order, amount)
        return 0


if __name__ == "__main__":
    Older().export_to_ts(sys.argv[1])
