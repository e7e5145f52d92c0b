"""package-info.json, by which Max knows the package."""

from __future__ import annotations

import json
import re
from pathlib import Path

AUTHOR = "the nn~ toolkit authors"
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def version() -> str:
    return re.search(r'^version = "([^"]+)"', PROJECT.read_text(encoding="utf-8"), re.M)[1]


def text() -> str:
    fields = {
        "name": "nn_tilde",
        "displayname": "nn~",
        "version": version(),
        "author": AUTHOR,
        "authors": [AUTHOR],
        "description": "Neural audio models (TorchScript) on live audio: nn~, mc.nn~, mcs.nn~ and nn.info.",
        "tags": ["audio", "neural synthesis", "models"],
        "website": "",
        "license": "MIT",
        "extends": "",
        "extensible": 1,
        "max_version_min": "8.1",
        "max_version_max": "none",
        "os": {
            # What torch's libraries ask for; see docs/max.md.
            "macintosh": {"platform": ["x64", "aarch64"], "min_version": "14.0"},
            "windows": {"platform": ["x64"], "min_version": "10"},
        },
        "homepatcher": "nn~ Overview.maxpat",
        "package_extra": {},
    }
    return json.dumps(fields, indent=4, ensure_ascii=False) + "\n"
