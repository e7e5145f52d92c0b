"""What `rave info` says about runs, checkpoints and configurations."""

from __future__ import annotations

import json

import pytest
import torch
from rave_runs import call, network, quick, run_folder

from nn_tilde.rave.config import ConfigError
from nn_tilde.rave.describe import describe, of_stack
from nn_tilde.rave.export import build


def test_a_run(tmp_path):
    rave = network(["v2"], channels=2)
    about = describe(run_folder(tmp_path / "run", rave))
    assert about["kind"] == "RAVE"
    assert (about["steps"], about["phase"]) == (12, 2)
    assert (about["channels"], about["sample_rate"], about["ratio"], about["latent_size"]) == (2, 44100, 2048, 8)
    assert about["latents_for_fidelity"] == {"0.8": 3, "0.9": 4, "0.95": 5, "0.99": 7}
    assert about["receptive_field"] == {"before": 27117, "after": 26428}
    assert about["parameters"]["encoder"] == sum(p.numel() for p in rave.encoder.parameters())
    assert about["settings"]["capacity"] == 4
    assert about["warnings"] == []


def test_the_phase_of_a_model_that_keeps_no_flag_of_it(tmp_path):
    for steps, phase in ((12, 2), (13, 1)):
        rave = network(["v2", "spherical"], (f"PHASE_1_DURATION={steps}",))
        assert describe(run_folder(tmp_path / str(steps), rave))["phase"] == phase


@pytest.mark.parametrize("stack", ["v2", "v1 causal", "live"])
def test_the_delay_is_what_an_export_declares(tmp_path, stack):
    rave = network(stack.split())
    about = describe(run_folder(tmp_path / "run", rave))
    instrument = build(rave, streaming=True)
    assert about["streaming_delay"] == {name: instrument.delays[name] for name in ("encode", "decode", "forward")}


def test_warnings(tmp_path):
    rave = network(["discrete"])
    rave.encoder.enabled.zero_()
    assert "codes" in describe(run_folder(tmp_path / "discrete", rave))["warnings"][0]
    stereo = run_folder(tmp_path / "stereo", network(["v2"], channels=2))
    network(["v2"]).config.write(stereo / "config.gin")
    assert "1 channel(s); the weights have 2" in describe(stereo)["warnings"][0]
    fresh = network(["v2"])
    fresh.fidelity.zero_()
    assert "not been analysed" in describe(run_folder(tmp_path / "fresh", fresh))["warnings"][0]


def test_a_run_of_the_release(fixtures):
    about = describe(fixtures / "rave" / "raspberry")
    assert about["regularization"] == "variational"
    assert about["channels"] == 1
    assert about["written_by"] == "another program"
    assert set(about["parameters"]) == {"encoder", "decoder", "discriminator"}


def test_the_sizes_of_the_release():
    """Weights of the release's v2, in millions (encoder, decoder, discriminator)."""
    counts = of_stack(["v2"])["parameters"]
    assert [round(counts[part] / 1e6, 3) for part in ("encoder", "decoder", "discriminator")] == [
        16.057,
        15.479,
        27.131,
    ]


def test_the_commands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_folder(tmp_path / "run", network(["raspberry"]))
    told = call("info", "run", cwd=tmp_path).stdout
    assert "steps                  12" in told
    assert "2048 samples per latent" in told
    assert json.loads(quick("info", "run/checkpoints/last.ckpt", "--json"))["settings"]["capacity"] == 4
    assert "raspberry + causal" in quick("info", "--config", "raspberry", "--config", "causal")
    assert "configuration: run/config.gin" in quick("info", "run/config.gin")
    assert "is it raspberry" in quick("info", "rasberry", code=1)
    assert "a trained network is what it is" in quick("info", "run", "--override", "CAPACITY=8", code=1)
    assert "Name one thing" in quick("info", code=2)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.ts").touch()
    with pytest.raises(ConfigError, match="nntilde info"):
        describe(tmp_path / "a.ts")
    torch.save({"state_dict": {"weight": torch.zeros(1)}}, tmp_path / "a.ckpt")
    (tmp_path / "config.gin").write_text("")
    with pytest.raises(ConfigError, match="not a checkpoint of a RAVE"):
        describe(tmp_path / "a.ckpt")
