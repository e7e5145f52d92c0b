"""The patches of the Max package: tidy, valid, and all they name exists."""

import re

import generate
import max_pictures
import pytest
from max_package_files import OBJECTS, PACKAGE, PATCHES, ROOT, external, inner, patch_check, patcher
from patches import checks, objects
from patches.patcher import Patcher
from reference.objects import ALL

from export import MODELS as EXPORTED
from export import export

MADE = generate.patches()
DESCRIBED = {described.name: described for described in ALL}
STANDARD = {"newobj", *objects.BOXES}


def test_all_that_was_promised_is_there():
    assert set(PATCHES) == set(MADE)
    assert {f"help/{name}.maxhelp" for name in OBJECTS} < set(PATCHES)
    assert {"extras/nn~ Overview.maxpat", "patchers/nn.latents.maxpat"} < set(PATCHES)
    tabs = [patch.name for patch in MADE["help/nn~.maxhelp"].inner()[1:]]
    assert tabs == ["basic", "methods", "loading", "attributes", "buffers", "latents", "latency"]


def test_files_are_what_their_descriptions_make(tmp_path):
    generate.generate(tmp_path)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) > 15
    old = [str(path) for path in made if (tmp_path / path).read_bytes() != (PACKAGE / path).read_bytes()]
    assert old == [], "run python max_package/generate.py"


@pytest.mark.parametrize("path", PATCHES)
def test_a_patch_is_tidy(path):
    """No overlaps, nothing outside, no cable to a missing inlet, behind a box or upwards."""
    assert checks.problems(MADE[path]) == []


def spoilt(fault: str) -> Patcher:
    p = Patcher("spoilt", 300, 200)
    a, b = p.obj("noise~", 20, 20), p.obj("*~ 0.5", 20, 120)
    if fault == "overlaps":
        p.obj("saw~", 30, 30)
    elif fault == "inside":
        p.obj("saw~", 290, 30)
    elif fault == "narrower":
        p.obj("phasor~ 110", 120, 20, 40)
    elif fault == "no outlet":
        p.cable((a, 1), b)
    elif fault == "no inlet":
        p.cable(a, (b, 2))
    elif fault == "takes messages":
        p.cable(a, p.msg("bang", 120, 120))
    elif fault == "upwards":
        p.cable(b, a)
    elif fault == "behind":
        p.obj("saw~", 20, 70)
        p.cable(a, b)
    elif fault == "twice":
        p.cable(a, b)
        p.cable(a, b)
    return p


@pytest.mark.parametrize(
    "fault",
    ["overlaps", "inside", "narrower", "no outlet", "no inlet", "takes messages", "upwards", "behind", "twice"],
)
def test_the_checks_see(fault):
    assert any(fault in sentence for sentence in checks.problems(spoilt(fault)))
    assert checks.problems(spoilt("nothing")) == []


@pytest.mark.parametrize("path", PATCHES)
def test_a_file_is_a_patcher_that_max_can_read(path):
    for one in inner(patcher(path)):
        assert one["fileversion"] == 1
        assert one["appversion"]["major"] == 8
        assert len(one["rect"]) == 4
        boxes = {entry["box"]["id"]: entry["box"] for entry in one["boxes"]}
        assert len(boxes) == len(one["boxes"])
        for box in boxes.values():
            assert box["maxclass"] in STANDARD
            assert len(box.get("outlettype", [])) == box["numoutlets"]
            assert len(box["patching_rect"]) == 4
            assert "presentation" not in box or len(box["presentation_rect"]) == 4
        for entry in one["lines"]:
            (source, outlet), (target, inlet) = (entry["patchline"][end] for end in ("source", "destination"))
            assert outlet < boxes[source]["numoutlets"]
            assert inlet < boxes[target]["numinlets"]


def test_models_are_as_the_patches_believe():
    found = {}
    for name, model in EXPORTED.items():
        made = model()
        params = {method: getattr(made, f"{method}_params").tolist() for method in made.get_methods()}
        found[name] = {method: (inputs, outputs) for method, (inputs, _, outputs, _) in params.items()}
    assert found == objects.MODELS


def messages(one: dict):
    """(creation text, message) for each message box or prepend that leads to one of our objects, by cable or send."""
    boxes = {entry["box"]["id"]: entry["box"] for entry in one["boxes"]}
    cables = [(line["patchline"]["source"][0], line["patchline"]["destination"][0]) for line in one["lines"]]
    texts = {key: box.get("text", "") for key, box in boxes.items()}
    receivers = {texts[a][8:]: b for a, b in cables if texts[a].startswith("receive ")}
    for source, target in cables:
        text = texts[source]
        if boxes[source]["maxclass"] != "message" and not text.startswith("prepend "):
            continue
        if texts[target].startswith("send "):
            target = receivers[texts[target][5:]]
        if texts[target].split(" ")[0] in OBJECTS:
            yield texts[target], text.removeprefix("prepend ")


