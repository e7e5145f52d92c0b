"""Where the Max package and the tools of its tests are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "max_package"
BUILD = ROOT / "build/dev"
BUILT = BUILD / "max/nn_tilde"
PATCH_CHECK = BUILD / "tests/max/kernel/patch_check"
OBJECTS = ("nn~", "mc.nn~", "mcs.nn~", "nn.info")
PATCHES = sorted(
    path.relative_to(PACKAGE).as_posix() for ending in ("maxhelp", "maxpat") for path in PACKAGE.rglob(f"*.{ending}")
)


def external(name: str) -> Path:
    """The external of this name, as the build made it."""
    for path in (BUILT / f"externals/{name}.so", BUILT / f"externals/{name}", BUILT / f"externals/{name}.mxe64"):
        if path.is_file():
            return path
    pytest.fail(f"There is no external {name} in {BUILT.relative_to(ROOT)}: run `make build-tests`.")


def patch_check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the tool that opens patches in the stand-in for Max."""
    if not PATCH_CHECK.is_file():
        pytest.fail(f"There is no {PATCH_CHECK.relative_to(ROOT)}: run `make build-tests`.")
    command = [str(PATCH_CHECK), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def patcher(path: str) -> dict:
    return json.loads((PACKAGE / path).read_text(encoding="utf-8"))["patcher"]


def inner(one: dict) -> list[dict]:
    """A patcher and all in it."""
    boxes = [entry["box"] for entry in one["boxes"]]
    return [one, *(deeper for box in boxes if "patcher" in box for deeper in inner(box["patcher"]))]
