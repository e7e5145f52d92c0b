"""`msprior combine`: a RAVE and a prior in one file play as the two do."""

import numpy as np
import pytest
import torch
from msprior_exports import RATE, RATIO, exported, quick
from msprior_raves import released_rave, tiny_rave
from msprior_stand_in import Rave, instrument, save_rave

from nn_tilde import Host
from nn_tilde.export import read_metadata
from nn_tilde.export.torchscript import quiet
from nn_tilde.msprior.combine import combine

CODES = ["NUM_TOKENS=32"]


@pytest.fixture(autouse=True)
def unoptimised():
    with torch.jit.optimized_execution(False), torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """(prior, RAVE) of ours, of codes."""
    folder = tmp_path_factory.mktemp("pair")
    return exported(folder, "recurrent", *CODES), tiny_rave(folder, "discrete", streaming=True)


@pytest.fixture(scope="module")
def duet(pair):
    prior, rave = pair
    said = quick("combine", "--prior", prior, "--rave", rave, "--name", "duet", "--output", prior.parent)
    assert "Warning" not in said
    assert f"all good ! model exported to {prior.parent / 'duet.ts'}" in said
    return prior.parent / "duet.ts"


def test_methods_labels_and_delays_are_those_of_both(pair, duet):
    prior, rave, both = Host(pair[0]), Host(pair[1]), Host(duet)
    assert list(both.methods) == ["encode", "decode", "forward", "prior"]
    for name, method in both.methods.items():
        of = prior.methods["forward"] if name == "prior" else rave.methods[name]
        for what in ("in_channels", "in_ratio", "out_channels", "out_ratio", "input_labels", "output_labels", "delay"):
            assert getattr(method, what) == getattr(of, what), (name, what)
    assert both.methods["forward"].delay > 0
    about = read_metadata(duet)
    assert about["sample_rate"] == RATE
    assert about["block"] % RATIO == 0
    assert set(both.attributes) == {*prior.attributes, *rave.attributes}
    assert list(both.attributes)[:6] == list(prior.attributes)
    for name in both.attributes:
        assert both.get(name) == (prior if name in prior.attributes else rave).get(name)


def seeded(method, x):
    """What it makes when its noise is the same each time."""
    torch.manual_seed(0)
    return method(x)


def test_it_plays_as_the_two_do(pair, duet):
    prior, rave, both = (torch.jit.load(path) for path in (*pair, duet))
    x = torch.from_numpy(np.random.default_rng(0).uniform(-0.5, 0.5, (1, 1, 24 * RATIO)).astype(np.float32))
    for _ in range(2):
        for listen in (True, False):
            for model in (prior, both):
                assert model.set_listen(listen) == 0
            z = rave.encode(x)
            assert torch.equal(both.encode(x), z)
            made = prior.forward(z)
            assert torch.equal(both.prior(z), made)
            assert torch.equal(made[:, :3], z) == listen
            audio = seeded(rave.decode, made[:, :3])
            assert torch.equal(seeded(both.decode, made[:, :3]), audio)
            assert audio.abs().max() > 1e-3
        assert torch.equal(seeded(both.forward, x), seeded(rave.forward, x))


def test_attributes_reach_their_part(duet):
    both = torch.jit.load(duet)
    for name, value, refused in (("temperature", 0.5, -1.0), ("top_p", 0.9, 2.0), ("seed", 5, -5)):
        setter, getter = getattr(both, f"set_{name}"), getattr(both, f"get_{name}")
        assert (setter(value), getter(), setter(refused), getter()) == (0, (value,), -1, (value,))
        assert getattr(both.prior_model, f"get_{name}")() == (value,)
    assert both.set_deterministic(True) == 0
    assert both.rave_model.get_deterministic() == (True,)
    host = Host(duet, "prior")
    host.set("listen", False)
    host.set("temperature", -1.0)
    host.process(np.zeros((3, 4 * RATIO), np.float32))
    assert (host.get("listen"), host.get("temperature")) == (False, 1.0)


def test_reset_begins_anew_with_both(duet):
    both, x = torch.jit.load(duet), torch.full((1, 1, 8 * RATIO), 0.3)
    both.set_listen(False)

    def played():
        z = both.encode(x)
        return torch.cat([z, both.prior(z)], 1)

    first = played()
    assert not torch.equal(played(), first)
    assert both.set_reset(True) == 0
    assert torch.equal(played(), first)
    assert both.get_reset() == (False,)


