"""Simple effects: how methods, ratios, labels and attributes look in a model."""

import torch

import nn_tilde


class Effects(nn_tilde.Module):
    """Eight methods without memory, from one-liners to a reduced control rate."""

    def __init__(self):
        super().__init__()
        self.register_attribute("gain_factor", 1.0)
        self.register_attribute("polynomial_factors", (1.0, 0.0, 0.0, 0.0))
        self.register_attribute("saturate_mode", "tanh")
        self.register_attribute("invert_signal", False)
        self.register_attribute("fractal", (2, 0.0))

        self.register_method("thru", 1, 1, 1, 1)
        self.register_method("invert", 1, 1, 1, 1)
        self.register_method("saturate", 1, 1, 1, 1)
        self.register_method("polynomial", 1, 1, 1, 1)
        self.register_method("add", 2, 1, 1, 1, ["first signal", "second signal"], ["sum"])
        self.register_method("midside", 2, 1, 2, 1, ["left", "right"], ["mid", "side"])
        self.register_method("rms", 1, 1, 1, 1024, output_labels=["level of every 1024 samples"])
        self.register_method("fractalize", 1, 512, 1, 512, ["control signal"], ["folded signal"])

    @torch.jit.export
    def thru(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def invert(self, x: torch.Tensor) -> torch.Tensor:
        return -x if self.invert_signal[0] else x

    @torch.jit.export
    def saturate(self, x: torch.Tensor) -> torch.Tensor:
        driven = x * self.gain_factor[0]
        return driven.clamp(-1.0, 1.0) if self.saturate_mode[0] == "clip" else driven.tanh()

    @torch.jit.export
    def polynomial(self, x: torch.Tensor) -> torch.Tensor:
        a, b, c, d = self.polynomial_factors
        return x * (a + x * (b + x * (c + x * d)))

    @torch.jit.export
    def add(self, x: torch.Tensor) -> torch.Tensor:
        return x.sum(1, keepdim=True)

    @torch.jit.export
    def midside(self, x: torch.Tensor) -> torch.Tensor:
        left, right = x[:, 0], x[:, 1]
        # Divided by the root of 2, so that doing it twice gives left and right again.
        return torch.stack((left + right, left - right), 1) / 2.0**0.5

    @torch.jit.export
    def rms(self, x: torch.Tensor) -> torch.Tensor:
        groups = x.reshape(x.shape[0], 1, -1, 1024)
        return groups.square().mean(-1).sqrt()

    @torch.jit.export
    def fractalize(self, x: torch.Tensor) -> torch.Tensor:
        layers, amount = self.fractal
        y = torch.zeros_like(x)
        total = 0.0
        for layer in range(layers):
            weight = amount**layer
            y = y + weight * self.fold(x * 2.0**layer)
            total += weight
        return y / total

    def fold(self, x: torch.Tensor) -> torch.Tensor:
        """x between -1 and 1, mirrored back at both ends beyond: a triangle wave."""
        return (torch.remainder(x - 1.0, 4.0) - 2.0).abs() - 1.0

    @torch.jit.export
    def set_saturate_mode(self, mode: str) -> int:
        if mode not in ("tanh", "clip"):
            return -1
        self.saturate_mode = (mode,)
        return 0

    @torch.jit.export
    def set_fractal(self, layers: int, amount: float) -> int:
        # Positive weights only, so that their sum is never zero; 2^16 still fits a sample.
        if layers < 1 or layers > 16 or amount < 0.0:
            return -1
        self.fractal = (layers, amount)
        return 0
