"""Reference pages: valid, complete, and what the externals register."""

import json
from xml.etree import ElementTree as xml

import pytest
from max_package_files import OBJECTS, PACKAGE, ROOT, external, patch_check
from reference import info, maxref
from reference.objects import ALL

PAGES = {name: PACKAGE / f"docs/refpages/{name}.maxref.xml" for name in OBJECTS}
DESCRIBED = {described.name: described for described in ALL}
SECTIONS = (
    "digest", "description", "metadatalist", "inletlist", "outletlist", "objarglist", "methodlist", "attributelist",
    "seealsolist",
)  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_a_page_has_everything(name):
    page = xml.parse(PAGES[name]).getroot()
    assert page.tag == "c74object"
    assert page.get("name") == name
    assert tuple(part.tag for part in page) == SECTIONS
    for element in page.iter():
        if element.tag in ("digest", "description"):
            assert element.text
            assert element.text.strip() == element.text
    assert [m.get("name") for m in page.find("methodlist")] == [m.name for m in DESCRIBED[name].messages]
    for attribute, described in zip(page.find("attributelist"), DESCRIBED[name].attributes, strict=True):
        assert (attribute.get("name"), attribute.get("type")) == (described.name, described.type)
        more = {part.get("name"): part for part in attribute.find("attributelist")}
        assert more["default"].get("value") == described.default
        assert more["label"].get("value") == described.label
        if described.values:
            assert [value.get("name") for value in more["enumvals"].find("enumlist")] == list(described.values)
    assert {other.get("name") for other in page.find("seealsolist")} & set(OBJECTS)


def test_a_description_survives_xml():
    page = maxref.page(DESCRIBED["nn~"])
    assert page.startswith('<?xml version="1.0"')
    assert xml.fromstring(page).find("description").text == DESCRIBED["nn~"].description


@pytest.mark.parametrize("name", OBJECTS)
def test_the_manual_tells_of_everything(name):
    manual = (ROOT / "docs/max.md").read_text(encoding="utf-8")
    described = DESCRIBED[name]
    for item in (*described.messages, *described.attributes):
        assert f"`{item.name}" in manual, f"docs/max.md does not mention {item.name}"
    assert f"`{name}" in manual


def test_the_package_has_the_version_of_the_project():
    text = (PACKAGE / "package-info.json").read_text(encoding="utf-8")
    package = json.loads(text)
    assert text == info.text()
    assert f"project(nn_tilde VERSION {package['version']} " in (ROOT / "CMakeLists.txt").read_text()
    assert package["name"] == "nn_tilde"
    assert package["os"]["macintosh"]["platform"] == ["x64", "aarch64"]
    assert (PACKAGE / "extras" / package["homepatcher"]).exists()


# How the stand-in, and Max, call the types of a page.
TYPES = {"int": "long", "symbol": "symbol"}


@pytest.fixture(scope="module")
def registered():
    """Object → what its external registers."""
    ran = patch_check("--describe", *(part for name in OBJECTS for part in ("--external", external(name))))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("name", OBJECTS)
def test_pages_tell_what_is_registered(name, registered):
    real, described = registered[name], DESCRIBED[name]
    messages = {message["name"] for message in real["messages"] if "cant" not in message["arguments"]}
    assert {message.name for message in described.messages} == messages
    attributes = {attribute["name"]: attribute for attribute in real["attributes"]}
    assert [attribute.name for attribute in described.attributes] == list(attributes)
    for attribute in described.attributes:
        found = attributes[attribute.name]
        told = TYPES[attribute.type], attribute.label, attribute.style or "text", list(attribute.values)
        assert (found["type"], found["label"], found.get("style", "text"), found.get("enum", [])) == told
        if attribute.default:
            assert [str(value) for value in found["default"]] == [attribute.default]
