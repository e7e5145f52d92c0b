"""What `msprior preprocess` stores besides latents: descriptors, ours and of users, and semantic features."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from msprior_preprocessing import call, one_by_one, sound, write
from msprior_raves import RATIO, released_rave

from nn_tilde.msprior import preprocess
from nn_tilde.msprior.data.latents import open_latents
from nn_tilde.msprior.data.metadata import read_index


@pytest.fixture
def here(monkeypatch):
    """No other processes, where those are not what is tested."""
    monkeypatch.setattr(preprocess, "run_work", one_by_one)


def test_descriptors_are_stored_beside_the_latents(here, tmp_path, monkeypatch):
    (tmp_path / "own_descriptors_of_a_test.py").write_text(
        """
import numpy as np
from nn_tilde.msprior.descriptors import Descriptor, register

@register
class Peak(Descriptor):
    name = "peak"
    def example(self, audio, path):
        return np.abs(audio[: len(audio) // 64 * 64]).reshape(-1, 64).max(1)

@register
class Place(Descriptor):
    name, resample, ratio, dtype, num_tokens, context = "place", False, 4, np.int32, 9, 300
    def example(self, audio, path):
        return np.round(audio[::512] * 8)

@register
class Title(Descriptor):
    name, mode, dtype = "title", "static", str
    def example(self, audio, path):
        return path.rpartition("/")[2]

@register
class Length(Descriptor):
    name, mode = "length", "static"
    def example(self, audio, path):
        return [len(audio), 1.0]
"""
    )
    monkeypatch.chdir(tmp_path)
    x = np.repeat(np.arange(50) % 8 / 8, 4 * RATIO).astype(np.float32)[None, : 199 * RATIO]
    write(tmp_path / "audio" / "a.wav", x[:, : 2 * RATIO])
    write(tmp_path / "audio" / "b.wav", x)
    words = ["--rave", released_rave(tmp_path), "--audio", "audio", "--out_path", "db", "--num_secs", 0.5]
    call(*words, "--preprocessor", "own_descriptors_of_a_test")
    latents = open_latents("db")
    keys = latents.about.keys
    assert {name: (key.width, key.ratio, key.kind, key.num_tokens) for name, key in keys.items()} == {
        "peak": (1, 1, "features", 0),
        "place": (1, 4, "tokens", 9),
        "length": (2, 1, "features", 0),
    }
    assert np.allclose(latents.values("peak", 1, 0, 199)[:, 0], x[0, ::RATIO])
    places = latents.values("place", 1, 0, 1000)
    assert places.dtype == np.int32
    assert places[:, 0].tolist() == [i % 8 for i in range(50)]
    assert latents.values("place", 0, 0, 5).tolist() == [[0]]
    assert latents.values("length", 1, 7, 2).tolist() == [[199 * RATIO, 1.0]] * 2
    assert [each.labels for each in read_index(Path("db"))] == [{"title": "a.wav"}, {"title": "b.wav"}]
    said = call(*words, code=1)
    assert "descriptors is length peak place title, not none; choose another output path." in said
    assert "1 recording" not in call(*words, "--preprocessor", "own_descriptors_of_a_test")


def test_semantic_features_are_a_quarter_as_many(here, tmp_path):
    for i in range(2):
        write(tmp_path / "audio" / f"{i}.wav", sound(3, seed=i))
    words = ["--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db"]
    call(*words, "--semantic", "--semantic_steps", 2, "--num_secs", 1)
    latents = open_latents(tmp_path / "db")
    indices, features = latents.about.keys["semantic_indices"], latents.about.keys["semantic_features"]
    assert (indices.kind, indices.width, indices.ratio) == ("tokens", 1, 4)
    assert (features.kind, features.ratio) == ("features", 4)
    assert latents.values("semantic_features", 1, 0, 999).shape == (47, features.width)
    assert latents.values("semantic_indices", 1, 0, 999).max() < indices.num_tokens
    # Where pieces meet makes no difference.
    call(*words[:-1], tmp_path / "whole", "--semantic_model", tmp_path / "db" / "semantic.ts", "--num_secs", 60)
    whole = open_latents(tmp_path / "whole").values("semantic_features", 1, 0, 999)
    np.testing.assert_allclose(latents.values("semantic_features", 1, 0, 999), whole, rtol=0, atol=1e-3)


def test_the_descriptor_of_the_page_works_as_it_is_printed(here, tmp_path, monkeypatch):
    page = Path(__file__).parents[3] / "docs" / "msprior.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "descriptor_of_the_page.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "audio" / "a.wav", np.tile([0.5, -0.5], 1024).astype(np.float32)[None])
    words = ["--rave", released_rave(tmp_path), "--audio", "audio", "--out_path", "db"]
    call(*words, "--preprocessor", "descriptor_of_the_page")
    values = open_latents("db").values("crest", 0, 0, 99)
    np.testing.assert_allclose(values, np.ones((16, 1)), rtol=1e-3)  # of a square wave


def test_semantic_features_are_of_these_sounds(here, tmp_path, monkeypatch):
    rave, out = released_rave(tmp_path), tmp_path / "db"
    for i in range(2):
        write(tmp_path / str(i) / "a.wav", sound(2, seed=i))
    words = ["--rave", rave, "--semantic", "--semantic_steps", 1, "--out_path"]
    call(*words, tmp_path / "other", "--audio", tmp_path / "0")
    stale = (tmp_path / "other" / "semantic.ts").read_bytes()
    out.mkdir()
    (out / "semantic.ts").write_bytes(stale)  # as of an attempt that was killed
    call(*words, out, "--audio", tmp_path / "1")
    assert (out / "semantic.ts").read_bytes() != stale
    # What features are of is not made anew.
    (out / "semantic.ts").unlink()
    write(tmp_path / "1" / "b.wav", sound(2, seed=2))
    assert "semantic.ts' is gone, which made the features there are" in call(*words, out, "--audio", tmp_path, code=1)
    # One that is given stays where it is.
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "semantic.ts").write_bytes(stale)
    call(
        *("--rave", rave, "--audio", tmp_path / "1", "--out_path", tmp_path / "given"),
        *("--semantic_model", tmp_path / "given" / "semantic.ts"),
    )
    assert (tmp_path / "given" / "semantic.ts").read_bytes() == stale
    # And an attempt that fails leaves none.
    (tmp_path / "failing_descriptor_of_a_test.py").write_text(FAILING)
    monkeypatch.chdir(tmp_path)
    more = ["--audio", tmp_path / "1", "--preprocessor", "failing_descriptor_of_a_test"]
    assert "no_value" in call(*words, tmp_path / "failed", *more, code=1)
    assert not (tmp_path / "failed").exists()


def test_interrupted_it_does_not_learn_again(here, tmp_path, monkeypatch):
    import nn_tilde.msprior.semantic as semantic

    write(tmp_path / "audio" / "a.wav", sound(2))
    rave, out = released_rave(tmp_path), tmp_path / "db"

    def work(steps, stopped, model=None):
        options = preprocess.Options(rave, semantic=True, semantic_steps=steps, semantic_model=model)
        told = []

        def interrupted(*arguments):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            if stopped:
                patched.setattr(preprocess, "run_work", interrupted)
            try:
                todo = preprocess.Preprocessing([tmp_path / "audio" / "a.wav"], out, options)
                todo.run(learning=lambda *now: told.append(now))
            except KeyboardInterrupt:
                assert stopped
        return len(told)

    assert semantic.NAME == "semantic.ts"
    assert work(1, stopped=True) > 0
    assert work(1, stopped=True) == 0
    kept = (out / "semantic.ts").read_bytes()
    assert work(2, stopped=True) > 0  # that is another
    assert (out / "semantic.ts").read_bytes() != kept
    (tmp_path / "kept.ts").write_bytes(kept)
    assert work(2, stopped=True, model=tmp_path / "kept.ts") == 0
    assert work(2, stopped=True) > 0
    assert work(3, stopped=False) > 0
    assert not (out / "parts").exists()
    assert work(3, stopped=False) == 0


FAILING = """
from nn_tilde.msprior.descriptors import Descriptor, register

@register
class Failing(Descriptor):
    name = "failing_of_a_test"
    def example(self, audio, path):
        raise OSError("no_value")
"""


@pytest.mark.parametrize("changed", [False, True])
def test_a_descriptor_that_turns_into_words_is_another(here, tmp_path, monkeypatch, changed):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "audio" / "a.wav", sound(1))
    kinds = ["float", "str"] if changed else ["str", "float"]
    for i, kind in enumerate(kinds):
        name = f"kind_descriptor_of_a_test_{kind}_{changed}".lower()
        (tmp_path / f"{name}.py").write_text(
            "from nn_tilde.msprior.descriptors import Descriptor\n"
            f"class Kind(Descriptor):\n    name, mode, dtype = 'kind', 'static', {kind}\n"
            f"    def example(self, audio, path):\n        return {kind}(3)\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        found = importlib.import_module(name).Kind()
        monkeypatch.setattr(preprocess, "load", lambda names, found=found: [found])
        said = call("--rave", released_rave(tmp_path), "--audio", "audio", "--out_path", "db", code=i)
    assert "'db' was made with another descriptor 'kind'; choose another output path." in said
