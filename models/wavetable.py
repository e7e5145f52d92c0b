"""An oscillator whose wave is a tensor attribute, drawn in the patch."""

import torch

import nn_tilde


class Wavetable(nn_tilde.Module):
    """Reads one period at the phase that comes in."""

    def __init__(self):
        super().__init__()
        self.register_attribute("wavetable", torch.zeros(1024))
        self.register_method("forward", 1, 1, 1, 1, ["phase from 0 to 1"], ["wave"])

    @torch.jit.export
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        table = self.wavetable[0].to(x.device).to(x.dtype).reshape(-1)
        size = table.numel()
        if size == 0:
            return torch.zeros_like(x)
        left = ((x - x.floor()) * size).long() % size
        right = (left + 1) % size
        return (table[left] + table[right]) / 2
