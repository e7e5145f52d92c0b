"""Model files: what they say, where they are found, weights of the original under whatever names."""

from collections import OrderedDict

import pytest
import torch

from nn_tilde.mtcrnn import checkpoints
from nn_tilde.mtcrnn.checkpoints import ModelError, Saved
from nn_tilde.mtcrnn.flags import settle
from nn_tilde.mtcrnn.networks import build
from nn_tilde.mtcrnn.sizes import Sizes
from nn_tilde.mtcrnn.tier import Tier

AUDIO = Tier(prop=("rate",), mulaw_channels=16)
PARAMS = Tier(generate=("a", "b", "c"), prop=("fill",), sample_rate=125)
SMALL = Sizes(0, 8, 2)


def make(folder, step=5, tier=PARAMS, sizes=SMALL):
    torch.manual_seed(step)
    network = build(tier, sizes)
    return network, checkpoints.save(folder, network, tier, sizes, step)


def test_a_file_says_what_it_is(tmp_path):
    network, path = make(tmp_path)
    saved = checkpoints.read(path)
    assert (saved.tier, saved.sizes, saved.step) == (PARAMS, SMALL, 5)
    again = checkpoints.network_of(saved, saved.tier, saved.sizes)
    assert all(torch.equal(v, network.state_dict()[k]) for k, v in again.state_dict().items())
    assert {p.name for p in tmp_path.iterdir()} == {"model_5.pkl", "model.pkl"}


def test_where_models_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").mkdir()
    for step in (5, 10):
        make(tmp_path / "output" / "tier3" / "model", step)
    inside = tmp_path / "output" / "tier3" / "model"
    for folder in ("tier3/model", "tier3", "output/tier3/model", "output/tier3", inside):
        assert checkpoints.find(folder, 5).resolve() == inside / "model_5.pkl"
        assert checkpoints.find(folder).resolve() == inside / "model.pkl"
    assert checkpoints.read(checkpoints.find("tier3")).step == 10
    assert checkpoints.find("tier3/model/model_5.pkl").resolve() == inside / "model_5.pkl"
    (inside / "model.pkl").unlink()
    assert checkpoints.find("tier3").name == "model_10.pkl"
    (inside / "model_5.pkl").rename(inside / "model_5")
    assert checkpoints.find("tier3", 5).name == "model_5"
    with pytest.raises(ModelError, match="no model of step 7; it has those of 5, 10"):
        checkpoints.find("tier3", 7)
    with pytest.raises(ModelError, match="no folder 'tier4'"):
        checkpoints.find("tier4")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="no models"):
        checkpoints.find("empty")


def test_what_is_no_model(tmp_path):
    path = tmp_path / "model_1.pkl"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="no readable model"):
        checkpoints.read(path)
    torch.save({"weights": [1, 2]}, path)
    with pytest.raises(ModelError, match="something else"):
        checkpoints.read(path)
    torch.save({"mtcrnn": {"format": 99}, "state_dict": {}}, path)
    with pytest.raises(ModelError, match="newer version"):
        checkpoints.read(path)
    torch.save({"mtcrnn": {"format": 1, "tier": {"generate": []}, "sizes": {}}, "state_dict": {}}, path)
    with pytest.raises(ModelError, match="does not say"):
        checkpoints.read(path)


# Weights of the original ------------------------------------------------------------------------------------------


def old_file(network, rename):
    """The weights under other names, in the order of the renamed ones; rename: old name → (order, new name)."""
    entries = [(rename(i, name), tensor) for i, (name, tensor) in enumerate(network.state_dict().items())]
    return OrderedDict((name, tensor) for (_, name), tensor in sorted(entries, key=lambda e: e[0][0]))


def adopted(network, state, tier, sizes):
    torch.manual_seed(99)
    other = build(tier, sizes)
    checkpoints.adopt(other, Saved("old.pkl", state))
    x = torch.rand(2, 6, tier.input_size)
    return torch.equal(other(x)[0], network(x)[0])


def swap(name, table):
    for ours, theirs in table.items():
        name = name.replace(ours, theirs)
    return name


