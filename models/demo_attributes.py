"""Every type of attribute that is a value, and a setter that refuses."""

import torch

import nn_tilde


class DemoAttributes(nn_tilde.Module):
    """Plays the values of two attributes as signals."""

    def __init__(self):
        super().__init__()
        self.register_attribute("attr_int", 0)
        self.register_attribute("attr_float", 0.0)
        self.register_attribute("attr_str", "apple")
        self.register_attribute("attr_enum", "horse")
        self.register_attribute("attr_bool", False)
        self.register_attribute("attr_list", [0, "christophe", 1.0, True])
        self.register_method("forward", 1, 1, 2, 1, output_labels=["attr_int", "attr_float"])

    @torch.jit.export
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ones = torch.ones_like(x)
        return torch.cat((ones * self.attr_int[0], ones * self.attr_float[0]), 1)

    @torch.jit.export
    def set_attr_enum(self, value: str) -> int:
        if value not in ("horse", "goose", "chicken", "pig", "dog", "cat"):
            return -1
        self.attr_enum = (value,)
        return 0
