"""Where the runs of the release are, and networks small enough for tests."""

import os
from pathlib import Path

import pytest
import torch


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Folder of runs, configurations and outputs made by the release."""
    here = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("NN_FIXTURES", here.parent / "shared" / "fixtures"))
    if not (folder / "rave").is_dir():
        pytest.skip(f"no data of the release at '{folder}' (NN_FIXTURES)")
    return folder


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
