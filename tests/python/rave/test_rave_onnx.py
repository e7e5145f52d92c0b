"""ONNX files against the networks they were made of."""

from __future__ import annotations

import builtins
import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from rave_runs import call, network, quick, run_folder

from nn_tilde.nn.adain import AdaIN
from nn_tilde.rave.export import build as build_instrument
from nn_tilde.rave.loading import load
from nn_tilde.rave.onnx_export import Session, build, difference, export_onnx

STACKS = [
    "onnx",
    "raspberry",
    "v1",
    "v1 causal",
    "v2",
    "v2 causal",
    "live",
    "v2_small",
    "v2_nopqmf",
    "discrete",
    "discrete causal",
    "v3",
    "hybrid",
    "v2 hybrid noise",
    "v2_with_augs",
    "v2 spherical",
    "v2 wasserstein",
]


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streaming"])
@pytest.mark.parametrize("stack", STACKS)
def test_onnxruntime_renders_like_torch(stack, streams):
    channels = 2 if stack in ("v2", "v1", "hybrid", "v2_nopqmf") else 1
    rave = network(stack.split(), channels=channels)
    built = build(rave, streams)
    assert bool(built.states) == streams
    assert difference(rave, built.model.SerializeToString(), built) < 1e-4


@pytest.mark.parametrize("stack", ["v1", "v2", "v2 causal", "live", "hybrid"])
def test_blocks_equal_those_of_the_streaming_network(stack):
    """From the first sample on, for blocks of changing size."""
    rave = network([*stack.split()], ("LATENT_SIZE=4",))
    rave.warmed_up = False
    with torch.no_grad():
        instrument = build_instrument(rave, streaming=True, latent_size=rave.latent_size)
        instrument.set_deterministic(True)
        instrument.clear()
        built = build(rave, streams=True)
        session = Session(built.model.SerializeToString(), built)
        assert built.delay == instrument.delays["forward"]
        for frames in (1, 3, 1, 30, 2, 17):
            x = 0.3 * torch.randn(1, 1, frames * rave.ratio)
            expected = instrument(x).numpy()
            np.testing.assert_allclose(session(x.numpy()), expected, atol=1e-4 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("name", ["raspberry", "v2cap16_causal", "v2cap16_stereo"])
def test_runs_of_the_release(fixtures, name):
    """Against what the release itself made of the input."""
    folder = fixtures / "rave" / name
    golden = np.load(folder / "io.npz")
    assert golden["decoder_deterministic"] == 0
    built = build(load(folder))
    made = Session(built.model.SerializeToString(), built)(golden["x"])
    np.testing.assert_allclose(made, golden["audio"], atol=1e-4 * max(1e-3, np.abs(golden["audio"]).max()))


@pytest.mark.parametrize("stack", ["v1", "v2 noise"])
def test_the_noise_is_the_one_given(stack):
    rave = network(stack.split())
    built = build(rave)
    samples, rows, size = built.noise
    frames = 4 * 2048 // samples
    x = 0.1 * torch.randn(1, 1, 4 * 2048)
    torch.manual_seed(7)
    drawn = torch.rand(1, frames, rows, size) * 2 - 1
    torch.manual_seed(7)
    with torch.no_grad():
        expected = rave(x).numpy()
    session = Session(built.model.SerializeToString(), built)
    made = session(x.numpy(), drawn.numpy())
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(made, expected, atol=1e-4 * scale)
    assert np.abs(session(x.numpy()) - expected).max() > 20 * np.abs(made - expected).max()


def test_without_noise_there_is_no_such_input():
    rave = network(["v2", "noise"])
    built = build(rave, noise=False)
    assert [i.name for i in built.model.graph.input] == ["audio_in"]
    assert difference(rave, built.model.SerializeToString(), built) < 1e-4


def test_styles_that_were_learned_are_kept():
    rave = network(["v2", "adain"])
    x = 0.3 * torch.randn(1, 1, 4 * 2048)
    with torch.no_grad():
        plain = rave(x)
        for part in rave.modules():
            if isinstance(part, AdaIN):
                for side in "xy":
                    getattr(part, f"num_update_{side}").fill_(1)
                    # One style for all voices.
                    getattr(part, f"mean_{side}").copy_(torch.randn(part.mean_x.shape[1], 1) * 0.1)
                    getattr(part, f"std_{side}").copy_(torch.rand(part.mean_x.shape[1], 1) * 0.4 + 0.8)
        assert (rave(x) - plain).abs().max() > 0.01 * plain.abs().max()
    built = build(rave)
    assert difference(rave, built.model.SerializeToString(), built) < 1e-4


def test_a_file_that_renders_differently_is_not_written(tmp_path, monkeypatch):
    from nn_tilde.rave import onnx_export

    monkeypatch.setattr(onnx_export, "difference", lambda *_: 0.5)
    with pytest.raises(ValueError, match="differently"):
        export_onnx(network(["raspberry"]), tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())


def test_the_commands_of_the_release(tmp_path):
    run = run_folder(tmp_path / "runs" / "small", network(["onnx"]))
    done = call("export_onnx", "--run", run, cwd=tmp_path)
    assert "multiples of 2048 samples" in done.stdout
    session = onnxruntime.InferenceSession(run / "small.onnx")
    assert [i.name for i in session.get_inputs()] == ["audio_in"]
    assert session.get_inputs()[0].shape == [1, 1, "samples"]
    assert [o.name for o in session.get_outputs()] == ["audio_out"]
    x = np.random.default_rng(0).standard_normal((1, 1, 8192)).astype(np.float32)
    with torch.no_grad():
        expected = network(["onnx"])(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(session.run(None, {"audio_in": x})[0], expected, atol=1e-5)

    said = quick("export_onnx", "--run", run, "--streaming", "--name", "live", "--output", tmp_path / "out")
    assert "states go round" in said
    model = onnx.load(tmp_path / "out" / "live.onnx")
    about = {entry.key: entry.value for entry in model.metadata_props}
    assert {key: about[key] for key in ("sample_rate", "ratio", "streaming")} == {
        "sample_rate": "44100",
        "ratio": "2048",
        "streaming": "1",
    }
    states = [i.name for i in model.graph.input if i.name.startswith("state_")]
    assert [f"{name}_next" for name in states] == [o.name for o in model.graph.output][1:]
    assert json.loads(about["delay"]) > 0


def test_a_missing_extra_is_one_sentence(tmp_path, monkeypatch):
    plain = builtins.__import__

    def no_onnx(name, *arguments, **settings):
        if name == "onnx":
            raise ModuleNotFoundError("No module named 'onnx'", name="onnx")
        return plain(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", no_onnx)
    assert "pip install 'nn-tilde-toolkit[onnx]'" in quick("export_onnx", "--run", tmp_path, code=1)


def test_places_that_cannot_be_are_one_sentence(tmp_path):
    (tmp_path / "a.wav").touch()
    assert "--name is the name of a file" in quick("export_onnx", "--run", tmp_path, "--name", "../x", code=1)
    assert "is not a folder" in quick("export_onnx", "--run", tmp_path, "--output", tmp_path / "a.wav", code=1)


def test_a_folder_without_a_run_is_one_sentence(tmp_path):
    assert "There is no checkpoint" in quick("export_onnx", "--run", tmp_path, code=1)
