"""Parameter files, and the interface of paramManager."""

from __future__ import annotations

import json
import os
import sys

import numpy as np
import pytest
from mtcrnn_files import noise, recording
from scipy.interpolate import interp1d

from nn_tilde.mtcrnn.params import (
    ParamsError,
    curves_of,
    interpolate,
    parameter,
    paramManager,
    params_path,
    pdict,
    read_params,
    resample_array,
    write_params,
)
from paramManager import paramManager as as_class


@pytest.fixture
def folder(tmp_path):
    for name in ("a.wav", "deep/b.wav", "deep/deeper/c d.wav"):
        recording(tmp_path / "audio" / name, noise(0.01))
    return tmp_path


def manager(folder, params="params"):
    pm = paramManager(folder / "audio", folder / params)
    pm.initParamFiles()
    return pm


# The file ------------------------------------------------------------------------------------------------------------


def test_a_file_is_written_as_it_was_read(tmp_path):
    content = {
        "meta": {"filename": "a.wav", "note": "é", "nothing": None},
        "rate": {"times": [0.0, 10], "values": [0.1, 1e-7], "units": None, "nvals": 0, "minval": "null", "maxval": 1},
        "other": {"times": [0, 1], "values": [1, 2], "something": {"of": ["our", "own"]}},
    }
    there = json.dumps(content, indent=4).encode()
    (tmp_path / "a.params").write_bytes(there)
    write_params(tmp_path / "b.params", read_params(tmp_path / "a.params"))
    assert (tmp_path / "b.params").read_bytes() == there
    assert sorted(os.listdir(tmp_path)) == ["a.params", "b.params"]  # nothing temporary


