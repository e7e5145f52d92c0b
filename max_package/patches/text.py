"""How wide a text is in Max's font, Arial, so that boxes fit what is written in them."""

from __future__ import annotations

# Widths of Helvetica, which are those of Arial, in thousandths of the size: from space to tilde.
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
WIDTHS = [int(width) for width in _WIDTHS.split()]
OTHER = 600  # signs beyond ASCII: arrows, dots


def width(text: str, size: float = 12, bold: bool = False) -> float:
    """In pixels, of one line."""
    thousandths = sum(WIDTHS[ord(sign) - 32] if 32 <= ord(sign) < 127 else OTHER for sign in text)
    return thousandths * size / 1000 * (1.08 if bold else 1.0)


def lines(text: str, room: float, size: float = 12, bold: bool = False) -> list[str]:
    """As Max breaks it: at spaces and where the text says so."""
    found = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and width(longer, size, bold) > room:
                found.append(line)
                line = word
            else:
                line = longer
        found.append(line)
    return found


def height(count: int, size: float = 12) -> float:
    """Of a comment, or with two more pixels of another box, with so many lines."""
    return round(size * 0.55 + count * size * 1.117)
