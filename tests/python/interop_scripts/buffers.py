"""Audio buffers, one alone and two in one attribute, beside a value."""

import sys

import torch

import nn_tilde


class Buffers(nn_tilde.Module):
    def __init__(self):
        super().__init__()
        self.register_attribute("buf", nn_tilde.Buffer(None, 4, 64))
        self.register_attribute("pair", [nn_tilde.Buffer(), 1.5, nn_tilde.Buffer(min_samples=2)])
        self.register_method("forward", 1, 1, 1, 1)

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        y = x
        if self.buf[0].has_value:
            y = y + self.buf[0].get_value().mean() + float(self.buf[0].sr)
        if self.pair[2].has_value:
            y = y * self.pair[2].value.sum() * self.pair[1]
        return y


if __name__ == "__main__":
    Buffers().export_to_ts(sys.argv[1])
