"""Writes what is generated of the Max package: patches, reference pages, package-info.json and the icon.

    python max_package/generate.py [FOLDER]     the folder is max_package itself when left out

Nothing but Python is needed, except for the icon, which is drawn with Pillow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from patches import checks, examples, help_info, help_mc, help_nn, latents, overview
from patches.patcher import Patcher, write
from reference import info, maxref, objects

HERE = Path(__file__).parent


def patches() -> dict[str, Patcher]:
    """Every patch of the package, by where it lies."""
    made = {f"help/{patch.name}.maxhelp": patch for patch in (help_nn.patch(), *help_mc.patches(), help_info.patch())}
    made |= {"extras/nn~ Overview.maxpat": overview.patch(), "patchers/nn.latents.maxpat": latents.patch()}
    return made | {f"examples/{patch.name}.maxpat": patch for patch in examples.patches()}


def generate(folder: Path) -> list[Path]:
    """Returns what was written. Raises ValueError when a patch is untidy."""
    made = patches()
    if wrong := [sentence for patch in made.values() for sentence in checks.problems(patch)]:
        raise ValueError("\n".join(wrong))
    written = [write(patch, folder / path) for path, patch in made.items()]
    pages = folder / "docs/refpages"
    pages.mkdir(parents=True, exist_ok=True)
    for described in objects.ALL:
        written.append(pages / f"{described.name}.maxref.xml")
        written[-1].write_text(maxref.page(described), encoding="utf-8")
    written.append(folder / "package-info.json")
    written[-1].write_text(info.text(), encoding="utf-8")
    return written


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, nargs="?", default=HERE)
    given = arguments.parse_args()
    try:
        written = generate(given.folder)
    except ValueError as error:
        sys.exit(str(error))
    from reference import icon

    written.append(icon.draw(given.folder / "icon.png"))
    print(*written, sep="\n")


if __name__ == "__main__":
    main()