def test_a_rave_of_others(tmp_path):
    model = instrument(continuous=True, semantic="features", semantic_size=1, encoder_ratio=2)
    model.export_to_ts(tmp_path / "prior.ts")
    rave = save_rave(tmp_path / "rave.ts")
    done = combine(tmp_path / "prior.ts", rave, tmp_path / "both.ts")
    assert done.methods == ("encode", "decode", "forward", "prior", "dummy_method")
    assert done.remarks == ()
    assert done.attributes[-1] == "deterministic"
    both, alone = Host(tmp_path / "both.ts", "encode"), Host(rave, "encode")
    x = np.random.default_rng(0).normal(size=(1, 4000)).astype(np.float32)
    np.testing.assert_array_equal(both.render(x), alone.render(x))
    assert both.methods["encode"].output_labels == ["z0", "z1", "z2", "z3"]
    assert both.methods["dummy_method"].in_ratio == 16
    both.set("deterministic", True)
    both.process(x[:, :512])
    assert both.get("deterministic") is True
    audio = Host(tmp_path / "both.ts", "decode").render(Host(tmp_path / "both.ts", "encode").render(x))
    assert np.abs(audio).max() > 0.1


def test_codes_of_another_book_are_warned_of(pair, tmp_path):
    exported(tmp_path, "recurrent", "NUM_TOKENS=64")
    words = ["--rave", pair[1], "--name", "both", "--output", tmp_path]
    said = quick("combine", "--prior", tmp_path / "recurrent.ts", *words)
    assert "Warning: The prior is of 64 codes, but the RAVE has 32: is it another RAVE's?" in said


def test_an_attribute_of_both_is_said(tmp_path):
    class Warm(Rave):
        @torch.jit.export
        def get_attributes(self) -> list[str]:
            return ["temperature"]

        @torch.jit.export
        def get_temperature(self) -> float:
            return 0.25

        @torch.jit.export
        def set_temperature(self, value: float) -> int:
            return 0

    with quiet():
        torch.jit.script(Warm()).save(str(tmp_path / "rave.ts"))
    instrument(continuous=True).export_to_ts(tmp_path / "prior.ts")
    done = combine(tmp_path / "prior.ts", tmp_path / "rave.ts", tmp_path / "both.ts")
    assert done.remarks == ("These attributes, which both files have, are those of the prior: temperature.",)
    assert Host(tmp_path / "both.ts", "prior").get("temperature") == 1.0


def test_a_rave_that_clicks_or_takes_no_batch_is_warned_of(pair, tmp_path):
    prior, _ = pair
    clicks = tiny_rave(tmp_path, "discrete", streaming=False)
    words = ["--name", "both", "--output", tmp_path, "--batch_size", 2]
    said = quick("combine", "--prior", prior, "--rave", clicks, *words)
    assert "Warning: The RAVE was exported without streaming" in said
    single = released_rave(tmp_path, cache=True, batches=False)
    said = quick("combine", "--prior", prior, "--rave", single, *words)
    assert "Warning: Method 'encode' plays in nn~, but will not play in mc.nn~" in said
    assert "without streaming" not in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"quantizers": 5}, "The prior is of 4 latents, but the RAVE has 5"),
        ({"ratio": 16}, "The prior has a frame every 8 samples, but the RAVE every 16"),
        ({"rate": 2000}, "The prior is of latents at 1000 Hz, but the RAVE plays at 2000 Hz"),
    ],
)
def test_what_does_not_go_together(tmp_path, change, sentence):
    instrument(continuous=True).export_to_ts(tmp_path / "prior.ts")
    rave = save_rave(tmp_path / "rave.ts", **change)
    words = ["--prior", tmp_path / "prior.ts", "--name", "both", "--output", tmp_path]
    assert sentence in quick("combine", "--rave", rave, *words, code=1)
    assert not (tmp_path / "both.ts").exists()


def test_what_is_no_prior_and_no_rave(pair, tmp_path):
    prior, rave = pair
    before = rave.read_bytes()
    (tmp_path / "text.ts").write_text("no")
    for words, sentence in (
        (["--prior", rave, "--rave", rave], f"'{rave}' is not a prior that msprior export has made."),
        (["--prior", prior, "--rave", prior], f"'{prior}' is not a RAVE file: it has no method encode."),
        (["--prior", tmp_path / "none.ts", "--rave", rave], "There is no file"),
        (["--prior", tmp_path / "text.ts", "--rave", rave], "is not a TorchScript file that can be read."),
        (["--prior", prior, "--rave", rave, "--name", "a/b"], "--name is the name of a file"),
        (["--prior", prior, "--rave", rave, "--name", rave.stem, "--output", rave.parent], "would take the place of"),
    ):
        assert sentence in quick("combine", "--name", "both", *words, code=1)
    assert rave.read_bytes() == before
    instrument(continuous=True, quantizers=3, ratio=RATIO).export_to_ts(tmp_path / "prior.ts")
    fast = tmp_path / "prior.ts"
    said = quick("combine", "--name", "both", "--prior", fast, "--rave", rave, code=1)
    assert "The prior is of latents at 1000 Hz" in said
    numbers = exported(tmp_path, "rwkv", *CODES, continuous=True)
    said = quick("combine", "--name", "both", "--prior", numbers, "--rave", rave, code=1)
    assert "The prior is of continuous latents, but the RAVE has codes." in said
