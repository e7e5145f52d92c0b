"""What mc.nn~ and mcs.nn~ do with batches and channels."""

import torch

import nn_tilde


class DemoMc(nn_tilde.Module):
    """Shows where each signal of a multichannel patch arrives."""

    def __init__(self):
        super().__init__()
        self.register_method("batch", 3, 2048, 3, 2048)
        self.register_method("identity", 3, 2048, 3, 2048)
        self.register_method("channel", 3, 2048, 3, 2048)

    @torch.jit.export
    def batch(self, x: torch.Tensor) -> torch.Tensor:
        """Every signal is the index of its batch."""
        return torch.arange(x.shape[0], device=x.device).reshape(-1, 1, 1) * torch.ones_like(x)

    @torch.jit.export
    def identity(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def channel(self, x: torch.Tensor) -> torch.Tensor:
        """Every signal is the index of its channel."""
        return torch.arange(x.shape[1], device=x.device).reshape(1, -1, 1) * torch.ones_like(x)
