"""Wraps a source separation model of yours: python models/unmix.py path/to/unmix.pt out.ts"""

import argparse
import sys

import torch

import nn_tilde

STEMS = ["drums", "vocals", "bass", "others"]
SIZE = 8192  # samples of the block that is tried


class Unmix(nn_tilde.Module):
    """One signal in, four stems out.

    model: takes audio [batch, 1, samples], returns stems [batch, 4, samples], in the order
    drums, vocals, bass, others. Raises ValueError for another shape.
    """

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        with torch.no_grad():
            stems = model(torch.zeros(1, 1, SIZE))
        found = list(stems.shape) if isinstance(stems, torch.Tensor) else f"a {type(stems).__name__}"
        if found != [1, len(STEMS), SIZE]:
            raise ValueError(
                f"the separation model returns {found} for audio of shape {[1, 1, SIZE]}; "
                f"it must return {[1, len(STEMS), SIZE]}: {', '.join(STEMS)}"
            )
        self.model = model
        self.register_method("forward", 1, 1, len(STEMS), 1, ["mix"], STEMS)

    @torch.jit.export
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x)


def export(model: str, out: str) -> None:
    """Writes the wrapped TorchScript file `model` to `out`. Raises ValueError or OSError."""
    try:
        with open(model, "rb") as file:
            separate = torch.jit.load(file, map_location="cpu")
    except RuntimeError as error:
        raise ValueError(f"'{model}' is not a TorchScript file; save your model with torch.jit") from error
    Unmix(separate.eval()).export_to_ts(out, block=SIZE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="TorchScript file that turns [1, 1, samples] into [1, 4, samples]")
    parser.add_argument("out", help="file to write, ending in .ts")
    chosen = parser.parse_args()
    try:
        export(chosen.model, chosen.out)
    except (ValueError, OSError) as error:
        sys.exit(f"unmix: {error}")
    print(chosen.out)


if __name__ == "__main__":
    main()
