"""Where models are found: beside the patch, on declared paths, on Pd's paths, in the external's own models/."""

import shutil

import pytest
from patch import EXTERNALS, Patch


@pytest.mark.parametrize("where", ["patch", "declared", "search path", "own", "absolute", "subfolder"])
def test_a_model_is_found(pd, models, folder, where):
    patch, name, externals, paths = Patch(), "gain", EXTERNALS, ()
    if where == "patch":
        shutil.copy(models / "gain.ts", folder)
    elif where == "declared":
        (folder / "mine").mkdir()
        shutil.copy(models / "gain.ts", folder / "mine")
        patch.declared.append("#X declare -path mine;")
        patch.obj("declare -path mine")
    elif where == "search path":
        paths = (models,)
    elif where == "own":
        externals = folder / "package"
        shutil.copytree(EXTERNALS, externals)
        (externals / "models").mkdir(exist_ok=True)
        shutil.copy(models / "gain.ts", externals / "models")
    elif where == "absolute":
        name = str(models / "gain.ts")
    else:
        (folder / "sub").mkdir()
        shutil.copy(models / "gain.ts", folder / "sub")
        name = "sub/gain"
    nn, info = patch.obj(f"nn~ {name}"), patch.obj(f"nn.info {name}")
    later = patch.obj("nn~ void")
    patch.at(10, f"load {name}", later)
    for i, (object_, outlet) in enumerate(((nn, 1), (later, 1), (info, 1))):
        patch.connect(object_, outlet, patch.obj(f"print from{i}"), 0)
    patch.at(100, "bang", nn)
    patch.at(100, "bang", later)
    patch.at(100, "methods", info)
    ran = patch.run(pd, folder, ms=200, paths=paths, externals=externals)
    assert ran.errors == []
    for i in range(2):
        path = next(line for line in ran.printed(f"from{i}") if line.startswith("model "))
        assert path.endswith("gain.ts")
        assert path.startswith("model /"), "upstream gives an absolute path"
    assert "method encode" in ran.printed("from2")


def test_the_patch_goes_before_the_search_path(one_pd, models, folder, demos):
    shutil.copy(demos / "effects.ts", folder / "gain.ts")
    patch = Patch()
    nn = patch.obj("nn~ gain thru")
    patch.connect(nn, 1, patch.obj("print info"), 0)
    patch.at(10, "bang", nn)
    ran = patch.run(one_pd, folder, ms=100, paths=(models,))
    assert f"model {folder}/gain.ts" in ran.printed("info")
    assert "method thru" in ran.printed("info")


def test_a_patch_in_a_folder_with_odd_characters(one_pd, models, folder):
    odd = folder / "größe 100%n (kopie)"
    odd.mkdir()
    shutil.copy(models / "gain.ts", odd)
    patch = Patch()
    nn = patch.obj("nn~ gain")
    patch.connect(nn, 1, patch.obj("print info"), 0)
    patch.at(10, "bang", nn)
    ran = patch.run(one_pd, odd, ms=100)
    assert ran.errors == []
    assert "loaded 1" in ran.printed("info")
