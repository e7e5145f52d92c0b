"""The same scripts through nn_tilde 1.6.0 and through our export: the same files.

The other package is installed into a folder of its own and only ever run, in its own process.
"""

import importlib
import os
import runpy
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

SCRIPTS = Path(__file__).parent / "interop_scripts"
OTHER = ["nn-tilde==1.6.0", "cached-conv==2.5.0"]
MODELS = Path(__file__).parents[2] / "models"
DEMONSTRATIONS = ["demo_attributes", "demo_buffers", "demo_mc", "effects", "features", "wavetable"]
SHARED = ["attributes", "buffers", "by_hand", "ratios"]
DRIVER = """
import runpy, sys
for script, out in zip(sys.argv[1::2], sys.argv[2::2]):
    sys.argv = [script, out]
    runpy.run_path(script, run_name="__main__")
"""

# What a patch sets, in order; blocks are played after each step.
STEPS = {
    "attributes": [
        ("set_gain", 2.0),
        ("set_mode", "single"),
        ("set_on", False),
        ("set_table", torch.tensor([1.0, -3.0])),
        ("set_mixed", -1, 0.25, "other", True),
        ("set_steps", -7),
        ("set_sample_rate", 22050),
    ],
    "buffers": [
        ("set_buffer_attribute", "buf#0", torch.linspace(0, 1, 8).reshape(2, 4), 48000),
        ("set_buf", "buf#0"),
        ("set_buffer_attribute", "pair#2", torch.ones(1, 3), 8000),
        ("set_pair", "pair#0", -2.0, "pair#2"),
        ("set_buffer_attribute", "pair#0", torch.ones(1, 1), 8000),
        ("set_buffer_attribute", "nothing#0", torch.ones(1, 1), 8000),
        ("is_buffer_empty", "pair#2"),
        ("is_buffer_empty", "nothing#2"),
    ],
    "by_hand": [
        ("set_mode", "clip"),
        ("set_mode", "nothing"),
        ("set_span", -2.0, 0.5),
        ("set_span", 2.0, 0.5),
        ("set_scale", -4.0),
    ],
    "ratios": [("set_sample_rate", 96000), ("get_sample_rate",)],
}