ALL_MESSAGES = [(path, *pair) for path in PATCHES for one in inner(patcher(path)) for pair in messages(one)]


def test_every_message_in_them_is_understood():
    assert len(ALL_MESSAGES) > 100
    for path, created, text in ALL_MESSAGES:
        described = DESCRIBED[created.split(" ")[0]]
        selector, *given = text.split(" ")
        message = next((m for m in described.messages if m.name == selector), None)
        attribute = next((a for a in described.attributes if a.name == selector), None)
        assert message or attribute, f"{path}: {described.name} has no message {selector}"
        if attribute:
            assert len(given) == 1
            assert not attribute.values or given[0] in attribute.values
        elif not text.endswith(" $1") and not text.startswith("set wavetable"):
            least = sum(not argument.optional for argument in message.arguments)
            assert least <= len(given), f"{path}: {text}"
            assert len(given) <= len(message.arguments) or selector == "set", f"{path}: {text}"


def test_every_attribute_of_a_model_in_them_exists():
    attributes = {name: set(model().get_attributes()) for name, model in EXPORTED.items()}
    for path, created, text in ALL_MESSAGES:
        name, model = [*created.split(" "), "", ""][:2]
        selector, *given = text.split(" ")
        if name != "nn.info" and selector in ("set", "get") and model in attributes:
            assert given[0] in attributes[model], f"{path}: {created}: {text}"
        if selector == "load" and not given[0].startswith("$"):
            assert given[0] in EXPORTED, f"{path}: {text}"
            assert len(given) == 1 or given[1] in objects.MODELS[given[0]], f"{path}: {text}"
        if selector == "method" and model in attributes:
            assert given[0] in objects.MODELS[model], f"{path}: {created}: {text}"


def typed(name: str) -> set[str]:
    """Attributes that are typed into boxes of this object anywhere."""
    texts = [entry["box"].get("text", "") for path in PATCHES for one in inner(patcher(path)) for entry in one["boxes"]]
    return {found for text in texts if text.split(" ")[0] == name for found in re.findall(r"@(\w+)", text)}


@pytest.mark.parametrize("name", OBJECTS)
def test_everything_an_object_understands_is_shown_in_help(name):
    """Of mc.nn~ and mcs.nn~ also in that of nn~, to which theirs leads."""
    same = {name, "nn~"} if name.startswith("mc") else {name}
    used = {text.split(" ")[0] for _, created, text in ALL_MESSAGES if created.split(" ")[0] in same}
    used |= {attribute for one in same for attribute in typed(one)}
    described = DESCRIBED[name]
    known = {message.name for message in described.messages} | {attribute.name for attribute in described.attributes}
    assert sorted(known - used) == []


def test_nn_latents_is_made_of_standard_objects():
    latents = patcher("patchers/nn.latents.maxpat")
    names = {entry["box"].get("text", "").split(" ")[0] for entry in latents["boxes"]} - {""}
    assert not names & {"js", "jsui", "v8", "v8ui", "node.script", "codebox", *OBJECTS}
    assert latents["openinpresentation"] == 1
    kinds = {entry["box"]["maxclass"] for entry in latents["boxes"]}
    assert {"inlet", "outlet", "multislider"} <= kinds
    shown = [entry["box"]["presentation_rect"] for entry in latents["boxes"] if "presentation" in entry["box"]]
    assert max(left + width for left, _, width, _ in shown) <= 350
    assert max(top + height for _, top, _, height in shown) <= 210


def test_what_the_overview_opens_is_there():
    boxes = [entry["box"] for entry in patcher("extras/nn~ Overview.maxpat")["boxes"]]
    opened = [box["text"][5:] for box in boxes if box["maxclass"] == "message"]
    files = {path.rpartition("/")[2] for path in PATCHES}
    assert set(opened) == files - {"nn~ Overview.maxpat"}


def test_every_page_has_a_picture_in_the_manual():
    manual = (ROOT / "docs/max.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\(max/([^)]+)\)", manual))
    pages = {f"{name}.png" for path in PATCHES for name in max_pictures.pages(PACKAGE / path)}
    assert linked == pages
    assert {path.name for path in (ROOT / "docs/max").iterdir()} == pages


def test_a_picture_is_as_large_as_its_page():
    (one, presented), *_ = max_pictures.pages(PACKAGE / "examples/nn.voices.maxpat").values()
    assert max_pictures.Picture(one, presented).make().size == (800, 560)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folder with the models that come with the package."""
    folder = tmp_path_factory.mktemp("models")
    for name in EXPORTED:
        export(name, folder)
    return folder


@pytest.mark.parametrize("path", PATCHES)
def test_a_patch_opens_in_the_stand_in(path, models):
    """Every object can be made, has its inlets and outlets, and understands the messages that come to it."""
    externals = [part for name in OBJECTS for part in ("--external", external(name))]
    ran = patch_check(*externals, "--path", models, "--path", PACKAGE / "patchers", PACKAGE / path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