def test_writing_fails_whole(tmp_path):
    write_params(tmp_path / "a.params", {"meta": {}})
    with pytest.raises(TypeError, match="object cannot be stored"):
        write_params(tmp_path / "a.params", {"meta": object()})
    with pytest.raises(TypeError):
        write_params(tmp_path / "new" / "a.params", {"meta": object()})
    assert read_params(tmp_path / "a.params") == {"meta": {}}
    assert os.listdir(tmp_path) == ["a.params"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
def test_permissions_are_those_of_any_file(tmp_path):
    (tmp_path / "other").touch()
    write_params(tmp_path / "a.params", {})
    assert (tmp_path / "a.params").stat().st_mode == (tmp_path / "other").stat().st_mode
    (tmp_path / "a.params").chmod(0o600)
    write_params(tmp_path / "a.params", {})
    assert (tmp_path / "a.params").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00"])
def test_what_is_no_parameter_file(tmp_path, content):
    (tmp_path / "a.params").write_bytes(content)
    with pytest.raises(ParamsError, match=r"a\.params' is not a parameter file: .*\.$"):
        read_params(tmp_path / "a.params")


@pytest.mark.parametrize(
    ("times", "values", "words"),
    [
        ([0], [1], "at least 2"),
        ([0, 1], [1], "2 times and 1 values"),
        ([0, 1], [1, "loud"], "not all numbers"),
        ([0, 1], [1, float("nan")], "not all finite"),
        ([[0, 1]], [[0, 1]], "not lists"),
        (3, 3, "not lists"),
    ],
)
def test_entries_that_are_none(times, values, words):
    with pytest.raises(ParamsError, match=words):
        curves_of({"x": {"times": times, "values": values}}, ["x"], "a.params")
    with pytest.raises(ParamsError, match="no times and values"):
        curves_of({"x": 3}, ["x"], "a.params")


def test_missing_names_are_one_error():
    entry = parameter([0, 1], [0, 0])
    with pytest.raises(ParamsError, match=r"^'a\.params' has no parameter 'pitch', 'meta'; it has rmse, fill\.$"):
        curves_of({"meta": {}, "rmse": entry, "fill": entry}, ["pitch", "rmse", "meta"], "a.params")


def test_where_the_parameters_of_a_recording_are(folder):
    manager(folder)
    audio, params = folder / "audio", folder / "params"
    deep = audio / "deep" / "b.wav"
    assert params_path(deep, audio, params) == params / "deep" / "b.params"
    assert params_path(deep, None, params) == params / "deep" / "b.params"  # found by the end of its path
    assert params_path(deep, audio, None) == audio / "deep" / "b.params"
    assert params_path("elsewhere/a.wav", None, params) == params / "a.params"
    assert params_path("elsewhere/new.wav", None, params) == params / "new.params"


# Resampling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [2, 3, 50])
@pytest.mark.parametrize("seed", range(3))
def test_lines_between_the_points_and_beyond(points, seed):
    random = np.random.default_rng(seed)
    times, values = random.uniform(0, 10, points), random.standard_normal(points)  # in any order
    at = np.concatenate([random.uniform(-5, 15, 200), times])
    reference = interp1d(times, values, fill_value="extrapolate")(at)
    np.testing.assert_allclose(interpolate(times, values, at), reference, rtol=1e-9, atol=1e-9)


def test_steps():
    at = np.array([-1, 0, 0.5, 1, 1.5, 2, 3])
    out = interpolate(np.array([0, 0, 1, 1, 2, 2]), np.array([9, 0, 0, 5, 5, 7]), at)
    np.testing.assert_array_equal(out, [9, 0, 0, 5, 5, 7, 7])


@pytest.mark.parametrize("shape", [(1, 10, 1), (3, 1000, 2), (2, 7, 13), (1, 2, 1), (1, 1, 2)])
@pytest.mark.parametrize("rates", [(100, 16000), (16000, 100), (500, 500), (125, 500), (3, 7)])
def test_arrays(shape, rates):
    array = np.random.default_rng(0).standard_normal(shape)
    length, (source, target) = shape[1], rates
    at, out = resample_array(array, source, target)
    count = target * length // source
    assert out.shape == (shape[0], count, shape[2])
    assert len(at) == count
    if length > 1 and count:
        x, new = np.linspace(0, length / source, length), np.linspace(0, length / source, count)
        np.testing.assert_allclose(out, interp1d(x, array, axis=1)(new), atol=1e-9)
        np.testing.assert_allclose(out[:, 0], array[:, 0])
    np.testing.assert_array_equal(resample_array(array, source, target, axis=1)[0], at)


def test_arrays_along_another_axis():
    array = np.random.default_rng(0).standard_normal((2, 3, 40))
    expected = resample_array(array.transpose(0, 2, 1), 10, 25)[1].transpose(0, 2, 1)
    np.testing.assert_array_equal(paramManager.resample(array, 10, 25, axis=2)[1], expected)
    with pytest.raises(ValueError, match="rates above 0"):
        resample_array(array, 0, 25)


# paramManager --------------------------------------------------------------------------------------------------------


def test_files_are_made_where_they_are_missing(folder):
    pm = paramManager(str(folder / "audio"), str(folder / "not" / "there"))
    assert len(pm.initParamFiles()) == 3
    assert (folder / "not/there/deep/deeper/c d.params").exists()
    assert pm.getParams("a.wav") == {"meta": {"filename": "a.wav"}}
    pm.addParam("a.wav", "x", [0, 1], [0, 0])
    assert pm.initParamFiles() == []
    assert "x" in pm.getParams("a.wav")
    assert len(pm.initParamFiles(overwrite=True)) == 3
    assert "x" not in pm.getParams("a.wav")


def test_integrity(folder, capsys):
    pm = paramManager(folder / "audio", folder / "params")
    assert not pm.checkIntegrity()
    assert capsys.readouterr().out.count("has no parameter file") == 3
    pm.initParamFiles()
    assert pm.checkIntegrity()
    assert capsys.readouterr().out == ""
    write_params(folder / "params" / "stray.params", {})
    (folder / "params" / "a.params").unlink()
    assert not pm.checkIntegrity()
    said = capsys.readouterr().out
    assert "stray.params' belongs to no recording" in said
    assert "a.wav' has no parameter file" in said


@pytest.mark.parametrize("params", ["params", "audio"])
def test_names_of_a_recording(folder, params, monkeypatch):
    pm = manager(folder, params)
    assert [os.path.relpath(name, folder / "audio") for name in pm.getFullPathNames()] == [
        "a.wav",
        os.path.join("deep", "b.wav"),
        os.path.join("deep", "deeper", "c d.wav"),
    ]
    monkeypatch.chdir(folder)
    for name in (
        folder / "audio" / "deep" / "b.wav",
        str(folder / "audio" / "deep" / "b"),
        folder / params / "deep" / "b.params",
        "audio/deep/b.wav",
        "deep/b.wav",
        "deep/b",
    ):
        assert pm.getParams(name)["meta"]["filename"] == "b.wav"
    with pytest.raises(FileNotFoundError):
        pm.getParams("none.wav")


def test_parameters_of_a_recording(folder):
    pm = manager(folder)
    original = {"origUnits": "rate pow(2,n), n=[2,5]", "origMinval": 2, "origMaxval": 5}
    pm.addParam("a.wav", "rate", [0, 10], [0.5, 0.5], units="norm", nvals=11, minval=0, maxval=1, **original)
    pm.addParam("a.wav", "curve", np.linspace(0, 1, 5), np.arange(5, dtype=np.float32))
    pm.addMetaParam("a.wav", "soundName", "rain")
    params = pm.getParams("a.wav")
    assert list(params) == pm.getParamNames("a.wav") == pm.getParamNames(params) == ["meta", "rate", "curve"]
    assert params["meta"] == {"filename": "a.wav", "soundName": "rain"}
    assert params["rate"] == {
        "times": [0, 10],
        "values": [0.5, 0.5],
        "units": "norm",
        "nvals": 11,
        "minval": 0,
        "maxval": 1,
        **original,
    }
    assert params["curve"]["values"] == [0, 1, 2, 3, 4]
    assert "origUnits" not in params["curve"]
    assert pm.getParamSize("a.wav", "curve") == pm.getParamSize(params, "curve") == (5, 5)
    with pytest.raises(ParamsError, match="no parameter 'meta'; there is rate, curve"):
        pm.getParamSize(params, "meta")
    with pytest.raises(ParamsError, match="at least 2"):
        pm.addParam("a.wav", "one", [0], [1])
    with pytest.raises(TypeError, match="no 'origin'"):
        pm.addParam("a.wav", "one", [0, 1], [1, 1], origin=3)


def test_resampling_parameters(folder, capsys):
    pm = manager(folder)
    pm.addParam("a.wav", "b", [0, 1, 4], [0, 1, 0])
    pm.addParam("a.wav", "a", [0, 4], [1, 5])
    params = pm.getParams("a.wav")
    times, values = pm.resampleParam(params, "b", 5)
    np.testing.assert_allclose(times, [0, 1, 2, 3, 4])
    np.testing.assert_allclose(values, [0, 1, 2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(pm.resampleParam(params, "a", 3, -1, 9)[1], [0, 5, 10])  # beyond its ends
    *_, given_times, given = pm.resampleParam(params, "b", 4, 0.5, 5, verbose=True)
    np.testing.assert_allclose((given_times, given), ([1, 4], [1, 0]))
    assert "2 of 3 points are now 4" in capsys.readouterr().out
    every = pm.resampleAllParams(params, 2, 0, 4, ["a", "missing", "b"])
    assert {name: list(values) for name, values in every.items()} == {"a": [1, 5], "b": [0, 0]}
    assert list(every) == ["a", "b"]  # in the order asked for
    assert list(pm.resampleAllParams(params, 2)) == ["b", "a"]
    pm.resampleAllParams(params, 9, 0, 8, overwrite=True)
    assert pm.getParamSize("a.wav", "b") == (9, 9)
    assert pm.getParams("a.wav") == params


def test_one_recording(tmp_path):
    """As synthesis scripts do: the files belong to a sound that is still to be written."""
    name = str(tmp_path / "out" / "pop--v-001.params")
    pm = paramManager(name, str(tmp_path / "out"))
    pm.initParamFiles(overwrite=True)
    pm.addParam(name, "rate", [0, 1], [0.5, 0.5], units="norm", nvals=5, minval="null", maxval="null", origUnits=None)
    assert pm.getParams(tmp_path / "out" / "pop--v-001.wav")["meta"]["filename"] == "pop--v-001.wav"
    assert pm.checkIntegrity()
    assert os.listdir(tmp_path / "out") == ["pop--v-001.params"]
    with pytest.raises(FileNotFoundError):
        paramManager(tmp_path / "folder", tmp_path / "out")


def test_a_name_with_dots(tmp_path):
    recording(tmp_path / "pop_r00.50.wav", noise(0.01))
    pm = paramManager(tmp_path, tmp_path)
    pm.initParamFiles()
    assert (tmp_path / "pop_r00.50.params").exists()
    for name in ("pop_r00.50.wav", "pop_r00.50", tmp_path / "pop_r00.50.params"):
        assert pm.getParams(name)["meta"]["filename"] == "pop_r00.50.wav"


def test_a_dictionary_of_its_own(tmp_path):
    params = pdict()
    params.addParam("x", [0, 1], [0, 1], units="norm")
    params.addMetaParam("filename", "x.wav")
    write_params(tmp_path / "x.params", params)
    assert list(read_params(tmp_path / "x.params")) == ["meta", "x"]
    with pytest.raises(ParamsError, match="cannot be called 'meta'"):
        params.addParam("meta", [0, 1], [0, 1])


def test_both_ways_of_importing_it():
    import paramManager.paramManager as as_module

    assert as_class is paramManager
    assert as_module.paramManager is as_class.paramManager is paramManager
    assert as_class.pdict is pdict
