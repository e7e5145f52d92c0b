"""A patcher: boxes and cables, laid out by whoever calls, and written as Max writes its files."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import text as lettering
from .objects import BOXES, ports

VERSION = {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1}
Rect = tuple[float, float, float, float]  # left, top, width, height
SIZES = {  # of boxes whose size does not follow from a text
    "button": (22, 22), "toggle": (22, 22), "number": (56, 22), "flonum": (56, 22), "ezdac~": (45, 45),
    "ezadc~": (45, 45), "inlet": (26, 26), "outlet": (26, 26), "scope~": (150, 100), "gain~": (150, 22),
}  # fmt: skip


@dataclass(eq=False)
class Box:
    id: str
    maxclass: str
    rect: Rect
    inlets: int
    outlets: list[str]
    text: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    patcher: Patcher | None = None
    presentation: Rect | None = None

    @property
    def background(self) -> bool:
        return self.more.get("background") == 1

    @property
    def hidden(self) -> bool:
        """While the patcher is locked, as help is."""
        return self.more.get("hidden") == 1

    def inlet(self, index: int) -> tuple[float, float]:
        return self._port(index, self.inlets), self.rect[1]

    def outlet(self, index: int) -> tuple[float, float]:
        return self._port(index, len(self.outlets)), self.rect[1] + self.rect[3]

    def _port(self, index: int, count: int) -> float:
        left, _, width, _ = self.rect
        inset = min(9.5, width / 2)
        return left + inset + (index * (width - 2 * inset) / (count - 1) if count > 1 else 0)

    def present(self, left: float, top: float, width: float | None = None, height: float | None = None) -> Box:
        """Shows it in presentation mode too."""
        self.presentation = (left, top, width or self.rect[2], height or self.rect[3])
        return self


@dataclass
class Cable:
    source: Box
    outlet: int
    target: Box
    inlet: int
    via: list[tuple[float, float]] = field(default_factory=list)

    @property
    def hidden(self) -> bool:
        return self.source.hidden or self.target.hidden

    def points(self) -> list[tuple[float, float]]:
        return [self.source.outlet(self.outlet), *self.via, self.target.inlet(self.inlet)]


End = Box | tuple[Box, int]


class Patcher:
    def __init__(self, name: str, width: float = 800, height: float = 560, **more: Any):
        self.name, self.size, self.more = name, (width, height), more
        self.boxes: list[Box] = []
        self.cables: list[Cable] = []

    def add(self, maxclass: str, rect: Rect, text: str = "", io: tuple[int, list[str]] | None = None, **more) -> Box:
        patcher = more.pop("patcher", None)
        inlets, outlets = io or BOXES[maxclass]
        number = len(self.boxes) + 1
        box = Box(f"obj-{number}", maxclass, rect, inlets, list(outlets), text, more, patcher)
        self.boxes.append(box)
        return box

    def obj(self, text: str, x: float, y: float, w: float | None = None, **more) -> Box:
        """What one types into an empty object box. Wider than its text where inlets shall lie apart."""
        inlets, outlets = more.pop("io", None) or ports(text)
        room = max(lettering.width(text) + 16, 9.0 * max(inlets, len(outlets)) + 16, 32)
        return self.add("newobj", (x, y, w or round(room), 22), text, (inlets, outlets), **more)

    def msg(self, text: str, x: float, y: float, w: float | None = None) -> Box:
        return self.add("message", (x, y, w or round(max(lettering.width(text) + 18, 32)), 22), text)

    def ui(self, maxclass: str, x: float, y: float, w: float | None = None, h: float | None = None, **more) -> Box:
        """Numbers, sliders and other boxes that show something."""
        width, height = SIZES.get(maxclass, (100, 22))
        if maxclass != "ezdac~":
            more.setdefault("parameter_enable", 0)
        return self.add(maxclass, (x, y, w or width, h or height), **more)

    def note(self, text: str, x: float, y: float, w: float | None = None, size: float = 12, **more) -> Box:
        """A comment, as high as its lines need. `bold=True` is allowed."""
        bold = bool(more.pop("bold", False))
        room = (w - 8) if w else lettering.width(text, size, bold) + 2
        count = len(lettering.lines(text, room, size, bold))
        rect = (x, y, w or round(room + 10), lettering.height(count, size))
        if size != 12:
            more["fontsize"] = float(size)
        if bold:
            more["fontface"] = 1
        if count > 1:
            more["linecount"] = count
        return self.add("comment", rect, text, **more)

    def sub(self, patcher: Patcher, x: float, y: float, title: str | None = None, **more) -> Box:
        """`p` with a patcher in it; its inlets and outlets are those of the inside, from left to right."""
        inner = sorted(patcher.boxes, key=lambda box: box.rect[0])
        outlets = [self._arriving(patcher, box) for box in inner if box.maxclass == "outlet"]
        io = sum(box.maxclass == "inlet" for box in inner), outlets
        return self.obj(title or f"p {patcher.name}", x, y, io=io, patcher=patcher, **more)

    @staticmethod
    def _arriving(patcher: Patcher, outlet: Box) -> str:
        kinds = {cable.source.outlets[cable.outlet] for cable in patcher.cables if cable.target is outlet}
        return kinds.pop() if len(kinds) == 1 else ""

    def cable(self, source: End, target: End, *via: tuple[float, float]) -> None:
        a, outlet = source if isinstance(source, tuple) else (source, 0)
        b, inlet = target if isinstance(target, tuple) else (target, 0)
        self.cables.append(Cable(a, outlet, b, inlet, list(via)))

    def chain(self, *boxes: Box) -> None:
        """First outlet to first inlet, all along."""
        for a, b in itertools.pairwise(boxes):
            self.cable(a, b)

    def inner(self) -> list[Patcher]:
        """This one and all that are in it."""
        return [self, *(p for box in self.boxes if box.patcher for p in box.patcher.inner())]


def as_dict(patcher: Patcher, root: bool = True) -> dict[str, Any]:
    left, top = (100.0, 100.0) if root else (0.0, 26.0)
    lines = []
    for cable in patcher.cables:
        line: dict[str, Any] = {
            "source": [cable.source.id, cable.outlet],
            "destination": [cable.target.id, cable.inlet],
        }
        if cable.via:
            line["midpoints"] = [float(n) for point in cable.points() for n in point]
        if cable.hidden:
            line["hidden"] = 1
        lines.append({"patchline": line})
    return {
        "fileversion": 1,
        "appversion": VERSION,
        "classnamespace": "box",
        "rect": [left, top, *map(float, patcher.size)],
        "openinpresentation": 0,
        "default_fontsize": 12.0,
        "default_fontface": 0,
        "default_fontname": "Arial",
        "gridsize": [15.0, 15.0],
        **patcher.more,
        "boxes": [{"box": _box(box)} for box in patcher.boxes],
        "lines": lines,
    }


def _box(box: Box) -> dict[str, Any]:
    written: dict[str, Any] = {"id": box.id, "maxclass": box.maxclass, "numinlets": box.inlets}
    written["numoutlets"] = len(box.outlets)
    if box.outlets:
        written["outlettype"] = box.outlets
    written["patching_rect"] = [float(n) for n in box.rect]
    if box.presentation:
        written |= {"presentation": 1, "presentation_rect": [float(n) for n in box.presentation]}
    if box.text:
        written["text"] = box.text
    written |= box.more
    if box.patcher:
        written["patcher"] = as_dict(box.patcher, root=False)
    return written


def dumps(patcher: Patcher) -> str:
    """A line for each box and each cable, so that a change shows as one."""
    return _pretty({"patcher": as_dict(patcher)}) + "\n"


def _pretty(value: Any, indent: int = 0, key: str = "") -> str:
    space = "\t" * (indent + 1)
    if isinstance(value, dict) and (key in ("", "patcher") or "patcher" in value or "box" in value):
        parts = [f"{space}{json.dumps(k)} : {_pretty(v, indent + 1, k)}" for k, v in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + "\t" * indent + "}"
    if isinstance(value, list) and key in ("boxes", "lines") and value:
        parts = [space + _pretty(v, indent + 1, key) for v in value]
        return "[\n" + ",\n".join(parts) + "\n" + "\t" * indent + "]"
    return json.dumps(value, ensure_ascii=False)


def write(patcher: Patcher, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(patcher), encoding="utf-8")
    return path
