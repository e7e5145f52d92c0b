"""Opens every help and example patch, and every tab of it, in the real Pd on a virtual display and takes its picture.

    python scripts/pd_screenshots.py PACKAGE OUT [--pd PROGRAM]

PACKAGE is a folder with the externals, the patches and models/ (build/dev/pd/nn_tilde after `make pd`). Needs Debian's
xvfb, x11-utils and puredata-gui, and Pillow.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from PIL import ImageGrab

DISPLAY = ":97"


def tabs(patch: Path) -> list[str]:
    """Names of the patch's own subpatches."""
    return re.findall(r"^#X restore \d+ \d+ pd (\S+);", patch.read_text(), re.M)


def window(title: str, wait: float = 20) -> tuple[int, int, int, int] | None:
    """Where the window with that title is: left, top, right, bottom."""
    for _ in range(int(wait / 0.25)):
        tree = subprocess.run(
            ["xwininfo", "-display", DISPLAY, "-root", "-tree"], capture_output=True, text=True
        ).stdout
        for line in tree.splitlines():
            if f'"{title}' in line and (place := re.search(r"(\d+)x(\d+)\+-?\d+\+-?\d+\s+\+(-?\d+)\+(-?\d+)", line)):
                width, height, left, top = map(int, place.groups())
                if width > 50:
                    return left, top, left + width, top + height
        time.sleep(0.25)
    return None


def take(pd: str, package: Path, patch: Path, tab: str | None, out: Path) -> str:
    """Saves the picture; returns what Pd had to say."""
    with tempfile.TemporaryDirectory() as folder:
        starter = Path(folder) / "starter.pd"
        starter.write_text(
            "#N canvas 900 700 100 100 12;\n#X obj 0 0 loadbang;\n#X obj 0 20 delay 500;\n"
            f"#X msg 0 40 \\; pd-{tab} vis 1;\n#X connect 0 0 1 0;\n#X connect 1 0 2 0;\n"
        )
        command = [pd, "-stderr", "-noprefs", "-nosound", "-path", str(package), str(patch)]
        command += [str(starter)] if tab else []
        env = {**os.environ, "DISPLAY": DISPLAY, "HOME": folder}
        with (Path(folder) / "console").open("w+") as console:
            running = subprocess.Popen(command, env=env, stdout=console, stderr=console, start_new_session=True)
            try:
                place = window(tab or patch.name)
                if place is None:
                    raise SystemExit(f"No window of {tab or patch.name} came up.")
                time.sleep(1.5)
                place = window(tab or patch.name) or place
                ImageGrab.grab(bbox=place, xdisplay=DISPLAY).save(out)
            finally:
                os.killpg(running.pid, 15)
                running.wait(10)
            console.seek(0)
            return console.read()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("package", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--pd", default="pd")
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    package = given.package.resolve()
    display = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", "1280x1000x24"], stderr=subprocess.DEVNULL)
    try:
        for patch in sorted([*package.glob("*-help.pd"), *package.glob("examples/*.pd")]):
            for tab in [None, *tabs(patch)]:
                name = f"{patch.stem.replace('~', '')}{f'-{tab}' if tab else ''}.png"
                said = take(given.pd, package, patch, tab, given.out / name)
                errors = [line for line in said.splitlines() if line.startswith("error")]
                print(name, *errors, sep="\n    ")
    finally:
        display.terminate()
        display.wait()


if __name__ == "__main__":
    main()
