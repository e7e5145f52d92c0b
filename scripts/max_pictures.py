"""Draws the patches of the Max package as pictures, for the documentation and to look at without Max.

    python scripts/max_pictures.py max_package docs/max

A page or a tab is a picture: boxes by their class, cables (thicker: signals, thickest: multichannel), comments. What
Max draws inside a scope or a slider is left out. Lettering is DejaVu, narrowed to the widths of Max's Arial.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parents[1] / "max_package"))
from patches import text as lettering

SCALE = 2  # drawn at twice the size, then halved: smooth lines
FONTS = Path(matplotlib.get_data_path()) / "fonts/ttf"
INK, LINE, FACE, MESSAGE, UI = "#202830", "#4a5563", "#e3e8ee", "#f4f4f4", "#ffffff"
CABLES = {"signal": ("#8a9a2c", 5), "multichannelsignal": ("#3f6fb5", 8)}


def font(size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf"), round(size * 0.86 * SCALE))


class Picture:
    def __init__(self, patcher: dict, presentation: bool = False):
        self.presentation = presentation
        boxes = [entry["box"] for entry in patcher["boxes"] if not entry["box"].get("hidden")]
        self.boxes = [box for box in boxes if not presentation or box.get("presentation")]
        lines = [entry["patchline"] for entry in patcher["lines"] if not entry["patchline"].get("hidden")]
        self.lines = [] if presentation else lines
        self.by_id = {box["id"]: box for box in self.boxes}
        width = max(self.rect(box)[0] + self.rect(box)[2] for box in self.boxes) if presentation else patcher["rect"][2]
        height = (
            max(self.rect(box)[1] + self.rect(box)[3] for box in self.boxes) if presentation else patcher["rect"][3]
        )
        self.image = Image.new("RGB", (round(width * SCALE), round(height * SCALE)), "#fbfbfb")
        self.draw = ImageDraw.Draw(self.image)

    def rect(self, box: dict) -> list[float]:
        return box["presentation_rect" if self.presentation else "patching_rect"]

    def make(self) -> Image.Image:
        for box in self.boxes:
            if box.get("background"):
                self.shape(box, colour(box["bgcolor"]), None)
        for line in self.lines:
            self.cable(line)
        for box in self.boxes:
            if not box.get("background"):
                self.box(box)
        return self.image.resize((self.image.width // SCALE, self.image.height // SCALE), Image.Resampling.LANCZOS)

    def cable(self, line: dict) -> None:
        source, target = self.by_id[line["source"][0]], self.by_id[line["destination"][0]]
        kind = source["outlettype"][line["source"][1]]
        ends = [port(source, line["source"][1], "outlets"), port(target, line["destination"][1], "inlets")]
        flat = line.get("midpoints")
        points = list(zip(flat[::2], flat[1::2], strict=True)) if flat else ends
        tint, thickness = CABLES.get(kind, ("#909090", 2))
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=tint, width=max(thickness * SCALE // 4, 2))

    def shape(self, box: dict, fill: str | None, outline: str | None) -> None:
        left, top, width, height = self.rect(box)
        corners = [left * SCALE, top * SCALE, (left + width) * SCALE, (top + height) * SCALE]
        self.draw.rounded_rectangle(corners, 3 * SCALE if outline else 0, fill=fill, outline=outline, width=SCALE)

    def box(self, box: dict) -> None:
        kind = box["maxclass"]
        if kind != "comment":
            self.shape(box, {"newobj": FACE, "message": MESSAGE}.get(kind, UI), LINE)
        if kind in ("newobj", "message", "comment"):
            self.words(box)
        else:
            self.inside(box)
        if not self.presentation and kind != "comment":
            for side, y in (("inlets", 0), ("outlets", self.rect(box)[3])):
                for i in range(box[f"num{side}"]):
                    x, _ = port(box, i, side)
                    top = self.rect(box)[1] + y
                    self.draw.rectangle(
                        [(x - 3) * SCALE, (top - 1) * SCALE, (x + 3) * SCALE, (top + 1) * SCALE], fill=LINE
                    )

    def words(self, box: dict) -> None:
        left, top, width, _ = self.rect(box)
        size, bold = box.get("fontsize", 12.0), box.get("fontface") == 1
        ink = colour(box["textcolor"]) if "textcolor" in box else INK
        whole = [box.get("text", "")] if box["maxclass"] != "comment" else None
        for i, line in enumerate(whole or lettering.lines(box["text"], width - 8, size, bold)):
            x, y = (left + (4 if whole is None else 6)) * SCALE, (top + 3.5 + i * size * 1.117) * SCALE
            self.narrow(line, x, y, size, bold, ink)

    def narrow(self, line: str, x: float, y: float, size: float, bold: bool, ink: str) -> None:
        """Sign by sign, each where Arial would have it."""
        face = font(size, bold)
        for i, sign in enumerate(line):
            self.draw.text((x + lettering.width(line[:i], size, bold) * SCALE, y), sign, font=face, fill=ink)

    def inside(self, box: dict) -> None:
        left, top, width, height = self.rect(box)
        kind = box["maxclass"]
        middle = [(left + width / 2) * SCALE, (top + height / 2) * SCALE]
        near = min(width, height) / 2 - 4
        round_one = [
            middle[0] - near * SCALE,
            middle[1] - near * SCALE,
            middle[0] + near * SCALE,
            middle[1] + near * SCALE,
        ]
        if kind == "button":
            self.draw.ellipse(round_one, outline=LINE, width=SCALE)
        elif kind == "toggle":
            self.draw.line(round_one, fill=LINE, width=SCALE)
            self.draw.line([round_one[0], round_one[3], round_one[2], round_one[1]], fill=LINE, width=SCALE)
        elif kind == "multislider":
            count = int(box.get("size", 1))
            for i in range(count):
                x, step = left + i * width / count, width / count
                y = top + height / 2
                self.draw.rectangle(
                    [(x + 1) * SCALE, (y - 1) * SCALE, (x + step - 1) * SCALE, (y + 1) * SCALE], fill=INK
                )
        else:
            label = {"number": "0", "flonum": "0.", "umenu": (box.get("items") or [""])[0], "ezdac~": "on/off"}
            said = label.get(kind, box.get("name", kind if width > 60 else ""))
            self.narrow(str(said), (left + 6) * SCALE, (top + min(height / 2 - 8, 8)) * SCALE, 11, False, LINE)


def port(box: dict, index: int, side: str) -> tuple[float, float]:
    left, top, width, height = box["patching_rect"]
    inset, count = min(9.5, width / 2), box[f"num{side}"]
    x = left + inset + (index * (width - 2 * inset) / (count - 1) if count > 1 else 0)
    return x, top + (height if side == "outlets" else 0)


def colour(parts: list[float]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts[:3])


def pages(path: Path) -> dict[str, tuple[dict, bool]]:
    """Pictures to make of a file: patcher, and whether in presentation mode."""
    patcher = json.loads(path.read_text(encoding="utf-8"))["patcher"]
    name = path.stem.replace("~", "").replace(" ", "-")
    inner = [entry["box"] for entry in patcher["boxes"] if "patcher" in entry["box"]]
    if path.suffix == ".maxhelp":
        return {f"{name}-{box['text'][2:].split()[0]}": (box["patcher"], False) for box in inner}
    found = {name: (patcher, False)}
    if any(entry["box"].get("presentation") for entry in patcher["boxes"]):
        found[f"{name}-presented"] = (patcher, True)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("package", type=Path)
    arguments.add_argument("out", type=Path)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for path in sorted([*given.package.rglob("*.maxhelp"), *given.package.rglob("*.maxpat")]):
        for name, (patcher, presented) in pages(path).items():
            picture = Picture(patcher, presented).make()
            picture.quantize(64).save(given.out / f"{name}.png", optimize=True)
            print(given.out / f"{name}.png")


if __name__ == "__main__":
    main()
