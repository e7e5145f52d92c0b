"""Exports the demonstration models: python models/export.py OUT_DIR [names...]"""

import argparse
import sys
from pathlib import Path

import unmix
from demo_attributes import DemoAttributes
from demo_buffers import DemoBuffers
from demo_mc import DemoMc
from effects import Effects
from features import Features
from wavetable import Wavetable

MODELS = {
    "demo_attributes": DemoAttributes,
    "demo_buffers": DemoBuffers,
    "demo_mc": DemoMc,
    "effects": Effects,
    "features": Features,
    "wavetable": Wavetable,
}


def export(name: str, folder: Path) -> Path:
    """Writes one model, `unmix=FILE` or a name of MODELS; returns its path. Raises ValueError or OSError."""
    name, _, source = name.partition("=")
    path = folder / f"{name}.ts"
    if name == "unmix":
        if not source:
            raise ValueError("unmix wraps a model of yours; give it as unmix=path/to/unmix.pt")
        unmix.export(source, str(path))
    elif name in MODELS and not source:
        MODELS[name]().export_to_ts(path)
    else:
        raise ValueError(f"there is no model '{name}'; choose from {', '.join(MODELS)}, unmix=FILE")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out_dir", type=Path, help="folder for the .ts files; made when missing")
    parser.add_argument("names", nargs="*", help="which models; all when omitted, but unmix=FILE on request")
    chosen = parser.parse_args()
    try:
        chosen.out_dir.mkdir(parents=True, exist_ok=True)
        for name in chosen.names or MODELS:
            print(export(name, chosen.out_dir))
    except (ValueError, OSError) as error:
        sys.exit(f"export: {error}")


if __name__ == "__main__":
    main()
