"""Every value type as an attribute, alone and in a list; accessors all generated."""

import sys

import torch

import nn_tilde


class Attributes(nn_tilde.Module):
    def __init__(self):
        super().__init__(44100)
        self.register_attribute("gain", 0.5)
        self.register_attribute("steps", 3)
        self.register_attribute("on", True)
        self.register_attribute("mode", "double")
        self.register_attribute("table", torch.tensor([0.25, 0.5, 1.0]))
        self.register_attribute("mixed", [2, 0.125, "word", False])
        self.register_method("forward", 1, 1, 1, 1)
        self.finish()

    @torch.jit.export
    def forward(self, x: torch.Tensor):
        y = x * self.gain[0] + self.table[0].sum() * self.mixed[1]
        if self.on[0] and self.mode[0] == "double":
            y = y * 2.0
        if self.mixed[3]:
            y = -y
        y = y * (self.get_sample_rate() / 44100.0)
        return y + float(self.steps[0] * self.mixed[0])


if __name__ == "__main__":
    Attributes().export_to_ts(sys.argv[1])
