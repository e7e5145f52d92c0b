import subprocess
import sys
from pathlib import Path

import patch
import pytest

HOSTS = patch.hosts()
if not patch.EXTERNALS.is_dir() or not HOSTS:
    pytest.skip("Pd or the externals are missing: make test-pd builds and fetches both", allow_module_level=True)


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
