"""RAVE files of all sorts."""

import os

import pytest
import torch
from msprior_raves import KINDS, QUANTIZERS, RATE, RATIO, released_rave, tiny_rave
from torch import nn

from nn_tilde.msprior.rave_file import RaveFile, RaveFileError


def sound(channels=1, frames=16, batch=1):
    return torch.rand(batch, channels, frames * RATIO, generator=torch.Generator().manual_seed(3)) - 0.5


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_our_exports(tmp_path, kind, streaming):
    rave = RaveFile.open(tiny_rave(tmp_path, kind, streaming))
    channels, discrete = KINDS[kind][1], "discrete" in kind
    assert (rave.sampling_rate, rave.ratio, rave.channels) == (RATE, RATIO, channels)
    assert rave.quantizers == QUANTIZERS[kind]
    assert rave.discrete == discrete
    assert rave.streaming == streaming
    z = rave.encode(sound(channels))
    assert z.shape == (1, rave.quantizers, 16)
    assert rave.decode(z).shape == (1, channels, 16 * RATIO)
    books = rave.codebooks()
    if discrete:
        assert books.shape[:2] == (3, 32)
        assert rave.codebook_size == 32
        assert z.min() >= 0
        assert z.max() < 32
        assert torch.equal(z, z.round())
    else:
        assert books is None


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", ["plain", "discrete", "continuous"])
def test_every_call_begins_afresh(tmp_path, kind, streaming):
    rave = RaveFile.open(tiny_rave(tmp_path, kind, streaming))
    x = sound()
    first = rave.encode(x, [5])
    rave.encode(sound(batch=3))
    assert torch.equal(rave.encode(x, [5]), first)
    if kind == "continuous":
        assert not torch.equal(rave.encode(x, [6]), first)


def test_a_batch_is_as_one_by_one(tmp_path):
    rave = RaveFile.open(tiny_rave(tmp_path, "plain"))
    x = sound(batch=3)
    apart = torch.cat([rave.encode(x[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(rave.encode(x, [0, 1, 2]), apart, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("cache", [False, True])
def test_a_file_of_the_release(tmp_path, cache):
    rave = RaveFile.open(released_rave(tmp_path, cache=cache))
    assert (rave.sampling_rate, rave.ratio, rave.channels, rave.quantizers) == (RATE, RATIO, 1, 3)
    assert rave.discrete
    assert rave.streaming == cache
    assert rave.codebooks().shape == (3, 32, 5)
    assert rave.codebook_size == 32
    x = sound()
    assert torch.equal(rave.encode(x), rave.encode(x))


@pytest.mark.parametrize("options", [{"batches": False}, {"batches": False, "cache": True}])
def test_a_file_that_takes_no_batches_hears_one_after_the_other(tmp_path, options):
    x = sound(batch=3)
    rave = RaveFile.open(released_rave(tmp_path, **options))
    apart = torch.cat([rave.encode(x[i : i + 1]) for i in range(3)])
    assert torch.equal(rave.encode(x), apart)


def test_what_a_batch_left_is_forgotten(tmp_path):
    x = sound(batch=3)
    first = RaveFile.open(released_rave(tmp_path, cache=True)).encode(x[:1])
    rave = RaveFile.open(tmp_path / "released.ts")
    rave.encode(x)  # its buffer is of three now
    assert torch.equal(rave.encode(x[:1]), first)
    assert torch.equal(rave.encode(x)[:1], first)


def test_a_name_of_any_bytes(tmp_path):
    odd = os.fsencode(tmp_path) + b"/caf\xe9 '1'.ts"
    try:
        os.rename(released_rave(tmp_path), odd)
    except OSError:
        pytest.skip("this disk has UTF-8 names only")
    assert RaveFile.open(os.fsdecode(odd)).quantizers == 3


def test_the_generator_of_the_caller_is_left_alone(tmp_path):
    rave = RaveFile.open(tiny_rave(tmp_path, "continuous"))
    torch.manual_seed(1)
    before = torch.get_rng_state()
    rave.encode(sound())
    assert torch.equal(torch.get_rng_state(), before)


class Silent(nn.Module):
    def __init__(self, params=None, sr=8000):
        super().__init__()
        if params is not None:
            self.register_buffer("encode_params", torch.tensor(params))
        self.register_buffer("anything", torch.zeros(1))
        self.sr = sr

    @torch.jit.export
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, ::128]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


@pytest.mark.parametrize(
    ("params", "sr", "sentence"),
    [
        (None, 8000, "has no method 'encode': it is no RAVE."),
        ([1, 1, 4], 8000, "does not turn sound into latents"),
        ([4, 128, 4, 128], 8000, "does not turn sound into latents"),
        ([1, 1, 1, 128], 0, "does not say its sample rate"),
        ([1, 1, 4, 128], 8000, r"does not encode as it says: it made \[1, 1, 8\] of \[1, 1, 1024\]"),
    ],
)
def test_what_is_no_rave_is_refused(tmp_path, params, sr, sentence):
    torch.jit.script(Silent(params, sr)).save(str(tmp_path / "x.ts"))
    with pytest.raises(RaveFileError, match=sentence):
        RaveFile.open(tmp_path / "x.ts").encode(sound())


def test_what_is_no_torchscript_is_refused(tmp_path):
    with pytest.raises(RaveFileError, match="There is no file"):
        RaveFile.open(tmp_path / "no.ts")
    (tmp_path / "text.ts").write_text("no model")
    with pytest.raises(RaveFileError, match="is no TorchScript file"):
        RaveFile.open(tmp_path / "text.ts")
    with pytest.raises(RaveFileError, match="is no TorchScript file"):
        RaveFile.open(tmp_path)
    torch.save({"a": torch.zeros(1)}, tmp_path / "weights.ts")
    with pytest.raises(RaveFileError, match="cannot be loaded"):
        RaveFile.open(tmp_path / "weights.ts")
