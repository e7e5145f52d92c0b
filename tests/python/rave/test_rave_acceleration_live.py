"""What a musician does while a RAVE plays, done to it plain and accelerated: both sound the same all along."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_rave_streaming import small

from nn_tilde import Host
from nn_tilde.compare import Comparer
from nn_tilde.rave.export import export

BLOCK = 2048
CLOSE = 1e-5  # of the peak: what `exact` promises


class Both:
    """One file in two hosts, plain and accelerated."""

    def __init__(self, path, method="forward", batch=1):
        self.hosts = [
            Host(path, method, BLOCK, batch=batch, vector=BLOCK, accelerate=on, precision="exact")
            for on in (False, True)
        ]
        assert [host.accelerated for host in self.hosts] == [False, True]
        assert self.hosts[1].remarks == ""
        channels = self.hosts[0].methods[method].in_channels
        self.shape = (channels, BLOCK) if batch == 1 else (batch, channels, BLOCK)
        self.random, self.played = np.random.default_rng(0), 0

    def each(self, what):
        for host in self.hosts:
            what(host)

    def set(self, name, value):
        self.each(lambda host: host.set(name, value))

    def noise(self):
        return self.random.uniform(-0.5, 0.5, self.shape).astype(np.float32)

    def play(self, blocks, x=None):
        """Noise or the same x again and again; what the plain one made of it, once the other made the same."""
        heard = []
        for _ in range(blocks):
            block, made = self.noise() if x is None else x, []
            for host in self.hosts:
                torch.manual_seed(self.played)
                made.append(host.process(block))
            self.played += 1
            heard.append(made)
        plain, fast = (np.concatenate([made[i] for made in heard], -1) for i in (0, 1))
        assert [host.messages() for host in self.hosts] == [[], []]  # neither failed
        numbers = np.isfinite(plain)
        assert np.array_equal(numbers, np.isfinite(fast))
        if numbers.any():
            peak = np.abs(plain[numbers]).max()
            assert np.abs(fast - plain)[numbers].max() <= CLOSE * peak
        return plain


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Name → file, exported when first asked for."""
    folder = tmp_path_factory.mktemp("files")

    def file(name, **options):  # other tests see what an export plays before it is written
        path = folder / f"{name}-{len(options)}.ts"
        if not path.exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("nn_tilde.export.module.verify", lambda *_: None)
                export(small(name), path, streaming=True, **options)
        return path

    return file


def test_reset_in_the_middle_forgets_as_much(files):
    both = Both(files("v2+causal"))
    both.set("deterministic", True)
    x = both.noise()
    first = both.play(4, x)
    assert not np.allclose(both.play(4, x), first)
    both.set("reset", True)
    both.set("reset", False)
    assert np.allclose(both.play(4, x)[..., BLOCK:], first[..., BLOCK:], atol=1e-6 * np.abs(first).max())


def test_a_host_s_reset_goes_back_to_the_file(files):
    both = Both(files("v2+causal"), batch=2)
    both.set("deterministic", True)
    both.play(3)
    both.each(Host.reset)
    assert [host.get("deterministic") for host in both.hosts] == [False, False]
    both.play(3)


def test_deterministic_is_heard_in_both(files):
    both = Both(files("v2"), "encode")
    x = both.noise()
    both.play(12, x)
    both.set("deterministic", True)
    still = both.play(8, x)[..., -2 * BLOCK :]
    assert np.abs(np.diff(still[..., ::BLOCK])).max() <= 1e-4 * np.abs(still).max()
    both.set("deterministic", False)
    both.play(2, x)


@pytest.mark.parametrize("name", ["v2+noise", "raspberry"])
def test_methods_take_turns(files, name):
    """With one latent they have the same channels, so that one object plays each, from what the others left."""
    both = Both(files(name, latent_size=1), "encode")
    for method in ("decode", "forward", "encode", "forward"):
        both.play(3)
        for host in both.hosts:
            host.method = method
    both.play(3)


def test_numbers_that_are_none_are_so_in_both(files, tmp_path):
    """A host hears them as silence; a network with one in its weights says so wherever it did."""
    both = Both(files("v2+causal"), batch=2)
    both.set("deterministic", True)
    bad = both.noise()
    bad[0, 0, 100] = np.nan
    assert np.isfinite(np.concatenate([both.play(1, bad), both.play(4)], -1)).all()
    rave = small("v2+causal")
    list(rave.decoder.parameters())[-1].data.view(-1)[-1:].fill_(np.nan)
    export(rave, tmp_path / "x.ts", streaming=True)
    plain = torch.jit.load(tmp_path / "x.ts")
    latents = int(plain.decode_params[0])
    assert plain.decode(torch.zeros(1, latents, BLOCK // int(plain.decode_params[1]))).isnan().any()
    both = Comparer(tmp_path / "x.ts")
    assert both.accelerated
    assert both.row("decode", BLOCK, count=8).error < CLOSE


@pytest.mark.parametrize("name", ["v3", "v2+adain"])
def test_styles_are_learned_and_forgotten_alike(files, name):
    both = Both(files(name))
    both.set("deterministic", True)
    states = []
    for attribute, value in (
        ("learn_source", True), ("learn_source", False), ("learn_target", True),
        ("learn_target", False), ("reset_target", True), ("reset_source", True),
    ):  # fmt: skip
        both.set(attribute, value)
        states.append(both.play(6)[..., -BLOCK:])
        assert both.hosts[0].get(attribute) == both.hosts[1].get(attribute)
    peaks = [np.abs(state).max() for state in states]
    assert peaks[3] != pytest.approx(peaks[5], rel=0.05)  # the style is heard
