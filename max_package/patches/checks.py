"""What is untidy or impossible in a patcher, one sentence for each."""

from __future__ import annotations

import itertools

from . import text as lettering
from .objects import MC, SIGNAL
from .patcher import Box, Cable, Patcher, Rect

# Boxes that take signals though their names do not end in ~.
TAKE_SIGNALS = {"outlet", "bpatcher"}
APART = 2  # pixels between two boxes at least


def problems(patcher: Patcher) -> list[str]:
    """Of this patcher and of all in it; presentation mode too."""
    found = []
    for one in patcher.inner():
        about = _overlaps(one.boxes, "rect") + _overlaps(one.boxes, "presentation") + _outside(one) + _cramped(one)
        about += [sentence for cable in one.cables for sentence in _wrong(cable)]
        about += [sentence for cable in one.cables for sentence in _behind(cable, one.boxes)]
        about += _double(one)
        found += [f"{patcher.name}/{one.name}: {sentence}" for sentence in about]
    return found


def name(box: Box) -> str:
    return f"[{box.text[:40] or box.maxclass}] at {box.rect[0]:g}, {box.rect[1]:g}"


def _overlaps(boxes: list[Box], layout: str) -> list[str]:
    shown = [(box, getattr(box, layout)) for box in boxes if not box.background and getattr(box, layout)]
    found = []
    for i, (a, here) in enumerate(shown):
        found += [f"{name(a)} overlaps {name(b)} ({layout})." for b, there in shown[i + 1 :] if _meet(here, there)]
    return found


def _meet(a: Rect, b: Rect) -> bool:
    across = a[0] < b[0] + b[2] + APART and b[0] < a[0] + a[2] + APART
    return across and a[1] < b[1] + b[3] + APART and b[1] < a[1] + a[3] + APART


def _outside(patcher: Patcher) -> list[str]:
    width, height = patcher.size
    inside = lambda r: r[0] >= 0 and r[1] >= 0 and r[0] + r[2] <= width and r[1] + r[3] <= height  # noqa: E731
    return [f"{name(box)} is not inside the window." for box in patcher.boxes if not inside(box.rect)]


def _cramped(patcher: Patcher) -> list[str]:
    typed = [box for box in patcher.boxes if box.maxclass in ("newobj", "message")]
    return [f"{name(box)} is narrower than its text." for box in typed if lettering.width(box.text) + 10 > box.rect[2]]


def _wrong(cable: Cable) -> list[str]:
    found = []
    if cable.outlet >= len(cable.source.outlets):
        return [f"{name(cable.source)} has no outlet {cable.outlet + 1}."]
    if cable.inlet >= cable.target.inlets:
        return [f"{name(cable.target)} has no inlet {cable.inlet + 1}."]
    target = cable.target.text.split()[0] if cable.target.maxclass == "newobj" else cable.target.maxclass
    signal = cable.source.outlets[cable.outlet] in (SIGNAL, MC)
    if signal and not target.endswith("~") and target not in TAKE_SIGNALS and not cable.target.patcher:
        found.append(f"the signal of {name(cable.source)} goes to {name(cable.target)}, which takes messages.")
    points = cable.points()
    if any(b[1] < a[1] for a, b in itertools.pairwise(points)) and not (cable.via or cable.hidden):
        found.append(f"the cable from {name(cable.source)} to {name(cable.target)} runs upwards.")
    return found


def _double(patcher: Patcher) -> list[str]:
    seen, found = set(), []
    for cable in patcher.cables:
        key = (cable.source.id, cable.outlet, cable.target.id, cable.inlet)
        if key in seen:
            found.append(f"{name(cable.source)} and {name(cable.target)} are connected twice.")
        seen.add(key)
    return found


def _behind(cable: Cable, boxes: list[Box]) -> list[str]:
    """Boxes that would lie on the cable."""
    if cable.hidden or cable.outlet >= len(cable.source.outlets) or cable.inlet >= cable.target.inlets:
        return []
    points = cable.points()
    others = [box for box in boxes if box not in (cable.source, cable.target) and not box.background]
    return [
        f"the cable from {name(cable.source)} to {name(cable.target)} runs behind {name(box)}."
        for box in others
        if any(_crosses(a, b, box.rect) for a, b in itertools.pairwise(points))
    ]


def _crosses(a: tuple[float, float], b: tuple[float, float], rect: Rect) -> bool:
    """Whether the line from a to b enters the rectangle, less a pixel at its edges (Liang and Barsky)."""
    left, top, right, bottom = rect[0] + 1, rect[1] + 1, rect[0] + rect[2] - 1, rect[1] + rect[3] - 1
    first, last = 0.0, 1.0
    for start, step, low, high in ((a[0], b[0] - a[0], left, right), (a[1], b[1] - a[1], top, bottom)):
        if step == 0:
            if not low <= start <= high:
                return False
            continue
        near, far = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, near), min(last, far)
    return first < last
