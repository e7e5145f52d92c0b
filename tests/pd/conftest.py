import os
import subprocess
import sys
from pathlib import Path

import patch
import pytest

HOSTS = patch.hosts()
MISSING = {
    "Pd and its header (then make test-pd)": not HOSTS or not patch.EXTERNALS.is_dir(),
    "a Pd with multichannel signals (make pd-hosts)": not any(pd.multichannel for pd in HOSTS),
    "a Pd in double precision (make pd-hosts)": not any(pd.bits == 64 for pd in HOSTS),
}
if os.environ.get("NN_TEST_ALL") == "1" and any(MISSING.values()):
    raise pytest.UsageError(f"NN_TEST_ALL: missing are {', '.join(what for what, gone in MISSING.items() if gone)}.")


def pytest_collection_modifyitems(items):
    if not HOSTS or not patch.EXTERNALS.is_dir():
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip("Pd or the externals are missing: make test-pd builds them"))


def pytest_generate_tests(metafunc):
    """`pd`: every Pd there is. `newer_pd`: those with multichannel signals."""
    if "pd" in metafunc.fixturenames:
        metafunc.parametrize("pd", HOSTS, ids=str)
    if "newer_pd" in metafunc.fixturenames:
        newer = [pd for pd in HOSTS if pd.multichannel]
        metafunc.parametrize("newer_pd", newer or [pytest.param(None, marks=pytest.mark.skip("no Pd ≥ 0.54"))], ids=str)


@pytest.fixture(scope="session")
def one_pd():
    return HOSTS[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="session")
def demos(tmp_path_factory):
    """Folder with the demonstration models."""
    folder = tmp_path_factory.mktemp("demos")
    subprocess.run([sys.executable, str(patch.ROOT / "models/export.py"), str(folder)], check=True, capture_output=True)
    return folder
