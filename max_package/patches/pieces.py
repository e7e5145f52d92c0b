"""What our patches have in common: pages with a heading, sources, loudspeakers, tabs."""

from __future__ import annotations

from .patcher import Box, Patcher

INK = [0.17, 0.24, 0.33, 1.0]
PALE = [0.93, 0.95, 0.97, 1.0]
WHITE = [1.0, 1.0, 1.0, 1.0]
LEFT = 30  # where the first column of a page begins


def page(name: str, title: str, digest: str, width: float = 800, height: float = 600, **more) -> Patcher:
    """A heading across the whole width, 56 pixels high."""
    patcher = Patcher(name, width, height, **more)
    panel(patcher, 0, 0, width, 56, INK)
    patcher.note(title, 20, 14, size=18, bold=True, textcolor=WHITE)
    left = patcher.boxes[-1].rect[0] + patcher.boxes[-1].rect[2] + 14
    patcher.note(digest, left, 18, width - left - 20, textcolor=WHITE)
    return patcher


def panel(patcher: Patcher, x: float, y: float, w: float, h: float, color: list[float]) -> Box:
    more = {"background": 1, "bgcolor": color, "bordercolor": color, "mode": 0, "rounded": 0, "ignoreclick": 1}
    return patcher.add("panel", (x, y, w, h), **more)


def section(patcher: Patcher, title: str, y: float, x: float = 20, w: float | None = None) -> None:
    """A pale bar with a name on it, 24 pixels high."""
    panel(patcher, x, y, w or patcher.size[0] - 2 * x, 24, PALE)
    patcher.note(title, x + 4, y + 2, bold=True, textcolor=INK)


def menu(patcher: Patcher, items: list[str], x: float, y: float, w: float = 90) -> Box:
    written = [part for item in items for part in (item, ",")][:-1]
    return patcher.ui("umenu", x, y, w, items=written)


def speakers(patcher: Patcher, sources: list, x: float, y: float, room: float = 190) -> list[Box]:
    """A level for each of one or two signals, silent at first, and the button that switches the audio on."""
    gains = [patcher.ui("gain~", x + i * room, y, 150) for i in range(len(sources))]
    on = patcher.ui("ezdac~", x, y + 40, local=1)
    for source, gain in zip(sources, gains, strict=True):
        patcher.cable(source, gain)
    patcher.cable(gains[0], (on, 0))
    patcher.cable(gains[-1], (on, 1))
    if len(gains) == 2:
        patcher.cable(
            (gains[0], 1), gains[1], (x + 140, y + 30), (x + 165, y + 30), (x + 165, y - 8), (x + room + 9.5, y - 8)
        )
    patcher.note("1. click: audio on. 2. raise the level above", x + 54, y + 50)
    return [*gains, on]


def sliders(patcher: Patcher, count: int, x: float, y: float) -> Box:
    """nn.latents in a window of its size, 350 by 214 pixels."""
    more = {"name": "nn.latents.maxpat", "args": [count, -3.0, 3.0], "border": 1, "lockeddragscroll": 1}
    return patcher.ui("bpatcher", x, y, 350, 214, enablehscroll=0, enablevscroll=0, offset=[0.0, 0.0], **more)


def tabs(name: str, pages: list[Patcher]) -> Patcher:
    """A help file: an empty patcher with a tab for each page."""
    width, height = max(page.size[0] for page in pages), max(page.size[1] for page in pages)
    root = Patcher(name, width, height + 26, showrootpatcherontab=0, showontab=0)
    for i, one in enumerate(pages):
        one.more["showontab"] = 1
        one.size = (width, height)
        root.sub(one, 20, 20 + 30 * i, f"p {one.name}")
    return root


def column(
    patcher: Patcher, target, messages: list[str], x: float, y: float, step: float = 30, notes=None
) -> list[Box]:
    """Messages below one another, all to the same inlet, each with what it does beside it."""
    made = []
    for i, text in enumerate(messages):
        made.append(patcher.msg(text, x, y + i * step))
        if target is not None:
            patcher.cable(made[-1], target)
    if notes:
        beside = max(box.rect[0] + box.rect[2] for box in made) + 8
        for box, sentence in zip(made, notes, strict=True):
            patcher.note(sentence, beside, box.rect[1] + 1)
    return made