@pytest.mark.parametrize(
    ("tier", "sizes", "table"),
    [
        (AUDIO, SMALL, {"entry": "i2h", "rnn.gru": "gru", "head.logits": "out"}),
        (PARAMS, SMALL, {"entry": "i2h", "rnn.gru": "rec", "head.mu": "first", "head.sigma": "second"}),
        (PARAMS, Sizes(1, 8, 2), {"mu_rnn.gru": "g1", "sigma_rnn.gru": "g2", "head.mu": "o1", "head.sigma": "o2"}),
        (PARAMS, Sizes(2, 8, 1), {"mu_rnn.gru": "gru_mu", "sigma_rnn.gru": "gru_sig", "rnn.gru": "shared"}),
        (PARAMS, Sizes(3, 8, 1), {"rnns.": "list_a.", ".mu.": ".m_mean.", ".sigma.": ".v_std."}),
        (PARAMS, Sizes(5, 8, 1), {"head.mu": "z1", "head.sigma": "z2", "head.pi": "z3"}),
        (AUDIO, Sizes(6, 8, 1), {"widen": "a", "entry": "b", "head.logits": "c"}),
        (AUDIO, Sizes(0, 8, 2, plstm=True), {"rnn.layers": "cells", ".inputs": ".x", ".hidden": ".y", "period": "tau"}),
    ],
    ids=lambda value: str(value.net) if isinstance(value, Sizes) else "",
)
def test_other_names(tier, sizes, table):
    torch.manual_seed(0)
    network = build(tier, sizes)
    state = old_file(network, lambda i, name: (i, swap(name, table)))
    assert set(state) != set(network.state_dict())
    assert adopted(network, state, tier, sizes)


def test_other_order():
    """Heads before the recurrent layers, the deviation before the mean: the names tell."""
    network = build(PARAMS, SMALL)
    order = {"head.sigma": 0, "head.mu": 1, "entry": 2, "rnn.gru": 3}
    names = {"head.sigma": "h2sigma", "head.mu": "h2mu", "entry": "i2h", "rnn.gru": "rec"}
    state = old_file(
        network, lambda i, name: (next((k, i) for p, k in order.items() if name.startswith(p)), swap(name, names))
    )
    assert next(iter(state)).startswith("h2sigma")
    assert adopted(network, state, PARAMS, SMALL)


def test_all_means_before_all_deviations():
    """As a file has it where means and deviations are lists of layers."""
    sizes = Sizes(3, 8, 1)
    network = build(PARAMS, sizes)

    def rename(i, name):
        parts = name.split(".")
        if parts[0] != "heads":
            return (0, i), name
        return (1 if parts[2] == "mu" else 2, i), f"{parts[2]}s.{parts[1]}.{parts[3]}"

    assert adopted(network, old_file(network, rename), PARAMS, sizes)

    def nameless(i, name):
        (order, new) = rename(i, name)
        return order, new.replace("mus.", "p.").replace("sigmas.", "q.")

    with pytest.raises(ModelError, match="do not say which is which"):
        adopted(network, old_file(network, nameless), PARAMS, sizes)


def test_weights_of_another_network():
    network = build(PARAMS, SMALL)
    state = old_file(network, lambda i, name: (i, "old." + name))
    for tier, sizes in ((AUDIO, SMALL), (PARAMS, Sizes(0, 9, 2)), (PARAMS, Sizes(0, 8, 3)), (PARAMS, Sizes(5, 8, 2))):
        with pytest.raises(ModelError, match=r"do not fit this network: it") as error:
            adopted(network, state, tier, sizes)
        assert "\n" not in str(error.value)


def test_a_rhythm_under_names_that_say_nothing():
    """Period, phase and ratio have one shape; mixing them up would load and play nonsense."""
    sizes = Sizes(0, 8, 1, plstm=True)
    network = build(AUDIO, sizes)
    table = {"period": "p1", "phase": "p2", "ratio": "p3"}
    with pytest.raises(ModelError, match="do not say which is which"):
        adopted(network, old_file(network, lambda i, name: (i, swap(name, table))), AUDIO, sizes)


# Flags against files ------------------------------------------------------------------------------------------------

DEFAULTS = {
    **vars(Tier()),
    **vars(Sizes()),
    "gen_size": None,
    "cond_size": None,
}


def test_flags_need_not_be_repeated(tmp_path):
    saved = checkpoints.read(make(tmp_path)[1])
    assert settle(DEFAULTS, (), saved) == (PARAMS, SMALL, [])
    said = DEFAULTS | {"hidden_size": 8, "prop": ["fill"], "seq_len": 77}
    tier, _, _ = settle(said, {"hidden_size", "prop", "seq_len"}, saved)
    assert tier.seq_len == 77
    with pytest.raises(ValueError, match="trained with --hidden_size 8, not --hidden_size 9"):
        settle(DEFAULTS | {"hidden_size": 9}, {"hidden_size"}, saved)
    with pytest.raises(ValueError, match="trained with --prop fill, not --prop rate"):
        settle(DEFAULTS | {"prop": ["rate"]}, {"prop"}, saved)
    assert settle(DEFAULTS | {"gen_size": 4}, {"gen_size"}, saved)[2] == [
        "--gen_size 4 is not what --generate says; it is 3."
    ]


def test_files_of_the_original_need_flags():
    said = DEFAULTS | {
        "hidden_size": 8,
        "n_layers": 2,
        "generate": ["a", "b", "c"],
        "prop": ["fill"],
        "sample_rate": 125,
    }
    assert settle(said, (), Saved("old", {}))[:2] == (PARAMS, SMALL)
