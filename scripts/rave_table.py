"""Prints the table of configurations in docs/rave.md: sizes, receptive fields and latencies.

    python scripts/rave_table.py [--config v2 --config v2+causal ...]

Everything is taken from networks built and converted here. Columns in samples at the model's rate:
ratio (samples per latent), look-ahead (what an export declares for encode, decode and forward),
filter bank (the delay of the bands and back, measured with an impulse), total (forward, filter bank
and one latent's worth of samples to collect), in ms.
"""

from __future__ import annotations

import argparse

import torch

from nn_tilde.rave import receptive, streaming
from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE

STACKS = (
    "v1 v1+causal v2 v2_48k v2+causal v2_small v2_small+causal v2_nopqmf v3 v3+causal discrete discrete+causal "
    "discrete_v3 v2+hybrid v2+noise v2+wasserstein v2+spherical onnx raspberry raspberry+causal live"
)


def bank_delay(rave: RAVE) -> int:
    """Samples from an impulse to its return from the filter bank."""
    if rave.config.output_mode != "pqmf":
        return 0
    x = torch.zeros(1, 1, 8192)
    x[0, 0, 4096] = 1
    return int(rave.pqmf.inverse(rave.pqmf(x)).abs().argmax()) - 4096


def row(stack: str) -> list[str]:
    config = read(stack.split("+"))
    rave = RAVE(config).eval()
    parameters = [sum(p.numel() for p in part.parameters()) / 1e6 for part in (rave.encoder, rave.decoder)]
    thin = RAVE(config.replace(capacity=4)).eval()  # delays and fields are the same at any width
    early, late = streaming.encoder(thin, True).delay, streaming.decoder(thin, True).delay
    encode, forward = max(early, 0) * config.ratio, max(early * config.ratio + late, 0)
    bank = bank_delay(thin)
    unheard = config.ratio - 1 if config.causal and not config.tight_stride else 0
    total = forward + bank + unheard + config.ratio
    left, right = receptive.receptive_field(config)
    return [
        stack,
        *(f"{count:.2f}" for count in parameters),
        *(str(n) for n in (config.ratio, left, right, encode, late, forward, bank, unheard, total)),
        f"{1000 * total / config.sampling_rate:.1f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", action="append", help="a stack, joined by +")
    stacks = parser.parse_args().config or STACKS.split()
    print("| configuration | encoder, M weights | generator | ratio | hears back | hears ahead | encode | decode "
          "| forward | filter bank | unheard | total | ms |")  # fmt: skip
    print("|---" + "|---:" * 12 + "|")
    for stack in stacks:
        print("| " + " | ".join(row(stack)) + " |", flush=True)


if __name__ == "__main__":
    main()
