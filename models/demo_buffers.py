"""A buffer~ of Max or an array of Pd inside a model."""

import torch

import nn_tilde


class DemoBuffers(nn_tilde.Module):
    """Measures the audio that the patch has put in the attribute `buf`; 0 while there is none."""

    def __init__(self):
        super().__init__()
        self.register_attribute("buf", nn_tilde.Buffer(None, 64, 2048))
        self.register_method("loudness", 1, 1, 1, 1, output_labels=["level of the buffer"])
        self.register_method("shape", 1, 1, 2, 1, output_labels=["channels", "frames"])
        self.register_method("get_sr", 1, 1, 1, 1, output_labels=["sample rate of the buffer in Hz"])

    @torch.jit.export
    def loudness(self, x: torch.Tensor) -> torch.Tensor:
        audio = self.buf[0].value
        level = audio.square().mean().sqrt() if self.buf[0].has_value else torch.zeros(1)
        return torch.ones_like(x) * level.to(x.device)

    @torch.jit.export
    def shape(self, x: torch.Tensor) -> torch.Tensor:
        channels, frames = 0, 0
        if self.buf[0].has_value:
            channels, frames = self.buf[0].value.shape[0], self.buf[0].value.shape[1]
        ones = torch.ones_like(x)
        return torch.cat((ones * channels, ones * frames), 1)

    @torch.jit.export
    def get_sr(self, x: torch.Tensor) -> torch.Tensor:
        rate = self.buf[0].sr if self.buf[0].has_value else 0
        return torch.ones_like(x) * rate
