"""Which network a tier has, and how large. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

from .tier import Tier

CATEGORICAL, GAUSSIAN, MIXTURE = "categorical", "gaussian", "mixture"
COMPONENTS = 3  # Gaussians per variable of net 5
LOSSES = ("nll", "mse-sample")

NETWORKS = {
    0: "one GRU",
    1: "a GRU for the means, another for the deviations",
    2: "a shared GRU, then as 1",
    3: "a GRU for each variable",
    4: "a shared GRU, then as 3",
    5: "a GRU and three Gaussians per variable",
    6: "as 0 behind two layers, as in the oldest models (audio)",
}


@dataclass(frozen=True)
class Sizes:
    """net: of NETWORKS; hidden_size: width; n_layers: recurrent layers in a stack; plstm: phased LSTM (net 0)."""

    net: int = 0
    hidden_size: int = 800
    n_layers: int = 3
    plstm: bool = False

    def check(self, tier: Tier) -> None:
        """Raises ValueError, one sentence, when such a network cannot be, or not for what `tier` makes."""
        if self.net not in NETWORKS:
            raise ValueError(f"--net is one of 0 to 6, not {self.net}.")
        for name in ("hidden_size", "n_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"--{name} must be at least 1, not {getattr(self, name)}.")
        if self.plstm and self.net != 0:
            raise ValueError(f"--plstm belongs to --net 0; --net {self.net} has GRUs only.")
        if tier.audio and self.net in (1, 2, 3, 4, 5):
            raise ValueError(f"--net {self.net} generates parameters, not audio; --net 0 generates both.")
        if not tier.audio and self.net == 6:
            raise ValueError("--net 6 generates audio only; --net 0 to 5 generate parameters.")

    def kind(self, tier: Tier) -> str:
        """What the outputs of the network are the parameters of."""
        if tier.audio:
            return CATEGORICAL
        return MIXTURE if self.net == 5 else GAUSSIAN
