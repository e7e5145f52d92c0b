"""A reference page in the form that Max reads, c74object."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from .info import AUTHOR
from .model import Argument, Attribute, Object

HEAD = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<?xml-stylesheet href="./_c74_ref.xsl" type="text/xsl"?>
"""


def page(described: Object) -> str:
    root = xml.Element(
        "c74object", name=described.name, module="msp" if "~" in described.name else "max", category=described.tags[0]
    )
    _texts(root, described.digest, described.description)
    metadata = xml.SubElement(root, "metadatalist")
    for name, value in [("author", AUTHOR), *(("tag", tag) for tag in described.tags)]:
        xml.SubElement(metadata, "metadata", name=name).text = value
    for tag, ports in (("inlet", described.inlets), ("outlet", described.outlets)):
        group = xml.SubElement(root, f"{tag}list")
        for index, port in enumerate(ports):
            _texts(xml.SubElement(group, tag, id=str(index), type=port.kind), port.digest, port.digest)
    _arguments(root, "objarglist", "objarg", described.arguments)
    methods = xml.SubElement(root, "methodlist")
    for message in described.messages:
        method = xml.SubElement(methods, "method", name=message.name)
        _arguments(method, "arglist", "arg", message.arguments)
        _texts(method, message.digest, message.description or message.digest)
    attributes = xml.SubElement(root, "attributelist")
    for attribute in described.attributes:
        _attribute(attributes, attribute)
    see = xml.SubElement(root, "seealsolist")
    for name in described.see_also:
        xml.SubElement(see, "seealso", name=name)
    xml.indent(root, "\t")
    return HEAD + xml.tostring(root, encoding="unicode") + "\n"


def _texts(parent: xml.Element, digest: str, description: str) -> None:
    xml.SubElement(parent, "digest").text = digest
    xml.SubElement(parent, "description").text = description


def _arguments(parent: xml.Element, group: str, tag: str, arguments: tuple[Argument, ...]) -> None:
    listed = xml.SubElement(parent, group)
    for argument in arguments:
        made = xml.SubElement(listed, tag, name=argument.name, optional=str(int(argument.optional)), type=argument.type)
        if tag == "objarg":
            made.set("units", "")
            made.set("id", str(len(listed) - 1))
        _texts(made, argument.digest, argument.description or argument.digest)


def _attribute(parent: xml.Element, attribute: Attribute) -> None:
    settable = str(int(attribute.settable))
    made = xml.SubElement(
        parent, "attribute", name=attribute.name, get="1", set=settable, type=attribute.type, size="1"
    )
    _texts(made, attribute.digest, attribute.description or attribute.digest)
    more = xml.SubElement(made, "attributelist")
    common = {"get": "1", "set": "1", "type": "symbol", "size": "1"}
    xml.SubElement(more, "attribute", name="default", **{**common, "type": attribute.type}, value=attribute.default)
    xml.SubElement(more, "attribute", name="label", **common, value=attribute.label)
    if attribute.style:
        xml.SubElement(more, "attribute", name="style", **common, value=attribute.style)
    if attribute.values:
        choices = xml.SubElement(
            more, "attribute", name="enumvals", **{**common, "type": "atom", "size": str(len(attribute.values))}
        )
        listed = xml.SubElement(choices, "enumlist")
        for value in attribute.values:
            _texts(xml.SubElement(listed, "enum", name=value), value, value)
