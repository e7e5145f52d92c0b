"""Conditioning curves: the command, the shapes, the notebook."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from mtcrnn_files import quick
from PIL import Image

from nn_tilde.mtcrnn.curves import SHAPES, curve, side_by_side
from nn_tilde.mtcrnn.data import conditioning
from nn_tilde.mtcrnn.tier import Tier

NOTEBOOK = Path(__file__).parents[3] / "docs" / "notebooks" / "mtcrnn-conditioning.ipynb"


def test_the_glide_of_the_quick_start(tmp_path):
    path = tmp_path / "run" / "QuickStart_pops" / "rateglide.npy"
    said = quick("condition", "--out", path, "--curve", "glide:1,0")
    assert "[1, 1000, 1] float64" in said
    array = np.load(path)
    assert (array.shape, array.dtype) == ((1, 1000, 1), np.float64)
    np.testing.assert_allclose(array[0, :, 0], np.linspace(1, 0, 1000), atol=1e-12)
    with Image.open(path.with_suffix(".png")) as image:
        assert image.format == "PNG"
    heard = conditioning(path, 100, Tier(prop=("rate",)), 160000)
    np.testing.assert_allclose(heard[0, :, 0], np.linspace(1, 0, 160000), atol=1e-6)


def test_several_features_and_a_batch(tmp_path):
    path = tmp_path / "c.npy"
    curves = ("constant:0/0.5/1", "gaussians:0,1@4", "arpeggio:0,.4,.7@24", "steps:0,.5,1")
    words, names = ("--curve", *curves), ("--name", *"abcd")
    quick("condition", "--out", path, *words, *names, "--seconds", 10, "--external_sr=100", "--dtype", "float32")
    array = np.load(path)
    assert (array.shape, array.dtype) == ((3, 1000, 4), np.float32)
    np.testing.assert_array_equal(array[:, :, 0], np.repeat([[0], [0.5], [1]], 1000, 1))
    np.testing.assert_array_equal(array[0, :, 1:], array[2, :, 1:])
    assert not (tmp_path / "d.png").exists()
    quick(
        "condition", "--out", tmp_path / "d.npy", "--curve", "constant:.2", "--batch", 2, "--length", 7, "--nopicture"
    )
    np.testing.assert_array_equal(np.load(tmp_path / "d.npy"), np.full((2, 7, 1), 0.2))
    assert not (tmp_path / "d.png").exists()


@pytest.mark.parametrize("length", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize(
    "text", ["constant:.3", "glide:0,1", "glide:0,1,.5", "steps:0,.5,1", "gaussians:0,1@3", "arpeggio:0,1"]
)
def test_every_length(text, length):
    out = curve(text, length)
    assert out.shape == (1, length)
    assert out.dtype == np.float64
    assert 0 <= out.min() <= out.max() <= 1


def test_shapes():
    np.testing.assert_array_equal(curve("glide:0,1,0.5", 5)[0], [0, 0.5, 1, 0.75, 0.5])
    np.testing.assert_array_equal(curve("steps:1,2,3", 6)[0], [1, 1, 2, 2, 3, 3])
    np.testing.assert_array_equal(curve("arpeggio:1,2,3@4", 8)[0], [1, 1, 2, 2, 3, 3, 1, 1])
    np.testing.assert_array_equal(curve("arpeggio:1,2", 4)[0], [1, 2, 1, 2])
    bumps = curve("gaussians:0.2,1,0.6@4", 4000)[0]
    np.testing.assert_allclose(bumps[[500, 1500, 2500, 3500]], [1, 0.6, 1, 0.6], atol=1e-6)
    np.testing.assert_allclose(bumps[[0, 1000, 2000, 3999]], 0.2, atol=0.01)
    assert np.abs(np.diff(bumps)).max() < 0.01
    np.testing.assert_allclose(curve("gaussians:1,0", 2)[0][1], 0, atol=1e-9)  # downwards
    np.testing.assert_array_equal(curve("glide:0/1,1/0", 2), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(curve("glide:-1e-1,1E0", 2), [[-0.1, 1]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("glide", "is no curve; say constant, glide"),
        ("ramp:0,1", "is no curve"),
        ("glide:", "numbers with commas"),
        ("glide:0,x", "numbers with commas"),
        ("glide:1", "glide needs at least 2 values"),
        ("gaussians:1", "gaussians needs the low value"),
        ("constant:0,1", "constant takes one value"),
        ("steps:0,1@3", "only gaussians and arpeggio"),
        ("arpeggio:0,1@0", "at least 1"),
        ("arpeggio:0,1@x", "numbers with commas"),
        ("constant:nan", "finite"),
        ("glide:0/1,0/1/2", "the same number of parts"),
    ],
)
def test_curves_that_are_none(tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        curve(text, 10)
    said = quick("condition", "--out", tmp_path / "a.npy", "--curve", text, code=1)
    assert words in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "a.npy").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--out", "a.txt", "--curve", "constant:0"), "name of a .npy file"),
        (("--out", "a.npy", "--curve", "constant:0", "--length", 3, "--seconds", 3), "leave either out"),
        (("--out", "a.npy", "--curve", "constant:0", "--seconds", 3), "needs --external_sr"),
        (("--out", "a.npy", "--curve", "constant:0", "--name", "a", "--name", "b"), "1 curves and 2 names"),
        (("--out", "a.npy", "--curve", "constant:0/1", "--batch", 3), "a batch of 2, and the others make 3"),
    ],
)
def test_what_cannot_be_done(words, sentence):
    assert sentence in quick("condition", *words, code=1)


def test_batches_that_do_not_fit():
    with pytest.raises(ValueError, match="a batch of 2, and the others make 3"):
        side_by_side(["constant:0/1", "constant:0/1/2"], 4)
    with pytest.raises(ValueError, match="at least 1 value"):
        side_by_side(["constant:0"], 0)
    assert side_by_side(["constant:0", "constant:1"], 4, 2).shape == (2, 4, 2)


def test_values_a_model_does_not_know(tmp_path):
    assert "from 0 to 2; most models know 0 to 1" in quick(
        "condition", "--out", tmp_path / "a.npy", "--curve", "glide:0,2", "--nopicture"
    )


# The notebook --------------------------------------------------------------------------------------------------------


def test_the_notebook_is_one():
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    for cell in book["cells"]:
        code = cell["cell_type"] == "code"
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | (
            {"outputs", "execution_count"} if code else set()
        )
        if code:
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    text = "".join(line for cell in book["cells"] for line in cell["source"])
    assert all(shape in text for shape in SHAPES)


def test_the_notebook_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    space: dict = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), space)
    plt.close("all")
    made = sorted(Path().rglob("*.npy"))
    assert "rateglide.npy" in [path.name for path in made]
    for path in made:
        array = np.load(path)
        assert array.ndim == 3
        assert array.shape[1] == 1000
        assert 0 <= array.min() <= array.max() <= 1
    glide = np.load(next(path for path in made if path.name == "rateglide.npy"))
    quick("condition", "--out", "same.npy", "--curve", "glide:1,0", "--nopicture")
    np.testing.assert_allclose(np.load("same.npy"), glide, atol=1e-12)
