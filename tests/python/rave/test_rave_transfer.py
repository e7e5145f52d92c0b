"""Weights taken over from other models."""

import pytest
import torch
from rave_runs import run_folder
from rave_small import small

from nn_tilde.rave.network import attach_discriminator
from nn_tilde.rave.train_start import transfer


@pytest.mark.parametrize("size", [8, 16])
def test_codes_come_whole_or_begin_anew(tmp_path, size):
    given = small("discrete", "CODEBOOK_SIZE=8", "NUM_QUANTIZERS=2")
    for layer in given.encoder.rvq.layers:
        layer.codebook.inited.fill_(1)
    file = run_folder(tmp_path / "a", given) / "checkpoints" / "last.ckpt"
    rave = attach_discriminator(small("discrete", f"CODEBOOK_SIZE={size}", "NUM_QUANTIZERS=2")).train()
    before = rave.state_dict()["encoder.rvq.layers.1._codebook.embed"].clone()
    line = transfer(rave, file)
    book = rave.encoder.rvq.layers[1].codebook
    assert bool(book.inited) == book.started == (size == 8)
    assert torch.equal(book.embed, given.encoder.rvq.layers[1].codebook.embed if size == 8 else before)
    assert ("_codebook.inited" in line) == (size != 8) or "…" in line
