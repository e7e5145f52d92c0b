"""Models that the export tests share."""

import torch

from nn_tilde import Buffer, Module


class Model(Module):
    """Good in every way."""

    def __init__(self) -> None:
        super().__init__(44100)
        self.dropout = torch.nn.Dropout(0.5)
        self.register_attribute("gain", 0.5)
        self.register_attribute("buf", Buffer())
        self.register_method("forward", 1, 1, 1, 1, delay=512)
        self.register_method("slow", 2, 4, 1, 1024, ["left", "right"], ["mean"])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dropout(x) * self.gain[0]

    def slow(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(1, keepdim=True)[..., ::256]


class Methods(Module):
    """Methods that work in Python only, and two that work; registers what it is told."""

    def __init__(self, *names: str, **options: object) -> None:
        super().__init__()
        for name in names:
            self.register_method(name, 1, 1, 1, 1, **options)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

    def single(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1

    def eager(self, x: torch.Tensor) -> torch.Tensor:
        return x * eval("1")

    def deep(self, x: torch.Tensor) -> torch.Tensor:
        return self.helper(x)

    def helper(self, x: torch.Tensor) -> torch.Tensor:
        return x * eval("1")

    def shrinks(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., 1:] if torch.jit.is_scripting() else x

    def fails(self, x: torch.Tensor) -> torch.Tensor:
        return x @ torch.zeros(3, 3) if torch.jit.is_scripting() else x