@pytest.fixture(scope="session")
def other_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the other package in it."""
    folder = tmp_path_factory.mktemp("other")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(folder),
        *OTHER,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = f"pip cannot install {', '.join(OTHER)}: {done.stderr.strip().splitlines()[-1]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def export_with_other(package: Path, pairs: dict[Path, Path]) -> subprocess.CompletedProcess:
    """Runs scripts with the other package: without site, so that ours does not come first."""
    libraries = Path(torch.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(package), str(libraries)))}
    arguments = [str(path) for pair in pairs.items() for path in pair]
    command = [sys.executable, "-S", "-W", "ignore", "-c", DRIVER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)


@pytest.fixture(scope="session")
def theirs(other_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("theirs")
    done = export_with_other(other_package, {SCRIPTS / f"{n}.py": folder / f"{n}.ts" for n in SHARED})
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("ours")
    with pytest.MonkeyPatch.context() as patch:
        for name in (*SHARED, "older"):
            patch.setattr(sys, "argv", [name, str(folder / f"{name}.ts")])
            runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
    return folder


def load(path: Path) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.load(str(path))


def play(file: torch.jit.ScriptModule, blocks: int = 3) -> list[torch.Tensor]:
    """Every method on the same noise, block after block."""
    random = torch.Generator().manual_seed(5)
    outputs = []
    for method in file.get_methods():
        channels, ratio, _, _ = getattr(file, f"{method}_params").tolist()
        for _ in range(blocks):
            x = torch.randn(1, channels, 1024 // ratio, generator=random)
            with torch.inference_mode():
                outputs.append(getattr(file, method)(x))
    return outputs


def assert_same_sound(a: torch.jit.ScriptModule, b: torch.jit.ScriptModule) -> None:
    for x, y in zip(play(a), play(b), strict=True):
        assert torch.equal(x, y)


@pytest.mark.parametrize("name", SHARED)
def test_same_contract(theirs: Path, ours: Path, name: str) -> None:
    a, b = load(theirs / f"{name}.ts"), load(ours / f"{name}.ts")
    for call in ("get_methods", "get_attributes", "get_buffer_attributes", "get_sample_rate"):
        assert getattr(a, call)() == getattr(b, call)()
    for part in (*a.get_methods(), *a.get_attributes()):
        x, y = getattr(a, f"{part}_params"), getattr(b, f"{part}_params")
        assert (x.tolist(), x.dtype) == (y.tolist(), y.dtype)
    for part in a.get_methods():
        for side in ("input", "output"):
            assert getattr(a, f"{part}_{side}_labels") == getattr(b, f"{part}_{side}_labels")
    for attribute in a.get_attributes():
        for call in (f"get_{attribute}", f"set_{attribute}"):
            x, y = (str(file._c._get_method(call).schema).partition("self")[2] for file in (a, b))
            assert x == y
    assert a.state_dict().keys() == b.state_dict().keys()


@pytest.mark.parametrize("name", SHARED)
def test_same_sound(theirs: Path, ours: Path, name: str) -> None:
    a, b = load(theirs / f"{name}.ts"), load(ours / f"{name}.ts")
    assert_same_sound(a, b)
    heard = [torch.cat([y.flatten() for y in play(b)])]
    for call, *values in STEPS[name]:
        assert getattr(a, call)(*values) == getattr(b, call)(*values)
        assert_same_sound(a, b)
        for attribute in set(a.get_attributes()) - {key.split("#")[0] for key in a.get_buffer_attributes()}:
            x, y = getattr(a, f"get_{attribute}")(), getattr(b, f"get_{attribute}")()
            assert str(x) == str(y)
        heard.append(torch.cat([y.flatten() for y in play(b)]))
    if name != "ratios":  # its steps are not heard, its state is
        assert len({tuple(sound.tolist()) for sound in heard}) > 3
    for key in a.get_buffer_attributes():
        a.clear_buffer_attribute(key)  # theirs returns None, by mistake
        assert b.clear_buffer_attribute(key) == 0
        assert a.is_buffer_empty(key)
        assert b.is_buffer_empty(key)
    assert_same_sound(a, b)


def test_the_other_package_is_the_other_package(other_package: Path, tmp_path: Path) -> None:
    """It refuses the older style, which shows that it was not ours that ran."""
    done = export_with_other(other_package, {SCRIPTS / "older.py": tmp_path / "older.ts"})
    assert done.returncode != 0
    assert "sr is reserved" in done.stderr


def test_older_style(ours: Path) -> None:
    file = load(ours / "older.ts")
    assert file.get_attributes() == ["sr", "gain", "factors", "fractal"]
    params = [getattr(file, f"{a}_params").tolist() for a in file.get_attributes()]
    assert params == [[1], [2], [2, 2], [1, 2]]
    values = [file.get_sr(), file.get_gain(), file.get_factors(), file.get_fractal()]
    assert values == [44100, 1.0, [1.0, 0.0], (2, 0.0)]
    results = [file.set_sr(22050), file.set_gain(0.5), file.set_factors(1.0, 2.0), file.set_fractal(3, 0.5)]
    assert results == [0, 0, 0, 0]
    x = torch.rand(1, 1, 16)
    torch.testing.assert_close(file(x), x + 2 * x**2)


@pytest.mark.parametrize("name", SHARED)
def test_same_in_our_host(theirs: Path, ours: Path, name: str) -> None:
    """Both files in the C++ host: the same description, and the same audio to the last bit."""
    pytest.importorskip("nn_tilde._core")
    host = importlib.import_module("nn_tilde").Host
    params = load(ours / f"{name}.ts")
    for method in params.get_methods():
        a, b = (host(folder / f"{name}.ts", method=method, block=1024) for folder in (theirs, ours))
        numbers = getattr(params, f"{method}_params").tolist()
        for it in (a, b):
            assert list(it.methods) == params.get_methods()
            m = it.methods[method]
            assert [m.in_channels, m.in_ratio, m.out_channels, m.out_ratio] == numbers
            assert list(it.attributes) == params.get_attributes()
        words = {n: (a.attributes[n].types, b.attributes[n].types) for n in a.attributes}
        assert all(x == y for x, y in words.values())
        noise = np.random.default_rng(5).standard_normal((numbers[0], 8192)).astype(np.float32)
        x, y = a.render(noise), b.render(noise)
        assert x.shape == (numbers[2], 8192)
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, y)
        assert np.abs(y).max() > 0


@pytest.fixture(scope="session")
def their_models(other_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration models, exported by the other package."""
    folder = tmp_path_factory.mktemp("their_models")
    libraries = Path(torch.__file__).parents[1]
    paths = (str(other_package), str(libraries), str(MODELS))
    command = [sys.executable, "-S", "-W", "ignore", str(MODELS / "export.py"), str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", DEMONSTRATIONS)
def test_demonstration_models_are_the_same_whoever_exports_them(their_models: Path, tmp_path: Path, name: str) -> None:
    done = subprocess.run([sys.executable, MODELS / "export.py", tmp_path, name], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    host = importlib.import_module("nn_tilde").Host
    first = next(iter(load(tmp_path / f"{name}.ts").get_methods()))
    known = host(tmp_path / f"{name}.ts", first)
    for method in known.methods:
        a, b = (host(folder / f"{name}.ts", method, block=2048) for folder in (their_models, tmp_path))
        assert list(a.methods) == list(b.methods)
        assert a.attributes == b.attributes
        assert a.buffers == b.buffers
        assert (a.remarks, b.remarks) == ("", "")
        noise = np.random.default_rng(5).uniform(-1, 1, (a.methods[method].in_channels, 8192)).astype(np.float32)
        np.testing.assert_array_equal(a.render(noise), b.render(noise))
        for it in (a, b):
            if name == "effects":
                it.set("polynomial_factors", 0.5, 0.1, -0.2, 0.3)
                it.set("saturate_mode", "clip")
                it.set("fractal", 3, 0.5)
            if name == "demo_attributes":
                it.set("attr_enum", "goose")
                it.set("attr_float", 0.25)
            if name == "demo_buffers":
                it.set_buffer("buf#0", noise[:1, :512], 22050)
            if name == "wavetable":
                it.set("wavetable", noise[0, :32])
            it.set_sample_rate(32000)
        x, y = a.render(noise), b.render(noise)
        np.testing.assert_array_equal(x, y)
        assert (a.messages(), b.messages()) == ([], [])
        if name == "demo_attributes":
            assert a.get("attr_enum") == b.get("attr_enum") == "goose"
            assert (y[1] == 0.25).all()
