"""icon.png: a wave between two layers of nodes."""

from __future__ import annotations

import math
from pathlib import Path

SIZE, SCALE = 256, 4
INK, PALE, WAVE = "#2b3d54", "#e8edf3", "#8fb8de"


def draw(path: Path) -> Path:
    from PIL import Image, ImageDraw

    side = SIZE * SCALE
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle([0, 0, side - 1, side - 1], side // 6, fill=INK)
    left, right = [(0.2, y) for y in (0.25, 0.5, 0.75)], [(0.8, y) for y in (0.25, 0.5, 0.75)]
    for a in left:
        for b in right:
            pen.line([*(n * side for n in a), *(n * side for n in b)], fill="#4a6079", width=side // 170)
    curve = [(side * (0.2 + 0.6 * t / 200), side * (0.5 - 0.2 * math.sin(4 * math.pi * t / 200))) for t in range(201)]
    pen.line(curve, fill=WAVE, width=side // 28, joint="curve")
    for x, y in left + right:
        pen.ellipse([(x - 0.055) * side, (y - 0.055) * side, (x + 0.055) * side, (y + 0.055) * side], fill=PALE)
    image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(path)
    return path
