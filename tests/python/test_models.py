"""The demonstration models: exported by their command, then played as files."""

import math
import os
from pathlib import Path

import pytest
import torch
from model_files import MODELS, load, play, run

from nn_tilde.export import read_metadata

CONTRACTS = {
    "demo_attributes": (
        {"forward": (1, 1, 2, 1)},
        {
            "attr_int": (1,),
            "attr_float": (2,),
            "attr_str": (3,),
            "attr_enum": (3,),
            "attr_bool": (0,),
            "attr_list": (1, 3, 2, 0),
        },
    ),
    "demo_buffers": (
        {"loudness": (1, 1, 1, 1), "shape": (1, 1, 2, 1), "get_sr": (1, 1, 1, 1)},
        {"buf": (5,)},
    ),
    "demo_mc": (dict.fromkeys(("batch", "identity", "channel"), (3, 2048, 3, 2048)), {}),
    "effects": (
        {
            **dict.fromkeys(("thru", "invert", "saturate", "polynomial"), (1, 1, 1, 1)),
            "add": (2, 1, 1, 1),
            "midside": (2, 1, 2, 1),
            "rms": (1, 1, 1, 1024),
            "fractalize": (1, 512, 1, 512),
        },
        {
            "gain_factor": (2,),
            "polynomial_factors": (2, 2, 2, 2),
            "saturate_mode": (3,),
            "invert_signal": (0,),
            "fractal": (1, 2),
        },
    ),
    "features": (
        {"rms": (1, 1, 1, 1024), **dict.fromkeys(("centroid", "flatness", "bandwidth"), (1, 1, 1, 256))},
        {},
    ),
    "wavetable": ({"forward": (1, 1, 1, 1)}, {"wavetable": (4,)}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the export command has put all models."""
    out = tmp_path_factory.mktemp("models") / "new"
    done = run(MODELS / "export.py", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [str(out / f"{name}.ts") for name in CONTRACTS]
    assert sorted(os.listdir(out)) == sorted(f"{name}.ts" for name in CONTRACTS)
    return out


@pytest.mark.parametrize("name", CONTRACTS)
def test_contract(folder: Path, name: str) -> None:
    model = load(folder / f"{name}.ts")
    methods, attributes = CONTRACTS[name]
    assert not model.training
    assert {m: tuple(getattr(model, f"{m}_params").tolist()) for m in model.get_methods()} == methods
    assert {a: tuple(getattr(model, f"{a}_params").tolist()) for a in model.get_attributes()} == attributes
    about = read_metadata(folder / f"{name}.ts")
    assert {m: about["methods"][m]["batch"] for m in methods} == dict.fromkeys(methods, True)


@pytest.mark.parametrize("name", CONTRACTS)
def test_card(name: str) -> None:
    card = (MODELS / f"{name}.md").read_text()
    for part in (*CONTRACTS[name][0], *CONTRACTS[name][1]):
        assert f"| `{part}` |" in card


def test_choosing_models(folder: Path, tmp_path: Path) -> None:
    done = run(MODELS / "export.py", tmp_path, "demo_mc")
    assert done.stdout == f"{tmp_path / 'demo_mc.ts'}\n"
    assert os.listdir(tmp_path) == ["demo_mc.ts"]
    for name, sentence in (("nothing", "there is no model 'nothing'"), ("unmix", "give it as unmix=")):
        done = run(MODELS / "export.py", tmp_path, name)
        assert done.returncode == 1
        assert done.stderr.startswith(f"export: {sentence}" if name == "nothing" else "export: unmix wraps")
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1


# effects


def test_effects(folder: Path) -> None:
    model = load(folder / "effects.ts")
    x = torch.linspace(-1.5, 1.5, 4096).reshape(1, 1, -1)
    assert torch.equal(play(model, "thru", x), x)
    assert torch.equal(play(model, "invert", x), x)
    model.set_invert_signal(True)
    assert torch.equal(play(model, "invert", x), -x)

    model.set_gain_factor(2.0)
    assert torch.equal(play(model, "saturate", x), (2 * x).tanh())
    assert model.set_saturate_mode("clip") == 0
    assert torch.equal(play(model, "saturate", x), (2 * x).clamp(-1, 1))
    assert model.set_saturate_mode("fuzz") == -1
    assert model.get_saturate_mode() == ("clip",)

    assert torch.equal(play(model, "polynomial", x), x)
    model.set_polynomial_factors(0.5, 1.0, -2.0, 3.0)
    torch.testing.assert_close(play(model, "polynomial", x), 0.5 * x + x**2 - 2 * x**3 + 3 * x**4)

    two = torch.rand(2, 2, 64)
    assert torch.equal(play(model, "add", two), two[:, :1] + two[:, 1:])
    torch.testing.assert_close(play(model, "midside", play(model, "midside", two)), two)
    same = two[:, :1].repeat(1, 2, 1)
    assert play(model, "midside", same)[:, 1].abs().max() == 0

    level = play(model, "rms", torch.cat((torch.ones(1, 1, 1024), -0.5 * torch.ones(1, 1, 1024)), -1))
    torch.testing.assert_close(level, torch.tensor([[[1.0, 0.5]]]))


def test_fractalize(folder: Path) -> None:
    model = load(folder / "effects.ts")
    x = torch.linspace(-1, 1, 401).reshape(1, 1, -1)
    torch.testing.assert_close(play(model, "fractalize", x), x)
    assert model.set_fractal(2, 1.0) == 0
    y = play(model, "fractalize", x)
    at = {round(v, 3): w for v, w in zip(x.flatten().tolist(), y.flatten().tolist(), strict=True)}
    # Half of x and half of the folded 2x, which is back at 0 when x is 1.
    assert [at[v] for v in (0.0, 0.25, 0.5, 1.0)] == pytest.approx([0, 0.375, 0.75, 0.5], abs=1e-6)
    for layers, amount in ((0, 1.0), (17, 1.0), (2, -0.5)):
        assert model.set_fractal(layers, amount) == -1
    assert model.get_fractal() == (2, 1.0)
    assert play(model, "fractalize", 50 * x).abs().max() <= 1.0


# features


def measure(folder: Path, method: str, x: torch.Tensor, blocks: list[int]) -> torch.Tensor:
    model = load(folder / "features.ts")
    return torch.cat([play(model, method, part) for part in x.split(blocks, -1)], -1)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("method", ["rms", "centroid", "flatness", "bandwidth"])
def test_features_do_not_depend_on_the_blocks(folder: Path, method: str, batch: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(batch, 1, 16384)
    whole = measure(folder, method, x, [16384])
    smallest = 1024 if method == "rms" else 256
    for blocks in ([smallest] * (16384 // smallest), [2048] * 8, [1024, 4096, 1024, 8192, 2048]):
        torch.testing.assert_close(measure(folder, method, x, blocks), whole, rtol=1e-5, atol=1e-5)
    assert whole.std() > 0  # it measures something
    for example in range(batch):
        alone = measure(folder, method, x[example : example + 1], [4096] * 4)
        torch.testing.assert_close(alone, whole[example : example + 1], rtol=1e-5, atol=1e-5)


def test_features_of_known_sounds(folder: Path) -> None:
    time = torch.arange(16384) / 44100
    tone = torch.sin(2 * math.pi * 1000 * time).reshape(1, 1, -1)
    torch.manual_seed(0)
    noise, silence = torch.randn(1, 1, 16384), torch.zeros(1, 1, 16384)

    def settled(method: str, x: torch.Tensor) -> float:
        return measure(folder, method, x, [4096] * 4)[..., 4:].mean().item()

    assert settled("centroid", tone) == pytest.approx(1000, abs=5)
    assert settled("bandwidth", tone) < 300
    assert settled("flatness", tone) < 1e-3
    assert settled("rms", tone) == pytest.approx(0.7071, abs=0.01)
    assert settled("centroid", noise) == pytest.approx(11025, rel=0.02)
    assert settled("flatness", noise) == pytest.approx(0.56, abs=0.02)
    for method in ("rms", "centroid", "bandwidth", "flatness"):
        assert settled(method, silence) == 0


def test_features_follow_the_sample_rate(folder: Path) -> None:
    model = load(folder / "features.ts")
    x = torch.sin(torch.arange(4096) * 0.2).reshape(1, 1, -1)
    before = play(model, "centroid", x)[..., -1]
    model.set_sample_rate(88200)
    torch.testing.assert_close(play(model, "centroid", x)[..., -1], 2 * before)


# The others


def test_demo_attributes(folder: Path) -> None:
    model = load(folder / "demo_attributes.ts")
    defaults = [(0,), (0.0,), ("apple",), ("horse",), (False,), (0, "christophe", 1.0, True)]
    assert [model._c._get_method(f"get_{name}")() for name in model.get_attributes()] == defaults
    model.set_attr_int(3)
    model.set_attr_float(-0.5)
    y = play(model, "forward", torch.rand(2, 1, 16))
    assert torch.equal(y, torch.tensor([3.0, -0.5]).reshape(1, 2, 1).expand(2, 2, 16))
    for word, result in (("cat", 0), ("cow", -1)):
        assert model.set_attr_enum(word) == result
    assert model.get_attr_enum() == ("cat",)


def test_demo_buffers(folder: Path) -> None:
    model = load(folder / "demo_buffers.ts")
    x = torch.rand(2, 1, 16)

    def values() -> list[float]:
        parts = [play(model, method, x) for method in ("loudness", "shape", "get_sr")]
        assert [list(part.shape) for part in parts] == [[2, 1, 16], [2, 2, 16], [2, 1, 16]]
        together = torch.cat(parts, 1)
        assert (together == together[:1, :, :1]).all()
        return together[0, :, 0].tolist()

    assert values() == [0, 0, 0, 0]
    audio = torch.tensor([0.5, -0.5]).repeat(2, 50)
    assert model.set_buffer_attribute("buf#0", audio, 48000) == 0
    assert model.set_buf("buf#0") == 0
    assert values() == [0.5, 2, 100, 48000]
    for frames in (63, 2049):
        assert model.set_buffer_attribute("buf#0", torch.ones(1, frames), 48000) == -1
    assert values() == [0.5, 2, 100, 48000]
    assert model.clear_buffer_attribute("buf#0") == 0
    assert values() == [0, 0, 0, 0]


def test_demo_mc(folder: Path) -> None:
    model = load(folder / "demo_mc.ts")
    x = torch.rand(4, 3, 2)
    assert torch.equal(play(model, "identity", x), x)
    assert torch.equal(play(model, "batch", x), torch.arange(4.0).reshape(4, 1, 1).expand(4, 3, 2))
    assert torch.equal(play(model, "channel", x), torch.arange(3.0).reshape(1, 3, 1).expand(4, 3, 2))


def test_wavetable(folder: Path) -> None:
    model = load(folder / "wavetable.ts")
    phase = torch.tensor([0.0, 0.3, 0.5, 0.99, 1.0, -0.25, 2.25, math.nan]).reshape(1, 1, -1)
    assert play(model, "forward", phase).abs().max() == 0
    model.set_wavetable(torch.tensor([0.0, 1.0, 2.0, 3.0]))
    wave = play(model, "forward", phase).flatten().tolist()
    assert wave[:7] == [0.5, 1.5, 2.5, 1.5, 0.5, 1.5, 1.5]
    for table in (torch.zeros(0), torch.ones(1), torch.ones(2, 3), torch.ones(5, dtype=torch.float64)):
        model.set_wavetable(table)
        y = play(model, "forward", phase)
        assert (y.shape, y.dtype) == (phase.shape, torch.float32)
        assert (y == (1 if table.numel() else 0)).all()
