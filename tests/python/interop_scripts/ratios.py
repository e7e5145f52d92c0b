"""Several methods with ratios, channels, labels and streaming state."""

import sys

import torch

import nn_tilde


class Ratios(nn_tilde.Module):
    def __init__(self):
        super().__init__(48000)
        torch.manual_seed(7)
        self.down = torch.nn.Conv1d(2, 4, 16, 16, bias=False)
        self.up = torch.nn.ConvTranspose1d(4, 2, 16, 16)
        self.register_buffer("last", torch.zeros(4, 4, 1))
        self.register_method("encode", 2, 1, 4, 16, ["left", "right"], [f"latent {i}" for i in range(4)])
        self.register_method("decode", 4, 16, 2, 1, output_labels=["left", "right"])
        self.register_method("forward", 2, 1, 2, 1)
        self.register_method("slow", 1, 64, 1, 128, test_buffer_size=4096)

    @torch.jit.export
    def encode(self, x: torch.Tensor):
        z = self.down(x)
        # A one-frame memory: every block starts where the one before ended.
        smooth = z + 0.5 * torch.cat([self.last[: z.shape[0]], z[..., :-1]], -1)
        self.last[: z.shape[0]] = z[..., -1:]
        return smooth

    @torch.jit.export
    def decode(self, z: torch.Tensor, gain: float = 1.0):
        return self.up(z) * gain

    def forward(self, x: torch.Tensor):
        return self.decode(self.encode(x), 1.0)

    @torch.jit.export
    def slow(self, x: torch.Tensor):
        return x.reshape(x.shape[0], 1, -1, 2).mean(-1)


if __name__ == "__main__":
    Ratios().export_to_ts(sys.argv[1])
