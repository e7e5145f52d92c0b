"""Makes the package's descriptions and the scripts importable."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
for folder in ("max_package", "scripts", "models"):
    sys.path.insert(0, str(ROOT / folder))
